"""Units of laboratory values: spellings to UCUM codes, and conversion per quantity by decimals.

The Unified Code for Units of Measure (UCUM), with the spellings that laboratories print. Which unit converts
for which quantity, and by what factor, is data of the ontology; a unit that does not fit is refused.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from kg.ontology.compiled import Ontology
from kg.ontology.model import Quantity

_SPELLINGS: Final = {
    "G/L": "10*9/L", "Gpt/L": "10*9/L", "gm/dL": "g/dL", "gr/dL": "g/dL", "g%": "g/dL", "gm%": "g/dL",
    "g/100mL": "g/dL", "mg/100mL": "mg/dL", "ug/100mL": "ug/dL", "mg%": "mg/dL",
    "/uL": "/uL", "G/l": "10*9/L", "/nL": "10*3/uL", "Tsd/uL": "10*3/uL",
    "thou/uL": "10*3/uL", "thousand/uL": "10*3/uL", "thou/mm3": "10*3/uL",
    "K/uL": "10*3/uL", "K/mm3": "10*3/uL", "K/cmm": "10*3/uL", "/mm3": "/uL", "/cmm": "/uL", "/mcL": "/uL",
    "cells/uL": "/uL", "cells/mm3": "/uL", "cell/uL": "/uL", "K/mcL": "10*3/uL",
    "IU/L": "[iU]/L", "mIU/mL": "m[iU]/mL", "kU/L": "k[U]/L", "mU/mL": "mU/mL", "U/L": "U/L", "U/mL": "U/mL",
    "units/L": "U/L", "unit/L": "U/L", "milliunits/mL": "mU/mL",
    "mcg/L": "ug/L", "mcg/dL": "ug/dL", "mcg/mL": "ug/mL", "mcmol/L": "umol/L",
    "g/dL": "g/dL", "g/L": "g/L", "mg/dL": "mg/dL", "mg/L": "mg/L", "ug/dL": "ug/dL", "ug/L": "ug/L",
    "ng/mL": "ng/mL", "ng/L": "ng/L", "ng/dL": "ng/dL", "pg/mL": "pg/mL", "mmol/L": "mmol/L", "umol/L": "umol/L",
    "nmol/L": "nmol/L", "pmol/L": "pmol/L", "ukat/L": "ukat/L", "fL": "fL", "femtolitre": "fL", "femtoliter": "fL",
    "fraction": "1", "ratio": "1", "percent": "%", "per cent": "%", "pct": "%",
    "mL/min": "mL/min/{1.73_m2}", "mL/min/1.73m2": "mL/min/{1.73_m2}", "cm": "cm", "mm": "mm",
    "centimetres": "cm", "centimeters": "cm", "millimetres": "mm", "millimeters": "mm", "centimetre": "cm",
    "centimeter": "cm",
}  # fmt: skip
_GIGA: Final = ("G/L", "G/l")
_ANY_CASE: Final = {spelling.casefold(): code for spelling, code in _SPELLINGS.items() if spelling not in _GIGA}
_WORDS: Final = (
    (r"\s*\bper\b\s*", "/"), (r"\bdeci(?:lit(?:re|er))s?\b", "dL"), (r"\bmilli(?:lit(?:re|er))s?\b", "mL"),
    (r"\bmicro(?:lit(?:re|er))s?\b", "uL"), (r"\blit(?:re|er)s?\b", "L"), (r"\bcubic millimet(?:re|er)s?\b", "mm3"),
    (r"\bpicograms?\b", "pg"), (r"\bnanograms?\b", "ng"), (r"\bmicrograms?\b", "ug"), (r"\bmilligrams?\b", "mg"),
    (r"\bgrams?\b", "g"), (r"\bpicomoles?\b", "pmol"), (r"\bnanomoles?\b", "nmol"), (r"\bmicromoles?\b", "umol"),
    (r"\bmillimoles?\b", "mmol"), (r"\bfemtolit(?:re|er)s\b", "fL"), (r"\s*/\s*", "/"), (r"mm\^3", "mm3"),
)  # fmt: skip
_POWER: Final = re.compile(
    r"^(?:[x×*·.]?\s*10\s*(?:\^|\*{1,2}|e)?\s*|(?:x\s*)?e)(\d+)\s*(?:cells)?/(l|ul|mcl|mm3|cmm)$", re.IGNORECASE
)


@dataclass(frozen=True)
class Interval:
    """What is known of a value: bounds with strictness; None is unbounded. An exact value has both bounds equal."""

    low: Decimal | None
    high: Decimal | None
    low_strict: bool = False
    high_strict: bool = False

    @property
    def exact(self) -> Decimal | None:
        closed = not self.low_strict and not self.high_strict
        return self.low if closed and self.low is not None and self.low == self.high else None

    def satisfies(self, bound: str, limit: Decimal) -> bool | None:
        """Whether every value of the interval lies on this side of the limit; None when it cuts through."""
        if bound in (">", ">="):
            opposite = self.satisfies("<=" if bound == ">" else "<", limit)
            return None if opposite is None else not opposite
        strict = bound == "<"
        if self.high is not None and (self.high < limit or (self.high == limit and (self.high_strict or not strict))):
            return True
        if self.low is not None and (self.low > limit or (self.low == limit and (self.low_strict or strict))):
            return False
        return None

    def scaled(self, low_factor: Decimal, high_factor: Decimal) -> Interval:
        low = None if self.low is None else self.low * low_factor
        high = None if self.high is None else self.high * high_factor
        return Interval(low, high, self.low_strict, self.high_strict)

    def hull(self, other: Interval) -> Interval:
        """The smallest interval around both."""
        low, low_strict = _outer((self.low, self.low_strict), (other.low, other.low_strict), 1)
        high, high_strict = _outer((self.high, self.high_strict), (other.high, other.high_strict), -1)
        return Interval(low, high, low_strict, high_strict)


def _outer(a: tuple[Decimal | None, bool], b: tuple[Decimal | None, bool], sign: int) -> tuple[Decimal | None, bool]:
    """The lower (sign 1) or upper (sign -1) of two ends; strict only if no end includes the limit."""
    if a[0] is None or b[0] is None:
        return None, False
    if a[0] == b[0]:
        return a[0], a[1] and b[1]
    return a if sign * a[0] < sign * b[0] else b


APPROXIMATELY: Final = Decimal("0.05")


def interval(value: Decimal, comparator: str) -> Interval:
    """The interval that a value with a comparator stands for; `~x` is 0.95x to 1.05x (docs/model.md, section 3)."""
    match comparator:
        case "<":
            return Interval(None, value, high_strict=True)
        case "<=":
            return Interval(None, value)
        case ">":
            return Interval(value, None, low_strict=True)
        case ">=":
            return Interval(value, None)
        case "~":
            margin = abs(value) * APPROXIMATELY
            return Interval(value - margin, value + margin)
        case _:
            return Interval(value, value)


@lru_cache(maxsize=4096)
def ucum(spelling: str) -> str:
    """The UCUM code of a printed unit, or the spelling itself. Only g/L and G/L or G/l (giga) need their case.

    >>> ucum("x10^9/L"), ucum("K/µL"), ucum("μg/dL"), ucum("MG/DL"), ucum("g per litre"), ucum("mm3")
    ('10*9/L', '10*3/uL', 'ug/dL', 'mg/dL', 'g/L', 'mm3')
    """
    text = unicodedata.normalize("NFKC", spelling).replace("μ", "u").replace("µ", "u").strip()
    if text in _SPELLINGS:
        return _SPELLINGS[text]
    for words, sign in _WORDS:
        text = re.sub(words, sign, text, flags=re.IGNORECASE)
    if match := _POWER.match(text):
        return f"10*{match[1]}/{'L' if match[2] in 'Ll' else 'uL'}"
    text = re.sub(r"(?<=1\.73)\s+(?=m2)", "", text)
    return _SPELLINGS.get(text) or _ANY_CASE.get(text.casefold(), text)


class UnitMismatch(ValueError):
    """A unit that does not convert for a quantity; `known` lists those that do."""

    def __init__(self, quantity: str, unit: str, known: tuple[str, ...]) -> None:
        self.known = known
        super().__init__(f"{unit!r} does not fit {quantity}")


def units_of(quantity: Quantity) -> tuple[str, ...]:
    """Every UCUM code that a value of this quantity may carry, the canonical one first."""
    return (quantity.unit, *quantity.conversions, *quantity.others)


def to_canonical(ontology: Ontology, concept: str, amount: Interval, unit: str) -> tuple[Interval, str]:
    """An interval in the canonical unit of its quantity, and that unit.

    A factor known only as a span widens the interval. Raises UnitMismatch for a unit that does not convert.
    """
    quantity = ontology.quantities[concept]
    code = ucum(unit)
    if code == quantity.unit or code in quantity.others:
        return amount, code
    conversion = quantity.conversions.get(code)
    if conversion is None:
        raise UnitMismatch(concept, unit, units_of(quantity))
    divisor = conversion.divisor
    return amount.scaled(conversion.factor / divisor, conversion.factor_to / divisor), quantity.unit
