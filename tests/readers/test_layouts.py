"""The same results pasted in twenty ways give the same measurements; what nobody sees makes no difference."""

from __future__ import annotations

import datetime
import os
from decimal import Decimal
from typing import Final

import pytest

from kg.facts.units import interval, to_canonical
from kg.readers.text import TextReading, read_text
from kg.vocabulary.names import Names
from layouts import DAY, LAYOUTS, Result, results

TODAY: Final = datetime.date(2026, 3, 14)
SETS: Final = int(os.environ.get("WARRANT_LAYOUT_SETS", "10"))
Fact = tuple[str, str, str]


def expected(names: Names, rows: tuple[Result, ...]) -> set[Fact]:
    found = set()
    for row in rows:
        concept = names.find(row.code, "measurements").concept.name
        amount, _ = to_canonical(names.ontology, concept, interval(Decimal(row.value), ""), row.unit)
        found.add((concept, f"{amount.low:.4f}", DAY.isoformat()))
    return found


def measured(reading: TextReading) -> set[Fact]:
    return {(item.quantity, f"{item.value.low:.4f}", str(item.date or "")) for item in reading.facts.measurements}


def test_there_are_twenty_layouts_and_as_many_sets_as_asked_for() -> None:
    assert len(LAYOUTS) >= 20
    assert SETS >= 10
    assert len({results(seed) for seed in range(SETS)}) == SETS


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_measurements(layout: str, names: Names) -> None:
    wanted = got = wrong = 0
    lost = []
    for seed in range(SETS):
        rows = results(seed)
        facts, found = expected(names, rows), measured(read_text(LAYOUTS[layout](rows), names, TODAY))
        wanted, got, wrong = wanted + len(facts), got + len(facts & found), wrong + len(found - facts)
        lost += sorted(facts - found)
    assert got >= 0.99 * wanted, lost[:5]
    assert wrong <= 0.01 * wanted
