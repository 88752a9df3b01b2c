"""Which date a value without one beside it has: of the words that open its line, of its list, of the lines above."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from kg.readers.text.dates import DateHit
from kg.readers.text.lexicon import Hit
from kg.readers.text.named import Named
from kg.readers.text.segments import Segment
from kg.readers.text.tokens import Scan

_OPENING_WORDS: Final = (
    r"on|labs?|bloods?|blood tests?|results?|from|dated|date|of|today|and|then|repeat|repeated|investigations|"
    r"bloods on|collected|collection|collection date|sample|sample date|specimen|drawn|taken|fbc|cbc"
)
_LEADING: Final = re.compile(rf"^[\s*•-]*(?:(?:{_OPENING_WORDS})\b[\s,:(]*)*$", re.IGNORECASE)
_HEADER: Final = re.compile(rf"[\s*•-]*(?:(?:{_OPENING_WORDS})\b[\s,:(]*)*", re.IGNORECASE)
_AFTER_HEADER: Final = re.compile(r"[\s,)]*(?:(?:at\s+)?\d{1,2}:\d{2}(?::\d{2})?)?[\s:.)]*")


class Dating:
    """The dates of one text that stand away from the values that they date."""

    def __init__(self, scan: Scan, segments: Sequence[Segment]) -> None:
        self.text, self.scan, self.segments = scan.text, scan, segments
        self.taken = {day.start for series in scan.series.values() for value in series.values for day in value.days}
        self.trailing: dict[Hit, DateHit] = {}

    def close(self, named: Sequence[Named]) -> None:
        """`on` a date behind the last of several values dates all of them, where no other date stands among them."""
        measured = [item for item in named if "measured" in item.marks]
        dated = [item for item in measured if any(value.days for value in self.scan.series[item.hit].values)]
        if len(measured) < 2 or dated != measured[-1:]:
            return
        days = self.scan.series[dated[0].hit].values[-1].days
        if len(days) == 1 and self.text[: days[0].start].rstrip().endswith((" on", " from", " dated", " of")):
            self.trailing |= {item.hit: days[0] for item in measured[:-1]}

    def of(self, named: Named) -> DateHit | None:
        """The date of a value: its own, that of its line, that of its list, or that of a line above."""
        return named.day or self._opening(named) or self.trailing.get(named.hit) or self._above(named)

    def _opening(self, named: Named) -> DateHit | None:
        """The date that opens the line of a value, such as `3 March 2026: ...`."""
        line = self.text.rfind("\n", 0, named.token.start) + 1
        opening = [
            day
            for day in self.scan.days
            if line <= day.start < named.token.start and day.start not in self.taken and self._opens(day, line)
        ]
        return opening[-1] if opening else None

    def _opens(self, day: DateHit, line: int) -> bool:
        before_it = bisect_right(self.segments, day.start, key=lambda segment: segment.start)
        sentence = self.segments[before_it - 1].start if before_it else line
        before = self.text[max(line, sentence) : day.start]
        return _LEADING.match(before) is not None or self.text[day.end : day.end + 3].lstrip(" )").startswith(":")

    def _above(self, named: Named) -> DateHit | None:
        """The date that is all that a line above says, down to the next blank line."""
        end = self.text.rfind("\n", 0, named.token.start)
        while end >= 0:
            start = self.text.rfind("\n", 0, end) + 1
            if not self.text[start:end].strip():
                return None
            for day in self.scan.days:
                if start <= day.start < end and day.start not in self.taken and self._is_header(day, start, end):
                    return day
            end = start - 1
        return None

    def _is_header(self, day: DateHit, start: int, end: int) -> bool:
        before = _HEADER.match(self.text, start, end)
        after = _AFTER_HEADER.match(self.text, day.end, end)
        return before is not None and before.end() == day.start and after is not None and after.end() == end
