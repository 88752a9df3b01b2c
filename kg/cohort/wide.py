"""Outcomes for a table with a column a fact: combinations of cells are reasoned once, patients are columns of bits.

Columns of the table that may bear on each other form a block. Every combination of cells that occurs in a block is
read, recorded and closed once by the engine; a number counts by its place among the limits of its quantity. The rest is
AND and OR over columns. Rows of which columns cannot tell (a clash, a state that is denied) go the exact way.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kg.assess.outcomes import Outcome
from kg.cohort.atoms import limits_of
from kg.cohort.batch import Asked, Cohort, CohortAnswer
from kg.cohort.interactions import Ground, Item, age_limits, decides_limits, grounds_of, groups, is_whole
from kg.cohort.program import Columns
from kg.cohort.rows import case_of_cells
from kg.errors import InputError
from kg.facts.patient import PatientFacts, Status
from kg.readers.case.reader import OLDEST

CODES: Final = {Outcome.APPLICABLE: 1, Outcome.EXCLUDED: 2, Outcome.AMBIGUOUS: 3, Outcome.UNDETERMINED: 4}
PERSON: Final = ("sex", "age")
STATUSES: Final = ("present", "absent", "suspected", "pending", "unknown")
PROBES: Final = ("1", "10", "100", "1000")
T = TypeVar("T", int, str)
Flags = NDArray[np.bool_]
Read = Callable[[Mapping[str, Any]], PatientFacts]


@dataclass(frozen=True)
class WideOutcomes:
    """Claim → a code a row (1 applicable, 2 excluded, 3 ambiguous, 4 undetermined, 0 rejected); `exact` are the rows
    that went the exact way, `rejected` those that are no case."""

    codes: Mapping[str, NDArray[np.int8]]
    exact: Flags
    rejected: Mapping[int, InputError]


@dataclass(frozen=True)
class Combination:
    """What some cells of a block say alone. `doubtful`: columns cannot tell of rows that have them."""

    features: frozenset[int] = frozenset()
    recorded: frozenset[str] = frozenset()
    doubtful: bool = True


class WideTable:
    """Tables with one header over one cohort. What one batch taught is kept for the next."""

    def __init__(self, cohort: Cohort, read: Read, header: Sequence[str]) -> None:
        self.cohort, self.read = cohort, read
        self.person = [name for name in header if name in PERSON or self._is_state(name)]
        self.blocks = self._blocks([name for name in header if name not in self.person])
        self.limits = {name: self._limits(name) for name in header}
        self.numbers: dict[str, dict[Any, int]] = {name: {} for name in header}
        self.known: dict[tuple[int, ...], Combination] = {}

    def outcomes(self, table: pa.Table) -> WideOutcomes:
        """The outcomes of all rows. Cells are numbers or texts; an empty text, NaN or null says nothing."""
        columns, doubtful, recorded = self._base(table)
        for name in self.cohort.atoms.lacking:
            columns.add(self.cohort.lacking(name), np.packbits(~recorded.get(name, np.zeros_like(doubtful))))
        judged = self.cohort.program.of_the_person
        before = self._of_person(table)
        self.cohort.program.run(columns)
        for one in judged:
            doubtful |= columns.flags(one) & ~before[one]
        return self._decided(table, columns, doubtful | self._unsettled(columns))

    # -- how a header is read

    def _facts(self, cells: Mapping[str, str]) -> PatientFacts | None:
        try:
            return self.read(case_of_cells(cells)).ordered()
        except InputError:
            return None

    def _is_state(self, name: str) -> bool:
        facts = self._facts({name: STATUSES[0]})
        return facts is not None and any(decides_limits(self.cohort.ontology, one.concept) for one in facts.facts)

    def _blocks(self, names: Iterable[str]) -> list[list[str]]:
        """The columns in blocks that share no ground."""
        found: list[tuple[set[Ground], list[str]]] = []
        for name in names:
            grounds, together = self._grounds(name), [name]
            apart = []
            for other, some in found:
                if grounds.isdisjoint(other):
                    apart.append((other, some))
                else:
                    grounds, together = grounds | other, some + together
            found = [*apart, (grounds, together)]
        return [some for _, some in found] or [[]]

    def _grounds(self, name: str) -> set[Ground]:
        tried = [facts for cell in (*STATUSES, *PROBES) if (facts := self._facts({name: cell})) is not None]
        found: set[Ground] = set()
        for facts in tried:
            items: list[Item] = [*facts.facts, *facts.measurements]
            found.update(*(grounds_of(self.cohort.ontology, facts, item) for item in items))
        return found

    def _limits(self, name: str) -> NDArray[np.float64] | None:
        """The numbers that part a column; None where each number counts by itself."""
        ontology = self.cohort.ontology
        if name == "age":
            ages = age_limits(ontology)
            return None if ages is None else np.unique(np.array([0, *ages, OLDEST], dtype=float))
        for probe in PROBES:
            for item in (self._facts({name: probe}) or PatientFacts(datetime.date.min)).measurements:
                same = item.value.exact == item.given and item.unit == ontology.quantities[item.quantity].unit
                limits = limits_of(ontology, item.quantity) if same else None
                return None if limits is None else np.array([float(one) for one in limits])
        return None

    # -- what follows from blocks alone

    def _base(self, table: pa.Table) -> tuple[Columns, Flags, dict[str, Flags]]:
        """What follows from each block, the rows of which columns cannot tell, and what each row has on record."""
        columns, doubtful = Columns(table.num_rows), np.zeros(table.num_rows, dtype=bool)
        recorded: dict[str, Flags] = {}
        coded = {name: self._codes(name, table.column(name)) for name in self.numbers}
        for number, block in enumerate(self.blocks):
            combos, inverse = self._combinations(table, coded, number, [*self.person, *block])
            doubtful |= np.array([one.doubtful for one in combos])[inverse]
            for feature, some in _holders(one.features for one in combos).items():
                columns.add((feature,), np.packbits(_of_rows(some, len(combos), inverse)))
            for name, some in _holders(one.recorded for one in combos).items():
                has = _of_rows(some, len(combos), inverse)
                recorded[name] = has | recorded.get(name, np.zeros_like(doubtful))
        return columns, doubtful, recorded

    def _of_person(self, table: pa.Table) -> dict[int, Flags]:
        """The classes by which values are judged, as far as the person alone has them."""
        coded = {name: self._codes(name, table.column(name)) for name in self.person}
        combos, inverse = self._combinations(table, coded, -1, self.person)
        return {
            one: np.array([one in combo.features for combo in combos])[inverse]
            for one in self.cohort.program.of_the_person
        }

    def _codes(self, name: str, column: pa.ChunkedArray) -> NDArray[np.int64]:
        """A number for each cell, the same for cells that mean the same; it is kept over batches."""
        limits, known = self.limits[name], self.numbers[name]
        if limits is not None and pa.types.is_floating(column.type):
            cells = column.to_numpy()
            places = 2 * np.searchsorted(limits, cells) + np.isin(cells, limits)
            return np.where(np.isnan(cells), 0, np.where(np.isinf(cells), 1, places + 2)).astype(np.int64)
        encoded = column.combine_chunks().dictionary_encode(null_encoding="encode")
        numbers = [known.setdefault(_text(cell), len(known)) for cell in encoded.dictionary.to_pylist()]
        found: NDArray[np.int64] = np.array(numbers, dtype=np.int64)[encoded.indices.to_numpy(zero_copy_only=False)]
        return found

    def _combinations(
        self, table: pa.Table, coded: Mapping[str, NDArray[np.int64]], block: int, names: Sequence[str]
    ) -> tuple[list[Combination], NDArray[np.int64]]:
        """The combinations of cells that occur in some columns, and which of them each row has."""
        joined = np.zeros(table.num_rows, dtype=np.int64)
        for name in names:
            again = pa.array(joined).dictionary_encode().indices.to_numpy().astype(np.int64)
            joined = again * (int(coded[name].max(initial=0)) + 1) + coded[name]
        inverse = pa.array(joined).dictionary_encode().indices.to_numpy().astype(np.int64)
        first = np.zeros(int(inverse.max(initial=-1)) + 1, dtype=np.int64)
        first[inverse[::-1]] = np.arange(table.num_rows)[::-1]
        found = []
        for row in first.tolist():
            key = (block, *(int(coded[name][row]) for name in names))
            if key not in self.known:
                self.known[key] = self._combination(cells_of(table, names, row))
            found.append(self.known[key])
        return found, inverse

    def _combination(self, cells: Mapping[str, str]) -> Combination:
        ontology, facts = self.cohort.ontology, self._facts(cells)
        if facts is None or is_whole(ontology, facts) or _is_doubtful(facts) or self._denies_state(facts):
            return Combination()
        try:
            parts = [self.cohort.atoms.of(group) for group in groups(ontology, facts)]
        except InputError:
            return Combination()
        features = frozenset(feature for part in parts for feature in part.features)
        return Combination(features, frozenset(name for part in parts for name in part.recorded), False)

    def _denies_state(self, facts: PatientFacts) -> bool:
        """Whether a state that decides limits is spoken of and not stated to be there: it then bears on other facts."""
        about = (one for one in facts.facts if decides_limits(self.cohort.ontology, one.concept))
        return any(one.status is not Status.PRESENT for one in about)

    # -- outcomes

    def _unsettled(self, columns: Columns) -> Flags:
        """The rows with a clash, with a claim that applies and is excluded, or that cannot be true."""
        program = self.cohort.program
        found = columns.flags(program.nothing)
        for feature in program.clashes:
            found |= columns.flags(feature)
        for name in self._executable():
            found |= columns.flags(program.number("claimApplies", f"claim/{name}")) & columns.flags(
                program.number("claimExcluded", f"claim/{name}")
            )
        return found

    def _executable(self) -> Iterator[str]:
        return (name for name, claim in self.cohort.ontology.claims.items() if claim.executable)

    def _decided(self, table: pa.Table, columns: Columns, doubtful: Flags) -> WideOutcomes:
        program, claims = self.cohort.program, self.cohort.ontology.claims
        codes: dict[str, NDArray[np.int8]] = {}
        for name in self._executable():
            readings = claims[name].readings if len(claims[name].readings) > 1 else ()
            code = np.full(table.num_rows, CODES[Outcome.UNDETERMINED], dtype=np.int8)
            code[columns.flags(program.number("claimExcluded", f"claim/{name}"))] = CODES[Outcome.EXCLUDED]
            for reading in readings:
                code[columns.flags(program.number("holdsInReading", reading.iri))] = CODES[Outcome.AMBIGUOUS]
            code[columns.flags(program.number("claimApplies", f"claim/{name}"))] = CODES[Outcome.APPLICABLE]
            codes[name] = code
        rejected = dict(self._exactly(table, np.flatnonzero(doubtful).tolist(), codes))
        return WideOutcomes(codes, doubtful, rejected)

    def _exactly(
        self, table: pa.Table, rows: Sequence[int], codes: Mapping[str, NDArray[np.int8]]
    ) -> Iterator[tuple[int, InputError]]:
        """Puts in the outcomes of rows that go the exact way; yields those that are no case."""
        for row in rows:
            answer: CohortAnswer | InputError
            try:
                facts = self.read(case_of_cells(cells_of(table, list(self.numbers), row)))
                (answer,) = self.cohort.answers([facts], Asked(lists=False))
            except InputError as error:
                answer = error
            for name, column in codes.items():
                column[row] = 0 if isinstance(answer, InputError) else CODES[answer.outcomes[name]]
            if isinstance(answer, InputError):
                yield row, answer


def _holders(found: Iterable[frozenset[T]]) -> dict[T, list[int]]:
    """Each thing with the numbers of the sets that hold it."""
    holders: dict[T, list[int]] = {}
    for number, some in enumerate(found):
        for one in some:
            holders.setdefault(one, []).append(number)
    return holders


def _of_rows(some: Sequence[int], combinations: int, inverse: NDArray[np.int64]) -> Flags:
    """The rows that have one of some combinations."""
    flags = np.zeros(combinations, dtype=bool)
    flags[some] = True
    rows: Flags = flags[inverse]
    return rows


def _is_doubtful(facts: PatientFacts) -> bool:
    """Whether a quantity has several values, or one with a comparator."""
    quantities = [item.quantity for item in facts.measurements]
    return len(set(quantities)) < len(quantities) or any(one.value.exact is None for one in facts.measurements)


def cells_of(table: pa.Table, names: Sequence[str], row: int) -> dict[str, str]:
    """The cells of a row as they would stand in a file."""
    return {name: _text(table.column(name)[row].as_py()) for name in names}


def _text(cell: object) -> str:
    """A cell as it would stand in a file; nothing for null and NaN."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    return format(Decimal(repr(cell)), "f") if isinstance(cell, float) else str(cell)
