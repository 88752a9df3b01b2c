"""Alerts: critical values whatever else is said, populations, values that nothing judges."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from assessing import KNOWLEDGE, assessed, ids
from fixtures import TODAY
from kg.assess import Assessment, Basis
from kg.assess.alerts import AlertKind
from kg.proof.derivations import Conclusion


def value(test: str, number: Any, unit: str, **fields: Any) -> dict[str, Any]:
    return {"test": test, "value": Decimal(str(number)), "unit": unit} | fields


def kinds(found: Assessment) -> list[str]:
    return [str(item.kind) for item in found.alerts]


def critical(found: Assessment) -> list[str]:
    return [item.concept for item in found.alerts if item.kind is AlertKind.CRITICAL_VALUE]


CRITICAL = [
    (value("hemoglobin", 66, "g/L"), "Hemoglobin"),
    (value("hemoglobin", 21.4, "g/dL"), "Hemoglobin"),
    (value("wbc", 0.7, "10^9/L"), "WhiteCellCount"),
    (value("wbc", 160, "K/uL"), "WhiteCellCount"),
    (value("anc", 320, "/uL"), "AbsoluteNeutrophilCount"),
    (value("platelets", 11, "G/L"), "PlateletCount"),
    (value("platelets", 1350000, "/uL"), "PlateletCount"),
    (value("creatinine", 1100, "umol/L"), "Creatinine"),
    (value("serum_iron", 420, "ug/dL"), "SerumIron"),
    (value("platelets", 15, "10^9/L", comparator="<"), "PlateletCount"),
]


@pytest.mark.parametrize(("measured", "test"), CRITICAL)
@pytest.mark.parametrize("who", [{"age": 47, "sex": "male"}, {"age": 8}, {}], ids=["adult", "child", "unknown"])
def test_a_critical_value_is_an_alert_whoever_has_it(measured: dict[str, Any], test: str, who: dict[str, Any]) -> None:
    assert critical(assessed(measurements=[measured], **who)) == [test]


@pytest.mark.parametrize(
    "said",
    [{"reference_range": {"low": 5, "high": 400}}, {"flag": "N"}],
    ids=["a range calls it normal", "a flag does"],
)
def test_neither_range_nor_flag_nor_switch_silences_a_critical_value(said: dict[str, Any]) -> None:
    case = {"age": 47, "sex": "male", "measurements": [value("platelets", 9, "10^9/L", **said)]}
    facts = KNOWLEDGE.read_case(case, TODAY)
    for defaults in (True, False):
        assert critical(KNOWLEDGE.assess(replace(facts, defaults=defaults))) == ["PlateletCount"]


@pytest.mark.parametrize(
    "measured",
    [
        value("hemoglobin", 7, "g/dL"),
        value("anc", 500, "/uL"),
        value("platelets", 20, "10^9/L"),
        value("wbc", 1, "G/L"),
    ],
)
def test_a_value_on_its_critical_limit_is_not_beyond_it(measured: dict[str, Any]) -> None:
    assert critical(assessed(age=47, sex="male", measurements=[measured])) == []


def test_an_old_critical_value_that_a_later_one_follows_is_no_alert() -> None:
    series = [value("platelets", 9, "G/L", date="2025-06-01"), value("platelets", 190, "G/L", date="2026-02-01")]
    assert kinds(assessed(age=47, measurements=series)) == []


@pytest.mark.parametrize("hours", [("", ""), ("T07:30", "T15:00")], ids=["without hours", "with hours"])
def test_a_second_value_of_the_day_hides_neither_the_alert_nor_the_escalation(hours: tuple[str, str]) -> None:
    day = "2026-02-01"
    measured = [
        value("hemoglobin", 6.3, "g/dL", date=day + hours[0]),
        value("hemoglobin", 7.8, "g/dL", date=day + hours[1]),
        value("wbc", 1.4, "10^9/L", date=day),
        value("platelets", 66, "10^9/L", date=day),
    ]
    found = assessed(age=47, sex="male", measurements=measured)
    assert critical(found) == ["Hemoglobin"]
    assert ids(found, "escalations")


def test_an_alert_has_a_sentence_with_its_numbers_its_sources_and_a_proof() -> None:
    found = assessed(age=47, sex="male", measurements=[value("anc", 0.2, "10^9/L")])
    (alert,) = found.alerts
    assert "0.2 10^9/L" in alert.sentence
    assert "500 /uL" in alert.sentence
    assert alert.sources
    assert found.explainer is not None
    steps = found.explainer.proof(alert.conclusion).steps
    assert "interval/NeutrophilsOfAdults" in " ".join(str(step.conclusion) for step in steps)


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ({"age": 11}, True),
        ({"age": 29, "diagnoses": [{"concept": "pregnancy"}]}, True),
        ({"age": 18}, False),
        ({}, False),
    ],
    ids=["a child", "pregnancy", "of age", "age unknown"],
)
def test_people_of_whom_the_articles_do_not_speak_are_said_to_be_so(who: dict[str, Any], said: bool) -> None:
    assert ("population" in kinds(assessed(measurements=[value("wbc", 6, "10^9/L")], **who))) is said


def test_in_a_child_claims_are_precautions_and_treatments_are_left_out() -> None:
    case: dict[str, Any] = {
        "diagnoses": [{"concept": "gastric_cancer"}],
        "findings": [{"concept": "b12_low"}, {"concept": "neurological_symptoms"}],
    }
    adult, child = assessed(age=70, **case), assessed(age=9, **case)
    assert adult.lists["treatments"]
    assert child.lists["treatments"] == ()
    assert all(item.basis is not Basis.ENTAILED for items in child.lists.values() for item in items)


def test_a_value_that_nothing_judges_is_an_alert_where_an_urgent_claim_waits_for_it() -> None:
    counts = [value("hemoglobin", 9, "g/dL"), value("wbc", 2, "10^9/L"), value("platelets", 60, "10^9/L")]
    open_b12, normal = value("b12", 760, "ng/L"), value("hemoglobin", 14, "g/dL")
    assert kinds(assessed(age=60, sex="female", measurements=[*counts, open_b12])) == ["not_judged"]
    assert kinds(assessed(age=60, sex="female", measurements=[normal, open_b12])) == []


@pytest.mark.parametrize(
    "who", [{"age": 20, "sex": "female"}, {"age": 67, "sex": "male"}, {"age": 88, "sex": "female"}]
)
def test_normal_counts_raise_no_alert(who: dict[str, Any]) -> None:
    counts = [value("hemoglobin", 141, "g/L"), value("wbc", 7.1, "10^9/L"), value("platelets", 266, "10^9/L")]
    assert assessed(measurements=counts, **who).alerts == ()


def test_a_warning_of_a_class_reaches_the_drug_in_the_ontology() -> None:
    found = assessed(
        age=60,
        diagnoses=[{"concept": "lung cancer"}],
        treatments=[{"concept": "active chemotherapy", "status": "absent"}],
    )
    assert found.explainer is not None
    patient = found.record.patient
    warned = Conclusion(patient, "isWarnedOf", "Epoetin")
    assert found.explainer.proof(warned).conclusion == warned
