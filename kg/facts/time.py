"""Days that are known only so far: a month, a year, a time before a day, written as EDTF (ISO 8601-2, level 1)."""

from __future__ import annotations

import calendar
import datetime
import re
from typing import Final

_MONTH: Final = re.compile(r"(\d{4})-(\d{2})")
_YEAR: Final = re.compile(r"\d{4}")
_BEFORE: Final = re.compile(r"\.\./(\d{4}-\d{2}-\d{2})")


class Period(datetime.date):
    """The last day of a period; as text it is the period in EDTF.

    A value of a period counts as of its last day: it is never taken for newer than it can be, and never for current
    where a value of a later day stands beside it.
    """

    edtf: str

    @classmethod
    def of(cls, last: datetime.date, edtf: str) -> Period:
        period = cls(last.year, last.month, last.day)
        period.edtf = edtf
        return period

    def __str__(self) -> str:
        return self.edtf

    def __reduce__(self) -> tuple[object, ...]:
        return Period.of, (datetime.date(self.year, self.month, self.day), self.edtf)


def period(text: str) -> Period | None:
    """The period that an EDTF expression names: `2026-03`, `2026`, `../2026-03-14` (on or before that day).

    >>> str(period("2026-02")), period("2026-02").isoformat(), str(period("../2026-03-14")), period("2026-13")
    ('2026-02', '2026-02-28', '../2026-03-14', None)
    """
    try:
        if match := _MONTH.fullmatch(text):
            year, month = int(match[1]), int(match[2])
            return Period.of(datetime.date(year, month, calendar.monthrange(year, month)[1]), text)
        if _YEAR.fullmatch(text):
            return Period.of(datetime.date(int(text), 12, 31), text)
        if match := _BEFORE.fullmatch(text):
            return Period.of(datetime.date.fromisoformat(match[1]), text)
    except (ValueError, calendar.IllegalMonthError):
        return None
    return None
