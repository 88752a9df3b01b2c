"""Dates as people write them, with the words of `dates.yaml` of each language.

Numbers are day/month/year, unless the text has a date that can only be month/day, or is sensible only so. A day
without a year has the year of the date before or after it in the same line, else it is the latest such day that does
not lie after the day of the assessment. A month or a year alone is a period (EDTF); of `last week` it is only known
that it is earlier.
"""

from __future__ import annotations

import datetime
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

_BEHIND: Final = r"(?![\w/]|[.-]\d)"
_BEFORE: Final = r"(?<![\w.,/-])"
_YEAR: Final = r"(?:19|20)\d\d"
_BEHIND_A_YEAR: Final = r"(?=\s*(?:[(),.;:?!\]]|$|\n)|\s(?!\d|(?!s/p\b)[a-zµμ%]+/))"
YEARS_BACK: Final = 6
DAYS_OF_MONTH: Final = 31
_SENTENCE: Final = re.compile(r"[.;!?]\s")


@dataclass(frozen=True)
class DateHit:
    """A date in a text. `day` is None when only the month or the year is said, or when no calendar has it (`wrong`).

    `open` holds month and day until the year is known. `loose`: a number that is a year only behind a name or a
    word that can have one. `says_year`: the year stands beside a day or a month.
    """

    start: int
    end: int
    day: datetime.date | None
    year: int | None = None
    open: tuple[int, int] | None = None
    wrong: bool = False
    month: int = 0
    loose: bool = False
    says_year: bool = False

    def over(self, today: datetime.date) -> bool:
        """Whether all of the day, month or year that is said lies before a day."""
        if self.day is not None:
            return self.day < today
        return self.year is not None and (self.year, self.month or 12) < (today.year, today.month)

    def edtf(self, today: datetime.date) -> str:
        """The day or the period in EDTF, at the latest the day before the assessment; nothing for a wrong day."""
        if self.wrong:
            return ""
        if self.day is not None:
            return self.day.isoformat()
        if self.year and (self.year, self.month or 1) < (today.year, today.month if self.month else 1):
            return f"{self.year}-{self.month:02}" if self.month else str(self.year)
        return f"../{today - datetime.timedelta(days=1)}"


@dataclass(frozen=True)
class _Numeric:
    """Two numbers that are a day and a month, in either order, with the year if it is said."""

    start: int
    end: int
    first: int
    second: int
    year: int | None
    sure: bool
    dotted: bool = False
    told: bool = False


