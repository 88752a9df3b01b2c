"""What cells say together: combinations of cells that bear on each other are recorded and closed once by the engine.

Columns that share a ground form a block. In each row only the stated cells of a block count, and only those that share
a ground there are joined; so most combinations have one cell beside the person, and few are met.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kg.cohort.atoms import Atoms
from kg.cohort.cells import AGE, Cells, Codes, cells_of, is_number
from kg.cohort.interactions import Ground, decides_limits, groups, is_whole
from kg.cohort.program import Columns
from kg.cohort.set_matrix import Flags, SetMatrix
from kg.errors import InputError
from kg.facts.patient import Fact, PatientFacts, Status


@dataclass(frozen=True)
class Combination:
    """What some cells say alone. `doubtful`: columns cannot tell of rows that have them."""

    features: frozenset[int] = frozenset()
    recorded: frozenset[str] = frozenset()
    doubtful: bool = True


@dataclass(frozen=True)
class TableRows:
    """Some rows of a table, by their numbers there, and the numbers of their cells."""

    table: pa.Table
    numbers: Codes
    codes: Mapping[str, Codes]

    def __len__(self) -> int:
        return len(self.numbers)

    def some(self, which: NDArray[np.int64]) -> TableRows:
        """Some of these rows, by their places."""
        return TableRows(self.table, self.numbers[which], {name: column[which] for name, column in self.codes.items()})


class Met:
    """The combinations met of some columns beside the person."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[int, ...], int] = {}
        self.features: SetMatrix[int] = SetMatrix()
        self.recorded: SetMatrix[str] = SetMatrix()
        self.doubtful = np.zeros(0, dtype=bool)

    def put(self, keys: Sequence[tuple[int, ...]], found: Sequence[Combination]) -> None:
        """Put in combinations that are met for the first time."""
        self.numbers |= {key: number for number, key in enumerate(keys, len(self.numbers))}
        self.features.put([one.features for one in found])
        self.recorded.put([one.recorded for one in found])
        self.doubtful = np.append(self.doubtful, [one.doubtful for one in found]).astype(bool)


@dataclass(frozen=True)
class Part:
    """Some columns beside the person in the rows that join them: the combinations met, and which of them a row has."""

    columns: tuple[str, ...]
    rows: Codes
    met: Met
    chosen: Codes
    inverse: Codes

    @cached_property
    def features(self) -> list[tuple[Flags, list[int]]]:
        """Flags over combinations, each with the features that just these have."""
        return self.met.features.holders(self.chosen)

    @cached_property
    def recorded(self) -> list[tuple[Flags, list[str]]]:
        """Flags over combinations, each with what just these have on record."""
        return self.met.recorded.holders(self.chosen)

    @property
    def doubtful(self) -> Codes:
        """The rows of which columns cannot tell."""
        return self.having(self.met.doubtful[self.chosen])

    def having(self, flags: Flags) -> Codes:
        """The rows that have one of some combinations."""
        return self.rows if flags.all() else self.rows[flags[self.inverse]]


@dataclass(frozen=True)
class RowFeatures:
    """What rows say part by part: columns not yet closed, the rows of which columns cannot tell, what each has on
    record."""

    columns: Columns
    doubtful: Flags
    recorded: Mapping[str, Flags]
    parts: tuple[Part, ...] = field(repr=False)


