"""What one document of a case may hold, and that what is over a limit is told in a line, soon."""

from __future__ import annotations

import time
from typing import Any

import pytest

from kg.errors import CaseError
from kg.readers.builder import SUGGESTED_FOR
from kg.readers.case.parsing import ParseLimits, parse_json, parse_yaml
from kg.readers.case.reader import CaseReader

LIMITS = ParseLimits(depth=4, fields=5, entries=5, digits=6, name=8)
OVER = {
    "fields": '{"a": 1, "b": {"c": 1, "d": 2, "e": 3, "f": 4}}',
    "digits": '{"a": 1234567}',
    "digits behind a point": '{"a": 1.234567}',
    "name": '{"abcdefghi": 1}',
    "depth": '{"a": [[[[[1]]]]]}',
    "entries": '{"a": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]}',
}


@pytest.mark.parametrize("parse", [parse_json, parse_yaml])
@pytest.mark.parametrize("text", OVER.values(), ids=OVER)
def test_what_is_over_a_limit_is_refused_in_a_line(parse: Any, text: str) -> None:
    with pytest.raises(CaseError) as error:
        parse(text, LIMITS)
    assert len(error.value.problems) == 1
    assert len(str(error.value)) < 200


@pytest.mark.parametrize("parse", [parse_json, parse_yaml])
def test_what_is_under_the_limits_is_read(parse: Any) -> None:
    assert parse('{"a": [[[1]]], "b": 123456, "c": 1, "d": [1, 2]}', LIMITS)["b"] == 123456


def test_twenty_thousand_fields_take_no_time() -> None:
    start = time.process_time()
    parse_json("{" + ", ".join(f'"f{number}": 1' for number in range(20_000)) + "}")
    assert time.process_time() - start < 1


def test_what_yaml_refers_to_again_and_again_counts_each_time() -> None:
    lines = ["a0: &a0 [1, 2]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 30))]
    with pytest.raises(CaseError, match="entries"):
        parse_yaml("\n".join(lines))


def test_the_closest_names_are_told_of_the_first_unknown_ones(reader: CaseReader) -> None:
    case = {"findings": [{"concept": "anaemmia"}] * (SUGGESTED_FOR + 5)}
    with pytest.raises(CaseError) as error:
        reader.read(case)
    assert sum(bool(problem.suggestions) for problem in error.value.problems) == SUGGESTED_FOR


@pytest.mark.parametrize("field", ["concept", "status", "date"])
def test_a_value_of_nine_hundred_kilobytes_is_not_repeated(reader: CaseReader, field: str) -> None:
    with pytest.raises(CaseError) as error:
        reader.read({"findings": [{"concept": "anemia", field: "x" * 900_000}]})
    assert len(str(error.value)) < 1000
