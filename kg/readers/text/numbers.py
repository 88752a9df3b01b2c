"""Numbers as people write them: thousands by comma, blank or apostrophe, decimals by point or comma, `45k`.

A comma before exactly three digits parts thousands; before one or two, or more than three, it parts decimals. In a
text that writes decimals with a comma, three digits after a comma or a point can be either, and both readings
are given; what the quantity can plausibly be decides (`kg.readers.text.lab_conventions`), else the value is not used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

NUMBER: Final = r"\d{1,3}(?:[,'’\u00a0\u2009\u202f]\d{3})+(?!\d)(?:\.\d+)?|\d{1,3}(?: \d{3})+(?![\d.,])|\d+(?:[.,]\d+)?"
_NUMBER: Final = re.compile(rf"(?<![\d_.,])(?:{NUMBER})")
_BLANKS: Final = re.compile(r"[ '’\u00a0\u2009\u202f]")
_DECIMAL_COMMA: Final = re.compile(r"(?<![\w.,])\d+,\d{1,2}(?![\w,]|\.\d)")
_THREE: Final = re.compile(r"[1-9]\d{0,2}[,.]\d{3}")
_ASCII: Final = re.compile(r"[0-9.,]+")


@dataclass(frozen=True)
class Number:
    """A number with its place; `values` are its readings, the likelier first."""

    start: int
    end: int
    values: tuple[Decimal, ...]


def decimal_commas(text: str) -> bool:
    """Whether a text writes decimals with a comma somewhere."""
    return _DECIMAL_COMMA.search(text) is not None


def number_at(text: str, start: int, commas: bool) -> Number | None:
    """The number that begins at a place, if any. `commas`: the text writes decimals with a comma."""
    match = _NUMBER.match(text, start)
    if match is None:
        return None
    values = readings(match[0], commas)
    return Number(match.start(), match.end(), values) if values else None


def readings(written: str, commas: bool) -> tuple[Decimal, ...]:
    """What a written number can mean.

    >>> readings("1,250", False), readings("9,8", True), readings("1.250", True)
    ((Decimal('1250'), Decimal('1.250')), (Decimal('9.8'),), (Decimal('1250'), Decimal('1.250')))
    """
    plain = _BLANKS.sub("", written)
    if not _ASCII.fullmatch(plain):
        return ()
    if _THREE.fullmatch(plain):
        thousands, decimals = Decimal(re.sub("[,.]", "", plain)), Decimal(plain.replace(",", "."))
        if "," in plain or commas:
            return (thousands, decimals)
        return (decimals,)
    if plain.count(",") == 1 and "." not in plain and not re.fullmatch(r"[1-9]\d{0,2},\d{3}", plain):
        return (Decimal(plain.replace(",", ".")),)
    return (Decimal(plain.replace(",", "")),)