class Combinations:
    """The combinations of cells met so far under one header."""

    def __init__(self, cells: Cells, atoms: Atoms) -> None:
        self.cells, self.atoms = cells, atoms
        self.blocks = self._blocks()
        self.numbers: dict[frozenset[Ground], int] = {frozenset(): 0}
        self.grounds: dict[int, frozenset[Ground]] = {0: frozenset()}
        self.numbered: dict[str, list[int]] = {name: [] for name in cells.others}
        self.joined: dict[tuple[int, tuple[int, ...]], tuple[tuple[str, ...], ...]] = {}
        self.met: dict[tuple[str, ...], Met] = {}

    def of(self, rows: TableRows) -> RowFeatures:
        """What the rows say."""
        person = _Person(self.cells, rows)
        parts = [self._part(rows, (), np.arange(len(rows)), person)]
        columns, doubtful = Columns(len(rows)), np.zeros(len(rows), dtype=bool)
        recorded: dict[str, Flags] = {}
        self._add([parts[0]], columns, doubtful, recorded)
        for number in range(len(self.blocks)):
            block = [self._part(rows, names, some, person) for names, some in self._split(rows, number)]
            self._add(block, columns, doubtful, recorded)
            parts += block
        return RowFeatures(columns, doubtful, recorded, tuple(parts))

    def _add(self, parts: Sequence[Part], columns: Columns, doubtful: Flags, recorded: dict[str, Flags]) -> None:
        """Put in what the parts of one block say; their rows do not meet unless a row has several of them."""
        whole: dict[int, Flags] = {}
        for part in parts:
            doubtful[part.doubtful] = True
            for places, features in part.features:
                having = part.having(places)
                if len(having) == columns.count:
                    columns.add(features, np.packbits(np.ones(columns.count, dtype=bool)))
                    continue
                for feature in features:
                    if feature not in whole:
                        whole[feature] = np.zeros(columns.count, dtype=bool)
                    whole[feature][having] = True
            for places, names in part.recorded:
                for name in names:
                    recorded.setdefault(name, np.zeros(columns.count, dtype=bool))[part.having(places)] = True
        for feature, flags in whole.items():
            columns.add((feature,), np.packbits(flags))

    # -- which cells of a row are joined

    def _blocks(self) -> list[list[str]]:
        """The columns in blocks that share no ground."""
        return [some for _, some in _apart((self.cells.grounds(name), [name]) for name in self.cells.others)]

    def _split(self, rows: TableRows, number: int) -> Iterator[tuple[tuple[str, ...], Codes]]:
        """The columns of a block that are joined somewhere, each time with the rows that join just these."""
        names = self.blocks[number]
        stated = {name: self._ground_numbers(rows, name) for name in names}
        pattern, first = _joint(list(stated.values()), len(rows))
        order = np.argsort(_small(pattern, len(first)), kind="stable")
        ends = np.searchsorted(pattern[order], np.arange(len(first) + 1))
        found: dict[tuple[str, ...], list[Codes]] = {}
        for place, row in enumerate(first.tolist()):
            key = number, tuple(int(stated[name][row]) for name in names)
            if key not in self.joined:
                self.joined[key] = self._components(names, key[1])
            for component in self.joined[key]:
                found.setdefault(component, []).append(order[ends[place] : ends[place + 1]])
        for component, some in found.items():
            yield component, np.concatenate(some)

    def _components(self, names: Sequence[str], numbers: Sequence[int]) -> tuple[tuple[str, ...], ...]:
        said = [(name, self.grounds[number]) for name, number in zip(names, numbers, strict=True) if number]
        return tuple(tuple(sorted(some)) for _, some in _apart((grounds, [name]) for name, grounds in said))

    def _ground_numbers(self, rows: TableRows, name: str) -> Codes:
        """A number for the grounds of each cell of a column, 0 for a cell that states nothing."""
        codes, known = rows.codes[name], self.numbered[name]
        values = self.cells.limits[name] is not None and is_number(rows.table.column(name).type)
        highest = int(codes.max(initial=0))
        if len(known) <= highest:
            names = {code: text for text, code in self.cells.known[name].items()}
            aside = {other: code for code, other in self.cells.aside[name].items()}
            for code in range(len(known), highest + 1):
                known.append(self._number(name, None if values else names[aside.get(code, code)]) if code else 0)
        numbers: Codes = np.array(known, dtype=np.int64)[codes]
        return numbers

    def _number(self, name: str, cell: str | None) -> int:
        whole = cell is None or self.cells.facts({name: cell}) is None
        grounds = self.cells.grounds(name) if whole or cell is None else self.cells.grounds_of_cell(name, cell)
        grounds = grounds or frozenset({("column", name)})
        number = self.numbers.setdefault(grounds, len(self.numbers))
        self.grounds[number] = grounds
        return number

    # -- combinations

    def _part(self, rows: TableRows, names: tuple[str, ...], some: Codes, person: _Person) -> Part:
        ratios = [one.name for one in self.cells.ratios if set(one.columns) <= set(names)]
        columns = [*names, *ratios]
        joined, codes_of_person = person.beside(names)
        inverse, first = _joint([joined[some], *(rows.codes[name][some] for name in columns)], len(some))
        coded = [column[some[first]].tolist() for column in (*codes_of_person, *(rows.codes[name] for name in columns))]
        keys = list(zip(*coded, strict=True)) if coded else [()] * len(first)
        met = self.met.setdefault(names, Met())
        new = [place for place, key in enumerate(keys) if key not in met.numbers]
        if new:
            read = [self._combination(rows, [*self.cells.person, *names], int(some[first[place]])) for place in new]
            met.put([keys[place] for place in new], read)
        chosen = np.array([met.numbers[key] for key in keys], dtype=np.int64)
        return Part(names, some, met, chosen, inverse)

    def _combination(self, rows: TableRows, names: Sequence[str], row: int) -> Combination:
        ontology = self.cells.ontology
        read = self.facts_of(rows, names, row)
        if read is None:
            return Combination()
        facts, aside = read
        if is_whole(ontology, facts) or _is_doubtful(facts) or self._denies_state(facts, aside):
            return Combination()
        try:
            parts = [self.atoms.of(group, aside.intersection(group.facts)) for group in groups(ontology, facts)]
        except InputError:
            return Combination()
        features = frozenset(feature for part in parts for feature in part.features)
        return Combination(features, frozenset(name for part in parts for name in part.recorded), False)

    def facts_of(self, rows: TableRows, names: Sequence[str], row: int) -> tuple[PatientFacts, frozenset[Fact]] | None:
        """Some cells of a row as facts, with those that are set aside; None where they are no case."""
        cells = cells_of(rows.table, names, int(rows.numbers[row]))
        facts = self.cells.facts(cells)
        if facts is None:
            return None
        aside = [name for name in names if self.cells.is_aside(name, int(rows.codes[name][row]))]
        said = (self.cells.facts({name: cells[name]}) for name in aside)
        return facts, frozenset(fact for one in said if one for fact in one.facts)

    def _denies_state(self, facts: PatientFacts, aside: frozenset[Fact]) -> bool:
        """Whether a state that decides limits is spoken of and not stated to be there: it then bears on other facts."""
        about = (one for one in facts.facts if decides_limits(self.cells.ontology, one.concept))
        return any(one.status is not Status.PRESENT or one in aside for one in about)


