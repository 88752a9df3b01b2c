"""The patient graph: what facts become before any reasoner sees them."""

from __future__ import annotations

import datetime
import random
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures import Records
from kg.facts.patient import DataIssue, Fact, PatientFacts, Status
from kg.ontology.compiled import Ontology
from kg.readers.case.reader import CaseReader
from kg.record.assertions import record
from kg.record.record import Assertion, Leaf, Record
from patients import ADULT, P, derived, hb, listed, of, of_patient

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
    assert of_patient(found, "type") == {"Patient", "PatientWithinArticles"}
    assert {item.predicate for item in found.assertions} == {"type", "lacksRecordOf"}


WRITINGS = ("13", "13.0", "1.30e1", "1300e-2")


def test_a_number_is_the_same_however_it_is_written(reader: CaseReader, ontology: Ontology) -> None:
    # Given one value and one range in several writings
    read = [
        reader.read(
            {"measurements": [hb(Decimal(one), reference_range={"low": Decimal(one), "high": Decimal("16.0")})]}
        )
        for one in WRITINGS
    ]
    # then they are one set of facts, one graph, and twice the same value is one value
    assert len({facts.measurements[0].key for facts in read}) == 1
    assert len({record(ontology, facts).assertions for facts in read}) == 1
    both = replace(read[0], measurements=tuple(facts.measurements[0] for facts in read))
    assert len(both.ordered().measurements) == 1
    assert str(both.ordered().measurements[0].given) == "13"


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
        ("findings", "leukopenia", "hasAbsent"),
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


def test_a_diagnosis_that_is_absent_is_not_suspected_either(records: Records) -> None:
    found = records(diagnoses=[{"concept": "functional iron deficiency", "status": "absent"}])
    assert of_patient(found, "hasAbsent") == {"FunctionalIronDeficiency"}
    assert of_patient(found, "hasNoSuspicionOf") == {"FunctionalIronDeficiency"}


def test_a_stated_suspicion_stands_beside_the_absence_of_what_is_more_general(
    ontology: Ontology, records: Records
) -> None:
    found = records(diagnoses=[{"concept": "cancer", "status": "absent"},
                               {"concept": "lymphoma", "status": "suspected"}])  # fmt: skip
    assert of_patient(found, "hasAbsent") == {"Cancer"}
    unsuspected = {name for top in of_patient(found, "hasNoSuspicionOf") for name in ontology.descendants(top)}
    assert {"BreastCancer", "SolidTumor"} <= unsuspected
    assert not unsuspected & ontology.ancestors("Lymphoma")


def test_a_finding_or_treatment_that_is_absent_says_nothing_of_suspicions(records: Records) -> None:
    found = records(findings=[{"concept": "leukopenia", "status": "absent"}],
                    treatments=[{"concept": "epoetin", "status": "absent"}],
                    history=[{"concept": "cancer", "status": "absent"}])  # fmt: skip
    assert of_patient(found, "hasNoSuspicionOf") == set()


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


def test_what_has_ended_is_absent_now_although_the_history_names_it_too(records: Records) -> None:
    found = records(treatments=[{"concept": "chemotherapy", "ended": "2025-06-01"}],
                    history=[{"concept": "chemotherapy"}])  # fmt: skip
    assert of_patient(found, "hasAbsent") == {"Chemotherapy"}
    assert of_patient(found, "hasHistoryOf") == {"hasHistoryOf-Chemotherapy"}


@pytest.mark.parametrize(
    ("list_name", "concept", "absence"),
    [("plans", "esa", "hasNoPlanFor"), ("intents", "curative", "hasNoIntentOf")],
)
def test_a_plan_that_has_ended_is_no_plan_and_was_no_treatment(
    records: Records, list_name: str, concept: str, absence: str
) -> None:
    found = records(**listed(list_name, concept=concept, ended="2026-01-01"))
    assert len(of_patient(found, absence)) == 1
    assert {item.predicate for item in found.assertions} == {"type", "lacksRecordOf", absence}


def test_a_procedure_stays_done_when_it_has_ended(records: Records) -> None:
    found = records(procedures=[{"concept": "gastrectomy", "ended": "2019-05-01"}])
    assert of_patient(found, "hasUndergone") == {"hasUndergone-Gastrectomy"}
    assert not any(item.leaf is Leaf.ABSENT for item in found.assertions)


def test_a_suspicion_that_has_ended_is_none(records: Records) -> None:
    found = records(diagnoses=[{"concept": "lymphoma", "status": "suspected", "ended": "2026-01-01"}])
    assert of_patient(found, "hasNoSuspicionOf") == {"Lymphoma"}
    assert of_patient(found, "hasSuspicionOf") == of_patient(found, "hasAbsent") == set()


def test_a_value_stands_against_a_finding_that_is_said_to_be_over(records: Records) -> None:
    found = records(**ADULT, findings=[{"concept": "anemia", "ended": "2026-01-01"}], measurements=[hb(9)])
    assert of_patient(found, "hasDisputedAbsence") == {"Anemia"}
    assert of_patient(found, "hasAbsent") == set()
    assert "label_against_value" in [issue.kind for issue in found.issues]


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
