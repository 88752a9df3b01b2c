"""Outcomes for a table with a column a fact: combinations of cells are reasoned once, patients are columns of bits.

What cells say is made once for each combination that occurs (`kg.cohort.combinations`); the rules over them are AND
and OR of columns. Statements that clash are set aside by their columns (`kg.cohort.settling`) and the rows closed
again. The few rows of which columns cannot tell (a state that is denied, several values, no case) go the exact way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kg.assess.outcomes import Outcome
from kg.cohort.batch import Asked, Cohort, CohortAnswer
from kg.cohort.cells import Cells, Codes, Read, cells_of
from kg.cohort.combinations import Combinations, TableRows
from kg.cohort.rows import case_of_cells
from kg.cohort.set_matrix import Flags
from kg.cohort.settling import Closed, Settling
from kg.errors import InputError

CODES: Final = {Outcome.APPLICABLE: 1, Outcome.EXCLUDED: 2, Outcome.AMBIGUOUS: 3, Outcome.UNDETERMINED: 4}
ROUNDS: Final = 8
"""How often statements of a row are set aside by columns before it goes the exact way."""


@dataclass(frozen=True)
class WideOutcomes:
    """Claim → a code a row (1 applicable, 2 excluded, 3 ambiguous, 4 undetermined, 0 rejected); `exact` are the rows
    that went the exact way, `rejected` those that are no case."""

    codes: Mapping[str, NDArray[np.int8]]
    exact: Flags
    rejected: Mapping[int, InputError]


class WideTable:
    """Tables with one header over one cohort. What one batch taught is kept for the next."""

    def __init__(self, cohort: Cohort, read: Read, header: Sequence[str]) -> None:
        self.cohort, self.read, self.program = cohort, read, cohort.program
        self.cells = Cells(cohort.ontology, read, header)
        self.combinations = Combinations(self.cells, cohort.atoms)
        self.settling = Settling(self.combinations, cohort.atoms, cohort.program)
        self.claims = tuple(name for name, claim in cohort.ontology.claims.items() if claim.executable)

    def outcomes(self, table: pa.Table) -> WideOutcomes:
        """The outcomes of all rows. Cells are numbers or texts; an empty text, NaN or null says nothing."""
        codes = {name: np.zeros(table.num_rows, dtype=np.int8) for name in self.claims}
        exact = np.zeros(table.num_rows, dtype=bool)
        rows = TableRows(table, np.arange(table.num_rows), self.cells.codes(table))
        for _ in range(ROUNDS):
            if not len(rows):
                break
            closed = self.close(rows)
            clashing, both = self._clashing(closed), self._both(closed)
            settled = ~(closed.doubtful | clashing | both)
            self._decide(closed, codes, settled)
            exact[rows.numbers[closed.doubtful]] = True
            rows = self._set_aside(closed, clashing & ~closed.doubtful, both & ~clashing & ~closed.doubtful)
        undecided = codes[self.claims[0]] == 0 if self.claims else exact
        exact |= undecided
        rejected = dict(self._exactly(table, np.flatnonzero(exact).tolist(), codes))
        return WideOutcomes(codes, exact, rejected)

    def close(self, rows: TableRows) -> Closed:
        """The rows as closed columns."""
        said = self.combinations.of(rows)
        columns, doubtful = said.columns, said.doubtful.copy()
        nothing = np.zeros(len(rows), dtype=bool)
        lacked = {name: ~said.recorded.get(name, nothing) for name in self.cohort.atoms.lacking}
        for name, flags in lacked.items():
            columns.add(self.settling.lacking(name), np.packbits(flags))
        person = said.parts[0]
        before = {one: nothing.copy() for one in self.program.of_the_person}
        for places, features in person.features:
            for feature in before.keys() & set(features):
                before[feature][person.having(places)] = True
        self.program.run(columns)
        for feature, flags in before.items():
            doubtful |= columns.flags(feature) & ~flags
        return Closed(rows, said, lacked, doubtful | columns.flags(self.program.nothing))

    def _clashing(self, closed: Closed) -> Flags:
        found = np.zeros(len(closed.rows), dtype=bool)
        for feature in self.program.clashes:
            if feature in closed.said.columns.bits:
                found |= closed.said.columns.flags(feature)
        return found

    def _both(self, closed: Closed) -> Flags:
        """The rows with a claim that applies and is excluded."""
        columns = closed.said.columns
        found = np.zeros(len(closed.rows), dtype=bool)
        for one, other in self.settling.sides:
            found |= columns.flags(one) & columns.flags(other)
        return found

    # -- statements that give way

    def _set_aside(self, closed: Closed, clashing: Flags, both: Flags) -> TableRows:
        """The rows with statements set aside, to be closed again; a row for which none is found is left out."""
        again = self._without_clashes(closed, np.flatnonzero(clashing))
        labels = self._without_labels(closed, np.flatnonzero(both))
        numbers = np.concatenate([again.numbers, labels.numbers])
        codes = {name: np.concatenate([again.codes[name], labels.codes[name]]) for name in again.codes}
        return TableRows(closed.rows.table, numbers, codes)

    def _without_clashes(self, closed: Closed, some: Codes) -> TableRows:
        rows = closed.rows.some(some)
        aside = [()] * len(rows) if not len(rows) else self._names(rows, clash=True)
        return self._aside(rows, [names[0] if names else () for names in aside])

    def _without_labels(self, closed: Closed, some: Codes) -> TableRows:
        """The rows without the first statement without which fewer claims apply and are excluded at once."""
        rows = closed.rows.some(some)
        order = self._names(rows, clash=False) if len(rows) else []
        chosen: list[tuple[str, ...]] = [()] * len(rows)
        before = self._sides(closed, some)
        for turn in range(max(map(len, order), default=0)):
            tried = np.array([row for row in range(len(rows)) if not chosen[row] and turn < len(order[row])], dtype=int)
            without = self._aside(rows.some(tried), [order[row][turn] for row in tried])
            closed_again = self.close(without)
            after = self._sides(closed_again, np.arange(len(without)))
            fewer = (after <= before[tried]).all(axis=1) & (after < before[tried]).any(axis=1)
            for place, row in enumerate(tried.tolist()):
                if closed_again.doubtful[place]:
                    order[row] = ()
                elif fewer[place]:
                    chosen[row] = order[row][turn]
        return self._aside(rows, chosen)

    def _sides(self, closed: Closed, some: Codes) -> Flags:
        """For each of some rows, the claims that apply and are excluded."""
        columns = closed.said.columns
        both = [(columns.flags(one) & columns.flags(other))[some] for one, other in self.settling.sides]
        found: Flags = np.stack(both, axis=1)
        return found

    def _names(self, rows: TableRows, clash: bool) -> list[tuple[tuple[str, ...], ...]]:
        """For each row the columns that give way, together or in their order."""
        found: list[tuple[tuple[str, ...], ...]] = [()] * len(rows)
        closed = self.close(rows)
        for some, names in self.settling.in_clashes(closed) if clash else self.settling.in_labels(closed):
            for row in some.tolist():
                found[row] = names
        return found

    def _aside(self, rows: TableRows, names: Sequence[tuple[str, ...]]) -> TableRows:
        """The rows with the statements of these columns set aside; rows with none are left out."""
        kept = np.array([row for row, some in enumerate(names) if some], dtype=np.int64)
        found = rows.some(kept)
        codes = {name: column.copy() for name, column in found.codes.items()}
        for place, row in enumerate(kept.tolist()):
            for name in names[row]:
                codes[name][place] = self.cells.set_aside(name, int(codes[name][place]))
        return TableRows(found.table, found.numbers, codes)

    # -- outcomes

    def _decide(self, closed: Closed, codes: Mapping[str, NDArray[np.int8]], settled: Flags) -> None:
        """Puts in the outcomes of rows that columns decide."""
        program, columns, numbers = self.program, closed.said.columns, closed.rows.numbers[settled]
        for name in self.claims:
            claim = self.cohort.ontology.claims[name]
            code = np.full(len(closed.rows), CODES[Outcome.UNDETERMINED], dtype=np.int8)
            code[columns.flags(program.number("claimExcluded", f"claim/{name}"))] = CODES[Outcome.EXCLUDED]
            for reading in claim.readings if len(claim.readings) > 1 else ():
                code[columns.flags(program.number("holdsInReading", reading.iri))] = CODES[Outcome.AMBIGUOUS]
            code[columns.flags(program.number("claimApplies", f"claim/{name}"))] = CODES[Outcome.APPLICABLE]
            codes[name][numbers] = code[settled]

    def _exactly(
        self, table: pa.Table, rows: Sequence[int], codes: Mapping[str, NDArray[np.int8]]
    ) -> Iterator[tuple[int, InputError]]:
        """Puts in the outcomes of rows that go the exact way; yields those that are no case."""
        for row in rows:
            answer: CohortAnswer | InputError
            try:
                facts = self.read(case_of_cells(cells_of(table, self.cells.header, row)))
                (answer,) = self.cohort.answers([facts], Asked(lists=False))
            except InputError as error:
                answer = error
            for name, column in codes.items():
                column[row] = 0 if isinstance(answer, InputError) else CODES[answer.outcomes[name]]
            if isinstance(answer, InputError):
                yield row, answer
