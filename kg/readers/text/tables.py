"""Tables whose head names tests over columns of values, or days over columns of a test's values.

A row is read where it has as many cells as the head, or one more for the names of the rows. Cells are parted by tabs,
bars, or two blanks and more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from kg.readers.text.dates import DateHit
from kg.readers.text.lexicon import Hit
from kg.readers.text.printed import unit_at
from kg.readers.text.values import Series, Value, ValueReader

_CELL: Final = re.compile(r"[^\s|](?:[^\t|\n]*?[^\s|])?(?=\s{2,}|\s*[\t|\n]|\s*$)")
_PARTED: Final = re.compile(r"[\t|]|\s\s")
_OPENING: Final = re.compile(r"\s*[(\[,]?\s*")
Place = tuple[int, int]


@dataclass
class Tables:
    """The values of the tables of a text by the name of their test, and rows that do not fit their head."""

    series: dict[Hit, Series] = field(default_factory=dict)
    misfits: list[Place] = field(default_factory=list)


class TableReader:
    """Reads the tables of one text, given the names of quantities and the dates in it."""

    def __init__(self, text: str, tests: Sequence[Hit], days: Sequence[DateHit], values: ValueReader) -> None:
        self.text, self.values = text, values
        self.tests = {hit.start: hit for hit in tests}
        self.days = {day.start: day for day in days}
        self.found = Tables()

    def read(self) -> Tables:
        """All tables."""
        lines = list(_lines(self.text))
        number = 0
        while number < len(lines):
            cells = lines[number]
            tests = [self.tests.get(start) for start, _ in cells]
            days = [self.days.get(start) for start, _ in cells]
            if sum(test is not None for test in tests) >= 2 and not self._holds_values(cells):
                number += self._tests_over_columns(tests, cells, lines[number + 1 :])
            elif len([day for day in days if day]) >= 2 and all(days[1:]):
                number += self._days_over_columns(days, lines[number + 1 :])
            number += 1
        return self.found

    def _holds_values(self, cells: Sequence[Place]) -> bool:
        """Whether a line has numbers of its own and is no head."""
        return any(self.values.cell(start, end) for start, end in cells)

    def _tests_over_columns(
        self, tests: Sequence[Hit | None], head: Sequence[Place], lines: Sequence[Sequence[Place]]
    ) -> int:
        columns: dict[Hit, list[Value]] = {}
        units = {test: self._unit(test, end) for test, (_, end) in zip(tests, head, strict=True) if test}
        rows = list(self._rows(lines, len(tests)))
        for cells in rows:
            day = next((self.days[start] for start, _ in cells if start in self.days), None)
            for test, (start, end) in zip(tests, cells, strict=True):
                value = self.values.cell(start, end) if test else None
                if test and value:
                    columns.setdefault(test, []).append(_with(value, units[test], day))
        self._keep(columns)
        return len(rows)

    def _days_over_columns(self, days: Sequence[DateHit | None], lines: Sequence[Sequence[Place]]) -> int:
        columns: dict[Hit, list[Value]] = {}
        over = days if days[0] is None else [None, *days]
        rows = 0
        for cells in self._rows(lines, len(over)):
            rows += 1
            test = self.tests.get(cells[0][0])
            for day, (start, end) in zip(over[1:], cells[1:], strict=True):
                value = self.values.cell(start, end) if test else None
                if test and value:
                    columns.setdefault(test, []).append(_with(value, self._unit(test, cells[0][1]), day))
        self._keep(columns)
        return rows

    def _rows(self, lines: Sequence[Sequence[Place]], width: int) -> Iterator[Sequence[Place]]:
        """The rows under a head, up to the first line that has another number of cells."""
        for cells in lines:
            if len(cells) != width:
                if len(cells) > 1 and self._holds_values(cells):
                    self.found.misfits.append((cells[0][0], cells[-1][1]))
                return
            yield cells

    def _unit(self, test: Hit, end: int) -> str:
        opening = _OPENING.match(self.text, test.end)
        unit = unit_at(self.text, opening.end() if opening else test.end)
        return unit.said if unit and unit.end <= end else ""

    def _keep(self, columns: Mapping[Hit, Sequence[Value]]) -> None:
        self.found.series |= {test: Series(tuple(values), apart=True) for test, values in columns.items()}


def _with(value: Value, unit: str, day: DateHit | None) -> Value:
    return replace(value, unit=value.unit or unit, days=value.days or ((day,) if day else ()))


def _lines(text: str) -> Iterator[tuple[Place, ...]]:
    """The cells of each line; none of a line that has no columns."""
    start = 0
    for line in text.split("\n"):
        end = start + len(line) if _PARTED.search(line) else start
        yield tuple(match.span() for match in _CELL.finditer(text, start, end))
        start += len(line) + 1
