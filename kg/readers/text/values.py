"""Measured values: a test, then comparator, number, unit, range, flag and date in the usual orders, and series of them.

In a series the unit and the range carry over. Of an undated series parted by arrows or by `repeat` the last value
counts and the earlier ones are left out, for a value without a date counts as of the day of the assessment. Of an
undated series parted by commas none is used: which of them is the last is not said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from kg.facts.unit_spellings import ucum
from kg.readers.text.dates import DateHit
from kg.readers.text.numbers import number_at
from kg.readers.text.printed import PrintedRange, comparator_at, dose_at, flag_at, flagged_unit_at, range_at, unit_at

_BLANK: Final = re.compile(r"[^\S\n]*")
_BETWEEN: Final = re.compile(
    r"(?:level|levels|trend|count|counts|value|values|concentration|conc|result|results|reading|readings|was|is|are|were|of|at|to|now|"
    r"currently|current|measured|measures|measuring|came|come|comes|coming|back|as|found|be|being|reported|has|have|had|been|fell|"
    r"fallen|dropped|drops|rose|risen|rising|falling|fall|rise|increased|decreased|went|gone|from|only|just|still|again|latest|last|"
    r"recent|repeat|repeated|most|markedly|very|a|an|the|which|that|by|stands|stable|around|up|down|low|high|raised|elevated|"
    r"reduced|normal|abnormal|mildly|slightly|severely|significantly|on|dated|it|yesterday|today|returned|drawn|taken|then|"
    r"in|above|below|over|range|limit|limits|upper|lower|showed|shows|persistently|usually|normally|typically|holding|steady|noted|nadir|peak|unexpectedly|drop|now|measuring|checked|sits|sitting|hovers|averaging|approximately|today|here|this|morning|admission|discharge|hovering|remains|remained|improved|worsened|climbed|dipped)\b|[:;|\t(\[=*…]|\.{2,}|->|→|↑+|↓+",
    re.IGNORECASE,
)
_STEP: Final = re.compile(
    r"\s*(?:(?P<arrow>\.\s+(?:\bit\s+is\s+)?\b(?:today|now|currently|this morning)\b[,:]?(?:\s+(?:it\s+is|is|at)\b)?|"
    r"-+>|→|⟶|➔|=>|>>|\bto\b|(?:,?\s*\bthen\b,?|\bfollowed by\b)(?:\s+(?:on\s+)?repeat(?:ed)?\b)?|"
    r"\b(?:before(?:hand)?|initially|at first)(?:\s*,|,?\s+(?:and|but)\b)|"
    r"[,;]?\s*(?:\b(?:and|but)\s+)?(?:\b(?:it\s+)?(?:is|was)\s+)?\b(?:(?:on\s+)?repeat(?:ed)?|rechecked|now|currently)\b"
    r"(?:\s+(?:as|at|it\s+is|is|was))?|"
    r",?\s*\b(?:fell|falling|rising|rose|dropped|dropping|risen|increasing|"
    r"decreasing|went|increased|decreased|improved|improving)\s+(?:up\s+|down\s+)?to\b)"
    r"|(?P<back>[(,]?\s*(?:\b(?:up|down)\s+)?\bfrom\b|"
    r"[(,]?\s*(?:\band\s+)?\b(?:previous(?:ly)?|prev|before that|earlier|prior|was)\b)"
    r"|(?P<list>(?:,\s*(?:and\b)?|;|\band\b|\bor\b|/|\n)(?:\s*\b(?:it|is|are|now|currently|again|today|still|at|high|low|raised|elevated)\b)*))",
    re.IGNORECASE,
)
_OF_ANOTHER_TIME: Final = re.compile(
    r"\b(?:baseline|usual|(?:her|his|their|the)\s+old|best|peak|nadir|lowest|highest|pre-\s?\w+|preop(?:erative)?|pretreatment)"
    r"\s+(?:(?:the|a|an)\s+)?$",
    re.IGNORECASE,
)
_USED_TO_BE: Final = ("from", "usually", "normally", "typically")
_KILO: Final = re.compile(r"\s?[kK](?![\w/])")
_TIME: Final = re.compile(
    r"(?:st|nd|rd|th)\b|\s*-?\s*(?:years?|yrs?|yo|y/o|months?|weeks?|wks?|days?|hours?|hrs?|minutes?|times|x\b|fold|lives|cycles?|of\b)",
    re.IGNORECASE,
)
_AND: Final = re.compile(r"\s*(?:,|and|&|,\s*and)\s*(?:again\s+)?(?:on\s+|in\s+)?", re.IGNORECASE)
_DAY_OPEN: Final = re.compile(
    r"\s*(?P<sign>[,)]?)\s*(?:(?:twice|again|both|confirmed|repeatedly|all|each|on\s+two\s+occasions|on\s+both)\s*)?(?:[(\[:]\s*)?"
    r"(?P<word>on\s+|dated\s+|from\s+|in\s+|of\s+|as of\s+|at\s+)?(?:the\s+)?",
    re.IGNORECASE,
)
_NOW_BEHIND: Final = re.compile(r"\s*(?:now|currently|at present|this morning)\b", re.IGNORECASE)
_CHANGES: Final = re.compile(
    r"(?:(?:dropped|drops|fell|fallen|falling|fall|rose|risen|rising|rise|climbed|dipped)\s+(?:(?:by|of|almost|about|~)\s*)?"
    r"|(?:increased|decreased|improved|worsened|reduced|up|down)\s+by\s+)$",
    re.IGNORECASE,
)
_CHANGE: Final = (
    r"(?:rise|increase|increment|gain|drop|decline|decrease|change|response|difference|reduction|improvement|recovery)"
)
_AS_A_CHANGE: Final = re.compile(rf"\b{_CHANGE}\s+(?:(?:of|by|was|is|only)\s+)*$|\b(?:up|down)\s+$", re.IGNORECASE)
_CHANGE_IN: Final = re.compile(rf"\b{_CHANGE}\s+(?:in|of)\s+(?:(?:the|her|his|their)\s+)?$", re.IGNORECASE)
_BY: Final = re.compile(r"\s*(?:(?:of|by|was|is|only|about|almost)\s+)+", re.IGNORECASE)
_CHANGED_TO: Final = re.compile(r"[^.;:\n\d]{0,40}?\bto\s+", re.IGNORECASE)
_TODAY: Final = re.compile(r"\b(?:now|currently|today|again)\b", re.IGNORECASE)
_OPENS_ANOTHER: Final = re.compile(r"\s*:")
_ENDS: Final = re.compile(r"\s*(?:[.,;)\]]|$|\n|and\b|then\b|but\b)")
_ENDS_SENTENCE: Final = re.compile(r"\s*(?:[.;](?:\s|$)|$|\n)")
_COMMA: Final = re.compile(r"\s*[,;]\s*")
_SHARED: Final = re.compile(r"\b(?:both|all|each)\b", re.IGNORECASE)
_DAY_CLOSE: Final = re.compile(r"\s*[)\]]?")
_UNIT_HEAD: Final = re.compile(r"\s*[(\[,]\s*")
_CLAUSE: Final = re.compile(r"[^\d.;:!?\n()\[\]<>≤≥]{1,80}(?=[<>≤≥~]?\s?\d)")
_BRACKET: Final = re.compile(r"\s*\(\s*")
_WITHIN: Final = re.compile(
    r"(?:\b(?:was|were|prev|previous|previously|prior|before|from|last|baseline|compared with|vs|down|up)\b\s*)*",
    re.IGNORECASE,
)
_APART: Final = re.compile(r"\s*[,;]\s*(?:and\s+)?")
_AT: Final = re.compile(r"\s*(?:(?:on|in|at|from|dated|the)\s+)*", re.IGNORECASE)
_CLOSED: Final = re.compile(r"\s*\)")
_JOINT: Final = re.compile(r"(?:[-–—]|[^\S\n]+[-–—][^\S\n]+)(?=\d)")
_DASH: Final = re.compile(r"\s*(?:-(?!>)|‐|‑|–|—|−)\s*")
SLASH: Final = re.compile(r"[^\S\n]?/[^\S\n]?")
_MOST_WORDS: Final = 9
CHANGE: Final = "how much a value changed, not a value"
UNDATED: Final = "several values without a day; which of them is the last is not said"


@dataclass(frozen=True)
class ReadValue:
    """One number with what is printed beside it; [start, end) covers all of it but the test's name."""

    start: int
    end: int
    numbers: tuple[Decimal, ...]
    comparator: str
    unit: str
    range: PrintedRange | None = None
    flag: str = ""
    days: tuple[DateHit, ...] = ()
    earlier: bool = False
    now: bool = False
    kilo: bool = False
    shared: bool = False


