"""Which statements give way where statements of a row clash, or a claim would apply and be excluded.

`kg.assess.quarantine` looks at justifications. All that a justification may contain are the parts of the row whose
features are steps to the conclusion in question, found by columns. The engine therefore reads the justifications off
a record of these parts alone, once for all rows that agree in them. Whatever does not come out as it does in the whole
row is left to `assess`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kg.assess.contradicted_statements import SIDES, behind, both_ways
from kg.assess.quarantine import CLASH, clashes
from kg.cohort.atoms import LACKS, Atoms
from kg.cohort.cells import Codes
from kg.cohort.combinations import Combinations, RowFeatures, TableRows
from kg.cohort.program import Program
from kg.cohort.set_matrix import Flags
from kg.errors import InputError
from kg.facts.patient import Fact
from kg.record.assertions import record
from kg.record.record import PATIENT, Assertion, Leaf

Names = tuple[str, ...]


@dataclass(frozen=True)
class Closed:
    """Rows whose columns are closed: `said` as it is now, what each lacks, and the rows that columns cannot decide."""

    rows: TableRows
    said: RowFeatures
    lacked: Mapping[str, Flags]
    doubtful: Flags


@dataclass(frozen=True)
class Slice:
    """The parts of a row that are steps to some conclusions, and the conclusions."""

    row: int
    columns: Names
    lacks: Names
    wanted: frozenset[int]


class Settling:
    """What gives way, remembered by the parts of a row that it depends on."""

    def __init__(self, combinations: Combinations, atoms: Atoms, program: Program) -> None:
        self.combinations, self.atoms, self.program = combinations, atoms, program
        self.cells, self.ontology, self.engine = combinations.cells, atoms.ontology, atoms.engine
        self.known: dict[object, tuple[Names, ...]] = {}

    def in_clashes(self, closed: Closed) -> Iterator[tuple[Codes, tuple[Names, ...]]]:
        """Rows with a clash, and the columns of the statements in minimal justifications of clashes, all at once.

        Nothing where the engine finds other clashes in the parts of a row than columns find in the row.
        """
        yield from self._answers(closed, self.program.clashes, True)

    def in_labels(self, closed: Closed) -> Iterator[tuple[Codes, tuple[Names, ...]]]:
        """Rows with a claim that applies and is excluded, and the columns of statements behind it, one at a time in
        the order in which they give way."""
        wanted = [number for pair in self.sides for number in pair]
        yield from self._answers(closed, wanted, False)

    @property
    def sides(self) -> list[tuple[int, int]]:
        """The features of the two sides of each claim."""
        names = (name for name, claim in self.ontology.claims.items() if claim.executable)
        found = (tuple(self.program.number(side, f"claim/{name}") for side in SIDES) for name in names)
        return [(one, other) for one, other in found if one is not None and other is not None]

    def _answers(self, closed: Closed, wanted: Sequence[int], clash: bool) -> Iterator[tuple[Codes, tuple[Names, ...]]]:
        for some, found in self._slices(closed, self._present(closed, wanted, clash)):
            key = self._key(closed, found)
            if key not in self.known:
                self.known[key] = self._gives_way(closed, found, clash)
            yield some, self.known[key]

    def _present(self, closed: Closed, wanted: Sequence[int], clash: bool) -> dict[int, Flags]:
        columns = closed.said.columns
        if clash:
            return {number: columns.flags(number) for number in wanted if number in columns.bits}
        both = {pair: columns.flags(pair[0]) & columns.flags(pair[1]) for pair in self.sides}
        return {number: flags for pair, flags in both.items() if flags.any() for number in pair}

    # -- slices

    def _slices(self, closed: Closed, present: Mapping[int, Flags]) -> Iterator[tuple[Codes, Slice]]:
        """The rows in groups that agree in their slices."""
        columns, count = closed.said.columns, len(closed.rows)
        wanted = {number: np.packbits(flags) for number, flags in present.items()}
        steps = self.program.relevant(columns, wanted)
        flags = {number: np.unpackbits(bits, count=count).astype(bool) for number, bits in steps.items()}
        names = self._columns_of(closed, flags)
        lacks = {name: some for name in closed.lacked if (some := self._lacking(closed, name, flags)).any()}
        codes = [np.where(some, closed.rows.codes[name] + 1, 0) for name, some in names.items()]
        codes += [closed.rows.codes[name] for name in self.cells.person]
        signs = np.stack([*codes, *lacks.values(), *present.values()], axis=1).astype(np.int64)
        _, first, inverse = np.unique(signs, axis=0, return_index=True, return_inverse=True)
        order = np.argsort(inverse.ravel(), kind="stable")
        ends = np.searchsorted(inverse.ravel()[order], np.arange(len(first) + 1))
        for place, row in enumerate(first.tolist()):
            found = Slice(
                row=row,
                columns=tuple(name for name, some in names.items() if some[row]),
                lacks=tuple(name for name, some in lacks.items() if some[row]),
                wanted=frozenset(number for number, some in present.items() if some[row]),
            )
            yield order[ends[place] : ends[place + 1]], found

    def _columns_of(self, closed: Closed, steps: Mapping[int, Flags]) -> dict[str, Flags]:
        """Column → the rows of whose slices it is a part."""
        found: dict[str, Flags] = {}
        for part in closed.said.parts:
            rows = np.zeros(len(closed.rows), dtype=bool)
            for places, features in part.features:
                if asked := [steps[feature] for feature in features if feature in steps]:
                    having = part.having(places)
                    rows[having] |= np.logical_or.reduce(asked)[having]
            for name in part.columns if rows.any() else ():
                found[name] = found.get(name, np.zeros_like(rows)) | rows
        return found

    def _lacking(self, closed: Closed, name: str, steps: Mapping[int, Flags]) -> Flags:
        found = np.zeros(len(closed.rows), dtype=bool)
        for feature in self.lacking(name):
            if feature in steps:
                found |= steps[feature] & closed.lacked[name]
        return found

    def lacking(self, concept: str) -> tuple[int, ...]:
        """What follows where the record has nothing of a concept."""
        number = self.program.number(LACKS, concept)
        return () if number is None else self.program.follows(number)

    def _key(self, closed: Closed, found: Slice) -> object:
        names = (*self.cells.person, *found.columns)
        ratios = (one.name for one in self.cells.ratios if set(one.columns) <= set(found.columns))
        codes = tuple((name, int(closed.rows.codes[name][found.row])) for name in (*names, *ratios))
        return codes, found.lacks, found.wanted

    # -- what the engine says of a slice

    def _gives_way(self, closed: Closed, found: Slice, clash: bool) -> tuple[Names, ...]:
        read = self.combinations.facts_of(closed.rows, [*self.cells.person, *found.columns], found.row)
        if read is None:
            return ()
        facts, aside = read
        try:
            made = record(self.ontology, facts, quarantine=aside)
        except InputError:
            return ()
        kept = [one for one in made.assertions if one.predicate != LACKS]
        kept += [Assertion(PATIENT, LACKS, name, Leaf.RECORD) for name in found.lacks]
        saturation = self.engine.saturate(replace(made, assertions=tuple(sorted(kept))))
        closure = self.engine.closure(saturation)
        if clash:
            if {self.program.number(CLASH, name) for name in closure.values[CLASH]} != found.wanted:
                return ()
            minimal = clashes(self.engine, saturation, closure)
            new = {fact for one in minimal for fact in one.facts} - aside
            names = self._named(closed, found, sorted(new, key=lambda fact: fact.key))
            return (names,) if names else ()
        both = both_ways(closure)
        if {self.program.number(side, f"claim/{name}") for name in both for side in SIDES} != found.wanted:
            return ()
        order = [self._named(closed, found, [fact]) for fact in behind(self.engine, saturation, both)]
        return tuple(order) if all(order) else ()

    def _named(self, closed: Closed, found: Slice, facts: Sequence[Fact]) -> Names:
        """The columns that state some facts; none where one of these is the state of the person, or in no column."""
        said: dict[Fact, str] = {}
        for name in found.columns:
            read = self.combinations.facts_of(closed.rows, [name], found.row)
            said |= dict.fromkeys(read[0].facts if read else (), name)
        if not set(facts) <= said.keys():
            return ()
        return tuple(dict.fromkeys(said[fact] for fact in facts))
