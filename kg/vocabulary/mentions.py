"""Names in running text: the longest names of a table, with their places. No meaning is decided here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Final, Generic, TypeVar

from kg.vocabulary.names import fold

_WORD: Final = re.compile(r"[^\W_]+(?:[._][^\W_]+)*", re.UNICODE)
_BREAK: Final = re.compile(r"[,;:.!?()]")
_SHORT: Final = 2
Key = TypeVar("Key")


@dataclass(frozen=True)
class Word:
    """A word of a text, folded, with its place in code points."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class NameHit(Generic[Key]):
    """A name found at [start, end) and what it may mean."""

    start: int
    end: int
    meanings: tuple[Key, ...]


def words(text: str) -> tuple[Word, ...]:
    """The words of a text; punctuation and hyphens stand between words.

    >>> [word.text for word in words("Low-risk MDS, G-CSF?")]
    ['low', 'risk', 'mds', 'g', 'csf']
    """
    return tuple(Word(_folded(found.group()), found.start(), found.end()) for found in _WORD.finditer(text))


def folded_words(text: str) -> list[str]:
    """The words of a text, folded, without their places: a tenth of the time.

    >>> folded_words("Low-risk MDS, G-CSF?")
    ['low', 'risk', 'mds', 'g', 'csf']
    """
    return [_folded(word) for word in _WORD.findall(text)]


@lru_cache(maxsize=65536)
def _folded(word: str) -> str:
    """One word, folded; texts repeat most of theirs."""
    return fold(word)


def spelled(name: str) -> tuple[str, ...]:
    """A name as its folded words, the last one in the singular."""
    found = folded_words(name)
    return (*found[:-1], singular(found[-1])) if found else ()


def singular(word: str) -> str:
    """A word without a plural ending.

    >>> singular("biopsies"), singular("doses"), singular("anemias"), singular("diagnosis")
    ('biopsy', 'dose', 'anemia', 'diagnosis')
    """
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


class Table(Generic[Key]):
    """Names and what each may mean; finds the longest ones in a text.

    A name of one or two capital letters counts only when written in capitals. No name reaches over a comma or stop.
    """

    def __init__(self, names: Iterable[tuple[str, Key]]) -> None:
        self._names: dict[tuple[str, ...], dict[Key, None]] = {}
        self._capital: set[tuple[str, ...]] = set()
        for name, key in names:
            if form := spelled(name):
                self._names.setdefault(form, {})[key] = None
                if len(name) <= _SHORT and name.isupper():
                    self._capital.add(form)

    @cached_property
    def _lengths(self) -> Mapping[str, tuple[int, ...]]:
        """First word → the lengths of the names that start with it, longest first."""
        found: dict[str, set[int]] = {}
        for form in self._names:
            found.setdefault(form[0], set()).add(len(form))
        return {first: tuple(sorted(sizes, reverse=True)) for first, sizes in found.items()}

    def find(self, text: str) -> tuple[NameHit[Key], ...]:
        """The names in a text from left to right, the longest at each place; none lies in another."""
        given, found, place = words(text), [], 0
        while place < len(given):
            size, meanings = self._longest(text, given, place)
            if size:
                found.append(NameHit(given[place].start, given[place + size - 1].end, meanings))
            place += size or 1
        return tuple(found)

    def _longest(self, text: str, given: tuple[Word, ...], place: int) -> tuple[int, tuple[Key, ...]]:
        first = given[place].text
        sizes = {*self._lengths.get(first, ()), *self._lengths.get(singular(first), ())}
        for size in sorted(sizes, reverse=True):
            part = given[place : place + size]
            if len(part) == size and not any(_BREAK.search(text[a.end : b.start]) for a, b in pairwise(part)):
                forms = [word.text for word in part]
                for form in ((*forms[:-1], singular(forms[-1])), tuple(forms)):
                    found = self._names.get(form)
                    if found and (form not in self._capital or text[part[0].start : part[-1].end].isupper()):
                        return size, tuple(found)
        return 0, ()
