"""Numbers worth trying: on every limit, one printed digit beside it, one finer digit beside it, in every unit."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any, Final

from kg.cache.derived import derived
from kg.facts.units import units_of
from kg.ontology.compiled import Ontology
from kg.ontology.model import Quantity

PLAIN: Final = tuple(map(Decimal, ("0.5", "3", "12", "75", "340", "1800")))
COMPARATORS: Final = ("<", "<=", ">", ">=", "~", "=")
FLAGS: Final = ("L", "LL", "N", "H", "HH")
Limits = tuple[Decimal | None, Decimal | None]


@derived
def limits_of(ontology: Ontology, quantity: str) -> tuple[Decimal, ...]:
    """Every limit of a quantity in its canonical unit, also those of what is derived from it in the same unit."""
    unit = ontology.quantities[quantity].unit
    derived = {item.name for item in ontology.derived if item.operands[:1] == (quantity,) and item.unit == unit}
    found = {item.limit for item in ontology.thresholds.values() if item.quantity in {quantity} | derived}
    return tuple(sorted(limit for limit in found if limit > 0))


@derived
def around(ontology: Ontology, quantity: str) -> tuple[Decimal, ...]:
    """Values of a quantity in its canonical unit: around each of its limits, or plain ones where it has none."""
    found = set()
    for limit in limits_of(ontology, quantity):
        exponent = limit.normalize().as_tuple().exponent
        step = Decimal(1).scaleb(min(0, int(exponent)))
        found |= {limit + sign * width for sign in (-1, 0, 1) for width in (step, step / 10)}
        found |= {limit / 2, limit * 2}
    return tuple(sorted(found)) or PLAIN


def in_unit(quantity: Quantity, value: Decimal, unit: str, digits: int) -> Decimal:
    """A canonical value as a laboratory with another unit would print it, to so many decimals."""
    conversion = quantity.conversions.get(unit)
    if conversion is None:
        return value
    printed = round(value * conversion.divisor / conversion.factor, digits)
    return printed or Decimal(1).scaleb(-digits)


def a_unit(ontology: Ontology, quantity: str, random: Random) -> str:
    """The canonical unit or, a third of the time, any that fits."""
    known = units_of(ontology.quantities[quantity])
    return known[0] if random.random() < 2 / 3 else random.choice(known)


def a_range(value: Decimal, random: Random) -> Limits:
    """A reference range in which the value is low, normal or high, or stands on a limit; maybe one-sided."""
    low, high = value * Decimal("0.8"), value * Decimal("1.25")
    shapes: tuple[Limits, ...] = (
        (low, high),
        (value, high),
        (low, value),
        (high, high * 2),
        (low / 2, low),
        (low, None),
        (None, high),
        (high, None),
        (None, low),
        (value, value),
        (high, low),
    )
    return random.choice(shapes)


def a_reading(
    ontology: Ontology, quantity: str, random: Random, precise: bool = False
) -> tuple[Decimal, str, dict[str, Any]]:
    """A value, its unit and further fields of the entry; a `precise` one has no comparator."""
    unit = a_unit(ontology, quantity, random)
    canonical = random.choice(around(ontology, quantity))
    value = in_unit(ontology.quantities[quantity], canonical, unit, random.choice((0, 1, 2, 3)))
    more: dict[str, Any] = {}
    if not precise and random.random() < 0.25:
        more["comparator"] = random.choice(COMPARATORS)
    if random.random() < 0.35:
        more["reference_range"] = a_range(value, random)
    if random.random() < 0.2:
        more["flag"] = random.choice(FLAGS)
    return value, unit, more
