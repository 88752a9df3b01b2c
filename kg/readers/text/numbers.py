"""Numbers as people write them: thousands by comma, point, blank or apostrophe, decimals by point or comma.

Groups of three digits behind the first one (`1,250,000`, `1.250.000`) and of two and then three (`1,25,000`, Indian)
part thousands. One group of three digits (`1,250`, `1.250`) can be thousands or decimals: both readings are given,
first the one of the style that the text has elsewhere, and the printed range, what a living person can have and what is
customary decide (`kg.readers.text.measure`), else the value is not used. What has signs in other places
(`90,0000`, `12.34.567`) is no number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

NUMBER: Final = (
    r"\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?(?![\d,])"
    r"|\d{1,3}(?:[,'’\u00a0\u2009\u202f]\d{3})+(?!\d)(?:\.\d+)?"
    r"|\d{1,3}(?:\.\d{3}){2,}(?!\d)(?:,\d+)?|\d{1,3}(?:\.\d{3})+,\d{1,2}(?!\d)"
    r"|\d{1,3}(?: \d{3})+(?![\d.,])|\d+(?:[.,]\d+)?"
)
_NUMBER: Final = re.compile(rf"(?<![\d_.,])(?:{NUMBER})(?![.,]\d)")
_BLANKS: Final = re.compile(r"[ '’\u00a0\u2009\u202f]")
_DECIMAL_COMMA: Final = re.compile(r"(?<![\w.,])\d+,\d{1,2}(?![\w,]|\.\d)")
_DECIMAL_POINT: Final = re.compile(r"(?<![\w.,])\d+\.\d{1,2}(?![\w.,])")
_THREE: Final = re.compile(r"[1-9]\d{0,2}[,.]\d{3}")
_POINTS: Final = re.compile(r"\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?|\d{1,3}(?:\.\d{3})+,\d{1,2}")
_GROUPED: Final = re.compile(r"(?<![\w.,])\d{1,3}(?:\.\d{3}){2,}(?![\w.])")
_TOO_MANY: Final = re.compile(r"[1-9]\d*,\d{4,}")
_ASCII: Final = re.compile(r"[0-9.,]+")


@dataclass(frozen=True)
class Number:
    """A number with its place; `values` are its readings, first the one in the style of the text.

    Two readings are those of the two styles in the same order for every number of a text.
    """

    start: int
    end: int
    values: tuple[Decimal, ...]


def decimal_commas(text: str) -> bool:
    """Whether a text writes decimals with a comma somewhere."""
    return _DECIMAL_COMMA.search(text) is not None


def decimal_points(text: str) -> bool:
    """Whether a text writes decimals with a point somewhere."""
    return _DECIMAL_POINT.search(text) is not None


def thousands_points(text: str) -> bool:
    """Whether a text parts thousands with points somewhere, beyond doubt."""
    return _GROUPED.search(text) is not None


def number_at(text: str, start: int, commas: bool) -> Number | None:
    """The number that begins at a place, if any. `commas`: the text writes decimals with a comma."""
    match = _NUMBER.match(text, start)
    if match is None:
        return None
    values = readings(match[0], commas)
    return Number(match.start(), match.end(), values) if values else None


@lru_cache(maxsize=4096)
def readings(written: str, commas: bool) -> tuple[Decimal, ...]:
    """What a written number can mean.

    >>> readings("1,250", False), readings("9,8", True), readings("1.250", True)
    ((Decimal('1250'), Decimal('1.250')), (Decimal('9.8'),), (Decimal('1250'), Decimal('1.250')))
    >>> readings("1,25,000", False), readings("1.250.000", False), readings("90,0000", False)
    ((Decimal('125000'),), (Decimal('1250000'),), ())
    """
    plain = _BLANKS.sub("", written)
    if not _ASCII.fullmatch(plain) or _TOO_MANY.fullmatch(plain):
        return ()
    if _POINTS.fullmatch(plain):
        return (Decimal(plain.replace(".", "").replace(",", ".")),)
    if _THREE.fullmatch(plain):
        thousands, decimals = Decimal(re.sub("[,.]", "", plain)), Decimal(plain.replace(",", "."))
        return (thousands, decimals) if ("," in plain) != commas else (decimals, thousands)
    if plain.count(",") == 1 and "." not in plain:
        return (Decimal(plain.replace(",", ".")),)
    return (Decimal(plain.replace(",", "")),)
