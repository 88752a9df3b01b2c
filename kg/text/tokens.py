"""A segment as tokens: names, cues, values, dates, words and signs, in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kg.text.atoms import Atom
from kg.text.dates import DateHit
from kg.text.lexicon import Hit
from kg.text.segments import Segment
from kg.text.values import Series


class Form(StrEnum):
    """What a token is."""

    NAME = "name"
    CUE = "cue"
    VALUE = "value"
    DATE = "date"
    WORD = "word"
    SIGN = "sign"


@dataclass(frozen=True)
class Token:
    """One token of a segment; `word` is folded."""

    form: Form
    start: int
    end: int
    word: str
    hit: Hit | None = None
    day: DateHit | None = None


@dataclass(frozen=True)
class Scan:
    """What was found in a text before meaning is read: atoms, phrases, dates, and the values behind each name."""

    text: str
    atoms: tuple[Atom, ...]
    hits: tuple[Hit, ...]
    days: tuple[DateHit, ...]
    series: Mapping[Hit, Series]


def tokens(scan: Scan, segment: Segment) -> tuple[Token, ...]:
    """The tokens of a segment; what a value or a date covers is no word."""
    found = [*_names(scan, segment), *_values(scan, segment), *_days(scan, segment)]
    taken = [(token.start, token.end) for token in found]
    for atom in scan.atoms:
        if segment.start <= atom.start < segment.end and not any(start <= atom.start < end for start, end in taken):
            form = Form.WORD if atom.word[0].isalnum() else Form.SIGN
            found.append(Token(form, atom.start, atom.end, atom.word))
    return tuple(sorted(found, key=lambda token: (token.start, -token.end)))


def _names(scan: Scan, segment: Segment) -> Iterator[Token]:
    covered = [(v.start, v.end) for series in scan.series.values() for v in series.values]
    covered += [(day.start, day.end) for day in scan.days]
    for hit in scan.hits:
        if segment.start <= hit.start < segment.end and not any(start <= hit.start < end for start, end in covered):
            form = Form.CUE if hit.entry.cue else Form.NAME
            yield Token(form, hit.start, hit.end, hit.phrase, hit)


def _values(scan: Scan, segment: Segment) -> Iterator[Token]:
    for series in scan.series.values():
        for value in series.values:
            if segment.start <= value.start < segment.end:
                yield Token(Form.VALUE, value.start, value.end, "")


def _days(scan: Scan, segment: Segment) -> Iterator[Token]:
    values: Sequence[tuple[int, int]] = [(v.start, v.end) for s in scan.series.values() for v in s.values]
    for day in scan.days:
        inside = any(start <= day.start < end for start, end in values)
        if segment.start <= day.start < segment.end and not inside:
            yield Token(Form.DATE, day.start, day.end, "", day=day)
