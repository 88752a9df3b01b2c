"""The patient graph: what facts become before any reasoner sees them."""

from __future__ import annotations

import datetime
import random
from typing import Any

import pytest
from conftest import Records
from hypothesis import given, settings
from hypothesis import strategies as st
from patients import ADULT, P, b12, derived, hb, listed, of, of_patient

from kg.facts import DataIssue, Fact, PatientFacts, Status
from kg.ontology import Ontology
from kg.record import Assertion, Leaf, Record, record

# -- laws

CONCEPTS = (
    "Anemia", "Leukopenia", "Pancytopenia", "Cancer", "BreastCancer", "MyelodysplasticSyndrome", "ActiveChemotherapy",
    "PalliativeChemotherapy", "Epoetin", "Gastrectomy", "RaisedVitaminB12", "LowTransferrinSaturation",
)  # fmt: skip
LISTS = ("findings", "diagnoses", "history", "treatments", "plans", "procedures", "results")
QUANTITIES = (
    ("Hb", "g/dL", 13),
    ("B12", "ng/L", 900),
    ("iron", "ug/dL", 50),
    ("TIBC", "ug/dL", 300),
    ("TSAT", "%", 30),
)
days = st.sampled_from([None, "2025-06-01", "2026-01-15", "2026-02-01"])
entries = st.fixed_dictionaries(
    {"concept": st.sampled_from(CONCEPTS)},
    optional={"status": st.sampled_from(["present", "absent", "unknown"]), "started": st.just("2025-06-01"),
              "ended": days.filter(bool)},
)  # fmt: skip


@st.composite
def measurements(draw: st.DrawFn) -> dict[str, Any]:
    test, unit, about = draw(st.sampled_from(QUANTITIES))
    return {
        "test": test,
        "unit": unit,
        "value": about + draw(st.integers(-2, 2)),
        "comparator": draw(st.sampled_from(["=", "<", ">=", "~"])),
        "date": draw(days),
        "flag": draw(st.sampled_from([None, "L", "H"])),
    }


@st.composite
def cases(draw: st.DrawFn) -> dict[str, Any]:
    facts = draw(st.lists(st.tuples(st.sampled_from(LISTS), entries), max_size=6))
    case: dict[str, Any] = {"measurements": draw(st.lists(measurements(), max_size=4))}
    for list_name, entry in facts:
        case.setdefault(list_name, []).append(entry)
    case["record"] = {"complete": draw(st.lists(st.sampled_from([*LISTS, "measurements"]), max_size=2))}
    case["sex"] = draw(st.sampled_from([None, "female", "male"]))
    case["age"] = draw(st.sampled_from([None, 12, 60]))
    return case


