"""Rows of the OMOP Common Data Model: concepts by the rows that come along, else by the source values."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest

from accounted import lost
from kg.errors import CaseError
from kg.facts.origins import JsonPath
from kg.facts.patient import Reason
from kg.readers.omop import OMOP
from kg.readers.protocol import Context, ReadResult
from kg.readers.registry import READERS
from kg.vocabulary.names import Names

ROWS: dict[str, Any] = {
    "person": [{"person_id": 1, "gender_concept_id": 8532, "year_of_birth": 1963, "month_of_birth": 5}],
    "measurement": [
        {
            "person_id": 1, "measurement_concept_id": 7, "measurement_date": "2026-02-01", "value_as_number": 9.8,
            "operator_concept_id": 4171756, "unit_concept_id": 8, "range_low": 12, "range_high": 15.5,
        },
        {
            "person_id": 1, "measurement_concept_id": 0, "measurement_source_value": "MCV", "value_as_number": 104,
            "unit_source_value": "fL", "measurement_datetime": "2026-02-01T07:15:00",
        },
        {"person_id": 1, "measurement_concept_id": 0, "measurement_source_value": "ferritin"},
    ],
    "condition_occurrence": [
        {"person_id": 1, "condition_concept_id": 9, "condition_start_date": "2024-01-01"},
        {"person_id": 1, "condition_concept_id": 555, "condition_source_value": "sore elbow"},
    ],
    "drug_exposure": [
        {"person_id": 1, "drug_concept_id": 0, "drug_source_value": "darbepoetin",
         "drug_exposure_start_date": "2026-01-05"},
    ],
    "visit_occurrence": [{"person_id": 1}],
    "concept": [
        {"concept_id": 7, "vocabulary_id": "LOINC", "concept_code": "718-7", "concept_name": "Hemoglobin"},
        {"concept_id": 8, "vocabulary_id": "UCUM", "concept_code": "g/dL", "concept_name": "gram per deciliter"},
        {"concept_id": 9, "vocabulary_id": "Mondo", "concept_code": "MONDO:0007254", "concept_name": "breast cancer"},
    ],
}  # fmt: skip


def read(names: Names, rows: Any) -> ReadResult:
    return READERS.read_file("rows.json", json.dumps(rows).encode(), Context(names, datetime.date(2026, 2, 10)))


def test_rows_of_a_person_are_facts_with_their_paths(names: Names) -> None:
    assert READERS.of_file("rows.json", json.dumps(ROWS).encode()) is OMOP
    found = read(names, ROWS)
    assert (found.facts.sex, found.facts.age) == ("female", 62)
    stated = {item.concept: item.origin for item in found.facts.facts}
    assert stated == {
        "BreastCancer": JsonPath("$.condition_occurrence[0]"),
        "Darbepoetin": JsonPath("$.drug_exposure[0]"),
    }
    hemoglobin, volume = found.facts.measurements
    assert (hemoglobin.comparator, hemoglobin.given_unit) == ("<", "g/dL")
    assert (volume.unit, volume.time) == ("fL", datetime.time(7, 15))


def test_what_is_not_used_is_reported_and_nothing_is_lost(names: Names) -> None:
    found = read(names, ROWS)
    assert {(item.origin, item.reason) for item in found.unread} == {
        (JsonPath("$.measurement[2]"), Reason.NOT_A_NUMBER),
        (JsonPath("$.condition_occurrence[1]"), Reason.UNKNOWN_NAME),
        (JsonPath("$.visit_occurrence"), Reason.UNSUPPORTED),
    }
    assert lost(found, ROWS) == []


def test_rows_of_several_persons_are_refused(names: Names) -> None:
    rows = {**ROWS, "person": [*ROWS["person"], {"person_id": 2, "gender_concept_id": 8507}]}
    with pytest.raises(CaseError, match="rows of 2 persons: 1, 2"):
        read(names, rows)


def test_a_table_that_is_no_list_is_reported(names: Names) -> None:
    found = read(names, {**ROWS, "observation": "none", "procedure_occurrence": [3]})
    reported = {item.origin for item in found.unread}
    assert {JsonPath("$.observation"), JsonPath("$.procedure_occurrence[0]")} <= reported
