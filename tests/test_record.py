"""The patient graph: what facts become before any reasoner sees them."""

from __future__ import annotations

import datetime
import random
from typing import Any

import pytest
from conftest import Records
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.facts import DataIssue, Fact, PatientFacts, Status
from kg.ontology import Ontology
from kg.record import Leaf, Record, record

P = "patient/case"
ADULT: dict[str, Any] = {"sex": "female", "age": 50}


def listed(list_name: str, **entry: Any) -> dict[str, Any]:
    """A case with one entry in one list."""
    return {list_name: [entry]}


def hb(value: Any, date: str | None = "2026-02-01", **fields: Any) -> dict[str, Any]:
    return {"test": "Hb", "value": value, "unit": "g/dL", "date": date} | fields


def b12(value: Any, date: str | None = "2026-02-01", **fields: Any) -> dict[str, Any]:
    return {"test": "B12", "value": value, "unit": "ng/L", "date": date} | fields


def of_patient(found: Record, prop: str) -> set[str]:
    """What a property of the patient points at, without the patient's name."""
    return {
        item.object.removeprefix(P + "/") for item in found.assertions if (item.subject, item.predicate) == (P, prop)
    }


def of(found: Record, part: str, prop: str) -> set[str]:
    """Values of a property of one of the patient's individuals."""
    return {item.object for item in found.assertions if (item.subject, item.predicate) == (f"{P}/{part}", prop)}


def yardstick(found: Record, quantity: str, day: str = "2026-02-01") -> str:
    (name,) = of(found, f"{quantity}/{day}", "interpretedBy")
    return name


def kinds(found: Record) -> list[str]:
    return [issue.kind for issue in found.issues]


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
    records: Records, case: dict[str, Any], list_name: str, concept: str
) -> None:
    without = records(**case)
    unknown = {"concept": concept, "status": "unknown"}
    with_it = records(**{**case, list_name: [*case.get(list_name, []), unknown]})
    assert set(with_it.assertions) <= set(without.assertions) | yielded(without, with_it)


def yielded(without: Record, with_it: Record) -> set[Any]:
    """A complete list stops at the unknown concept: narrower absences then stand instead of the one above it."""
    return {item for item in with_it.assertions if item.leaf is Leaf.ABSENT} if without.facts.complete else set()


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
    assert of_patient(found, prop) == {f"{prop}/{name}"}
    assert of(found, f"{prop}/{name}", "type") == {name}


def test_a_suspected_diagnosis_is_a_suspicion_and_no_diagnosis(records: Records) -> None:
    found = records(diagnoses=[{"concept": "lymphoma", "status": "suspected"}])
    assert of_patient(found, "hasSuspicionOf") == {"hasSuspicionOf/Lymphoma"}
    assert of_patient(found, "hasDiagnosis") == set()


def test_a_pending_result_is_awaited_and_not_on_record(records: Records) -> None:
    found = records(results=[{"concept": "bone marrow result", "status": "pending"}])
    assert of_patient(found, "awaits") == {"awaits/BoneMarrowResult"}
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
    assert of_patient(found, "hasHistoryOf") == {"hasHistoryOf/ActiveChemotherapy"}
    assert of_patient(found, "receives") == set()


def test_a_treatment_that_ends_today_still_runs(records: Records) -> None:
    found = records(treatments=[{"concept": "epoetin", "started": "2026-01-01", "ended": "2026-02-10"}])
    assert of_patient(found, "receives") == {"receives/Epoetin"}


def test_a_treatment_that_ended_and_was_taken_up_again_is_not_absent(records: Records) -> None:
    found = records(treatments=[{"concept": "epoetin", "ended": "2025-06-01"}, {"concept": "epoetin"}])
    assert of_patient(found, "hasAbsent") == set()
    assert of_patient(found, "receives") == {"receives/Epoetin"}


def test_an_ended_treatment_is_not_absent_while_a_special_form_of_it_runs(records: Records) -> None:
    found = records(treatments=[{"concept": "chemotherapy", "ended": "2025-06-01"}, {"concept": "active_chemotherapy"}])
    assert of_patient(found, "hasAbsent") == set()


# -- measurements in time


