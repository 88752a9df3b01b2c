"""The words that say what a date is of: of a sample, of a report or a birth, or of the line that it opens."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

_REACH: Final = 40


class DateWords:
    """Reads the words before and behind a date, from `tables.yaml` and `dates.yaml` of each language."""

    def __init__(self, tables: Mapping[str, Any], dates: Mapping[str, Any]) -> None:
        link = rf"(?:[\s:=.(*-]|\b(?:{_any(dates['links'])})\b)*$"
        self._collected = re.compile(rf"\b(?:{_any(tables['collected'])})(?!\w){link}", re.IGNORECASE)
        others = _any([*tables["reported"], *dates["of_others"]])
        self._other = re.compile(rf"\b(?:{others})(?!\w){link}", re.IGNORECASE)
        self._birth = re.compile(rf"\b(?:{_any(dates['birth'])})(?!\w){link}", re.IGNORECASE)
        opening = rf"(?:{_any(dates['openings'])})"
        self._leads = re.compile(rf"^[\s*•\[(-]*(?:{opening}\b[\s,:(]*)*$", re.IGNORECASE)
        self._header = re.compile(rf"[\s*•=\[(-]*(?:{opening}\b[\s,:(]*)*", re.IGNORECASE)
        self._behind = re.compile(r"[\s,)\]=]*(?:(?:at\s+)?\d{1,2}:\d{2}(?::\d{2})?)?[\s:.)\]=]*")
        self._on = re.compile(rf"\b(?:{_any(dates['on'])})\s+$", re.IGNORECASE)
        self._past = re.compile(rf"\b(?:{_any(dates['past'])})\b", re.IGNORECASE)
        self._now = re.compile(rf"\b(?:{_any(dates['now'])})\b", re.IGNORECASE)

    def collected_before(self, text: str, place: int) -> bool:
        """Whether words before a date say that a sample was taken on it."""
        return self._collected.search(text, max(_line(text, place), place - _REACH), place) is not None

    def other_before(self, text: str, place: int) -> bool:
        """Whether words before a date make it one of a report, a birth, an appointment or a beginning."""
        return self._other.search(text, max(_line(text, place), place - _REACH), place) is not None

    def birth_before(self, text: str, place: int) -> bool:
        """Whether words before a date say that somebody was born on it."""
        return self._birth.search(text, max(_line(text, place), place - _REACH), place) is not None

    def leads(self, before: str) -> bool:
        """Whether nothing but words that open a list stands before a date."""
        return self._leads.match(before) is not None

    def fills(self, text: str, day_start: int, day_end: int, start: int, end: int) -> bool:
        """Whether a line says nothing but a date."""
        before = self._header.match(text, start, end)
        behind = self._behind.match(text, day_end, end)
        return before is not None and before.end() == day_start and behind is not None and behind.end() == end

    def on(self, text: str, place: int) -> bool:
        """Whether a date is `on` a day that a list of values shares."""
        return self._on.search(text, max(0, place - 12), place) is not None

    def past_in(self, text: str, start: int, end: int) -> bool:
        """Whether the verb between two places is one of the past."""
        return self._past.search(text, start, end) is not None

    def now_before(self, text: str, start: int, end: int) -> bool:
        """Whether words between two places say that something is of the present."""
        return self._now.search(text, start, end) is not None


def _line(text: str, place: int) -> int:
    return text.rfind("\n", 0, place) + 1


def _any(names: Iterable[str]) -> str:
    ordered = sorted(names, key=len, reverse=True)
    return "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in ordered)
