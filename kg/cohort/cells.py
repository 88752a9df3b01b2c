"""Cells of a table with a column a fact as numbers: cells with the same number mean the same to record and rules.

A value counts by its place among the limits of its quantity, and two values of which the ontology declares a ratio also
by the place of the ratio among its limits. A text is itself.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kg.cohort.atoms import limits_of
from kg.cohort.interactions import Ground, Item, age_limits, ages_of, decides_limits, grounds_of
from kg.cohort.rows import case_of_cells
from kg.errors import InputError
from kg.facts.patient import PatientFacts
from kg.ontology.compiled import Ontology
from kg.ontology.model import DerivedQuantity
from kg.readers.case.reader import OLDEST

AGE: Final = "age"
PERSON: Final = ("sex", AGE)
STATUSES: Final = ("present", "absent", "suspected", "pending", "unknown")
PROBES: Final = ("1", "10", "100", "1000")
RATIO: Final = "ratio-same-day"
NEAR: Final = 1e-9
"""Relative distance within which a ratio is compared with a limit by exact arithmetic."""
Codes = NDArray[np.int64]
Read = Callable[[Mapping[str, Any]], PatientFacts]


@dataclass(frozen=True)
class Ratio:
    """A declared ratio of two columns, and what it is compared with."""

    quantity: DerivedQuantity
    columns: tuple[str, str]
    limits: tuple[Decimal, ...]

    @property
    def name(self) -> str:
        """Its name among the columns."""
        return f"ratio {self.quantity.name}"


class Cells:
    """How the cells under one header are numbered; what one table taught is kept for the next."""

    def __init__(self, ontology: Ontology, read: Read, header: Sequence[str]) -> None:
        self.ontology, self.read, self.header = ontology, read, list(header)
        self.person = [name for name in header if name in PERSON or self._is_state(name)]
        self.measured = {name: self._measured(name) for name in header}
        self.others = [name for name in header if name not in self.person]
        self.limits = {name: self._limits(name) for name in header}
        self.ratios = tuple(self._ratios())
        self.known: dict[str, dict[str, int]] = {name: {"": 0} for name in header}
        self.aside: dict[str, dict[int, int]] = {name: {} for name in header}
        self.stated: dict[tuple[str, int], frozenset[Ground]] = {}

    def facts(self, cells: Mapping[str, str]) -> PatientFacts | None:
        """Cells as facts; None where they are no case."""
        try:
            return self.read(case_of_cells(cells)).ordered()
        except InputError:
            return None

    # -- numbers of cells

    def codes(self, table: pa.Table) -> dict[str, Codes]:
        """Column → a number for each cell, 0 for one that says nothing; ratios are columns of their own."""
        found = {name: self._codes(name, table.column(name)) for name in self.header}
        for ratio in self.ratios:
            found[ratio.name] = self._ratio_codes(ratio, table)
        return found

    def _codes(self, name: str, column: pa.ChunkedArray) -> Codes:
        limits, known = self.limits[name], self.known[name]
        if limits is not None and is_number(column.type):
            cells = _numbers(column)
            whole = cells if name != AGE else np.where((cells == np.round(cells)) | np.isnan(cells), cells, np.inf)
            return _places(whole, limits)
        encoded = column.combine_chunks().dictionary_encode(null_encoding="encode")
        numbers = [known.setdefault(text_of(cell), len(known)) for cell in encoded.dictionary.to_pylist()]
        found: Codes = np.array(numbers or [0], dtype=np.int64)[encoded.indices.to_numpy(zero_copy_only=False)]
        return found

    def _ratio_codes(self, ratio: Ratio, table: pa.Table) -> Codes:
        above, below = (_numbers(table.column(name)) for name in ratio.columns)
        with np.errstate(all="ignore"):
            value = float(ratio.quantity.factor) * above / below
        found = _places(value, np.array([float(one) for one in ratio.limits]))
        near = np.zeros(len(value), dtype=bool)
        for limit in map(float, ratio.limits):
            near |= np.abs(value - limit) <= NEAR * max(abs(limit), NEAR)
        for row in np.flatnonzero(near).tolist():
            exact = ratio.quantity.factor * Decimal(repr(float(above[row]))) / Decimal(repr(float(below[row])))
            under = sum(limit < exact for limit in ratio.limits)
            found[row] = 2 * under + (exact in ratio.limits) + 2
        return found

    def ages(self, names: Iterable[str]) -> NDArray[np.int64] | None:
        """Number of an age → a number for the ages that are one beside these columns; None where each is its own."""
        ages = ages_of(self.ontology, frozenset().union(*(self.measured[name] for name in names)))
        limits = self.limits.get(AGE)
        if ages is None or limits is None:
            return None
        lower = np.concatenate([[-np.inf], limits])
        reached = np.stack([np.arange(len(limits) + 1), np.append(np.arange(len(limits)) + 1, len(limits))], axis=1)
        places = np.searchsorted(np.array(ages, dtype=float), lower[reached].ravel(), side="right")
        valid = (lower[reached].ravel() >= 0) & (lower[reached].ravel() < OLDEST)
        own = np.arange(len(places)) + 2
        return np.concatenate([[0, 1], np.where(valid, places + len(places) + 2, own)])

    def set_aside(self, name: str, code: int) -> int:
        """The number of a cell whose statement is set aside."""
        known = self.known[name]
        return self.aside[name].setdefault(code, known.setdefault(f"{code}, set aside", len(known)))

    def is_aside(self, name: str, code: int) -> bool:
        """Whether it is the number of a cell that is set aside."""
        return code in self.aside[name].values()

    # -- what a column may say

    def grounds(self, name: str) -> frozenset[Ground]:
        """The grounds of whatever a column may state."""
        return frozenset(ground for cell in (*STATUSES, *PROBES) for ground in self.grounds_of_cell(name, cell))

    def grounds_of_cell(self, name: str, cell: str) -> frozenset[Ground]:
        """The grounds of what a cell states."""
        facts = self.facts({name: cell}) or PatientFacts(datetime.date.min)
        items: Iterable[Item] = (*facts.facts, *facts.measurements)
        return frozenset(ground for item in items for ground in grounds_of(self.ontology, facts, item))

    def _is_state(self, name: str) -> bool:
        facts = self.facts({name: STATUSES[0]})
        return facts is not None and any(decides_limits(self.ontology, one.concept) for one in facts.facts)

    def _limits(self, name: str) -> NDArray[np.float64] | None:
        """The numbers that part a column; None where each number counts by itself."""
        if name == AGE:
            ages = age_limits(self.ontology)
            return None if ages is None else np.unique(np.array([0, *ages, OLDEST], dtype=float))
        quantity = self._quantity(name)
        limits = limits_of(self.ontology, quantity) if quantity else None
        return None if limits is None else np.array([float(one) for one in limits])

    def _measured(self, name: str) -> frozenset[str]:
        """The quantities of which a column may have values."""
        read = [facts for probe in PROBES if (facts := self.facts({name: probe}))]
        return frozenset(item.quantity for facts in read for item in facts.measurements)

    def _quantity(self, name: str) -> str:
        """The quantity of which a column has values in its own unit; empty for any other column."""
        for probe in PROBES:
            for item in (self.facts({name: probe}) or PatientFacts(datetime.date.min)).measurements:
                own = item.value.exact == item.given and item.unit == self.ontology.quantities[item.quantity].unit
                return item.quantity if own else ""
        return ""

    def _ratios(self) -> Iterable[Ratio]:
        columns = {self._quantity(name): name for name in self.others if self.limits[name] is not None}
        for item in self.ontology.derived:
            if item.formula == RATIO and columns.keys() >= set(item.operands):
                above, below = (columns[operand] for operand in item.operands)
                yield Ratio(item, (above, below), _compared(self.ontology, item))


def _compared(ontology: Ontology, item: DerivedQuantity) -> tuple[Decimal, ...]:
    found = {one.limit for one in ontology.thresholds.values() if one.quantity == item.name}
    found |= {ontology.thresholds[name].limit for name in (item.low_when, item.not_low_when) if name}
    return tuple(sorted(found | ({item.possible_to} if item.possible_to is not None else set())))


def is_number(kind: pa.DataType) -> bool:
    """Whether a column has numbers."""
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind))


def _numbers(column: pa.ChunkedArray) -> NDArray[np.float64]:
    if not is_number(column.type):
        return np.full(len(column), np.nan)
    found: NDArray[np.float64] = column.to_numpy().astype(np.float64)
    return found


def _places(cells: NDArray[np.float64], limits: NDArray[np.float64]) -> Codes:
    """0 for no number, 1 for an infinite one, and otherwise the place among ascending limits."""
    under = np.searchsorted(limits, cells)
    at = limits[np.minimum(under, len(limits) - 1)] == cells if len(limits) else np.zeros(len(cells), dtype=bool)
    found: Codes = np.where(np.isfinite(cells), 2 * under + at + 2, np.isinf(cells)).astype(np.int64)
    return found


def cells_of(table: pa.Table, names: Sequence[str], row: int) -> dict[str, str]:
    """The cells of a row as they would stand in a file."""
    return {name: text_of(table.column(name)[row].as_py()) for name in names}


def text_of(cell: object) -> str:
    """A cell as it would stand in a file; nothing for null and NaN."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    return format(Decimal(repr(cell)), "f") if isinstance(cell, float) else str(cell)