class DateReader:
    """Reads the dates of texts, with the words of a language file."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.months = {name: number for number, names in data["months"].items() for name in names}
        self.weekdays = {name: number for number, names in data["weekdays"].items() for name in names}
        self.days_back: Mapping[str, int] = data["days_back"]
        self.counts: Mapping[str, int] = data["counts"]
        self.steps = {name: step for step, names in data["steps"].items() for name in names}
        self.words_too = frozenset(data["words_too"])
        self.named = re.compile(self._named(data), re.IGNORECASE)
        self.numeric = re.compile(
            rf"{_BEFORE}(?P<a>\d{{1,2}})(?P<sep>[/.-])(?P<b>\d{{1,2}})(?P=sep)(?P<y>{_YEAR}|\d\d){_BEHIND}"
        )
        self.short = re.compile(r"(?<![\w.,/+-])(?P<a>\d{1,2})/(?P<b>\d{1,2})(?![\w/%+]|[.-]\d|,\d)")
        self.cue = re.compile(rf"(?:^|[\s(\[])(?:{_any(data['cues'])})\.?[\s:(]*(?:the\s+)?$", re.IGNORECASE)
        self.told = re.compile(rf"(?:^|[\s(\[])(?:{_any(data['told'])})\.?[\s:(]*$", re.IGNORECASE)
        self.on = re.compile(rf"\b(?:{_any(data['last'])})\s$", re.IGNORECASE)

    def _named(self, data: Mapping[str, Any]) -> str:
        month, month_too = _any(self.months), _any(name for name in self.months if name not in data["words_too"])
        weekday, plain = _any(self.weekdays), _any(name for name in self.weekdays if len(name) > 5)
        count = rf"(?:\d{{1,3}}|{_any(self.counts)})"
        year_in, in_ = _any(data["year_in"]), _any(data["in"])
        return (
            rf"{_BEFORE}(?:"
            rf"(?P<y1>{_YEAR})[-/.](?P<m1>\d{{1,2}})[-/.](?P<d1>\d{{1,2}})(?:[T ]\d\d:?\d\d[\d:.]*Z?)?{_BEHIND}"
            rf"|(?P<y9>{_YEAR})-(?P<m9>\d\d)(?![\w/.-])"
            rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th|\.)?(?:\s+of)?[\s/-]+(?P<m2>{month})\.?"
            rf"(?:,?[\s/-]+(?P<y2>{_YEAR})|[/-](?P<s2>\d\d)|\s+'?(?P<t2>\d\d)(?=\s*(?:[):,;\n]|$)))?{_BEHIND}"
            rf"|(?P<m3>{month})\.?\s+(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|\.\d)(?:,?\s+(?P<y3>{_YEAR}))?{_BEHIND}"
            rf"|(?P<m5>{month})\.?,?\s+(?:of\s+)?(?P<y5>{_YEAR}){_BEHIND}"
            rf"|(?P<m6>\d{{1,2}})/(?P<y6>{_YEAR}){_BEHIND}"
            rf"|(?:(?P<n7>{count})\s+(?P<u7>{_any(self.steps)})\s+(?:{_any(data['ago'])})|(?:vor)\s+(?P<n8>{count})\s+"
            rf"(?P<u8>{_any(self.steps)}))\b"
            rf"|(?P<vague>{_any(data['vague'])})\b"
            rf"|(?P<back>{_any(self.days_back)})\b"
            rf")"
            rf"|\b(?:{year_in})\s+(?P<y10>{_YEAR}){_BEHIND_A_YEAR}|,\s*(?P<y11>{_YEAR}){_BEHIND_A_YEAR}"
            rf"|(?<=[a-z)])\s\(?(?P<loose>{_YEAR}){_BEHIND_A_YEAR}"
            rf"|\b(?:{in_})\s+(?P<m12>{month})\b\.?(?!\s*'?\d)"
            rf"|(?<=\d[\s(])(?P<m13>{month_too})\b(?=\s*[),;.<:]|\s*$)|(?<=[(])(?P<m14>{month})\b(?=\s*[):])"
            rf"|\b(?:{_any(data['last'])})\s+(?P<w15>{weekday})\b|\b(?P<w16>{plain})\b(?!'s)"
            rf"|(?P<w17>\b(?:{weekday}))(?=\s*(?:\)|:\s))"
        )

    def read(self, text: str, today: datetime.date, cells: Iterable[tuple[int, int]] = ()) -> tuple[DateHit, ...]:
        """All dates of a text in order, without overlap. `cells`: those of tables, where a day and a month suffice."""
        fixed = [hit for match in self.named.finditer(text) for hit in [self._read(match, today)] if hit]
        numeric = list(self._numeric(text, frozenset(cells)))
        month_first = _month_first(numeric, fixed, today)
        found = fixed + [hit for item in numeric for hit in [_ordered(item, month_first, today)] if hit]
        apart: list[DateHit] = []
        for hit in sorted(found, key=lambda hit: (hit.start, -hit.end)):
            if not apart or hit.start >= apart[-1].end:
                apart.append(hit)
        return tuple(_with_years(apart, text, today))

    def _numeric(self, text: str, cells: frozenset[tuple[int, int]]) -> Iterator[_Numeric]:
        for match in self.numeric.finditer(text):
            year = int(match["y"]) + (2000 if len(match["y"]) == 2 else 0)
            told = self.told.search(text[max(0, match.start() - 16) : match.start()]) is not None
            yield _Numeric(*match.span(), int(match["a"]), int(match["b"]), year, True, match["sep"] == ".", told)
        for match in self.short.finditer(text):
            first, second = int(match["a"]), int(match["b"])
            cued = self.cue.search(text, max(0, match.start() - 16), match.start()) is not None
            opens = text[max(0, match.start() - 1) : match.start()] in ("", "\n") and text[match.end() :][:1] == ":"
            sure = cued or opens or match.span() in cells
            bracket = text[match.start() - 1 : match.start()] == "(" and text[match.end() : match.end() + 1] == ")"
            decisive = (first > 12) != (second > 12) and second not in (52, 7) and match.span() not in cells
            if max(first, second) > DAYS_OF_MONTH:
                continue
            if sure or (
                (bracket or text[match.end() : match.end() + 1] in ":)") and decisive and max(first, second) > 14
            ):
                yield _Numeric(match.start(), match.end(), first, second, None, sure)

    def _read(self, match: re.Match[str], today: datetime.date) -> DateHit | None:
        """A date in words, or year first."""
        found = match.groupdict()
        group = next(name for name in reversed(tuple(found)) if found[name] is not None)
        start, end = match.span()
        if group == "back":
            return DateHit(start, end, _back(today, self.days_back[_spaced(match[group])]))
        if group == "vague":
            return DateHit(start, end, None)
        if group in ("u7", "u8"):
            return self.ago(start, end, match[f"n{group[1]}"], match[group], today)
        if group in ("y10", "y11", "loose"):
            place, year = match.span(group), int(match[group])
            return DateHit(*place, None, year, loose=group == "loose") if year <= today.year else None
        if group in ("m12", "m13", "m14"):
            month = self.months[match[group].casefold()]
            return DateHit(*match.span(group), None, _last_year_of(month, today), month=month)
        if group.startswith("w"):
            back = (today.weekday() - self.weekdays[match[group].casefold()]) % 7 or 7
            return DateHit(*match.span(group), _back(today, back))
        return self._calendar(match, today)

    def _calendar(self, match: re.Match[str], today: datetime.date) -> DateHit | None:
        start, end = match.span()
        if match["y1"]:
            day = _day(int(match["y1"]), int(match["m1"]), int(match["d1"]))
            return DateHit(start, end, day, wrong=day is None, says_year=True)
        year = match["y5"] or match["y6"] or match["y9"]
        if year:
            number = self.months[match["m5"].casefold()] if match["m5"] else int(match["m6"] or match["m9"])
            return DateHit(start, end, None, int(year), month=number, says_year=True) if 1 <= number <= 12 else None
        named = "2" if match["m2"] else "3"
        month, number, year = self.months[match[f"m{named}"].casefold()], int(match[f"d{named}"]), match[f"y{named}"]
        short = match["s2"] or match["t2"]
        if short and int(short) <= today.year % 100:
            year = f"20{short}"
        if year is None and named == "3" and self._may_be_a_year(match, number, today):
            return DateHit(start, end, None, 2000 + number, month=month)
        if year is None and number > DAYS_OF_MONTH and match["m2"] and self._is_month(match["m2"]):
            return DateHit(*match.span("m2"), None, _last_year_of(month, today), month=month)
        if year is None:
            return DateHit(start, end, None, None, (month, number)) if _day(2000, month, number) else None
        day = _day(int(year), month, number)
        return DateHit(start, end, day, wrong=day is None, says_year=True)

    def _is_month(self, said: str) -> bool:
        """Whether a word behind a number that is no day (`95 Dec`) is a month: no other word, or written as a name."""
        return said[0].isupper() or said.casefold() not in self.words_too

    def _may_be_a_year(self, match: re.Match[str], number: int, today: datetime.date) -> bool:
        """Whether the digits behind a month can be a recent year as well (`Oct 25`); `on` makes them a day."""
        recent = YEARS_BACK >= today.year - 2000 - number >= 0
        return recent and self.on.search(match.string, max(0, match.start() - 6), match.start()) is None

    def ago(self, start: int, end: int, count: str, unit: str, today: datetime.date) -> DateHit | None:
        """The day, or for years the year, that lies so many days, weeks, months or years before another."""
        number = self.counts.get(count.casefold()) or int(count)
        step = self.steps[unit.casefold()]
        if step == "year":
            return DateHit(start, end, None, today.year - number) if number < today.year else None
        if step == "month":
            months = today.year * 12 + today.month - 1 - number
            last = _day(months // 12, months % 12 + 1, today.day) or _day(months // 12, months % 12 + 1, 28)
            return DateHit(start, end, last)
        return DateHit(start, end, _back(today, number * {"day": 1, "week": 7, "fortnight": 14}[step]))


def _last_year_of(month: int, today: datetime.date) -> int:
    """The year in which a month was last."""
    return today.year if month <= today.month else today.year - 1


def _any(names: Iterable[str]) -> str:
    """A pattern for any of some words, the longest first."""
    ordered = sorted(names, key=len, reverse=True)
    return "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in ordered)


def _spaced(words: str) -> str:
    return " ".join(words.casefold().split())


def _month_first(numeric: Iterable[_Numeric], fixed: Iterable[DateHit], today: datetime.date) -> bool:
    """Whether a text writes the month before the day."""
    items = list(numeric)
    sure = [item for item in items if item.sure and not item.dotted]
    if any(item.first > 12 >= item.second for item in sure):
        return False
    if any(item.second > 12 >= item.first for item in sure):
        return True
    anchors = {hit.day for hit in fixed if hit.day} | {today}
    agree = [0, 0]
    for item in sure:
        if item.first == item.second:
            continue
        days = [_latest(item, order, today) for order in (False, True)]
        for order, day in enumerate(days):
            agree[order] += day in anchors
    if agree[0] != agree[1]:
        return agree[1] > agree[0]
    return _only_past(sure, today) or _nearer(sure, today)


def _only_past(items: Iterable[_Numeric], today: datetime.date) -> bool:
    """Whether days of what has happened lie in the past with the month first, and some of them only so."""
    written = [item for item in items if item.told and item.first != item.second]
    pairs = [(_latest(item, False, today), _latest(item, True, today)) for item in written]
    told = [(day_first, month_first) for day_first, month_first in pairs if day_first and month_first]
    ahead = any(day_first > today >= month_first for day_first, month_first in told)
    return ahead and all(month_first <= today for _, month_first in told)


def _nearer(items: Iterable[_Numeric], today: datetime.date) -> bool:
    """Whether days without a year are recent only with the month first."""
    ages = [
        [(today - day).days if (day := _latest(item, order, today)) else 999 for order in (False, True)]
        for item in items
        if item.year is None and item.first != item.second
    ]
    return bool(ages) and all(
        month_first < day_first and month_first <= 60 < day_first for day_first, month_first in ages
    )


def _latest(item: _Numeric, month_first: bool, today: datetime.date) -> datetime.date | None:
    month, number = (item.first, item.second) if month_first else (item.second, item.first)
    if item.year:
        return _day(item.year, month, number)
    day = _day(today.year, month, number)
    return day if day is None or day <= today else _day(today.year - 1, month, number)


def _ordered(item: _Numeric, month_first: bool, today: datetime.date) -> DateHit | None:
    month, number = (item.first, item.second) if month_first and not item.dotted else (item.second, item.first)
    if not _day(2000, month, number) and _day(2000, number, month):
        month, number = number, month
    if item.year is None:
        return DateHit(item.start, item.end, None, None, (month, number)) if _day(2000, month, number) else None
    day = _day(item.year, month, number)
    plausible = item.first <= 31 and item.second <= 31
    return DateHit(item.start, item.end, day, wrong=day is None, says_year=True) if day or plausible else None


def _back(today: datetime.date, days: int) -> datetime.date | None:
    try:
        return today - datetime.timedelta(days=days)
    except OverflowError:
        return None


def _day(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


def _with_years(hits: list[DateHit], text: str, today: datetime.date) -> Iterator[DateHit]:
    """Days whose year another date of the line says, one behind it first; else the latest such day."""
    lines: dict[int, list[DateHit]] = {}
    starts, line = {}, 0
    place = 0
    for hit in hits:
        line += text.count("\n", place, hit.start)
        place = hit.start
        starts[hit.start] = line
        if hit.says_year:
            lines.setdefault(line, []).append(hit)
    for hit in hits:
        if not hit.open:
            yield hit
            continue
        line_hits = lines.get(starts[hit.start], [])
        place = bisect_left(line_hits, hit.start, key=lambda other: other.start)
        beside = line_hits[max(0, place - 1) : place + 1]
        yield _with_year(hit, [other for other in beside if _goes_with(other, hit, text)], today)


def _goes_with(other: DateHit, hit: DateHit, text: str) -> bool:
    """Whether the year of another date can be that of a day: in its sentence, or of a full day told before it."""
    start, end = sorted((hit, other), key=lambda item: item.start)
    return (other.day is not None and other.start < hit.start) or _SENTENCE.search(
        text, start.end - 1, end.start
    ) is None


def _with_year(hit: DateHit, near: list[DateHit], today: datetime.date) -> DateHit:
    assert hit.open is not None
    years = [(other.start, other.day.year if other.day else other.year) for other in near]
    after = [year for start, year in years if start > hit.start]
    before = [year for start, year in years if start < hit.start]
    chosen = after[0] if after else before[-1] if before else None
    for year in [chosen, today.year, today.year - 1]:
        day = _day(year, *hit.open) if year else None
        if day and day <= today:
            return replace(hit, day=day, open=None)
    return replace(hit, open=None)
