"""Names of tests joined by slashes, and the values joined by slashes behind them: `WBC/ANC 2.1/0.9`.

Each value belongs to the name in its place, whether or not the vocabulary has that name. Where there are not as many
values as names none is used: it is not said which belongs to which, or which of two is the last.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from kg.readers.text.lexicon import PhraseHit
from kg.readers.text.values import SLASH, ReadValue, Series, ValueReader

_WORD: Final = re.compile(r"[^\W\d_][\w-]*")
_BEFORE: Final = re.compile(rf"{_WORD.pattern}{SLASH.pattern}$")
_LONGEST: Final = 40
MISMATCH: Final = "values joined by slashes, of which the text does not say which is which"
NAMELESS: Final = "the value of a test that the vocabulary does not have"


@dataclass
class Slashed:
    """The values of names by the name, nothing where they cannot be used; and what was left, with the reason."""

    series: dict[PhraseHit, Series] = field(default_factory=dict)
    unused: list[tuple[int, int, str]] = field(default_factory=list)


def slashed(
    text: str, named: Sequence[PhraseHit], measures: Callable[[PhraseHit], bool], reader: ValueReader
) -> Slashed:
    """What slashes join, given all names of a text in order and which of them stand for a quantity."""
    found = Slashed()
    for names, end, limit in _runs(text, named):
        tests = [hit for hit in names if hit and measures(hit)]
        values = reader.joined(end, limit) if tests else ()
        if len(names) == len(values) > 1:
            for hit, value in zip(names, values, strict=True):
                _belongs(found, hit if hit in tests else None, value)
        elif len(values) > 1 or (values and len(tests) > 1):
            found.series |= {hit: Series(()) for hit in tests}
            found.unused.append((values[0].start, values[-1].end, MISMATCH))
    return found


def _belongs(found: Slashed, hit: PhraseHit | None, value: ReadValue) -> None:
    if hit is None:
        found.unused.append((value.start, value.end, NAMELESS))
    else:
        found.series[hit] = Series((value,), apart=True)


def _runs(text: str, named: Sequence[PhraseHit]) -> Iterator[tuple[list[PhraseHit | None], int, int]]:
    """Names that slashes join, nothing for one that is no name; where they end, and where the next name begins."""
    starts = {hit.start: hit for hit in named}
    ordered = sorted(starts)
    end = 0
    for hit in named:
        if hit.start < end:
            continue
        names: list[PhraseHit | None] = [None] * _before(text, hit.start)
        names.append(hit)
        end = hit.end
        while slash := SLASH.match(text, end):
            following = starts.get(slash.end())
            word = _WORD.match(text, slash.end())
            if following is None and word is None:
                break
            names.append(following)
            end = following.end if following else word.end() if word else end
        later = bisect_left(ordered, end)
        yield names, end, ordered[later] if later < len(ordered) else len(text)


def _before(text: str, place: int) -> int:
    """How many words that are no names a slash joins to the name that begins at a place."""
    count = 0
    while match := _BEFORE.search(text, max(0, place - _LONGEST), place):
        place, count = match.start(), count + 1
    return count
