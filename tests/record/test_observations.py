"""Values by occasion, the yardstick in force for each, and labels against values."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures import Records
from kg.record.record import Leaf
from patients import ADULT, P, b12, hb, kinds, of, of_patient, yardstick

# -- measurements in time


def test_the_latest_value_is_current_and_older_ones_are_prior(records: Records) -> None:
    found = records(measurements=[hb(11, "2026-01-01"), hb(12, "2026-02-01"), hb(10, "2025-06-01")])
    assert of_patient(found, "hasCurrentMeasurement") == {"Hemoglobin-2026-02-01"}
    assert of_patient(found, "hasPriorMeasurement") == {"Hemoglobin-2026-01-01", "Hemoglobin-2025-06-01"}
    assert found.different == (tuple(f"{P}/Hemoglobin-{day}" for day in ("2025-06-01", "2026-01-01", "2026-02-01")),)


def test_a_value_without_a_date_counts_as_of_the_day_of_the_record(records: Records) -> None:
    found = records(measurements=[hb(11, "2026-02-09"), hb(12, None)])
    assert of_patient(found, "hasCurrentMeasurement") == {"Hemoglobin-undated"}
    assert found.different == ()


def test_two_values_of_one_day_are_one_occasion_and_a_data_issue(records: Records) -> None:
    found = records(measurements=[hb(11, "2026-02-01"), hb(12, "2026-02-01")], **ADULT)
    assert of_patient(found, "hasCurrentMeasurement") == {"Hemoglobin-2026-02-01"}
    assert of(found, "Hemoglobin-2026-02-01", "valueAtLeast") == {"11"}
    assert of(found, "Hemoglobin-2026-02-01", "valueAtMost") == {"12"}
    assert of(found, "Hemoglobin-2026-02-01", "value") == set()
    assert kinds(found) == ["several_values_in_one_day"]
    assert found.different == ()


def test_a_value_repeated_without_its_range_keeps_the_range(records: Records) -> None:
    found = records(measurements=[hb(11, reference_range={"low": 12}), hb(11)])
    assert yardstick(found, "Hemoglobin") == "ReferenceRange"
    assert found.issues == ()


def test_two_ranges_printed_on_one_day_are_a_data_issue_and_neither_is_used(records: Records) -> None:
    found = records(measurements=[hb(11, reference_range={"low": 12}), hb(11, reference_range={"low": 10})])
    assert yardstick(found, "Hemoglobin") == "SourcedDefault"
    assert "several_ranges_in_one_day" in kinds(found)


def test_one_quantity_in_two_units_of_a_day_is_two_values_of_one_occasion(records: Records) -> None:
    percent = {"test": "reticulocytes", "value": 1, "unit": "%", "date": "2026-02-01", "flag": "N"}
    absolute = {"test": "reticulocytes", "value": 30, "unit": "10*9/L", "date": "2026-02-01", "flag": "L"}
    found = records(measurements=[percent, absolute])
    assert len(of_patient(found, "hasCurrentMeasurement")) == 2
    assert of(found, "Reticulocytes-2026-02-01", "type") >= {"FlaggedNormal", "ReticulocytesMeasurement"}
    assert "FlaggedLow" not in of(found, "Reticulocytes-2026-02-01", "type")
    assert found.different == ()


def test_a_comparator_becomes_bounds_with_their_strictness(records: Records) -> None:
    found = records(measurements=[b12(150, comparator="<"), hb(10, comparator=">=")])
    assert of(found, "VitaminB12-2026-02-01", "valueBelow") == {"150"}
    assert of(found, "Hemoglobin-2026-02-01", "valueAtLeast") == {"10"}


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
    assert of(found, "Hemoglobin-2026-02-01", "type") >= {"WithinReferenceRange", "FlaggedLow"}


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
    hepcidin = {"test": "hepcidin-25", "value": 8, "unit": "ng/mL", "date": "2026-02-01"}
    assert yardstick(records(measurements=[hepcidin], **ADULT), "Hepcidin25") == "NoYardstick"


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
    assert position in of(found, "Hemoglobin-2026-02-01", "type")


def test_a_value_that_straddles_the_end_of_its_range_has_no_position(records: Records) -> None:
    found = records(measurements=[hb(12, comparator="~", reference_range={"low": 12, "high": 15})])
    undecided = {"HemoglobinMeasurement", "UncontradictedMeasurement", "UndecidedMeasurement"}
    assert of(found, "Hemoglobin-2026-02-01", "type") == undecided


# -- a reference interval is for a sex, an age and a state


@pytest.mark.parametrize(
    ("who", "interval"),
    [
        ({"sex": "female", "age": 30}, "HemoglobinOfWomen"),
        ({"sex": "male", "age": 18}, "HemoglobinOfMen"),
        ({"age": 40}, "HemoglobinOfAdults"),
        ({"sex": "female", "age": 13}, "HemoglobinFrom12"),
        ({"sex": "male", "age": 4}, "HemoglobinFrom2"),
        ({"sex": "female", "age": 0}, "HemoglobinUnder1"),
        ({}, "HemoglobinAtUnknownAge"),
        ({"sex": "female"}, "HemoglobinOfWomenAtUnknownAge"),
        ({"sex": "female", "age": 30, "diagnoses": [{"concept": "pregnancy"}]}, "HemoglobinInPregnancy"),
    ],
)
def test_the_narrowest_reference_interval_that_fits_is_used(
    records: Records, who: dict[str, Any], interval: str
) -> None:
    found = records(measurements=[hb(11)], **who)
    assert of(found, "Hemoglobin-2026-02-01", "comparedWith") == {f"interval/{interval}"}
    assert yardstick(found, "Hemoglobin") == "SourcedDefault"


@pytest.mark.parametrize("who", [{"age": 9}, {"age": 30, "diagnoses": [{"concept": "pregnancy"}]}])
def test_where_no_interval_is_for_the_patient_that_is_a_data_issue(records: Records, who: dict[str, Any]) -> None:
    tibc = {"test": "TIBC", "value": 420, "unit": "ug/dL", "date": "2026-02-01"}
    found = records(measurements=[tibc], **who)
    assert yardstick(found, "TotalIronBindingCapacity") == "NoYardstick"
    assert kinds(found) == ["default_not_established"]


def test_the_interval_of_a_child_stands_against_a_statement_as_a_data_issue_alone(records: Records) -> None:
    found = records(measurements=[hb(13)], findings=[{"concept": "anemia"}], sex="male", age=5)
    assert kinds(found) == ["label_against_value"]
    assert yardstick(found, "Hemoglobin") == "ClinicianStatement"


def test_where_the_laboratory_gives_a_range_no_default_is_missed(records: Records) -> None:
    found = records(measurements=[hb(11, reference_range={"low": 11})], sex="male", age=5)
    assert found.issues == ()


# -- labels against values


def test_a_label_against_a_value_is_a_data_issue_and_the_label_stays(records: Records) -> None:
    found = records(measurements=[hb(14, reference_range={"low": 12})], findings=[{"concept": "anemia"}])
    assert of_patient(found, "hasStatedFinding") == {"hasStatedFinding-Anemia"}
    assert of_patient(found, "hasAbsent") == set()
    assert kinds(found) == ["label_against_value"]
    assert "UncontradictedMeasurement" not in of(found, "Hemoglobin-2026-02-01", "type")


def test_a_label_that_the_value_bears_out_leaves_it_uncontradicted(records: Records) -> None:
    found = records(measurements=[hb(11, reference_range={"low": 12})], findings=[{"concept": "anemia"}])
    assert found.issues == ()
    assert "UncontradictedMeasurement" in of(found, "Hemoglobin-2026-02-01", "type")


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
