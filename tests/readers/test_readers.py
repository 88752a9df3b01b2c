"""Readers of all formats: how one is chosen, and that everything that comes in is used or reported."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from accounted import leaves, lost
from kg.errors import CaseError, InputError
from kg.facts.origins import JsonPath, TextSpan
from kg.facts.patient import Reason
from kg.ontology.compiled import DEFAULT_FOLDER
from kg.readers.case.parsing import parse_yaml
from kg.readers.protocol import Context, ReadResult
from kg.readers.registry import READERS, Registry
from kg.record.examples import paths
from kg.vocabulary.names import Names

DAY = datetime.date(2026, 2, 10)
HEMOGLOBIN = {"test": "hemoglobin", "value": 98, "unit": "g/L", "date": "2026-02-01"}
EXAMPLES = list(paths(DEFAULT_FOLDER))


def read(names: Names, case: Any, lenient: bool = True) -> ReadResult:
    data = json.dumps(case, default=float).encode()
    return READERS.read_file("case.json", data, Context(names, DAY, lenient))


# -- which reader


@pytest.mark.parametrize(
    ("name", "data", "extension"),
    [
        ("case.json", b"[]", ".json"),
        ("case.yaml", b'{"age": 62}', ".yaml"),
        ("NOTE.TXT", b"62F, tired", ".txt"),
        ("-", b' \n{"age": 62}', ".json"),
        ("-", b"age: 62", ".yaml"),
        ("case", b"\xef\xbb\xbf{}", ".json"),
    ],
)
def test_a_reader_is_chosen_by_extension_or_by_how_the_data_begins(name: str, data: bytes, extension: str) -> None:
    assert extension in READERS.of_file(name, data).extensions


@pytest.mark.parametrize("media_type", ["application/json", "application/yaml", "text/csv", "text/plain"])
def test_a_reader_is_chosen_by_media_type(media_type: str) -> None:
    reader = READERS.of_type(media_type)
    assert reader is not None
    assert media_type in reader.media_types


def test_a_type_that_nobody_reads_has_no_reader() -> None:
    assert READERS.of_type("image/png") is None
    with pytest.raises(InputError, match="no format that is read here"):
        Registry(()).of_file("case.json", b"{}")


def test_an_empty_file_and_one_of_other_bytes_are_errors(names: Names) -> None:
    with pytest.raises(CaseError, match="is empty"):
        READERS.read_file("case.json", b" \n", Context(names, DAY))
    with pytest.raises(InputError, match="no UTF-8 text"):
        READERS.read_file("case.yaml", b"age: \xff", Context(names, DAY))


# -- leniency


@pytest.mark.parametrize(
    ("entry", "reason", "concept"),
    [
        ({"test": "no such test", "value": 1, "unit": "g/L"}, Reason.UNKNOWN_NAME, ""),
        (HEMOGLOBIN | {"value": "high"}, Reason.NOT_A_NUMBER, "Hemoglobin"),
        (HEMOGLOBIN | {"unit": "parsecs"}, Reason.UNIT_UNKNOWN, "Hemoglobin"),
        (HEMOGLOBIN | {"unit": "fL"}, Reason.UNIT_DOES_NOT_FIT, "Hemoglobin"),
        (HEMOGLOBIN | {"unit": None}, Reason.UNIT_UNKNOWN, "Hemoglobin"),
        (HEMOGLOBIN | {"value": -3}, Reason.IMPOSSIBLE_VALUE, "Hemoglobin"),
        (HEMOGLOBIN | {"date": "2027-01-01"}, Reason.UNSUPPORTED, "Hemoglobin"),
        (HEMOGLOBIN | {"comparator": "about"}, Reason.UNSUPPORTED, "Hemoglobin"),
        ("98 g/L", Reason.UNSUPPORTED, ""),
    ],
)
def test_an_entry_that_cannot_be_used_is_reported_and_the_rest_is_read(
    names: Names, entry: Any, reason: Reason, concept: str
) -> None:
    case = {"measurements": [entry, HEMOGLOBIN], "findings": [{"concept": "pancytopenia"}]}
    result = read(names, case)
    (unread,) = result.unread
    assert (unread.reason, unread.origin, unread.concept) == (reason, JsonPath("$.measurements[0]"), concept)
    assert unread.message
    assert [fact.concept for fact in result.facts.facts] == ["Pancytopenia"]
    assert [item.origin for item in result.facts.measurements] == [JsonPath("$.measurements[1]")]
    assert lost(result, case) == []
    with pytest.raises(CaseError):
        read(names, case, lenient=False)


@pytest.mark.parametrize(
    ("part", "path"),
    [
        ({"laboratory": "north"}, "$.measurements[0].laboratory"),
        ({"flag": "HU"}, "$.measurements[0].flag"),
        ({"reference_range": {"low": "?"}}, "$.measurements[0].reference_range"),
    ],
)
def test_a_part_without_which_a_value_can_be_used_is_reported_alone(names: Names, part: Any, path: str) -> None:
    case = {"measurements": [HEMOGLOBIN | part]}
    result = read(names, case)
    assert [item.origin for item in result.unread] == [JsonPath(path)]
    assert len(result.facts.measurements) == 1
    assert lost(result, case) == []


@pytest.mark.parametrize(
    ("case", "path"),
    [
        ({"age": "old", "sex": "female"}, "$.age"),
        ({"sex": "F?", "age": 62}, "$.sex"),
        ({"findings": "tired", "age": 62}, "$.findings"),
        ({"allergies": ["nuts"], "age": 62}, "$.allergies"),
        ({"record": {"complete": ["treatments", "everything"]}}, "$.record.complete[1]"),
        ({"findings": [{"concept": "pancytopenia"}, {"concept": "anemia", "status": "maybe"}]}, "$.findings[1]"),
    ],
)
def test_any_other_part_of_a_case_is_reported_too(names: Names, case: dict[str, Any], path: str) -> None:
    result = read(names, case)
    assert [item.origin for item in result.unread] == [JsonPath(path)]
    assert lost(result, case) == []


def test_a_case_may_ask_for_leniency_itself(names: Names) -> None:
    case = {"unknown": "report", "findings": [{"concept": "no such finding"}, {"concept": "pancytopenia"}]}
    result = read(names, case, lenient=False)
    assert [(item.text, item.reason) for item in result.unread] == [
        ('{"concept": "no such finding"}', Reason.UNKNOWN_NAME)
    ]
    assert lost(result, case) == []


@pytest.mark.parametrize("case", [{"as_of": "yesterday"}, [], {"unknown": "drop"}], ids=str)
def test_what_the_whole_case_rests_on_is_an_error_even_so(names: Names, case: Any) -> None:
    with pytest.raises(CaseError):
        read(names, case)


# -- used and unread together are the input


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.stem))
def test_every_leaf_of_an_example_is_used(names: Names, path: Path) -> None:
    result = READERS.read_file(path.name, path.read_bytes(), Context(names, DAY))
    case = parse_yaml(path.read_text(encoding="utf-8"))
    assert {result.coverage.of(JsonPath(leaf)) for leaf in leaves(case)} == {"used"}
    assert result.unread == ()


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 15


@pytest.mark.parametrize(
    "text",
    [
        "62-year-old woman. Hb 9.8 g/dL, WBC 2.1, glorbium level 44 U/L. No fever.",
        "Pt is tired; MCV 104 fL on 2026-02-01. What next?",
        "",
    ],
)
def test_every_word_of_a_text_is_used_unread_or_silent(names: Names, text: str) -> None:
    reader = READERS.of_type("text/plain")
    assert reader is not None
    result = reader.read(text.encode(), Context(names, DAY))
    found = [result.coverage.of(TextSpan(place, place + 1)) for place, sign in enumerate(text) if not sign.isspace()]
    assert set(found) <= {"used", "unread", "silent"}
    assert ("used" in found) is bool(text)
    assert [item.origin for item in result.unread] == list(result.coverage.unread)
