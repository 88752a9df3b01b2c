"""The id of an assessment: the same for the same patient in any form, another for another."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

from assessing import DAY, KNOWLEDGE, assessed, b12, named
from kg.assess import Assessment
from kg.assess.outcomes import Outcome
from kg.readers.case.parsing import parse_json, parse_yaml
from kg.readers.text import read_text

FORMS: Final = sorted((Path(__file__).parent / "cases" / "three-forms").iterdir())


def test_the_collector_found_the_patients_in_three_forms() -> None:
    assert len(FORMS) == 3
    for folder in FORMS:
        assert sorted(path.name for path in folder.iterdir()) == ["case.json", "case.yaml", "text.txt"]


def in_form(folder: Path, name: str) -> Assessment:
    content = (folder / name).read_text(encoding="utf-8")
    if name == "text.txt":
        return KNOWLEDGE.assess(read_text(content, KNOWLEDGE.names, DAY).facts)
    parse = parse_json if name == "case.json" else parse_yaml
    return KNOWLEDGE.assess_case(parse(content), DAY)


@pytest.mark.parametrize("folder", FORMS, ids=lambda path: path.name)
def test_the_same_patient_as_text_json_and_yaml_has_one_identifier(folder: Path) -> None:
    one, *others = (in_form(folder, name) for name in ("text.txt", "case.json", "case.yaml"))
    assert {other.id for other in others} == {one.id}
    assert {other.outcomes.ids(Outcome.APPLICABLE) for other in others} == {one.outcomes.ids(Outcome.APPLICABLE)}


SAME: Final[dict[str, tuple[dict[str, Any], dict[str, Any]]]] = {
    "the list a concept stands in": (
        {"findings": named("blasts"), "diagnoses": named("iron deficiency")},
        {"results": named("blasts"), "findings": named("iron deficiency")},
    ),
    "13 and 13.0": (
        {"measurements": [{"test": "Hb", "value": 13, "unit": "g/dL"}]},
        {"measurements": [parse_json('{"test": "Hb", "value": 13.0, "unit": "g/dL"}')]},
    ),
    "the unit of a value": (
        {"measurements": [{"test": "Hb", "value": 98, "unit": "g/L"}]},
        {"measurements": [parse_json('{"test": "hemoglobin", "value": 9.8, "unit": "g/dL"}')]},
    ),
    "order and repetition": (
        {"findings": named("blasts", "anemia"), "diagnoses": named("mds")},
        {"diagnoses": named("mds"), "findings": named("anemia", "blasts", "anaemia")},
    ),
    "names of one concept": (
        {"diagnoses": named("myelodysplastic syndrome")},
        {"diagnoses": named("MDS")},
    ),
    "a status left out": (
        {"findings": named("fever")},
        {"findings": named("fever", status="present")},
    ),
}

OTHER: Final[dict[str, tuple[dict[str, Any], dict[str, Any]]]] = {
    "history and now": ({"history": named("breast cancer")}, {"diagnoses": named("breast cancer")}),
    "a plan and a treatment": ({"plans": named("ESA")}, {"treatments": named("ESA")}),
    "present and absent": ({"findings": named("fever")}, {"findings": named("fever", status="absent")}),
    "the day of the case": ({"findings": named("fever")}, {"findings": named("fever"), "as_of": "2026-02-11"}),
    "a comparator": (
        {"measurements": [b12(1000, "2026-02-01")]},
        {"measurements": [b12(1000, "2026-02-01") | {"comparator": ">"}]},
    ),
    "a complete list": ({"findings": named("fever")}, {"findings": named("fever"), "record": {"complete": ["plans"]}}),
}


@pytest.mark.parametrize("name", SAME)
def test_the_identifier_is_the_same_whatever(name: str) -> None:
    one, other = SAME[name]
    assert assessed(**one).id == assessed(**other).id


@pytest.mark.parametrize("name", OTHER)
def test_the_identifier_tells_apart(name: str) -> None:
    one, other = OTHER[name]
    assert assessed(**one).id != assessed(**other).id


def test_the_identifier_is_a_digest_that_names_its_kind() -> None:
    kind, _, digest = assessed(findings=named("fever")).id.partition(":")
    assert kind == "sha256"
    assert len(digest) == 64
    assert set(digest) <= set("0123456789abcdef")