def test_the_latest_value_is_current_and_older_ones_are_prior(records: Records) -> None:
    found = records(measurements=[hb(11, "2026-01-01"), hb(12, "2026-02-01"), hb(10, "2025-06-01")])
    assert of_patient(found, "hasCurrentMeasurement") == {"Hemoglobin/2026-02-01"}
    assert of_patient(found, "hasPriorMeasurement") == {"Hemoglobin/2026-01-01", "Hemoglobin/2025-06-01"}
    assert found.different == (tuple(f"{P}/Hemoglobin/{day}" for day in ("2025-06-01", "2026-01-01", "2026-02-01")),)


def test_a_value_without_a_date_counts_as_of_the_day_of_the_record(records: Records) -> None:
    found = records(measurements=[hb(11, "2026-02-09"), hb(12, None)])
    assert of_patient(found, "hasCurrentMeasurement") == {"Hemoglobin/undated"}
    assert found.different == ()


def test_two_values_of_one_day_are_one_occasion_and_a_data_issue(records: Records) -> None:
    found = records(measurements=[hb(11, "2026-02-01"), hb(12, "2026-02-01")], **ADULT)
    assert of_patient(found, "hasCurrentMeasurement") == {"Hemoglobin/2026-02-01"}
    assert of(found, "Hemoglobin/2026-02-01", "valueAtLeast") == {"11"}
    assert of(found, "Hemoglobin/2026-02-01", "valueAtMost") == {"12"}
    assert of(found, "Hemoglobin/2026-02-01", "value") == set()
    assert kinds(found) == ["several_values_in_one_day"]
    assert found.different == ()


def test_a_value_repeated_without_its_range_keeps_the_range(records: Records) -> None:
    found = records(measurements=[hb(11, reference_range={"low": 12}), hb(11)])
    assert yardstick(found, "Hemoglobin") == "ReferenceRange"
    assert found.issues == ()


def test_two_ranges_printed_on_one_day_are_a_data_issue_and_neither_is_used(records: Records) -> None:
    found = records(measurements=[hb(11, reference_range={"low": 12}), hb(11, reference_range={"low": 10})])
    assert yardstick(found, "Hemoglobin") == "NoYardstick"
    assert "several_ranges_in_one_day" in kinds(found)


def test_one_quantity_in_two_units_of_a_day_is_two_values_of_one_occasion(records: Records) -> None:
    percent = {"test": "reticulocytes", "value": 1, "unit": "%", "date": "2026-02-01", "flag": "N"}
    absolute = {"test": "reticulocytes", "value": 30, "unit": "10*9/L", "date": "2026-02-01", "flag": "L"}
    found = records(measurements=[percent, absolute])
    assert len(of_patient(found, "hasCurrentMeasurement")) == 2
    assert of(found, "Reticulocytes/2026-02-01", "type") >= {"FlaggedNormal", "ReticulocytesMeasurement"}
    assert "FlaggedLow" not in of(found, "Reticulocytes/2026-02-01", "type")
    assert found.different == ()


def test_a_comparator_becomes_bounds_with_their_strictness(records: Records) -> None:
    found = records(measurements=[b12(150, comparator="<"), hb(10, comparator=">=")])
    assert of(found, "VitaminB12/2026-02-01", "valueBelow") == {"150"}
    assert of(found, "Hemoglobin/2026-02-01", "valueAtLeast") == {"10"}


def test_a_converted_value_is_computed_and_one_as_given_is_stated(records: Records) -> None:
    found = records(measurements=[hb(130, unit="g/L"), b12(400)])
    leaves = {(item.object, item.leaf) for item in found.assertions if item.predicate == "value"}
    assert leaves == {("13", Leaf.COMPUTED), ("400", Leaf.STATED)}


# -- yardsticks, in their order


def test_an_absolute_limit_of_an_article_comes_before_the_range(records: Records) -> None:
    found = records(measurements=[b12(1200, reference_range={"low": 200, "high": 2000}, flag="N")])
    assert yardstick(found, "VitaminB12") == "ArticlePrintedLimit"


def test_the_range_comes_before_the_flag(records: Records) -> None:
    found = records(measurements=[hb(13, reference_range={"low": 12, "high": 15}, flag="L")], **ADULT)
    assert yardstick(found, "Hemoglobin") == "ReferenceRange"
    assert of(found, "Hemoglobin/2026-02-01", "type") >= {"WithinReferenceRange", "FlaggedLow"}


