"""How long a treatment has been going on: `ten weeks of epoetin`, `on epoetin for the past two months`.

The words are those of `dates.yaml` of each language. A length that is told up to now gives the day on which the course
began: the day of the assessment less the length.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from kg.readers.text.dates import DateHit, DateReader

_REACH: Final = 72


class Length(NamedTuple):
    """The first day of a course by its length, and whether the words before it say that it reaches up to now."""

    start: DateHit
    until_now: bool


class Lengths:
    """Reads the lengths of courses beside the names of treatments."""

    def __init__(self, data: Mapping[str, Any], dates: DateReader) -> None:
        self.dates, words = dates, data["lengths"]
        count = rf"(?P<count>\d{{1,3}}|{_any(dates.counts)})[\s-]+(?P<step>{_any(dates.steps)})\b['’]?"
        self.before = re.compile(
            rf"(?:\b(?P<now>{_any(words['until_now'])})\s+)?(?:\b(?:{_any(words['articles'])})\s+)?(?<![\w.,/]){count}"
            rf"(?:\s+(?:{_any(words['courses'])}))?\s+(?:{_any(words['links'])})\s+$",
            re.IGNORECASE,
        )
        self.behind = re.compile(
            rf"[\s,(]*(?:{_any(words['behind'])})\s*(?:(?:{_any(words['last'])})\s+)?{count}", re.IGNORECASE
        )

        self.starting = re.compile(rf"[\s,(]*(?:{_any(words['at_start'])})(?!\w)", re.IGNORECASE)

    def opens_course(self, text: str, end: int) -> bool:
        """Whether the words behind an earlier value make it the one with which a course began."""
        return self.starting.match(text, end) is not None

    def of(self, text: str, start: int, end: int, today: datetime.date) -> Length | None:
        """The length of the treatment that is named at a place."""
        behind = self.behind.match(text, end)
        match = behind or self.before.search(text, max(0, start - _REACH), start)
        if match is None:
            return None
        day = self.dates.ago(*match.span(), match["count"], match["step"], today)
        return Length(day, behind is None and bool(match["now"])) if day and day.day else None


def _any(names: Iterable[str]) -> str:
    return "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in sorted(names, key=len, reverse=True))
