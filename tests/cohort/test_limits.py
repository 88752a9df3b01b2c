"""The numbers that part a column hold every number with which any rule compares a value of the quantity."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="the extra `cohort` is not at hand")

import numpy as np
import pyarrow as pa

from assessing import KNOWLEDGE
from kg.cohort.atoms import limits_of
from kg.cohort.cells import Cells
from kg.facts.patient import PatientFacts

ONTOLOGY, DAY = KNOWLEDGE.ontology, datetime.date(2026, 2, 10)


def read(case: Any) -> PatientFacts:
    return KNOWLEDGE.read_case(case, DAY)


def facets() -> list[tuple[str, Decimal]]:
    """(quantity, number) for each facet in the body of a rule beside the class of a quantity's measurements."""
    rules, found = KNOWLEDGE.engine.rules, []
    classes = {f"{name}Measurement": name for name in ONTOLOGY.quantities}
    classes |= {item.name: item.name for item in ONTOLOGY.derived}
    for number in range(len(rules.rules)):
        body = [rules.features[part] for part in rules.rules[number].body]
        numbers = [Decimal(part.number) for part in body if part.kind == "facet"]
        named = [classes[part.filler] for part in body if part.kind == "class" and part.filler in classes]
        found += [(name, one) for name in named for one in numbers]
        assert not numbers or len(named) == 1, f"a facet beside no quantity: {list(map(str, body))}"
    return found


def test_limits_cover_the_facets_of_all_rules() -> None:
    found = [(name, number) for name, number in facets() if name in ONTOLOGY.quantities]
    assert len(found) > 50
    for name, number in found:
        limits = limits_of(ONTOLOGY, name)
        assert limits is None or number in limits, (name, number)


def test_ratios_are_parted_by_the_facets_of_their_rules() -> None:
    header = ["serum_iron [ug/dL]", "tibc [ug/dL]"]
    (ratio,) = Cells(ONTOLOGY, read, header).ratios
    asked = {number for name, number in facets() if name == ratio.quantity.name}
    assert asked
    assert asked <= set(ratio.limits)


def test_a_ratio_on_its_limit_is_exact() -> None:
    """As floats 100 × 11.2 / 70 is not 16; by its place it is."""
    table = pa.table({"serum_iron [ug/dL]": [11.2, 11.1, 11.3], "tibc [ug/dL]": [70.0, 70.0, 70.0]})
    cells = Cells(ONTOLOGY, read, table.column_names)
    (ratio,) = cells.ratios
    codes = cells.codes(table)[ratio.name]
    place = 2 * ratio.limits.index(Decimal(16)) + 2
    assert codes.tolist() == [place + 1, place, place + 2]


def test_ages_are_one_where_no_interval_parts_them() -> None:
    cells = Cells(ONTOLOGY, read, ["age", "tibc [ug/dL]", "hemoglobin [g/dL]"])
    table = pa.table({"age": [3.0, 7.0, 17.0, 18.0, 70.0], "tibc [ug/dL]": [1.0] * 5, "hemoglobin [g/dL]": [1.0] * 5})
    codes = cells.codes(table)["age"]
    kinds = {name: cells.ages([name]) for name in table.column_names[1:]}
    found = {
        name: [np.flatnonzero(ages[codes] == one).tolist() for one in dict.fromkeys(ages[codes].tolist())]
        for name, ages in kinds.items()
        if ages is not None
    }
    assert found == {"tibc [ug/dL]": [[0, 1, 2], [3, 4]], "hemoglobin [g/dL]": [[0], [1], [2], [3, 4]]}