class _Person:
    """The persons of some rows as numbers; ages are one that nothing beside them tells apart."""

    def __init__(self, cells: Cells, rows: TableRows) -> None:
        self.cells, self.rows = cells, rows
        self.known: dict[bytes, tuple[Codes, list[Codes]]] = {}

    def beside(self, names: Sequence[str]) -> tuple[Codes, list[Codes]]:
        """A number for each row's person beside some columns, and the columns of the person that it stands for."""
        ages = self.cells.ages(names) if names and is_number(self._type(AGE)) else None
        key = b"" if ages is None else ages.tobytes()
        if key not in self.known:
            columns = [
                self.rows.codes[name] if ages is None or name != AGE else ages[self.rows.codes[name]]
                for name in self.cells.person
            ]
            self.known[key] = _joint(columns, len(self.rows))[0], columns
        return self.known[key]

    def _type(self, name: str) -> pa.DataType:
        schema = self.rows.table.schema
        return schema.field(name).type if name in schema.names else pa.string()


def _apart(found: Iterable[tuple[frozenset[Ground], list[str]]]) -> list[tuple[frozenset[Ground], list[str]]]:
    """Names joined as long as any share a ground."""
    parts: list[tuple[frozenset[Ground], list[str]]] = []
    for shared, names in found:
        touching = [part for part in parts if not shared.isdisjoint(part[0])]
        parts = [part for part in parts if shared.isdisjoint(part[0])]
        joined = [name for _, some in reversed(touching) for name in some] + names
        parts.append((shared.union(*(other for other, _ in touching)), joined))
    return parts


def _joint(columns: Sequence[Codes], count: int) -> tuple[Codes, Codes]:
    """A number for each row, the same for rows that agree in all columns, and the first row of each number."""
    joined = np.zeros(count, dtype=np.int64)
    highest = 1
    for column in columns:
        base = int(column.max(initial=0)) + 1
        if highest * base >= 2**62:
            joined = pa.array(joined).dictionary_encode().indices.to_numpy().astype(np.int64)
            highest = int(joined.max(initial=0)) + 1
        joined, highest = joined * base + column, highest * base
    inverse = pa.array(joined).dictionary_encode().indices.to_numpy().astype(np.int64)
    first = np.zeros(int(inverse.max(initial=-1)) + 1, dtype=np.int64)
    first[inverse[::-1]] = np.arange(count)[::-1]
    return inverse, first


def _small(numbers: Codes, count: int) -> NDArray[np.signedinteger[Any]]:
    """Numbers below a count in as few bytes as they need: short ones are sorted in linear time."""
    return numbers.astype(np.int16) if count < 2**15 else numbers


def _is_doubtful(facts: PatientFacts) -> bool:
    """Whether a quantity has several values, or one with a comparator."""
    quantities = [item.quantity for item in facts.measurements]
    return len(set(quantities)) < len(quantities) or any(one.value.exact is None for one in facts.measurements)
