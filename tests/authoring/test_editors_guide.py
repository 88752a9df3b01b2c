"""The editors' guide, ontology/README.md: its example compiles, its errors occur as printed, nothing is left out."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from rdflib import Graph

from kg.authoring import nodes, schema
from kg.authoring.articles import KIND_CLASS
from kg.authoring.compiler import compile_modules
from kg.authoring.sources import Sources
from kg.errors import AuthoringError
from kg.ontology import terms
from kg.ontology.compiled import DEFAULT_FOLDER

GUIDE = (DEFAULT_FOLDER / "README.md").read_text(encoding="utf-8")
ENTRIES = [kind for kind in vars(schema).values() if isinstance(kind, type) and issubclass(kind, schema.SourceEntry)]
BREAKS = (
    ("at: [22, 87]", "at: [22, 870]"),
    ("mayIndicate:", "mayIndicates:"),
    ("markers: [1]", "markers: [2]"),
    ("some LowSerumIron", "some LowSerumIro"),
    ("some LowSerumIron", "LowSerumIron"),
    ("  digest: 4973", "  # digest: 4973"),
)


def block(language: str) -> str:
    """The only block of the guide in a language."""
    found = re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    assert len(found) == 1, f"{len(found)} blocks of {language}"
    return str(found[0])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the ontology's sources, to which an article can be added."""
    copy = tmp_path / "ontology"
    shutil.copytree(DEFAULT_FOLDER, copy)
    return copy


def compile_with(folder: Path, article: str) -> dict[str, str]:
    (folder / "articles" / "low-iron-example.yaml").write_text(article, encoding="utf-8")
    return compile_modules(folder)


def test_the_worked_example_compiles_to_a_claim_that_can_apply(folder: Path) -> None:
    # Given the guide's article in a copy of the ontology, when it is compiled
    files = compile_with(folder, block("yaml"))

    # Then it is a module with its claim, the root imports it, and the claim hangs on its situation
    claim = nodes.claim("A9-01")
    module = Graph().parse(data=files["modules/low-iron-example.ttl"])
    assert (claim, nodes.term("mayIndicate"), nodes.term("IronDeficiency")) in module
    assert (claim, nodes.term("readingSituation"), nodes.term("AnemiaWithLowSerumIron")) in module
    assert terms.module("low-iron-example").removeprefix(terms.BASE) in files["warrant-reasoning.ttl"]


def test_the_errors_of_the_guide_are_those_that_occur(folder: Path) -> None:
    # Given the example with one break at a time, when each is compiled
    seen: list[str] = []
    for right, wrong in BREAKS:
        broken = block("yaml").replace(right, wrong)
        assert broken != block("yaml"), f"the example no longer has {right!r}"
        with pytest.raises(AuthoringError) as caught:
            compile_with(folder, broken)
        seen.extend(str(caught.value).splitlines())

    # Then the messages are the guide's, word for word
    assert set(seen) == set(block("text").splitlines())


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: str(entry.__name__))
def test_every_field_is_explained(entry: type[schema.SourceEntry]) -> None:
    # Given a kind of entry, when its fields are looked up in the guide, then each is there by its name in YAML
    fields = [field.alias or name for name, field in entry.model_fields.items()]
    assert [field for field in fields if f"`{field}`" not in GUIDE] == []


def test_every_predicate_and_kind_is_listed() -> None:
    # Given the predicates of core.ttl and the kinds of claims, when they are looked up, then each is there
    sources = Sources.read(DEFAULT_FOLDER)
    groups = {"arguesFor", "arguesAgainst", "ordersStep", "warnsAgainst", "warnsOfPitfall", "callsIn"}
    groups |= {"offersTreatment", "ordersMonitoring", "classifies"}
    names = sorted((sources.predicates - groups) | set(KIND_CLASS))
    assert [name for name in names if f"`{name}`" not in GUIDE] == []
