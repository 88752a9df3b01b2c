"""What the program cites stands in docs/: a clone explains itself without the papers of those who made it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

import pytest
import yaml

from api.cli import COMMANDS
from clinical_cases import clinical_cases
from documents import blocks
from kg.ontology.compiled import Ontology
from kg.readers.case.parsing import parse_json
from kg.readers.case.reader import CaseReader
from places import ROOT

DOCS: Final = ROOT / "docs"
PRIVATE: Final = re.compile(r"\b(?:INTERFACE|MODEL|DESIGN|LAYOUT|STYLE)(?:\.md\b|, (?:section|\"))|\banalysis\.md\b")
CITED: Final = re.compile(r"docs/(\w+)\.md(?:,?(?:\s|#)+(?:sections?\s+(\d+)(?:\s+and\s+(\d+))?|\"([^\"]+)\"))?")
SOURCES: Final = {"kg": "*.py", "api": "*.py", "queries": "*.rq", "ontology": "*.yaml"}


@cache
def written() -> dict[str, str]:
    """The program's own sources by path."""
    paths = [path for top, pattern in SOURCES.items() for path in sorted((ROOT / top).rglob(pattern))]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def headings(name: str) -> list[str]:
    return re.findall(r"^#+ (.+)$", (DOCS / f"{name}.md").read_text(encoding="utf-8"), re.MULTILINE)


def citations() -> Iterator[tuple[str, str, str]]:
    """Where a part of a document is cited, the document, and the beginning of the heading that is meant."""
    for place, text in written().items():
        for found in CITED.finditer(text):
            parts = [f"{number}. " for number in (found[2], found[3]) if number] + [found[4] or ""]
            yield from ((place, found[1], part) for part in parts if part)


def test_nothing_is_cited_that_a_clone_does_not_have() -> None:
    assert len(written()) > 300
    assert [(place, found[0]) for place, text in written().items() if (found := PRIVATE.search(text))] == []


def test_every_part_of_a_document_that_is_cited_is_there() -> None:
    cited = list(citations())
    assert len(cited) > 30
    assert [one for one in cited if not any(heading.startswith(one[2]) for heading in headings(one[1]))] == []


def test_the_policies_are_written_down_once_each_and_every_one_is_tested() -> None:
    text = (DOCS / "policies.md").read_text(encoding="utf-8")
    names = [f"P{number}" for number in range(1, 19)]
    assert sorted(re.findall(r"^\| \*\*(P\d+)\*\* \|", text, re.MULTILINE), key=lambda name: int(name[1:])) == names
    covered = {name for case in clinical_cases() for name in case.covers}
    assert set(names) <= covered


def test_the_contract_lists_every_command() -> None:
    text = (DOCS / "contract.md").read_text(encoding="utf-8")
    rows = "".join(re.findall(r"^\| `warrant .*$", text, re.MULTILINE))
    assert set(re.findall(r"`warrant (\w[\w-]*)", rows)) == set(COMMANDS)


def test_the_case_of_the_contract_is_one(reader: CaseReader) -> None:
    (example,) = [block.text for block in blocks(DOCS / "contract.md") if block.language == "json"]
    facts = reader.read(parse_json(example))
    assert len(facts.facts) == 4
    assert len(facts.measurements) == 1


def test_every_list_of_a_case_is_named_by_the_contract() -> None:
    text = (DOCS / "contract.md").read_text(encoding="utf-8")
    used = {key for path in (ROOT / "ontology" / "examples").glob("*.yaml") for key in yaml.safe_load(path.read_text())}
    assert len(used) > 8
    assert [key for key in sorted(used) if f"`{key}`" not in text and f'"{key}"' not in text] == []


@pytest.mark.parametrize("state", ["resolved", "by-list-position", "unresolved", "unlisted"])
def test_a_state_of_a_marker_is_explained(state: str) -> None:
    assert f"`{state}`" in (DOCS / "model.md").read_text(encoding="utf-8")


def test_the_modules_are_the_layers_of_the_model(ontology: Ontology) -> None:
    layers = re.findall(r"^\d\. `(\w+)`", (DOCS / "model.md").read_text(encoding="utf-8"), re.MULTILINE)
    modules = {path.stem for path in ontology.files} - {"warrant-reasoning"}
    assert set(layers) <= modules
    assert len(modules - set(layers)) == len(ontology.articles)
