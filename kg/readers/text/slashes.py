"""Names of tests that are joined, and the values joined behind them: `WBC/ANC 2.1/0.9`, `Hb and WBC were 9.8 and 2.4`.

Each value belongs to the name in its place. Of what slashes join this holds whether or not the vocabulary has the name;
where there are not as many values as names none is used: it is not said which belongs to which, or which of two is the
last. What commas and `and` join are values of those names only where all are tests and there are as many values.
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
_LISTED: Final = re.compile(r"[^\S\n]*(?:,[^\S\n]*(?:and[^\S\n]+)?|[^\S\n]and[^\S\n]+|&[^\S\n]*)", re.IGNORECASE)
_CHANGED: Final = re.compile(r"\s*(?:to|→|-+>|=+>)\s*\d", re.IGNORECASE)
_LONGEST: Final = 40
MISMATCH: Final = "values joined by slashes, of which the text does not say which is which"
SEVERAL: Final = "two rows of values, of which the text does not say which is the last"
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
    for names, end, limit in _runs(text, [hit for hit in named if hit not in found.series], _LISTED):
        listed = [hit for hit in names if hit and measures(hit)]
        values = reader.joined(end, limit, _LISTED) if len(listed) == len(names) > 1 else ()
        if len(listed) == len(values) > 1 and _CHANGED.match(text, values[-1].end):
            found.series |= {hit: Series(()) for hit in listed}
            found.unused.append((values[0].start, values[-1].end, SEVERAL))
        elif len(listed) == len(values) > 1:
            found.series |= {hit: Series((value,), apart=True) for hit, value in zip(listed, values, strict=True)}
    return found


def _belongs(found: Slashed, hit: PhraseHit | None, value: ReadValue) -> None:
    if hit is None:
        found.unused.append((value.start, value.end, NAMELESS))
    else:
        found.series[hit] = Series((value,), apart=True)


def _runs(
    text: str, named: Sequence[PhraseHit], joint: re.Pattern[str] = SLASH
) -> Iterator[tuple[list[PhraseHit | None], int, int]]:
    """Names that are joined, nothing for one that is no name; where they end, and where the next name begins."""
    starts = {hit.start: hit for hit in named}
    ordered = sorted(starts)
    end = 0
    for hit in named:
        if hit.start < end:
            continue
        names: list[PhraseHit | None] = [None] * (_before(text, hit.start) if joint is SLASH else 0)
        names.append(hit)
        end = hit.end
        while joined := joint.match(text, end):
            following = starts.get(joined.end())
            word = _WORD.match(text, joined.end()) if joint is SLASH else None
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
