"""The answer as JSON: the fields of the contract, fixed order, and nothing that no claim says."""

from __future__ import annotations

import datetime
import re
from typing import Any, Final

import pytest

import rendered
from kg.assess import Assessment
from kg.readers.case.parsing import parse_yaml
from kg.render import as_json, as_markdown, as_text, dumps
from rendered import INDEX_CASE, KNOWLEDGE, by_name

ITEM: Final = {"id", "proof", "basis"}
ACTION: Final = ITEM | {
    "action", "label", "modality", "urgency", "within", "purpose", "after", "done_on", "claims",
    "scope", "exceptions", "regimen",
}  # fmt: skip
DIFFERENTIAL: Final = ITEM | {"condition", "label", "strength", "for", "against", "unexplained", "rank_reason"}
WHOLE: Final = {
    "id", "ontology_version", "notice", "understood", "not_understood", "claims", "differential", "next_steps",
    "contraindications", "pitfalls", "escalations", "monitoring", "treatments", "branches", "conflicts", "data_issues",
    "sources",
}  # fmt: skip
ACTIONS: Final = ("next_steps", "contraindications", "pitfalls", "escalations", "monitoring", "treatments")


@pytest.fixture(scope="module")
def assessments() -> dict[str, Assessment]:
    return rendered.assessments()


@pytest.fixture(scope="module")
def index_case(assessments: dict[str, Assessment]) -> Assessment:
    return assessments[INDEX_CASE.stem]


def test_no_probability_is_made_of_an_odds_ratio(assessments: dict[str, Assessment]) -> None:
    for found in assessments.values():
        data = as_json(found)
        assert not {"probability", "likelihood", "score", "chance"} & keys(data)
        assert re.search(r"times (?:more|as) likely|\d\s*% (?:chance|probability|likely)", as_text(found)) is None


def keys(data: Any) -> set[str]:
    """Every field name of nested JSON data."""
    if isinstance(data, dict):
        return {*data, *(name for item in data.values() for name in keys(item))}
    return {name for item in data for name in keys(item)} if isinstance(data, list) else set()


@by_name()
def test_the_json_has_the_fields_of_the_contract(name: str, assessments: dict[str, Assessment]) -> None:
    data = as_json(assessments[name])
    assert set(data) >= WHOLE
    assert set(data["claims"]) == {"applicable", "undetermined", "ambiguous", "excluded"}
    fields = {
        "applicable": {"id", "kind", "sentence", "proof", "review"},
        "undetermined": {"id", "missing"},
        "ambiguous": {"id", "holds_in", "fails_in", "missing", "reason"},
        "excluded": {"id", "proof"},
    }
    for outcome, wanted in fields.items():
        assert all(set(entry) >= wanted for entry in data["claims"][outcome]), outcome
    assert all(set(item) >= DIFFERENTIAL for item in data["differential"])
    assert all(set(item) >= ACTION for list_name in ACTIONS for item in data[list_name])
    assert all(set(item) >= {"if", "then"} for item in data["branches"])
    assert all(set(item) >= {"action", "for", "against", "resolution", "rule"} for item in data["conflicts"])
    assert all(set(item) >= {"concept", "label", "status"} for item in data["understood"])
    assert all(set(item) >= {"kind", "message", "facts"} for item in data["data_issues"])


@by_name()
def test_every_executable_claim_has_exactly_one_outcome(name: str, assessments: dict[str, Assessment]) -> None:
    claims = as_json(assessments[name])["claims"]
    listed = [entry["id"] for entries in claims.values() for entry in entries]
    executable = [claim.id for claim in KNOWLEDGE.ontology.claims.values() if claim.executable]
    assert sorted(listed) == sorted(executable)
    assert len(executable) >= 174


@by_name()
def test_ids_of_entries_are_unique_and_name_their_list(name: str, assessments: dict[str, Assessment]) -> None:
    data = as_json(assessments[name])
    found = [item["id"] for list_name in ("differential", *ACTIONS) for item in data[list_name]]
    assert len(found) == len(set(found))
    for list_name in ("differential", *ACTIONS):
        assert all(item["id"].startswith(list_name.removesuffix("s") + ":") for item in data[list_name])


@by_name()
def test_a_missing_fact_is_a_fragment_of_a_case_that_can_be_read(name: str, assessments: dict[str, Assessment]) -> None:
    seen = set()
    for entry in as_json(assessments[name])["claims"]["undetermined"]:
        for fact in (fact for facts in entry["missing"] for fact in facts):
            assert set(fact) == {"list", "entry"}
            seen.add(dumps(fact))
    assert seen
    facts = [fact for fact in map(parse_yaml, sorted(seen)) if fact["list"] != "measurements"]
    case: dict[str, Any] = {}
    for fact in facts:
        case.setdefault(fact["list"], []).append(fact["entry"])
    assert KNOWLEDGE.read_case(case, datetime.date(2026, 2, 10)).facts


def test_the_age_of_a_current_value_is_told_in_days() -> None:
    values = [
        {"test": "B12", "value": 1200, "unit": "ng/L", "date": "2026-01-10"},
        {"test": "B12", "value": 1300, "unit": "ng/L", "date": "2026-02-03"},
    ]
    found = KNOWLEDGE.assess_case({"as_of": "2026-02-10", "measurements": values}, datetime.date(2026, 2, 10))
    ages = {item["date"]: (item["current"], item["age_days"]) for item in as_json(found)["understood"]}
    assert ages == {"2026-01-10": (False, None), "2026-02-03": (True, 7)}


def test_a_value_is_given_as_stated_and_as_converted() -> None:
    case = {"measurements": [{"test": "Hb", "value": 98, "unit": "g/L"}]}
    (item,) = as_json(KNOWLEDGE.assess_case(case, datetime.date(2026, 2, 10)))["understood"]
    assert (item["value"], item["unit"]) == (98, "g/L")
    assert item["canonical"] == {"low": 9.8, "high": 9.8, "unit": "g/dL"}


def test_the_sources_name_every_article_passage_and_marker_that_the_answer_rests_on(index_case: Assessment) -> None:
    sources = {source["article"]: source for source in as_json(index_case)["sources"]}
    passages = {passage["claim"] for source in sources.values() for passage in source["passages"]}
    assert passages >= {claim.id for claim in index_case.applicable()}
    assert sources["A1"]["human_review"] == "pending"
    assert {marker["state"] for marker in sources["A1"]["markers"]} == {"unlisted"}


def test_the_same_patient_gives_the_same_bytes(index_case: Assessment) -> None:
    again = KNOWLEDGE.assess(index_case.record.facts, with_branches=True)
    assert dumps(as_json(again)) == dumps(as_json(index_case))
    assert as_text(again) == as_text(index_case)
    assert as_markdown(again) == as_markdown(index_case)
