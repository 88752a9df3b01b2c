"""Dates as people write them. Numbers are day/month/year (analysis, section 9), unless only month/day can be.

A day without a year has the year of the date before or after it in the same sentence, else it is the latest such day
that does not lie after the day of the assessment. A month or a year alone gives no day, nor does `last week`: `day` is
None then.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = (
    r"(?P<{}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_COUNTS: Final = {
    word: number
    for number, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 1
    )
} | {"a": 1, "an": 1}
_COUNT: Final = rf"(?P<count>\d{{1,3}}|{'|'.join(_COUNTS)})"
_DATE: Final = re.compile(
    r"(?<![\w.,/-])(?:"
    r"(?P<y1>(?:19|20)\d\d)[-/.](?P<m1>\d{1,2})[-/.](?P<d1>\d{1,2})(?:T[\d:.]+Z?)?"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?[\s/-]+{_MONTH.format('m2')}"
    r"(?:,?[\s/-]+(?P<y2>(?:19|20)\d\d)|[/-](?P<s2>\d\d)|\s+['’]?(?P<t2>\d\d)(?=\s*(?:[):,;\n]|$)))?"
    rf"|{_MONTH.format('m3')}\s+(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|\.\d)(?:,?\s+(?P<y3>(?:19|20)\d\d))?"
    r"|(?P<d4>\d{1,2})(?P<sep>[/.-])(?P<m4>\d{1,2})(?P=sep)(?P<y4>(?:19|20)\d\d|\d{2})"
    rf"|{_MONTH.format('m5')},?\s+(?:of\s+)?(?P<y5>(?:19|20)\d\d)"
    r"|(?P<m6>\d{1,2})/(?P<y6>(?:19|20)\d\d)"
    rf"|{_COUNT}\s+(?P<step>day|week|month|year)s?\s+(?:ago|earlier|back|before)"
    r"|(?P<word>today|yesterday)"
    r"|(?P<vague>(?:last|previous|past)\s+(?:week|month|year|winter|spring|summer|autumn|visit|time))"
    r")(?![\w/]|[.-]\d)",
    re.IGNORECASE,
)
_BEHIND_A_YEAR: Final = r"(?=\s*(?:[(),.;:?!]|$|\n)|\s(?!\d|(?!s/p\b)[a-zµμ%]+/))"
_YEAR: Final = re.compile(
    rf"\b(?:(?:in|since|until|till|from|during|of|by|around|early|late|mid|diagnosed|dx)\s+|,\s*)(?P<year>(?:19|20)\d\d){_BEHIND_A_YEAR}"
)
_LOOSE_YEAR: Final = re.compile(rf"(?<=[a-z)])\s\(?(?P<year>(?:19|20)\d\d){_BEHIND_A_YEAR}", re.IGNORECASE)
_MONTH_ALONE: Final = re.compile(
    rf"\b(?:in|last|early|late|mid|since)\s+{_MONTH.format('name')}(?!\s*['’]?\d)", re.IGNORECASE
)
_ON: Final = re.compile(r"\bon\s$", re.IGNORECASE)
YEARS_BACK: Final = 6
_ON_DAY: Final = re.compile(r"\bon\s+(?P<day>(?P<d>\d{1,2})/(?P<m>\d{1,2}))(?![\d/])")


@dataclass(frozen=True)
class DateHit:
    """A date in a text. `day` is None when only the month or the year is said, or when no calendar has it (`wrong`).

    `open` holds month and day until the year is known. `loose`: a number that is a year only behind a name or a
    word that can have one.
    """

    start: int
    end: int
    day: datetime.date | None
    year: int | None = None
    open: tuple[int, int] | None = None
    wrong: bool = False
    month: int = 0
    loose: bool = False

    def over(self, today: datetime.date) -> bool:
        """Whether all of the day, month or year that is said lies before a day."""
        if self.day is not None:
            return self.day < today
        return self.year is not None and (self.year, self.month or 12) < (today.year, today.month)


def dates(text: str, today: datetime.date) -> tuple[DateHit, ...]:
    """All dates of a text in order, without overlap."""
    found = sorted(_found(text, today), key=lambda hit: (hit.start, -hit.end))
    apart: list[DateHit] = []
    for hit in found:
        if not apart or hit.start >= apart[-1].end:
            apart.append(hit)
    return tuple(_with_year(hit, apart, text, today) for hit in apart)


def _found(text: str, today: datetime.date) -> Iterator[DateHit]:
    for match in _DATE.finditer(text):
        hit = _read(match, today)
        if hit is not None:
            yield hit
    for match in _YEAR.finditer(text):
        if int(match["year"]) <= today.year:
            yield DateHit(match.start("year"), match.end("year"), None, int(match["year"]))
    for match in _LOOSE_YEAR.finditer(text):
        if int(match["year"]) <= today.year:
            yield DateHit(match.start("year"), match.end("year"), None, int(match["year"]), loose=True)
    for match in _MONTH_ALONE.finditer(text):
        yield DateHit(match.start("name"), match.end("name"), None, month=_month(match["name"]))
    for match in _ON_DAY.finditer(text):
        open_day = (int(match["m"]), int(match["d"]))
        if _day(2000, *open_day):
            yield DateHit(match.start("day"), match.end("day"), None, None, open_day)


def _read(match: re.Match[str], today: datetime.date) -> DateHit | None:
    start, end = match.span()
    if match["word"]:
        back = 1 if match["word"].casefold() == "yesterday" else 0
        return DateHit(start, end, _back(today, back))
    if match["vague"]:
        return DateHit(start, end, None)
    if match["step"]:
        return _ago(match, today)
    if match["y5"] or match["y6"]:
        month = _month(match["m5"]) if match["m5"] else int(match["m6"])
        year = int(match["y5"] or match["y6"])
        return DateHit(start, end, None, year, month=month) if 1 <= month <= 12 else None
    if match["m4"]:
        return _numeric(match)
    named = "2" if match["m2"] else "3"
    if match["y1"]:
        day = _day(int(match["y1"]), int(match["m1"]), int(match["d1"]))
        return DateHit(start, end, day, wrong=day is None)
    month, number, year_text = _month(match[f"m{named}"]), int(match[f"d{named}"]), match[f"y{named}"]
    short = match["s2"] or match["t2"]
    if short and int(short) <= today.year % 100:
        year_text = f"20{short}"
    if year_text is None and named == "3" and _may_be_a_year(match, number, today):
        return DateHit(start, end, None)
    if year_text is None:
        return DateHit(start, end, None, None, (month, number)) if _day(2000, month, number) else None
    day = _day(int(year_text), month, number)
    return DateHit(start, end, day, wrong=day is None)


def _may_be_a_year(match: re.Match[str], number: int, today: datetime.date) -> bool:
    """Whether the digits behind a month can be a recent year as well (`Oct 25`); `on` before it makes them a day."""
    return (
        YEARS_BACK >= today.year - 2000 - number >= 0
        and _ON.search(match.string, max(0, match.start() - 4), match.start()) is None
    )


def _numeric(match: re.Match[str]) -> DateHit | None:
    year = int(match["y4"]) + (2000 if len(match["y4"]) == 2 else 0)
    first, second = int(match["d4"]), int(match["m4"])
    day = _day(year, second, first) or _day(year, first, second)
    plausible = first <= 31 and second <= 31 and len(match["y4"]) == 4
    return DateHit(match.start(), match.end(), day, wrong=day is None) if day or plausible else None


def _ago(match: re.Match[str], today: datetime.date) -> DateHit | None:
    count = _COUNTS.get(match["count"].casefold()) or int(match["count"])
    step = match["step"].casefold()
    start, end = match.span()
    if step == "year":
        return DateHit(start, end, None, today.year - count) if count < today.year else None
    if step == "month":
        months = today.year * 12 + today.month - 1 - count
        last = _day(months // 12, months % 12 + 1, today.day) or _day(months // 12, months % 12 + 1, 28)
        return DateHit(start, end, last)
    return DateHit(start, end, _back(today, count * (7 if step == "week" else 1)))


def _back(today: datetime.date, days: int) -> datetime.date | None:
    try:
        return today - datetime.timedelta(days=days)
    except OverflowError:
        return None


def _month(name: str) -> int:
    return _MONTHS.index(name[:3].casefold()) + 1


def _day(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


def _with_year(hit: DateHit, hits: list[DateHit], text: str, today: datetime.date) -> DateHit:
    """A day whose year another date of the line says, one behind it first; else the latest such day."""
    if hit.open is None:
        return hit
    near = [
        (other.start, other.day.year if other.day else other.year)
        for other in hits
        if (other.day or other.year) and "\n" not in text[min(hit.end, other.end) : max(hit.start, other.start)]
    ]
    after = [year for start, year in near if start > hit.start]
    before = [year for start, year in near if start < hit.start]
    chosen = after[0] if after else before[-1] if before else None
    for year in [chosen] if chosen else [today.year, today.year - 1]:
        day = _day(year, *hit.open)
        if day and (chosen or day <= today):
            return replace(hit, day=day, open=None)
    return replace(hit, open=None)