def test_the_flag_comes_before_the_statement(records: Records) -> None:
    found = records(measurements=[hb(13, flag="N")], findings=[{"concept": "anemia"}], **ADULT)
    assert yardstick(found, "Hemoglobin") == "LaboratoryFlag"


def test_the_statement_comes_before_a_fallback_limit(records: Records) -> None:
    found = records(measurements=[b12(170)], findings=[{"concept": "low B12"}])
    assert yardstick(found, "VitaminB12") == "ClinicianStatement"


def test_the_statement_comes_before_a_sourced_default(records: Records) -> None:
    found = records(measurements=[hb(11)], findings=[{"concept": "anemia"}], **ADULT)
    assert yardstick(found, "Hemoglobin") == "ClinicianStatement"


def test_a_stated_absence_is_a_statement_too(records: Records) -> None:
    found = records(measurements=[hb(13)], findings=[{"concept": "anemia", "status": "absent"}], **ADULT)
    assert yardstick(found, "Hemoglobin") == "ClinicianStatement"


def test_a_statement_about_now_says_nothing_of_an_older_value(records: Records) -> None:
    found = records(measurements=[hb(11), hb(14, "2025-01-01")], findings=[{"concept": "anemia"}], **ADULT)
    assert yardstick(found, "Hemoglobin", "2025-01-01") == "SourcedDefault"


def test_a_fallback_limit_of_an_article_serves_where_nothing_else_does(records: Records) -> None:
    assert yardstick(records(measurements=[b12(170)]), "VitaminB12") == "ArticlePrintedLimit"
    assert yardstick(records(measurements=[b12(420)]), "VitaminB12") == "ArticlePrintedLimit"


def test_a_sourced_default_serves_an_adult(records: Records) -> None:
    assert yardstick(records(measurements=[hb(11)], **ADULT), "Hemoglobin") == "SourcedDefault"


def test_without_any_yardstick_nothing_interprets_a_value(records: Records) -> None:
    ferritin = {"test": "ferritin", "value": 80, "unit": "ng/mL", "date": "2026-02-01"}
    assert yardstick(records(measurements=[ferritin], **ADULT), "Ferritin") == "NoYardstick"


@pytest.mark.parametrize(
    ("value", "position"),
    [
        (11, "BelowReferenceRange"),
        (12, "WithinReferenceRange"),
        (15, "WithinReferenceRange"),
        (16, "AboveReferenceRange"),
    ],
)
def test_the_limits_of_a_range_belong_to_it(records: Records, value: int, position: str) -> None:
    found = records(measurements=[hb(value, reference_range={"low": 12, "high": 15})])
    assert position in of(found, "Hemoglobin/2026-02-01", "type")


def test_a_value_that_straddles_the_end_of_its_range_has_no_position(records: Records) -> None:
    found = records(measurements=[hb(12, comparator="~", reference_range={"low": 12, "high": 15})])
    assert of(found, "Hemoglobin/2026-02-01", "type") == {"HemoglobinMeasurement", "UncontradictedMeasurement"}


# -- defaults are for adults who are not pregnant


@pytest.mark.parametrize(
    "who",
    [
        {"sex": "female", "age": 17},
        {"sex": "female"},
        {"sex": "female", "age": 30, "diagnoses": [{"concept": "pregnancy"}]},
    ],
)
def test_for_children_in_pregnancy_and_at_unknown_age_a_default_is_not_established(
    records: Records, who: dict[str, Any]
) -> None:
    found = records(measurements=[hb(11)], **who)
    assert yardstick(found, "Hemoglobin") == "NoYardstick"
    assert kinds(found) == ["default_not_established"]
    assert found.issues[0].concepts == ("Hemoglobin",)


def test_a_default_holds_from_the_eighteenth_birthday(records: Records) -> None:
    assert yardstick(records(measurements=[hb(11)], sex="male", age=18), "Hemoglobin") == "SourcedDefault"


def test_a_default_that_is_not_established_does_not_contradict_a_statement_either(records: Records) -> None:
    found = records(measurements=[hb(13)], findings=[{"concept": "anemia"}], sex="male", age=5)
    assert found.issues == ()


def test_where_the_laboratory_gives_a_range_no_default_is_missed(records: Records) -> None:
    found = records(measurements=[hb(11, reference_range={"low": 11})], sex="male", age=5)
    assert found.issues == ()


