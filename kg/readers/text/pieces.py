"""The pieces of a cell of a table: names, numbers, units, ranges, flags, dates and other words, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from kg.readers.text.dates import DateHit
from kg.readers.text.lexicon import PhraseHit
from kg.readers.text.numbers import number_at
from kg.readers.text.printed import Printed, PrintedRange, comparator_at, range_at, unit_at
from kg.readers.text.table_words import ColumnRole

_SKIPPED: Final = re.compile(r"[\s|:;,=\"'.]+")
_POWER_OF_TEN: Final = re.compile(r"(?:[xX×*]\s*)?10\s*(?:\^|\*{1,2}|[eE³⁶⁹])|[xX×]\s*10|10[39]/")
_FLAG: Final = re.compile(
    r"[(\[]?(?P<flag>HH|LL|H|L|N|A|\*+|↑+|↓+|\+{1,3}|-{1,3}|[Hh]igh|HIGH|[Ll]ow|LOW|[Nn]ormal|NORMAL)(?P<star>\*?)[)\]]?(?=[\s,;|.]|$)"
)
_WORD: Final = re.compile(r"[^\s|;,:=]+")
_STAR: Final = re.compile(r"\*+")
_OPENED: Final = frozenset("([{")
_NO_VALUE_UNIT: Final = re.compile(r"\s*/\s*(?:hpf|lpf|HPF|LPF)\b")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its comparator; `values` are its readings."""

    comparator: str
    values: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class TextPiece:
    """One piece of a cell, of one of the forms: the field of its form is set."""

    start: int
    end: int
    name: PhraseHit | None = None
    amount: Amount | None = None
    unit: str = ""
    range: PrintedRange | None = None
    flag: str = ""
    day: DateHit | None = None
    word: str = ""


class Scanner:
    """Splits cells of one text into pieces, given the names and the dates that begin at a place."""

    def __init__(self, text: str, names: Mapping[int, PhraseHit], days: Mapping[int, DateHit], commas: bool) -> None:
        self.text, self.names, self.days, self.commas = text, names, days, commas

    def pieces(self, start: int, end: int, role: ColumnRole) -> tuple[TextPiece, ...]:
        """The pieces of a cell in order; `role` decides what a number or a sign in it can be."""
        return tuple(self._pieces(start, end, role))

    def _pieces(self, place: int, end: int, role: ColumnRole) -> Iterator[TextPiece]:
        valued = False
        while place < end:
            skipped = _SKIPPED.match(self.text, place, end)
            if skipped:
                place = skipped.end()
                continue
            piece = self._piece(place, end, role, valued)
            valued = valued or piece.amount is not None
            yield piece
            place = max(piece.end, place + 1)

    def _piece(self, place: int, end: int, role: ColumnRole, valued: bool) -> TextPiece:
        if self.text[place] in _OPENED and (place + 1 in self.days or place + 1 in self.names):
            return TextPiece(place, place + 1, word=self.text[place])
        hit = self.names.get(place)
        if hit and hit.end <= end and role in (ColumnRole.NONE, ColumnRole.TEST, ColumnRole.VALUE):
            return TextPiece(place, hit.end, name=hit)
        day = self.days.get(place)
        if day and day.end <= end and role not in (ColumnRole.UNIT, ColumnRole.RANGE, ColumnRole.LOW, ColumnRole.HIGH):
            return TextPiece(place, day.end, day=day)
        found = (
            self._power(place, end)
            or self._range(place, end, role, valued)
            or self._amount(place, end)
            or self._unit(place, end, role, valued)
            or self._flag(place, end)
        )
        if found:
            return found
        word = _WORD.match(self.text, place, end)
        stop = word.end() if word else place + 1
        return TextPiece(place, stop, word=self.text[place:stop])

    def _power(self, place: int, end: int) -> TextPiece | None:
        """A unit that begins with a power of ten and is no number."""
        return self._unit_at(place, end) if _POWER_OF_TEN.match(self.text, place, end) else None

    def _unit(self, place: int, end: int, role: ColumnRole, valued: bool) -> TextPiece | None:
        opened = self.text[place] in _OPENED
        found = self._unit_at(place + opened, end)
        if found and opened and self.text[found.end : found.end + 1] in (")", "]"):
            return TextPiece(place, found.end + 1, unit=found.unit)
        return found

    def _unit_at(self, place: int, end: int) -> TextPiece | None:
        unit: Printed | None = unit_at(self.text, place)
        return TextPiece(place, unit.end, unit=unit.said) if unit and unit.end <= end else None

    def _range(self, place: int, end: int, role: ColumnRole, valued: bool) -> TextPiece | None:
        """A range: two numbers with a dash, whatever stands in brackets, and one number where a range must stand."""
        if role not in (ColumnRole.RANGE, ColumnRole.NONE, ColumnRole.VALUE, ColumnRole.FLAG):
            return None
        limits = range_at(self.text, place, self.commas)
        if limits and limits.end <= end and (self.text[place] not in _OPENED or limits.end > place):
            return TextPiece(place, limits.end, range=limits)
        sign = comparator_at(self.text, place)
        if sign and sign.said in ("<", "<=", ">", ">=") and (role is ColumnRole.RANGE or valued):
            number = self._number(sign.end)
            if number and number[1] <= end:
                unit = unit_at(self.text, number[1])
                stop = unit.end if unit and unit.end <= end else number[1]
                upper, said = sign.said.startswith("<"), unit.said if unit else ""
                one, other = ((None, end) if upper else (end, None) for end in (number[0][0], number[0][-1]))
                limits = PrintedRange(one[0], one[1], said, stop, other if other != one else None)
                return TextPiece(place, stop, range=limits)
        return None

    def _number(self, place: int) -> tuple[tuple[Decimal, ...], int] | None:
        while place < len(self.text) and self.text[place] in " ^":
            place += 1
        number = number_at(self.text, place, self.commas)
        return (number.values, number.end) if number else None

    def _amount(self, place: int, end: int) -> TextPiece | None:
        sign = comparator_at(self.text, place)
        number = self._number(sign.end if sign else place)
        if number is None or number[1] > end or _NO_VALUE_UNIT.match(self.text, number[1]):
            return None
        follows = self.text[number[1] : number[1] + 1]
        if follows.isalpha() and unit_at(self.text, number[1]) is None and not _FLAG.match(self.text, number[1], end):
            return None
        said = "" if sign is None or sign.said == "=" else sign.said
        return TextPiece(place, number[1], amount=Amount(said, number[0]))

    def _flag(self, place: int, end: int) -> TextPiece | None:
        match = _FLAG.match(self.text, place, end)
        return TextPiece(place, match.end(), flag=flag_of(match["flag"])) if match else None


def flag_of(said: str) -> str:
    """H, L or N; `*` for a mark that only says that a value is outside; `-`, which German laboratories print for `low`.

    >>> flag_of("High"), flag_of("LL"), flag_of("**"), flag_of("-")
    ('H', 'L', '*', '-')
    """
    first = said[0].upper()
    return {"↑": "H", "+": "H", "↓": "L", "-": "-", "*": "*", "A": "*"}.get(first, first)
