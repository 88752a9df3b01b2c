"""Text as atoms: words and signs with their place, folded as names are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from kg.vocabulary.names import fold

_ATOM: Final = re.compile(r"\w+|[^\w\s]")
_DASH: Final = frozenset("-‐‑‒–—―−⁃﹘﹣－")


@dataclass(frozen=True, slots=True)
class Atom:
    """A word or a sign: [start, end) of the text, and what `kg.vocabulary.names.fold` makes of it."""

    start: int
    end: int
    word: str


def atoms(text: str) -> tuple[Atom, ...]:
    """The atoms of a text in order. Dashes and blanks part words and are none, as in a folded name.

    >>> [atom.word for atom in atoms("Iron‑binding (µg/dL)")]
    ['iron', 'binding', '(', 'ug', '/', 'dl', ')']
    """
    found = ((match.start(), match.end(), match[0]) for match in _ATOM.finditer(text))
    folded = (Atom(start, end, fold(word)) for start, end, word in found if word not in _DASH)
    return tuple(atom for atom in folded if atom.word)
