"""README and docs/: their commands run, what they quote is what comes out, what they name exists."""

from __future__ import annotations

import io
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.routing import Match

from api.app import create_app
from api.cli import COMMANDS
from api.transport.problems import KINDS, KINDS_OF_REQUESTS, kind_of
from documents import DOCUMENTS, SERVER, Quoted, blocks, is_long, quotations, run, served, shells
from kg.commands.dispatch import parser
from kg.render.contract import AssessmentModel
from places import ROOT

PROSE = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in DOCUMENTS}
EVERY = [(block, command) for path in DOCUMENTS for block in shells(path) for command in block.commands()]
SHORT = [pytest.param(command, id=f"{block.place} {command[:50]}") for block, command in EVERY if not is_long(command)]
LONG = [pytest.param(command, id=f"{block.place} {command[:50]}") for block, command in EVERY if is_long(command)]
QUOTED = [pytest.param(one, id=one.output.place) for path in DOCUMENTS for one in quotations(path)]
Shell = Callable[[str], str]


@pytest.fixture(scope="module")
def shell() -> Iterator[Shell]:
    """Runs a command once and remembers what it printed; the service is up."""
    with served() as server:
        yield cache(lambda command: run(command, server))


# -- commands


def test_every_document_has_its_commands() -> None:
    written = {name: len(re.findall(r"^(?:\.venv/bin/warrant|make|curl) ", text, re.M)) for name, text in PROSE.items()}
    found = {path.relative_to(ROOT).as_posix(): sum(len(one.commands()) for one in shells(path)) for path in DOCUMENTS}
    assert found == written
    assert sum(found.values()) == len(LONG) + len(SHORT) > 50


@pytest.mark.parametrize("command", SHORT)
def test_a_command_of_the_documents_runs(shell: Shell, command: str) -> None:
    assert shell(command).strip()


@pytest.mark.parametrize("command", LONG)
def test_a_command_that_is_marked_as_long_exists(command: str) -> None:
    words = command.partition("#")[0].split()
    if words[0] == "make":
        targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        assert words[1] in targets
    else:
        assert words[0] == ".venv/bin/warrant"
        assert parser(COMMANDS, words[1]).parse_args(words[1:])


@pytest.mark.parametrize("quoted", QUOTED)
def test_what_a_document_quotes_is_printed_by_the_command_before_it(shell: Shell, quoted: Quoted) -> None:
    # Given what the commands of the block before print
    printed = iter("\n".join(shell(command) for command in quoted.shell.commands()).splitlines())

    # Then every line that is quoted begins one of these lines, in the same order
    missing = [line for line in quoted.output.text.splitlines() if not any(found.startswith(line) for found in printed)]
    assert missing == []


def test_there_are_quotations() -> None:
    assert len(QUOTED) >= 12


def test_the_python_of_the_documents_runs() -> None:
    found = [block for path in DOCUMENTS for block in blocks(path) if block.language == "python"]
    assert len(found) == 1
    out = io.StringIO()
    with redirect_stdout(out):
        exec(compile(found[0].text, found[0].place, "exec"), {})
    assert re.fullmatch(r"\d+ steps from \d+ facts\n", out.getvalue())


# -- the example


def test_the_whole_assessment_of_the_documents_is_what_comes_out(shell: Shell) -> None:
    written = (ROOT / "docs" / "assessment.json").read_text(encoding="utf-8")
    assert json.loads(shell(".venv/bin/warrant assess docs/case.yaml --format json")) == json.loads(written), (
        "made anew by: .venv/bin/warrant assess docs/case.yaml --format json > docs/assessment.json"
    )
    assert AssessmentModel.model_validate_json(written).treatments


@pytest.mark.parametrize("name", AssessmentModel.model_fields)
def test_every_field_of_an_assessment_is_explained(name: str) -> None:
    assert f"`{name}`" in PROSE["docs/answers.md"]


# -- what is named


@pytest.mark.parametrize("name", PROSE)
def test_every_link_of_a_document_leads_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", PROSE[name]):
        if target.startswith("https://"):
            continue
        path, _, part = target.partition("#")
        there = ((ROOT / name).parent / path).resolve() if path else ROOT / name
        assert there.exists(), target
        assert not part or part in anchors(there), target


def anchors(path: Path) -> set[str]:
    """The parts of a document that a link can lead to, named as GitHub names them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", PROSE)
def test_every_path_that_a_document_names_exists(name: str) -> None:
    named = re.findall(r"`((?:ontology|kg|api|queries|tests|docs|bench|requirements)/[\w./*<>-]*)`", PROSE[name])
    absent = [one for one in named if "<" not in one and not [*ROOT.glob(one.rstrip("/")), *ROOT.glob(one + ".py")]]
    assert absent == []


def test_every_address_that_a_document_names_is_served() -> None:
    app = create_app()
    text = "\n".join(PROSE.values())
    named = set(re.findall(r"`(/(?:v1|sparql|id|ontology|docs|healthz|readyz|metrics|openapi)[^`\s]*)`", text))
    named |= {one.rstrip("'\"") for one in re.findall(rf"{re.escape(SERVER)}(/[\w/.:-]*)", text)}
    assert [one for one in sorted(named) if one not in ("/v1/", "/sparql", "/mcp") and not is_served(app, one)] == []
    assert len(named) >= 25


def is_served(app: FastAPI, path: str) -> bool:
    """Whether a route takes an address; what stands in braces is any name."""
    scope = {"type": "http", "method": "GET", "path": re.sub(r"[{}]", "", path), "root_path": "", "headers": []}
    return any(route.matches(scope)[0] is not Match.NONE for route in app.routes)


def test_every_kind_of_problem_is_explained() -> None:
    told = re.findall(r"^\| (\d{3}) \| `([\w-]+)` \|", PROSE["docs/api.md"], re.MULTILINE)
    kinds = {kind for table in (KINDS, KINDS_OF_REQUESTS) for _, kind in table} | {kind_of(ValueError())}
    limits = set(
        re.findall(r'OverLimit\("([\w-]+)"', (ROOT / "api" / "transport" / "limits.py").read_text(encoding="utf-8"))
    )
    known = {(str(kind.status), kind.slug) for kind in kinds if kind.slug != "over-limit"}
    assert sorted(told) == sorted(known | {("422", slug) for slug in limits})
    assert len(limits) == 2


def test_the_tree_of_the_readme_has_every_room_in_the_order_of_imports() -> None:
    tree = PROSE["README.md"].partition("## Layout")[2]
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    for package, some in (("kg", 20), ("api", 12)):
        layers = next(one["layers"] for one in contracts if one.get("containers") == [package])
        part = re.search(rf"^{package}/ .*\n((?:  .*\n)+)", tree, re.MULTILINE)
        assert part
        rooms = re.findall(r"^  (\w+)(?:/|\.py)", part[1], re.MULTILINE)
        assert rooms == [name for name in reversed(layers) if not name.startswith("(")]
        assert len(rooms) > some