@settings(max_examples=60, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_the_same_facts_in_any_order_and_repeated_give_the_same_graph(
    records: Records, case: dict[str, Any], chance: random.Random
) -> None:
    again: dict[str, Any] = {name: chance.sample(items * 2, len(items) * 2) if isinstance(items, list) else items
             for name, items in reversed(case.items())}  # fmt: skip
    assert records(**again) == records(**case)


@settings(max_examples=60, deadline=None)
@given(cases(), st.sampled_from(LISTS), st.sampled_from(CONCEPTS))
def test_a_fact_of_unknown_status_adds_neither_presence_nor_absence(
    ontology: Ontology, records: Records, case: dict[str, Any], list_name: str, concept: str
) -> None:
    without = records(**case)
    unknown = {"concept": concept, "status": "unknown"}
    with_it = records(**{**case, list_name: [*case.get(list_name, []), unknown]})
    assert absences(ontology, with_it) <= absences(ontology, without)
    assert plain(with_it) == plain(without)


def absences(ontology: Ontology, found: Record) -> set[tuple[str, str]]:
    """What is absent in each context, with all that is narrower."""
    tops = [(item.predicate, item.object) for item in found.assertions if item.leaf is Leaf.ABSENT]
    return {(prop, name) for prop, top in tops for name in ontology.descendants(top)}


def plain(found: Record) -> set[Assertion]:
    return {item for item in found.assertions if item.leaf is not Leaf.ABSENT}


@settings(max_examples=60, deadline=None)
@given(cases())
def test_nothing_is_absent_unless_it_is_stated_ended_or_left_out_of_a_complete_list(
    records: Records, case: dict[str, Any]
) -> None:
    silent = {name: [entry for entry in items if entry.get("status") != "absent" and "ended" not in entry]
              for name, items in case.items() if name in LISTS}  # fmt: skip
    found = records(**{**case, **silent, "record": {}})
    assert [item for item in found.assertions if item.leaf is Leaf.ABSENT] == []


@settings(max_examples=60, deadline=None)
@given(cases())
def test_every_subject_of_the_graph_is_the_patient_or_hangs_on_the_patient(
    records: Records, case: dict[str, Any]
) -> None:
    found = records(**case)
    linked = {item.object for item in found.assertions if item.subject == P}
    assert {item.subject for item in found.assertions} - {P} <= linked
    assert all(len(set(group)) == len(group) for group in found.different)


def test_a_patient_of_whom_nothing_is_known_is_a_patient_with_gaps_in_the_record(records: Records) -> None:
    found = records()
    assert of_patient(found, "type") == {"Patient"}
    assert {item.predicate for item in found.assertions} == {"type", "lacksRecordOf"}


# -- present


@pytest.mark.parametrize(
    ("list_name", "concept", "prop"),
    [
        ("findings", "anemia", "hasStatedFinding"),
        ("diagnoses", "breast_cancer", "hasDiagnosis"),
        ("treatments", "epoetin", "receives"),
        ("treatments", "active_chemotherapy", "receives"),
        ("procedures", "gastrectomy", "hasUndergone"),
        ("procedures", "bone_marrow_biopsy", "hasUndergone"),
        ("results", "bone_marrow_result", "hasResult"),
        ("intents", "curative", "hasIntent"),
        # history, plans and intents change the meaning
        ("history", "breast_cancer", "hasHistoryOf"),
        ("history", "chemotherapy", "hasHistoryOf"),
        ("history", "gastrectomy", "hasUndergone"),
        ("plans", "esa", "plans"),
        ("plans", "bone_marrow_biopsy", "plans"),
        # for the rest, what it is decides, not the list
        ("findings", "breast_cancer", "hasDiagnosis"),
        ("diagnoses", "anemia", "hasStatedFinding"),
        ("findings", "epoetin", "receives"),
        ("diagnoses", "malignancy_high", "hasSuspicionOf"),
    ],
)
def test_a_present_fact_is_an_individual_of_its_concept(
    ontology: Ontology, records: Records, list_name: str, concept: str, prop: str
) -> None:
    found = records(**listed(list_name, concept=concept))
    name = next(item.name for item in ontology.concepts.values() if item.code == concept)
    assert of_patient(found, prop) == {f"{prop}-{name}"}
    assert of(found, f"{prop}-{name}", "type") == {name}


def test_a_suspected_diagnosis_is_a_suspicion_and_no_diagnosis(records: Records) -> None:
    found = records(diagnoses=[{"concept": "lymphoma", "status": "suspected"}])
    assert of_patient(found, "hasSuspicionOf") == {"hasSuspicionOf-Lymphoma"}
    assert of_patient(found, "hasDiagnosis") == set()


def test_a_pending_result_is_awaited_and_not_on_record(records: Records) -> None:
    found = records(results=[{"concept": "bone marrow result", "status": "pending"}])
    assert of_patient(found, "awaits") == {"awaits-BoneMarrowResult"}
    assert of_patient(found, "hasResult") == set()
    assert "BoneMarrowResult" in of_patient(found, "lacksRecordOf")


@pytest.mark.parametrize(
    ("list_name", "concept", "prop"),
    [
        ("findings", "anemia", "hasAbsent"),
        ("diagnoses", "cancer", "hasAbsent"),
        ("treatments", "active_chemotherapy", "hasAbsent"),
        ("history", "cancer", "hasNoHistoryOf"),
        ("procedures", "gastrectomy", "hasNoHistoryOf"),
        ("plans", "esa", "hasNoPlanFor"),
        ("intents", "curative", "hasNoIntentOf"),
        ("diagnoses", "malignancy_high", "hasNoSuspicionOf"),
    ],
)
def test_an_absence_carries_its_context(records: Records, list_name: str, concept: str, prop: str) -> None:
    found = records(**listed(list_name, concept=concept, status="absent"))
    absences = {item.predicate for item in found.assertions if item.leaf is Leaf.ABSENT}
    assert absences == {prop}
    assert len(of_patient(found, prop)) == 1


# -- treatments in time


def test_an_ended_treatment_is_absent_now_and_part_of_the_history(records: Records) -> None:
    found = records(treatments=[{"concept": "active chemotherapy", "started": "2025-01-01", "ended": "2025-06-01"}])
    assert of_patient(found, "hasAbsent") == {"ActiveChemotherapy"}
    assert of_patient(found, "hasHistoryOf") == {"hasHistoryOf-ActiveChemotherapy"}
    assert of_patient(found, "receives") == set()


def test_a_treatment_that_ends_today_still_runs(records: Records) -> None:
    found = records(treatments=[{"concept": "epoetin", "started": "2026-01-01", "ended": "2026-02-10"}])
    assert of_patient(found, "receives") == {"receives-Epoetin"}


def test_a_treatment_that_ended_and_was_taken_up_again_is_not_absent(records: Records) -> None:
    found = records(treatments=[{"concept": "epoetin", "ended": "2025-06-01"}, {"concept": "epoetin"}])
    assert of_patient(found, "hasAbsent") == set()
    assert of_patient(found, "receives") == {"receives-Epoetin"}


def test_an_ended_treatment_is_not_absent_while_a_special_form_of_it_runs(records: Records) -> None:
    found = records(treatments=[{"concept": "chemotherapy", "ended": "2025-06-01"}, {"concept": "active_chemotherapy"}])
    assert of_patient(found, "hasAbsent") == set()


# -- complete lists


def test_what_a_complete_list_does_not_name_is_absent(ontology: Ontology, records: Records) -> None:
    found = records(treatments=[{"concept": "epoetin"}], record={"complete": ["treatments"]})
    absent = {name for top in of_patient(found, "hasAbsent") for name in ontology.descendants(top)}
    assert {"ActiveChemotherapy", "PalliativeChemotherapy", "VitaminB12Supplement", "Darbepoetin"} <= absent
    assert not {"Epoetin", "ErythropoiesisStimulatingAgent"} & absent
    assert not {"Anemia", "Cancer"} & absent


def test_a_complete_list_of_one_context_says_nothing_of_another(records: Records) -> None:
    found = records(record={"complete": ["history"]})
    assert "Cancer" in of_patient(found, "hasNoHistoryOf")
    assert of_patient(found, "hasAbsent") == set()


def test_a_complete_list_of_findings_yields_to_what_is_measured(records: Records) -> None:
    found = records(measurements=[hb(9)], record={"complete": ["findings"]}, **ADULT)
    assert "Anemia" not in found.absences
    assert "Splenomegaly" in found.absences


def test_a_complete_list_yields_to_what_another_list_states(records: Records) -> None:
    found = records(findings=[{"concept": "breast cancer"}], record={"complete": ["diagnoses"]})
    assert not {"BreastCancer", "SolidTumor", "Cancer"} & set(found.absences)
    assert "LungCancer" in found.absences


def test_a_complete_list_leaves_unknown_what_is_stated_as_unknown(records: Records) -> None:
    found = records(diagnoses=[{"concept": "lymphoma", "status": "unknown"}], record={"complete": ["diagnoses"]})
    assert not {"Lymphoma", "Cancer", "HematologicMalignancy"} & set(found.absences)


# -- facts about the record


def test_the_record_lacks_what_it_does_not_state(records: Records) -> None:
    found = records(diagnoses=[{"concept": "vitamin B12 deficiency"}], measurements=[b12(300)])
    lacking = of_patient(found, "lacksRecordOf")
    assert {"IronDeficiency", "BoneMarrowResult", "TotalIronBindingCapacity"} <= lacking
    assert not {"VitaminB12Deficiency", "VitaminB12"} & lacking


def test_a_suspicion_a_plan_or_an_absence_is_no_record_of_the_thing(records: Records) -> None:
    found = records(diagnoses=[{"concept": "iron deficiency", "status": "suspected"},
                               {"concept": "vitamin B12 deficiency", "status": "absent"}])  # fmt: skip
    assert {"IronDeficiency", "VitaminB12Deficiency"} <= of_patient(found, "lacksRecordOf")


def test_a_special_form_on_record_is_a_record_of_the_general_one(records: Records) -> None:
    assert "CauseOfCytopenia" in of_patient(records(), "lacksRecordOf")
    found = records(diagnoses=[{"concept": "iron deficiency"}])
    assert "CauseOfCytopenia" not in of_patient(found, "lacksRecordOf")


def test_one_value_on_record_is_the_sole_one_and_two_days_are_not(records: Records) -> None:
    assert of_patient(records(measurements=[b12(1200)]), "hasSoleRecordOf") == {"VitaminB12"}
    assert of_patient(records(measurements=[b12(1200), b12(1100)]), "hasSoleRecordOf") == {"VitaminB12"}
    assert of_patient(records(measurements=[b12(1200), b12(900, "2026-01-01")]), "hasSoleRecordOf") == set()


# -- quarantine


def test_what_was_derived_from_quarantined_facts_goes_with_them(ontology: Ontology) -> None:
    today = datetime.date(2026, 2, 10)
    given_drug = Fact("treatments", "Epoetin", started=datetime.date(2025, 12, 16))
    denied = Fact("treatments", "Epoetin", Status.ABSENT)
    facts = PatientFacts(today, facts=(given_drug, denied))
    clean = record(ontology, facts)
    assert derived(clean, "WeeksOnESA") == {"8"}

    found = record(ontology, facts, quarantine=frozenset({given_drug, denied}))
    assert of_patient(found, "hasQuarantined") == {"Epoetin"}
    assert of_patient(found, "receives") == of_patient(found, "hasAbsent") == set()
    assert derived(found, "WeeksOnESA") == set()


def test_the_issues_of_the_reader_travel_with_the_record(records: Records) -> None:
    found = records(measurements=[hb(13, reference_range={"low": 0, "high": 0})], **ADULT)
    assert found.issues[0] == DataIssue(
        "reference_range", "Haemoglobin: the printed range 0 to 0 is not used", ("Hemoglobin",)
    )