@dataclass(frozen=True)
class Series:
    """The values that follow one test, where a dose was found instead; `apart` if other names or lines come between.

    `unused` are numbers that are no value, with the reason.
    """

    values: tuple[ReadValue, ...]
    dose: tuple[int, int] | None = None
    unused: tuple[int, int, str] | None = None
    apart: bool = False


class ValueReader:
    """Reads values of one text, given its dates."""

    def __init__(self, text: str, days: Sequence[DateHit], commas: bool) -> None:
        self.text, self.commas = text, commas
        self.days = {hit.start: hit for hit in days}

    def after(self, name: int, place: int, limit: int, units: frozenset[str] = frozenset()) -> Series:
        """The values between a test's name, from `name` to `place`, and the next name.

        Words that nobody knows may stand before a number with one of the `units` of the test.
        """
        opened = self._open(place, limit) or self._far(place, limit, units)
        if opened is None:
            return Series(())
        start, day, unit, reversed_ = opened
        sign = comparator_at(self.text, start)
        amount = number_at(self.text, self._blank(sign.end) if sign else start, self.commas)
        if amount and self._is_amount(name, place, start, sign is not None):
            return self._changed(start, amount.end, limit)
        first = self._value(start, limit)
        if first is None:
            return Series((), self._dose(start, limit), self._spread(start, limit))
        if (unit and not first.unit) or (day and not first.days):
            first = replace(first, unit=first.unit or unit, days=first.days or day)
        values = [first, *self._bracketed(first, limit)]
        values = [*values, *self._more(values[-1], limit)] if len(values) == 1 else values
        reversed_ = reversed_ or _OF_ANOTHER_TIME.search(self.text, max(0, name - 30), name) is not None
        last, end = values[-1], self._row(values[-1], limit)
        if end and not any(value.days for value in values):
            return Series((), unused=(first.start, end, UNDATED))
        return Series(self._carried(values, reversed_), unused=(last.end, end, UNDATED) if end else None)

    def _is_amount(self, name: int, place: int, start: int, compared: bool) -> bool:
        """Whether what stands at `start` is how much a value changed."""
        if _AS_A_CHANGE.search(self.text, place, start) or (not compared and _CHANGES.search(self.text, place, start)):
            return True
        before = max(0, name - 60)
        said = _CHANGE_IN.search(self.text[before:name]) is not None
        return said and (compared or _BY.fullmatch(self.text, place, start) is not None)

    def _changed(self, start: int, end: int, limit: int) -> Series:
        """Behind an amount of change, the value that it led `to`, if that is said."""
        unit = unit_at(self.text, end)
        end = unit.end if unit else end
        to = _CHANGED_TO.match(self.text, end)
        value = self._value(to.end(), limit) if to and to.end() < limit else None
        values = (replace(value, unit=value.unit or (unit.said if unit else "")),) if value else ()
        return Series(values, unused=(start, end, CHANGE))

    def joined(self, place: int, limit: int, joint: re.Pattern[str] = SLASH) -> tuple[ReadValue, ...]:
        """The values behind names up to `limit` that slashes, or another joint, join; one if none does."""
        opened = self._open(place, limit)
        value = self._value(opened[0], limit) if opened else None
        found: list[ReadValue] = []
        while value:
            found.append(value)
            joined = joint.match(self.text, value.end)
            value = self._value(joined.end(), limit) if joined else None
        return tuple(found)

    def cell(self, start: int, end: int) -> ReadValue | None:
        """The value that fills a cell of a table."""
        value = self._value(start, end)
        return value if value and value.end == end else None

    # -- up to the first number

    def _open(self, place: int, limit: int) -> tuple[int, tuple[DateHit, ...], str, bool] | None:
        """Where the first comparator or number stands; a date and a unit on the way; whether it is of another time."""
        day: tuple[DateHit, ...] = ()
        unit, from_ = "", False
        if joint := _JOINT.match(self.text, place):
            place = joint.end()
        for _ in range(_MOST_WORDS):
            place = self._blank(place)
            if place >= limit:
                return None
            if place in self.days:
                day, place = (self.days[place],), self.days[place].end
                place = self._blank(place)
                place += self.text[place : place + 1] in (")", "]", ",")
                continue
            if number_at(self.text, place, self.commas) or self._compared(place):
                return place, day, unit, from_
            head = _UNIT_HEAD.match(self.text, place)
            named = unit_at(self.text, head.end() if head else place)
            if named:
                unit, place = named.said, named.end
                place = self._blank(place)
                place += self.text[place : place + 1] in (")", "]", ",", ":")
                continue
            word = _BETWEEN.match(self.text, place)
            if word is None:
                comma = self.text[place] in "),"
                if not comma:
                    return None
                place += 1
                continue
            from_ = from_ or word[0].casefold() in _USED_TO_BE
            place = word.end()
        return None

    def _far(self, place: int, limit: int, units: frozenset[str]) -> tuple[int, tuple[DateHit, ...], str, bool] | None:
        """Where in the clause the first number stands, behind any words, if it has a unit of the test."""
        match = _CLAUSE.match(self.text, place, limit)
        start = match.end() if match else place
        days = tuple(self.days[at] for at in range(place, start) if at in self.days)
        if match is None or any(day.end > start for day in days):
            return None
        sign = comparator_at(self.text, start)
        number = number_at(self.text, self._blank(sign.end if sign else start), self.commas)
        unit = unit_at(self.text, number.end) if number and number.end <= limit else None
        if unit is None or ucum(unit.said) not in units:
            return None
        return start, days[-1:], "", any(word in _USED_TO_BE for word in match[0].casefold().split())

    def _compared(self, place: int) -> bool:
        """Whether a comparator and a number stand here."""
        sign = comparator_at(self.text, place)
        sign = comparator_at(self.text, sign.end) or sign if sign else None
        return sign is not None and number_at(self.text, self._blank(sign.end), self.commas) is not None

    def _blank(self, place: int) -> int:
        match = _BLANK.match(self.text, place)
        return match.end() if match else place

    # -- one value

    def _value(self, place: int, limit: int) -> ReadValue | None:
        start = self._blank(place)
        sign = comparator_at(self.text, start)
        second = comparator_at(self.text, sign.end) if sign and sign.said == "=" else None
        sign = second or sign
        begin = self._blank(sign.end if sign else start)
        if begin in self.days:
            return None
        number = number_at(self.text, begin, self.commas)
        if number is None or number.end > limit or self._counts_an_item(number.start, number.end):
            return None
        end, kilo, unit = number.end, False, unit_at(self.text, number.end)
        flagged = None if unit else flagged_unit_at(self.text, end)
        flag = ""
        if flagged:
            unit, flag = flagged[0], flagged[1].said if flagged[1] else ""
        if unit:
            end = unit.end
        elif match := _KILO.match(self.text, end):
            end, kilo = match.end(), True
        elif self.text.startswith("+", end):
            end, unit = end + 1, unit_at(self.text, end + 1)
            end = unit.end if unit else end
        elif dose_at(self.text, end) or _TIME.match(self.text, end) or self._is_word(end):
            return None
        if self._dash(number.end) or self._dash(end):
            return None
        said = "" if sign is None or sign.said == "=" else sign.said
        said = ">=" if self.text.startswith("+", number.end) and not said else said
        value = ReadValue(start, end, number.values, said, unit.said if unit else "", flag=flag, kilo=kilo)
        return self._beside(value, limit)

    def _counts_an_item(self, start: int, end: int) -> bool:
        """Whether a number opens an item of a list (`3) ...`)."""
        line = self.text.rfind("\n", 0, start) + 1
        closes = self.text.startswith(")", end) and end - start <= 2
        return closes and "(" not in self.text[line:start].rpartition(")")[2]

    def _dash(self, place: int) -> int:
        """Where a second number ends that a dash joins to the one that ends here; 0 if there is none."""
        dash = _DASH.match(self.text, place)
        if dash is None or any(dash.end() - 3 <= day <= dash.end() for day in self.days):
            return 0
        number = number_at(self.text, dash.end(), self.commas)
        return number.end if number else 0

    def _spread(self, place: int, limit: int) -> tuple[int, int, str] | None:
        """Two numbers joined by a dash: a span, which is no value."""
        sign = comparator_at(self.text, place)
        start = self._blank(sign.end if sign else place)
        number = number_at(self.text, start, self.commas)
        end = self._dash(number.end) if number else 0
        unit = unit_at(self.text, end) if end else None
        return (start, unit.end if unit else end, "a span, not one value") if end and end <= limit else None

    def _is_word(self, place: int) -> bool:
        """Whether letters follow a number at once, as in `2nd` or `5q`."""
        return place < len(self.text) and (self.text[place].isalpha() or self.text[place] == "_")

    def _beside(self, value: ReadValue, limit: int) -> ReadValue:
        """Range, flag and dates behind a value, in any order."""
        for _ in range(4):
            place = value.end
            flag = flag_at(self.text, place) if not value.flag else None
            if flag and flag.end <= limit:
                value = replace(value, flag=flag.said, end=flag.end)
                continue
            days = self._days(place, limit) if not value.days else ((), place)
            if days[0]:
                shared = _SHARED.search(self.text, place, days[1]) is not None
                value = replace(value, days=days[0], end=days[1], shared=shared)
                continue
            limits = range_at(self.text, place, self.commas) if value.range is None else None
            if limits and limits.end <= limit and self._on_one_line(place, limits.end):
                behind = unit_at(self.text, limits.end) if not (value.unit or limits.unit) else None
                end = behind.end if behind and behind.end <= limit else limits.end
                value = replace(value, range=limits, end=end, unit=value.unit or (behind.said if behind else ""))
                continue
            break
        return value

    def _on_one_line(self, start: int, end: int) -> bool:
        return "\n" not in self.text[start:end]

    def _days(self, place: int, limit: int) -> tuple[tuple[DateHit, ...], int]:
        found: list[DateHit] = []
        opening = _DAY_OPEN.match(self.text, place)
        at = opening.end() if opening else place
        if "\n" in self.text[place:at]:
            return (), place
        loose = opening is not None and opening["sign"] == "," and not opening["word"]
        end = place
        while (hit := self.days.get(at)) is not None and hit.start < limit:
            found.append(hit)
            end = hit.end
            joint = _AND.match(self.text, end)
            at = joint.end() if joint else -1
        if len(found) > 1 and number_at(self.text, self._blank(end), self.commas):
            found.pop()
            end = found[-1].end
        if not found or _OPENS_ANOTHER.match(self.text, end) or (loose and not _ENDS.match(self.text, end)):
            return (), place
        bracket = _DAY_CLOSE.match(self.text, end) if "(" in self.text[place : found[0].start] else None
        return tuple(found), bracket.end() if bracket else end

    # -- earlier values in brackets

    def _bracketed(self, first: ReadValue, limit: int) -> tuple[ReadValue, ...]:
        """Earlier values in brackets behind a value, each with its day: `(95 in May 2025, 97 on 2025-12-02)`."""
        opening = _BRACKET.match(self.text, first.end)
        if opening is None:
            return ()
        found: list[ReadValue] = []
        place = opening.end()
        while True:
            word = _WITHIN.match(self.text, place)
            value = self._value(word.end() if word else place, limit)
            if value is None:
                return ()
            value = self._with_day(value, limit)
            if not value.days and not (word and word[0]):
                return ()
            found.append(replace(value, earlier=True))
            apart = _APART.match(self.text, value.end)
            if apart is None:
                break
            place = apart.end()
        closed = _CLOSED.match(self.text, found[-1].end)
        end = closed.end() if closed else found[-1].end
        ended = closed is not None or self.text[found[-1].end - 1] == ")"
        return (*found[:-1], replace(found[-1], end=end)) if ended and end <= limit + 1 else ()

    def _with_day(self, value: ReadValue, limit: int) -> ReadValue:
        """A value with the date that follows it, also where no comma or bracket parts them."""
        if value.days:
            return value
        at = _AT.match(self.text, value.end)
        for place in (at.end() if at else value.end, self._blank(value.end)):
            day = self.days.get(place)
            if day and day.end <= limit:
                return replace(value, days=(day,), end=day.end)
        return value

    # -- a series

    def _more(self, first: ReadValue, limit: int) -> Iterator[ReadValue]:
        last = first
        while (step := _STEP.match(self.text, last.end)) and step.end() < limit:
            place = self._blank(step.end())
            day: tuple[DateHit, ...] = ()
            for word in ("on ", "in "):
                place += len(word) if self.text.startswith(word, place) and place + len(word) in self.days else 0
            if place in self.days:
                day, place = (self.days[place],), self.days[place].end
                while place < limit and self.text[place] in " :,)(=":
                    place += 1
            value = self._value(place, limit)
            if value is None:
                return
            value = replace(value, days=value.days or day)
            if step["list"] and not _TODAY.search(step["list"]) and not self._belongs(last, value):
                return
            if step[0].startswith(".") and not self._goes_on(last, value):
                return
            yield replace(value, earlier=step["back"] is not None, now=_TODAY.search(step[0]) is not None)
            last = value

    def _belongs(self, last: ReadValue, value: ReadValue) -> bool:
        """Whether a value behind a comma or `and` continues the series: it has a date, or the unit of the last."""
        now = _NOW_BEHIND.match(self.text, value.end) is not None
        return bool(value.days) or now or bool(value.unit and last.unit in ("", value.unit))

    def _goes_on(self, last: ReadValue, value: ReadValue) -> bool:
        """Whether a number that fills the next sentence (`Today 8.`) can be of the same test: it is of its size."""
        fills = _ENDS_SENTENCE.match(self.text, value.end) is not None
        return fills and last.numbers[0] / 3 <= value.numbers[0] <= last.numbers[0] * 3

    def _row(self, last: ReadValue, limit: int) -> int:
        """Where a row of bare numbers ends that goes on behind a value (`9.1, 8.0, 7.2`); 0 if there is none."""
        end = 0
        while (comma := _COMMA.match(self.text, end or last.end)) and comma.end() < limit:
            value = self._value(comma.end(), limit)
            if value is None or value.days or value.unit or value.range or not _ENDS.match(self.text, value.end):
                break
            end = value.end
        return end

    def _carried(self, values: list[ReadValue], reversed_: bool) -> tuple[ReadValue, ...]:
        if len(values) == 1 and not reversed_:
            return (replace(values[0], earlier=False),) if values[0].earlier and values[0].days else tuple(values)
        units = [value.unit for value in values if value.unit]
        ranges = [value.range for value in values if value.range]
        kilo = any(value.kilo for value in values)
        if values[-1].shared:
            values = [replace(value, days=value.days or values[-1].days) for value in values]
        one_range = len({(item.low, item.high, item.unit) for item in ranges}) == 1
        carried = []
        for value, following in zip(values, [*values[1:], None], strict=True):
            overtaken = following is not None and not following.earlier
            carried.append(
                replace(
                    value,
                    unit=value.unit or ("" if value.kilo or not units else units[0]),
                    kilo=value.kilo or (kilo and not units),
                    range=value.range or (ranges[0] if one_range else None),
                    earlier=not value.days and (value.earlier or overtaken),
                )
            )
        if reversed_ and len(carried) == 1 and not carried[0].days:
            carried[0] = replace(carried[0], earlier=True)
        return tuple(carried)

    def _dose(self, place: int, limit: int) -> tuple[int, int] | None:
        number = number_at(self.text, self._blank(place), self.commas)
        dose = dose_at(self.text, number.end) if number else None
        return (number.start, dose.end) if number and dose and dose.end <= limit + 40 else None
