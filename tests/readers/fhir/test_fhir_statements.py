"""Conditions, treatments, procedures and orders of FHIR as facts in the lists of a case."""

from __future__ import annotations

from typing import Any

import pytest

from fhir import bundle, coded, condition, reading
from kg.facts.patient import Reason
from kg.vocabulary.names import Names

DRUG = {"text": "darbepoetin"}
LYMPHOMA = {"text": "lymphoma"}


def facts(names: Names, *resources: dict[str, Any]) -> list[tuple[str, ...]]:
    """List, concept and status of what resources state, with the days of a course."""
    found = reading(names, bundle(*resources)).facts.facts
    return [(item.list, item.concept, str(item.status), *map(str, _days(item))) for item in found]


def _days(item: Any) -> list[Any]:
    return [day for day in (item.started, item.ended) if day]


@pytest.mark.parametrize(
    ("verified", "clinical", "expected"),
    [
        ("confirmed", "active", [("diagnoses", "Lymphoma", "present")]),
        ("provisional", "active", [("diagnoses", "Lymphoma", "suspected")]),
        ("differential", "active", [("diagnoses", "Lymphoma", "suspected")]),
        ("refuted", "", [("diagnoses", "Lymphoma", "absent")]),
        ("confirmed", "resolved", [("history", "Lymphoma", "present")]),
        ("confirmed", "remission", [("history", "Lymphoma", "present")]),
        ("entered-in-error", "active", []),
    ],
)
def test_a_condition_is_what_its_statuses_say(
    names: Names, verified: str, clinical: str, expected: list[tuple[str, ...]]
) -> None:
    assert facts(names, condition(LYMPHOMA, verified, clinical)) == expected


@pytest.mark.parametrize("text", ["History of lymphoma", "H/O: lymphoma", "Personal history of lymphoma"])
def test_a_title_that_says_history_makes_history(names: Names, text: str) -> None:
    assert facts(names, condition({"text": text.replace(":", "")})) == [("history", "Lymphoma", "present")]


def test_a_title_that_says_family_is_another_person(names: Names) -> None:
    found = reading(names, bundle(condition({"text": "Family history of lymphoma"})))
    assert [item.reason for item in found.unread] == [Reason.OTHER_PERSON]


def test_a_condition_that_is_a_finding_stands_among_the_findings(names: Names) -> None:
    assert facts(names, condition({"text": "Anemia (disorder)"})) == [("findings", "Anemia", "present")]


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (
            {"resourceType": "MedicationStatement", "status": "active", "effectivePeriod": {"start": "2026-01-05"}},
            [("treatments", "Darbepoetin", "present", "2026-01-05")],
        ),
        (
            {"resourceType": "MedicationStatement", "status": "completed", "effectivePeriod": {"end": "2025-12"}},
            [("treatments", "Darbepoetin", "present", "2025-12-31")],
        ),
        ({"resourceType": "MedicationStatement", "status": "completed"}, [("history", "Darbepoetin", "present")]),
        ({"resourceType": "MedicationStatement", "status": "not-taken"}, [("treatments", "Darbepoetin", "absent")]),
        (
            {"resourceType": "MedicationRequest", "status": "draft", "intent": "plan"},
            [("plans", "Darbepoetin", "present")],
        ),
        (
            {"resourceType": "MedicationRequest", "status": "active", "intent": "order", "authoredOn": "2026-02-01"},
            [("treatments", "Darbepoetin", "present", "2026-02-01")],
        ),
        ({"resourceType": "MedicationRequest", "status": "entered-in-error"}, []),
    ],
)
def test_a_medicine_is_taken_planned_past_or_not_taken(
    names: Names, resource: dict[str, Any], expected: list[tuple[str, ...]]
) -> None:
    assert facts(names, {**resource, "medicationCodeableConcept": DRUG}) == expected


def test_a_medicine_may_be_a_resource_of_its_own_or_contained(names: Names) -> None:
    drug = {"resourceType": "Medication", "id": "m", "code": DRUG}
    statement = {"resourceType": "MedicationStatement", "status": "active"}
    inside = {**statement, "contained": [drug], "medicationReference": {"reference": "#m"}}
    beside = {**statement, "medicationReference": {"reference": "Medication/m"}}
    expected = [("treatments", "Darbepoetin", "present")]
    assert facts(names, inside) == expected
    assert facts(names, beside, drug) == expected
    found = reading(names, bundle(beside))
    assert [item.message for item in found.unread] == ["Medication/m: the medicine is not in the document"]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("completed", ("procedures", "Gastrectomy", "present")),
        ("preparation", ("plans", "Gastrectomy", "present")),
    ],
)
def test_a_procedure_was_done_or_is_planned(names: Names, status: str, expected: tuple[str, ...]) -> None:
    resource = {"resourceType": "Procedure", "status": status, "code": {"text": "gastrectomy"}}
    assert facts(names, resource) == [expected]


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "MedicationRequest", "status": "cancelled", "intent": "order"},
        {"resourceType": "MedicationRequest", "status": "completed", "intent": "plan"},
        {"resourceType": "MedicationAdministration", "status": "not-done"},
        {"resourceType": "Procedure", "status": "not-done", "code": {"text": "chemotherapy"}},
        {"resourceType": "Procedure", "status": "not-done", "code": {"text": "gastrectomy"}},
    ],
)
def test_what_was_cancelled_or_not_done_once_does_not_say_that_there_is_none(
    names: Names, resource: dict[str, Any]
) -> None:
    # the absence of a treatment can forbid another: it is stated, never guessed
    found = reading(names, bundle({"medicationCodeableConcept": {"text": "chemotherapy"}, **resource}))
    assert not found.facts.facts
    assert [item.reason for item in found.unread] == [Reason.UNSUPPORTED]


def test_an_order_not_to_give_is_no_plan_and_says_nothing_of_what_is_taken(names: Names) -> None:
    order = {"resourceType": "MedicationRequest", "status": "active", "doNotPerform": True}
    assert facts(names, {**order, "medicationCodeableConcept": DRUG}) == [("plans", "Darbepoetin", "absent")]


def test_an_order_is_a_plan_until_it_is_done(names: Names) -> None:
    order = {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "code": {"text": "bone marrow biopsy"},
    }
    assert [fact[:1] for fact in facts(names, order)] == [("plans",)]
    assert facts(names, {**order, "status": "completed"}) == []


def test_the_family_is_never_the_patient(names: Names) -> None:
    resource = {
        "resourceType": "FamilyMemberHistory",
        "status": "completed",
        "relationship": coded("MTH", "x", "mother"),
        "condition": [{"code": LYMPHOMA}],
    }
    found = reading(names, bundle(resource))
    assert not found.facts.facts
    assert [(item.reason, item.text) for item in found.unread] == [(Reason.OTHER_PERSON, "mother: lymphoma")]


def test_a_report_concludes_in_codes_and_its_words_are_reported(names: Names) -> None:
    report = {"resourceType": "DiagnosticReport", "status": "final", "conclusionCode": [LYMPHOMA], "conclusion": "See."}
    found = reading(names, bundle(report))
    assert [fact.concept for fact in found.facts.facts] == ["Lymphoma"]
    assert [item.text for item in found.unread] == ["See."]
