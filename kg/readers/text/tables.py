"""Rows of tables as values: columns by their titles, days or tests over them, cells by what stands in them.

A row is read by the form of its pieces (`kg.readers.text.pieces`), so the order of its columns does not matter; a head
over it says what its form leaves open: which of several numbers is the value, an earlier one, or an end of the range.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from kg.readers.text.dates import DateHit
from kg.readers.text.layout import Cell, Line, Parted
from kg.readers.text.lexicon import PhraseHit
from kg.readers.text.pieces import Scanner, TextPiece
from kg.readers.text.printed import PrintedRange
from kg.readers.text.table_words import ColumnRole, TableWords
from kg.readers.text.values import ReadValue, Series

SEVERAL: Final = "several values without a day; which of them is the last is not said"
LETTERS: Final = ("H", "L", "N")
NO_NAME: Final = "the value of a test that the vocabulary does not have"
OTHER_SPECIMEN: Final = "measured in another specimen than blood"


@dataclass(frozen=True)
class Column:
    """A column by its title: where it stands in its line, its role, its day, or the test over it."""

    start: int
    end: int
    role: ColumnRole = ColumnRole.NONE
    day: DateHit | None = None
    test: PhraseHit | None = None
    unit: str = ""


@dataclass(frozen=True)
class Unused:
    """A span of a table that gives no value, with the reason; `foreign` if it was measured in another specimen."""

    start: int
    end: int
    reason: str
    foreign: bool = False


@dataclass
class Tables:
    """What the tables of a text say: values by the name of their test, and what was not used.

    `covered` are the spans that are read; `said` are cells about the person, with the role of their column.
    """

    series: dict[PhraseHit, Series] = field(default_factory=dict)
    unused: list[Unused] = field(default_factory=list)
    covered: list[tuple[int, int]] = field(default_factory=list)
    said: list[tuple[ColumnRole, int, int]] = field(default_factory=list)


class Placed(NamedTuple):
    """A piece with its column and the number of its cell."""

    piece: TextPiece
    column: Column
    cell: int = 0


@dataclass(frozen=True)
class _Row:
    """The pieces of one row with the column that each belongs to."""

    pieces: tuple[Placed, ...]

    def of(self, *roles: ColumnRole) -> Iterator[TextPiece]:
        return (piece for piece, column, _ in self.pieces if column.role in roles)


class TableReader:
    """Reads the tables of one text."""

    def __init__(
        self, text: str, lines: Sequence[Line], scanner: Scanner, words: TableWords, tests: frozenset[PhraseHit]
    ) -> None:
        self.text, self.lines, self.scanner, self.words, self.tests = text, lines, scanner, words, tests
        self.found = Tables()
        self.columns: tuple[Column, ...] = ()
        self.parted = Parted.NOTHING
        self.specimen = ""

    def read(self) -> Tables:
        """All tables."""
        number = 0
        while number < len(self.lines):
            line = self.lines[number]
            if line.tabular:
                self._tabular(line)
                number += 1
                continue
            if line.start < line.end and line.cells != ():
                self._between(line)
            stacked = self._stacked(number)
            number += max(1, stacked)
        return self.found

    # -- between tables

    def _between(self, line: Line) -> None:
        """A line of prose: it ends the columns; a specimen that stands alone is that of the rows below it."""
        self.columns = ()
        words = self.text[line.start : line.end].strip(" :-=*#")
        self.specimen = self.words.specimen_at(words) if len(words.split()) <= 4 else ""

    def _tabular(self, line: Line) -> None:
        columns = self._head(line)
        if columns:
            self.columns, self.parted = columns, line.parted
            self.found.covered.append((line.start, line.end))
            return
        row = _Row(tuple(self._placed(line)))
        self._person(line, row)
        if self.columns and any(column.test for column in self.columns):
            self._under_tests(row)
        else:
            self._row(row)

    # -- heads

    def _head(self, line: Line) -> tuple[Column, ...]:
        """The columns under a line that names them; none where it holds a value."""
        columns = tuple(self._title(line, cell) for cell in line.cells)
        titled = [column for column in columns if column.role or column.day or column.test]
        numbers = [
            cell
            for cell, column in zip(line.cells, columns, strict=True)
            if column.role is ColumnRole.NONE and self._numbers(cell)
        ]
        if len(titled) < 2 or (numbers and not any(column.day for column in columns)):
            return ()
        tests = [column for column in columns if column.test]
        if tests and len(tests) < 2 and not any(column.role is ColumnRole.DATE for column in columns):
            return ()
        days = [column for column in columns if column.day]
        if numbers or (
            days and len(days) < 2 and len(titled) < 3 and not any(c.role is ColumnRole.TEST for c in columns)
        ):
            return ()
        return columns

    def _title(self, line: Line, cell: Cell) -> Column:
        start, end = cell.start - line.start, cell.end - line.start
        said = self.text[cell.start : cell.end]
        role = self.words.role(said)
        pieces = self.scanner.pieces(cell.start, cell.end, ColumnRole.NONE)
        day = next((piece.day for piece in pieces if piece.day), None)
        if day and not role:
            role = self.words.role(self.text[cell.start : day.start])
        if day and not any(piece.amount for piece in pieces):
            return Column(start, end, role, day)
        test = next((piece.name for piece in pieces if piece.name in self.tests), None)
        if test and not any(piece.amount or piece.range for piece in pieces) and role is not ColumnRole.TEST:
            unit = next((piece.unit for piece in pieces if piece.unit), "")
            return Column(start, end, ColumnRole.NONE, None, test, unit)
        return Column(start, end, role)

    def _numbers(self, cell: Cell) -> bool:
        return any(piece.amount for piece in self.scanner.pieces(cell.start, cell.end, ColumnRole.NONE))

    def _placed(self, line: Line) -> Iterator[Placed]:
        """The pieces of a line with their columns."""
        for number, cell in enumerate(line.cells):
            column = self._column(line, number, cell)
            for piece in self.scanner.pieces(cell.start, cell.end, column.role):
                yield Placed(piece, column, number)

    def _column(self, line: Line, number: int, cell: Cell) -> Column:
        nothing = Column(cell.start - line.start, cell.end - line.start)
        if not self.columns or line.parted is not self.parted:
            return nothing
        if line.parted is not Parted.WIDTH:
            number += len(self.columns) - len(line.cells) if len(line.cells) == len(self.columns) + 1 else 0
            return self.columns[number] if 0 <= number < len(self.columns) else nothing
        if (
            number == 0
            and not (self.columns[0].role or self.columns[0].test)
            and nothing.end < self.columns[0].start + 3
        ):
            return nothing
        return min(self.columns, key=lambda column: _distance(column, nothing))

    # -- rows

    def _row(self, row: _Row) -> None:
        """One row, or several results that stand in one."""
        groups = list(self._groups(row))
        for group in groups:
            self._result(group)

    def _groups(self, row: _Row) -> Iterator[_Row]:
        """The results of a row: each name opens one, unless a number stands before the first name."""
        places = [i for i, (piece, _, _) in enumerate(row.pieces) if piece.name and self._is_label(row, i)]
        if len(places) < 2:
            yield row
            return
        before = row.pieces[: places[0]]
        shared = tuple(item for item in before if item.piece.day or item.piece.word)
        if any(piece.amount for piece, _, _ in before):
            ends = [*places[:-1], len(row.pieces) - 1]
            start = 0
            for end in ends:
                yield _Row(row.pieces[start : end + 1])
                start = end + 1
            return
        for start, end in zip(places, [*places[1:], len(row.pieces)], strict=True):
            extra = before if start == places[0] else shared
            yield _Row((*extra, *row.pieces[start:end]))

    def _is_label(self, row: _Row, place: int) -> bool:
        """Whether a name begins a result: no other name stands in its cell before it."""
        piece, column, _ = row.pieces[place]
        if place == 0:
            return True
        last = row.pieces[place - 1].piece
        return (
            not (last.name and self.text[last.end : piece.start].strip(" (") == "")
            and column.role is not ColumnRole.IGNORED
        )

    def _result(self, row: _Row) -> None:
        """The values of the one test that a row names."""
        pieces = [item for item in row.pieces if item.column.role is not ColumnRole.IGNORED]
        amounts = self._amounts(pieces)
        if not amounts:
            return
        name = self._name(pieces)
        start, end = amounts[0][0].start, amounts[-1][0].end
        if name is None:
            self._leave_number(pieces, start, end)
            return
        specimen = self._specimen(pieces, name)
        if specimen == "other":
            self.found.series[name] = Series(())
            self.found.unused.append(Unused(name.start if name.start < start else start, end, OTHER_SPECIMEN, True))
            self.found.covered.append((start, end))
            return
        values = self._values(pieces, amounts)
        if values is None:
            self.found.series[name] = Series(())
            self.found.unused.append(Unused(start, end, SEVERAL))
        elif values:
            known = self.found.series.get(name)
            self.found.series[name] = Series((*(known.values if known else ()), *values), apart=True)
        self.found.covered += [(piece.start, piece.end) for piece, _, _ in pieces if not piece.word and not piece.day]
        self.found.covered.append((start, end))

    def _amounts(self, pieces: Sequence[Placed]) -> list[Placed]:
        """The numbers that can be values: not in cells of other things, nor beside words that say what they are of."""
        worded = {item.cell for item in pieces if item.piece.word and not self.words.qualifies(item.piece.word)}
        named = {item.cell for item in pieces if item.piece.name in self.tests}
        return [
            item
            for item in pieces
            if item.piece.amount
            and item.column.role
            not in (
                ColumnRole.LOW,
                ColumnRole.HIGH,
                ColumnRole.SEX,
                ColumnRole.AGE,
                ColumnRole.DATE,
                ColumnRole.REPORTED,
            )
            and (item.cell not in worded or item.cell in named)
        ]

    def _leave_number(self, pieces: Sequence[Placed], start: int, end: int) -> None:
        label = [
            p
            for p, c, _ in pieces
            if (p.word or p.name) and p.start < start and c.role in (ColumnRole.NONE, ColumnRole.TEST)
        ]
        words = [p for p in label if any(char.isalpha() for char in self.text[p.start : p.end])]
        labelled = bool(words) and words[0].start < start
        if labelled and any(p.unit or p.range or p.flag for p, _, _ in pieces):
            self.found.unused.append(Unused(words[0].start, end, NO_NAME))
            self.found.covered.append((words[0].start, end))

    def _name(self, pieces: Sequence[Placed]) -> PhraseHit | None:
        """The test that a row names; none where its label says more than the name (`Hb A2`)."""
        number = next((i for i, (p, _, _) in enumerate(pieces) if p.name in self.tests), None)
        if number is None:
            return None
        hit = pieces[number][0].name
        assert hit is not None
        near = [p for i in (number - 1, number + 1) if 0 <= i < len(pieces) for p in [pieces[i][0]] if p.word]
        cell = pieces[number][1]
        strange = [
            p
            for p in near
            if pieces[number][1] is cell and self._same_cell(p, hit) and not self.words.qualifies(p.word)
        ]
        return None if strange else hit

    def _same_cell(self, piece: TextPiece, hit: PhraseHit) -> bool:
        between = self.text[min(piece.end, hit.end) : max(piece.start, hit.start)]
        return between in ("", " ", "-") and not piece.word.startswith(("(", "[", "{"))

    def _specimen(self, pieces: Sequence[Placed], name: PhraseHit) -> str:
        said = " ".join(
            p.word for p, c, _ in pieces if p.word and (p.start < name.start or c.role is ColumnRole.SPECIMEN)
        )
        return self.words.specimen_at(said) or self.specimen

    def _values(self, pieces: Sequence[Placed], amounts: Sequence[Placed]) -> tuple[ReadValue, ...] | None:
        limits = self._limits(pieces)
        unit = next((p.unit for p, _, _ in pieces if p.unit), "")
        days = [p.day for p, c, _ in pieces if p.day and c.role is not ColumnRole.REPORTED and not c.day]
        if len(days) == len(amounts) > 1 and all(
            day.start < amount.piece.start for day, amount in zip(days, amounts, strict=True)
        ):
            paired = zip(amounts, days, strict=True)
            return tuple(self._value(one.piece, pieces, unit, limits, day, False) for one, day in paired)
        chosen = self._chosen(amounts, limits)
        if chosen is None:
            return None
        if isinstance(chosen, _LimitedValues):
            limits, chosen = chosen.limits, chosen.amounts
        values = []
        for piece, column, _ in chosen:
            day = column.day or (days[0] if days else None)
            earlier = column.role is ColumnRole.PREVIOUS and day is None
            values.append(self._value(piece, pieces, unit, limits, day, earlier))
        return tuple(sorted(values, key=lambda value: value.start))

    def _limits(self, pieces: Sequence[Placed]) -> PrintedRange | None:
        printed = next((p.range for p, _, _ in pieces if p.range), None)
        if printed:
            return printed
        ends = {
            column.role: piece.amount.values[0]
            for piece, column, _ in pieces
            if piece.amount and column.role in (ColumnRole.LOW, ColumnRole.HIGH)
        }
        return PrintedRange(ends.get(ColumnRole.LOW), ends.get(ColumnRole.HIGH), "", 0) if ends else None

    def _chosen(
        self, amounts: Sequence[Placed], limits: PrintedRange | None
    ) -> Sequence[Placed] | _LimitedValues | None:
        """The numbers that are values: under a day or a title, else the only one there is."""
        dated = [item for item in amounts if item[1].day]
        if dated:
            return dated
        titled = [item for item in amounts if item[1].role in (ColumnRole.VALUE, ColumnRole.PREVIOUS)]
        if titled or len(amounts) == 1:
            return titled or amounts
        plain = [item for item in amounts if item[0].amount and not item[0].amount.comparator]
        if len(amounts) == 2 and len(plain) == 1 and limits is None:
            bound = next(piece for piece, _, _ in amounts if piece.amount and piece.amount.comparator)
            assert bound.amount is not None
            number = bound.amount.values[0]
            upper = bound.amount.comparator.startswith("<")
            return _LimitedValues(
                plain, PrintedRange(None if upper else number, number if upper else None, "", bound.end)
            )
        if len(plain) == 3 and limits is None:
            low, high = (item[0].amount.values[0] for item in plain[1:] if item[0].amount)
            if low < high:
                return _LimitedValues(plain[:1], PrintedRange(low, high, "", plain[2][0].end))
        return None

    def _value(
        self, piece: TextPiece, pieces: Sequence[Placed], unit: str, limits: PrintedRange | None,
        day: DateHit | None, earlier: bool,
    ) -> ReadValue:  # fmt: skip
        assert piece.amount is not None
        flag = self._flag(piece, pieces, limits)
        days = (day,) if day else ()
        return ReadValue(
            piece.start, piece.end, piece.amount.values, piece.amount.comparator, unit, limits, flag, days, earlier
        )

    def _flag(self, piece: TextPiece, pieces: Sequence[Placed], limits: PrintedRange | None) -> str:
        """The flag behind a number before the next one, or, of a row with one number, wherever it stands."""
        order = [p for p, _, _ in pieces]
        place = order.index(piece)
        behind: list[TextPiece] = []
        for other in order[place + 1 :]:
            if other.amount:
                break
            behind.append(other)
        alone = sum(p.amount is not None for p in order) == 1
        flags = [p.flag for p in (*behind, *(order[:place] if alone else ())) if p.flag]
        for said in flags:
            if said in LETTERS:
                return str(said)
            if (
                said == "-"
                and limits
                and limits.low is not None
                and piece.amount
                and piece.amount.values[-1] < limits.low
            ):
                return "L"
        return ""

    # -- tests over columns

    def _under_tests(self, row: _Row) -> None:
        """A row of values under the names of their tests."""
        day = next((p.day for p, c, _ in row.pieces if p.day and c.role in (ColumnRole.NONE, ColumnRole.DATE)), None)
        words = " ".join(p.word for p, _, _ in row.pieces if p.word)
        ranged = self.words.role(words) is ColumnRole.RANGE or any(p.range for p, _, _ in row.pieces)
        if ranged:
            self._ranges_under_tests(row)
            return
        if not any(p.amount for p, _, _ in row.pieces):
            self._units_under_tests(row)
            return
        foreign = self.words.specimen_at(words) == "other"
        for piece, column, _ in row.pieces:
            if not (piece.amount and column.test):
                continue
            if foreign:
                self.found.unused.append(Unused(piece.start, piece.end, OTHER_SPECIMEN, True))
                continue
            unit = next((p.unit for p, c, _ in row.pieces if c is column and p.unit), column.unit)
            flag = next((p.flag for p, c, _ in row.pieces if c is column and p.flag in ("H", "L", "N")), "")
            value = ReadValue(
                piece.start,
                piece.end,
                piece.amount.values,
                piece.amount.comparator,
                unit,
                None,
                flag,
                (day,) if day else (),
            )
            known = self.found.series.get(column.test)
            self.found.series[column.test] = Series((*(known.values if known else ()), value), apart=True)
            self.found.covered.append((piece.start, piece.end))

    def _ranges_under_tests(self, row: _Row) -> None:
        for piece, column, _ in row.pieces:
            known = self.found.series.get(column.test) if column.test else None
            if column.test and known and piece.range:
                values = tuple(replace(value, range=value.range or piece.range) for value in known.values)
                self.found.series[column.test] = replace(known, values=values)
            self.found.covered.append((piece.start, piece.end))

    def _units_under_tests(self, row: _Row) -> None:
        units = {column: piece.unit for piece, column, _ in row.pieces if piece.unit}
        self.columns = tuple(replace(c, unit=c.unit or units.get(c, "")) for c in self.columns)

    # -- a name and, in the lines below it, its value

    def _stacked(self, number: int) -> int:
        """How many lines from this one on are a test and, in lines of their own, its value, unit, range and day."""
        pieces, count, role = list[Placed](), 0, ColumnRole.NONE
        for line in self.lines[number : number + 9]:
            if line.tabular or line.start == line.end:
                if line.tabular or not pieces or any(p.amount for p, _, _ in pieces):
                    break
                count += 1
                continue
            said, _start, found = self._titled(line)
            role = said or (role if found else ColumnRole.NONE)
            if found is None:
                break
            named = any(p.name in self.tests for p in found)
            if (named and pieces) or (not named and not pieces):
                break
            pieces += [Placed(piece, Column(0, 0, role), count) for piece in found]
            role = said if not found else ColumnRole.NONE
            count += 1
        if count < 2 or not any(p.amount for p, c, _ in pieces if c.role in (ColumnRole.NONE, ColumnRole.VALUE)):
            return 0
        if any(item.piece.amount and item.cell == 0 for item in pieces):
            return 0
        self._result(_Row(tuple(pieces)))
        return count

    def _titled(self, line: Line) -> tuple[ColumnRole, int, tuple[TextPiece, ...] | None]:
        """The title before the colon of a line, and its pieces; none where it says anything else."""
        text = self.text[line.start : line.end]
        head, colon, _ = text.partition(":")
        role = self.words.role(head)
        if role and (colon or not text.strip(": ")[len(head.strip()) :]):
            start = line.start + len(head) + len(colon)
            found = self.scanner.pieces(start, line.end, role)
        else:
            role, start = ColumnRole.NONE, line.start
            found = self.scanner.pieces(start, line.end, ColumnRole.NONE)
        plain = [piece for piece in found if piece.word and not self.words.qualifies(piece.word)]
        return role, start, None if plain else found

    # -- the person

    def _person(self, line: Line, row: _Row) -> None:
        """Cells under, or beside, the titles of age and sex."""
        for cell_number, cell in enumerate(line.cells):
            column = self._column(line, cell_number, cell)
            if column.role in (ColumnRole.SEX, ColumnRole.AGE):
                self.found.said.append((column.role, cell.start, cell.end))
        titles = [(n, self.words.role(self.text[c.start : c.end])) for n, c in enumerate(line.cells)]
        named = [(n, role) for n, role in titles if role in (ColumnRole.SEX, ColumnRole.AGE)]
        for number, role in named:
            place = number + len(named)
            if place < len(line.cells) and not self.columns_have(role):
                cell = line.cells[place]
                self.found.said.append((role, cell.start, cell.end))

    def columns_have(self, role: ColumnRole) -> bool:
        """Whether a column of the table has a role."""
        return any(column.role is role for column in self.columns)


@dataclass(frozen=True)
class _LimitedValues:
    """Numbers that are values, and the range that the others are the ends of."""

    amounts: Sequence[Placed]
    limits: PrintedRange


def _distance(column: Column, cell: Column) -> tuple[int, int]:
    """How far a cell stands from a column: nothing where they overlap, more overlap first."""
    overlap = min(column.end, cell.end) - max(column.start, cell.start)
    ends = min(abs(column.start - cell.start), abs(column.end - cell.end))
    return (0 if overlap > 0 else -overlap, ends)
