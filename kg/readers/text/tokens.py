"""A text as tokens: names, cues, values, dates, words and signs, in order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from kg.readers.text.atoms import Atom
from kg.readers.text.dates import DateHit
from kg.readers.text.lexicon import PhraseHit
from kg.readers.text.values import Series


class Form(StrEnum):
    """What a token is."""

    NAME = "name"
    CUE = "cue"
    VALUE = "value"
    DATE = "date"
    WORD = "word"
    SIGN = "sign"


@dataclass(frozen=True, eq=False)
class Token:
    """One token; `word` is folded."""

    form: Form
    start: int
    end: int
    word: str
    hit: PhraseHit | None = None
    day: DateHit | None = None


@dataclass(frozen=True, eq=False)
class Scan:
    """What was found in a text before meaning is read: atoms, phrases, dates, and the values behind each name."""

    text: str
    atoms: tuple[Atom, ...]
    hits: tuple[PhraseHit, ...]
    days: tuple[DateHit, ...]
    series: Mapping[PhraseHit, Series]

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """All tokens; what a value covers is nothing else, what a date or a phrase covers is no word."""
        values = [Token(Form.VALUE, v.start, v.end, "") for series in self.series.values() for v in series.values]
        doses = [series.dose for series in self.series.values() if series.dose]
        values += [Token(Form.VALUE, start, end, "") for start, end in doses]
        days = [Token(Form.DATE, day.start, day.end, "", day=day) for day in self.days]
        found = _outside(days, values) + values
        names = [Token(_form(hit), hit.start, hit.end, hit.phrase, hit) for hit in self.hits]
        found += _outside(names, found)
        words = [
            Token(Form.WORD if atom.word[0].isalnum() else Form.SIGN, atom.start, atom.end, atom.word)
            for atom in self.atoms
        ]
        found += _outside(words, found)
        return tuple(sorted(found, key=lambda token: (token.start, -token.end)))

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return tuple(token.start for token in self.tokens)

    def between(self, start: int, end: int) -> tuple[Token, ...]:
        """The tokens that begin in [start, end)."""
        return self.tokens[bisect_left(self._starts, start) : bisect_left(self._starts, end)]


def _form(hit: PhraseHit) -> Form:
    if hit.entry.other:
        return Form.WORD
    return Form.CUE if hit.entry.cue else Form.NAME


def _outside(tokens: Sequence[Token], others: Sequence[Token]) -> list[Token]:
    """The tokens that begin in none of the others."""
    covered: set[int] = set()
    for other in others:
        covered.update(range(other.start, other.end))
    return [token for token in tokens if token.start not in covered]
