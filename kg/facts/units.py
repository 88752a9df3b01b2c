"""Values of the laboratory as intervals, and conversion of their units per quantity by decimals.

Which unit converts for which quantity, and by what factor, is data of the ontology; what does not fit is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from kg.facts.unit_spellings import ucum
from kg.ontology.compiled import Ontology
from kg.ontology.model import Quantity


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