# -- labels against values


def test_a_label_against_a_value_is_a_data_issue_and_the_label_stays(records: Records) -> None:
    found = records(measurements=[hb(14, reference_range={"low": 12})], findings=[{"concept": "anemia"}])
    assert of_patient(found, "hasStatedFinding") == {"hasStatedFinding/Anemia"}
    assert of_patient(found, "hasAbsent") == set()
    assert kinds(found) == ["label_against_value"]
    assert "UncontradictedMeasurement" not in of(found, "Hemoglobin/2026-02-01", "type")


def test_a_label_that_the_value_bears_out_leaves_it_uncontradicted(records: Records) -> None:
    found = records(measurements=[hb(11, reference_range={"low": 12})], findings=[{"concept": "anemia"}])
    assert found.issues == ()
    assert "UncontradictedMeasurement" in of(found, "Hemoglobin/2026-02-01", "type")


def test_a_general_label_speaks_of_all_it_is_made_of(records: Records) -> None:
    found = records(measurements=[hb(14, reference_range={"low": 12})], findings=[{"concept": "pancytopenia"}])
    assert kinds(found) == ["label_against_value"]


def test_a_sourced_default_never_contradicts_a_statement_but_raises_an_issue(records: Records) -> None:
    found = records(measurements=[hb(13)], findings=[{"concept": "anemia"}], **ADULT)
    assert yardstick(found, "Hemoglobin") == "ClinicianStatement"
    assert kinds(found) == ["label_against_value"]


def test_the_articles_own_limit_raises_an_issue_against_a_statement_too(records: Records) -> None:
    found = records(measurements=[b12(420)], findings=[{"concept": "low B12"}])
    assert yardstick(found, "VitaminB12") == "ClinicianStatement"
    assert kinds(found) == ["label_against_value"]


def test_an_absence_against_a_low_value_is_disputed_and_not_stated(records: Records) -> None:
    found = records(
        measurements=[hb(9, reference_range={"low": 12})], findings=[{"concept": "anemia", "status": "absent"}]
    )
    assert of_patient(found, "hasDisputedAbsence") == {"Anemia"}
    assert of_patient(found, "hasAbsent") == set()
    assert kinds(found) == ["label_against_value"]


def test_a_normal_value_is_no_stated_absence(records: Records) -> None:
    found = records(measurements=[hb(14, reference_range={"low": 12, "high": 15})])
    assert [item for item in found.assertions if item.leaf is Leaf.ABSENT] == []


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


# -- derived quantities


def derived(found: Record, name: str) -> set[str]:
    return of(found, name, "value")


def test_eight_weeks_to_the_day_are_eight_weeks(records: Records) -> None:
    treatment = {"concept": "darbepoetin", "started": "2025-12-16"}
    assert derived(records(treatments=[treatment]), "WeeksOnESA") == {"8"}


def test_weeks_count_from_the_earliest_running_agent_only(records: Records) -> None:
    ended = {"concept": "epoetin", "started": "2025-01-07", "ended": "2025-06-01"}
    running = {"concept": "darbepoetin", "started": "2025-12-16"}
    assert derived(records(treatments=[ended, running]), "WeeksOnESA") == {"8"}
    assert derived(records(treatments=[ended]), "WeeksOnESA") == set()
    assert derived(records(plans=[running]), "WeeksOnESA") == set()


@pytest.mark.parametrize(
    ("before", "after", "change"), [("93", "103", "1"), ("93", "102", "0.9"), ("93", "90", "-0.3")]
)
def test_the_gain_of_haemoglobin_is_exact(records: Records, before: str, after: str, change: str) -> None:
    found = records(
        treatments=[{"concept": "epoetin", "started": "2025-12-16"}],
        measurements=[hb(int(before), "2025-12-16", unit="g/L"), hb(50, "2025-12-20", unit="g/L"),
                      hb(int(after), "2026-02-10", unit="g/L")],
    )  # fmt: skip
    assert derived(found, "HemoglobinChangeOnESA") == {change}


def test_without_a_value_before_the_start_there_is_no_gain(records: Records) -> None:
    found = records(treatments=[{"concept": "epoetin", "started": "2025-12-16"}], measurements=[hb(10)])
    assert derived(found, "HemoglobinChangeOnESA") == set()


@pytest.mark.parametrize(
    ("levels", "change", "sustained", "earlier"),
    [
        ((1000, 800, 1100), "300", "800", "1000"),
        ((1100, 1200), "100", "1100", "1100"),
        ((1200, 1200), "0", "1200", "1200"),
        ((1300, 900), "-400", "900", "1300"),
    ],
)
def test_a_series_gives_its_change_its_lower_of_the_latest_two_and_its_earlier_maximum(
    records: Records, levels: tuple[int, ...], change: str, sustained: str, earlier: str
) -> None:
    found = records(measurements=[b12(level, f"2026-01-{day:02}") for day, level in enumerate(levels, 1)])
    assert derived(found, "VitaminB12Change") == {change}
    assert derived(found, "SustainedVitaminB12") == {sustained}
    assert derived(found, "EarlierVitaminB12Maximum") == {earlier}
    assert derived(found, "RecordedVitaminB12Maximum") == set()


def test_the_maximum_of_the_record_needs_a_complete_record(records: Records) -> None:
    values = [b12(900, "2026-01-01"), b12(950, "2026-02-01")]
    found = records(measurements=values, record={"complete": ["measurements"]})
    assert derived(found, "RecordedVitaminB12Maximum") == {"950"}
    assert derived(found, "SecondHighestVitaminB12") == {"900"}


def test_a_complete_record_without_a_value_never_had_a_high_one(records: Records) -> None:
    found = records(record={"complete": ["measurements"]})
    assert derived(found, "RecordedVitaminB12Maximum") == {"0"}


def test_values_without_dates_have_no_trend(records: Records) -> None:
    found = records(measurements=[b12(900, "2026-01-01"), b12(1100, None)])
    assert derived(found, "VitaminB12Change") == set()


def test_a_change_between_bounds_keeps_their_strictness(records: Records) -> None:
    found = records(measurements=[b12(1000, "2026-01-01"), b12(1000, "2026-02-01", comparator=">")])
    assert of(found, "VitaminB12Change", "valueAbove") == {"0"}


# -- the transferrin saturation against iron and binding capacity (P12)

IRON = {"test": "iron", "value": 40, "unit": "ug/dL", "date": "2026-02-01"}
TIBC = {"test": "TIBC", "value": 400, "unit": "ug/dL", "date": "2026-02-01"}


def tsat(value: int, **fields: Any) -> dict[str, Any]:
    return {"test": "TSAT", "value": value, "unit": "%", "date": "2026-02-01"} | fields


def test_a_saturation_of_another_class_than_recomputed_is_set_aside_alone(records: Records) -> None:
    found = records(measurements=[IRON, TIBC, tsat(30)])
    assert of_patient(found, "hasQuarantined") == {"TransferrinSaturation"}
    assert of_patient(found, "hasCurrentMeasurement") == {"SerumIron/2026-02-01", "TotalIronBindingCapacity/2026-02-01"}
    assert "TransferrinSaturation" in of_patient(found, "lacksRecordOf")
    assert derived(found, "RecomputedTransferrinSaturation") == {"10"}
    assert kinds(found) == ["strained_identity"]
    assert found.issues[0].concepts == ("TransferrinSaturation", "SerumIron", "TotalIronBindingCapacity")


def test_a_stated_normal_saturation_that_iron_contradicts_is_set_aside(records: Records) -> None:
    found = records(measurements=[IRON, TIBC], findings=[{"concept": "normal transferrin saturation"}])
    assert of_patient(found, "hasStatedFinding") == set()
    assert kinds(found) == ["strained_identity"]


@pytest.mark.parametrize(
    "values",
    [
        [IRON, TIBC, tsat(12)],  # the same class
        [IRON | {"value": 72}, TIBC, tsat(30)],  # recomputed 18 %: in the grey zone, decides nothing
        [IRON | {"date": "2026-01-31"}, TIBC, tsat(30)],  # not of one day
        [IRON | {"comparator": "<"}, TIBC, tsat(30)],  # not an exact value
    ],
)
def test_a_saturation_that_the_identity_bears_out_or_cannot_judge_stays(
    records: Records, values: list[dict[str, Any]]
) -> None:
    found = records(measurements=values)
    assert "TransferrinSaturation/2026-02-01" in of_patient(found, "hasCurrentMeasurement")
    assert found.issues == ()


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
