"""Values that no living person can have, and the unit in which such a number would be a usual one."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from kg.facts.patient import ReferenceRange
from kg.facts.units import Interval, interval, to_canonical
from kg.ontology.compiled import Ontology
from kg.ontology.model import PossibleValues

ZERO: Final = Decimal(0)
FAR, NEAR = 5, 2


def is_possible(ontology: Ontology, quantity: str, value: Interval) -> bool:
    """Whether some value of an interval, in the canonical unit, is one that a living person can have."""
    bounds = ontology.quantities[quantity].possible
    return bounds is None or _overlaps(bounds, value)


def suggested_unit(ontology: Ontology, quantity: str, number: Decimal) -> str:
    """The unit in which a number would be possible and nearest to what is usual; empty where there is none."""
    known = ontology.quantities[quantity]
    found = []
    for place, unit in enumerate((known.unit, *known.conversions)):
        value = to_canonical(ontology, quantity, interval(number, ""), unit)[0]
        if known.possible and _overlaps(known.possible, value) and value.low:
            found.append((_distance(ontology, quantity, value.low), place, unit))
    return min(found)[2] if found else ""


def meant_unit(ontology: Ontology, quantity: str, printed: ReferenceRange, unit: str) -> str:
    """The unit that the range printed with a value is in, where it cannot be in the one that is given; else nothing.

    A range five times off the reference interval of the quantity in its unit, and near it in another one, was printed
    in that one: systems give units that the laboratory never used.
    """
    if printed.low is None or printed.high is None or quantity not in ontology.intervals:
        return ""
    middle = (printed.low + printed.high) / 2
    if not middle or _distance(ontology, quantity, middle) < FAR:
        return ""
    known = ontology.quantities[quantity]
    given = middle / _size(ontology, quantity, unit)
    found = [
        (_distance(ontology, quantity, given * _size(ontology, quantity, other)), place, other)
        for place, other in enumerate((known.unit, *known.conversions))
    ]
    distance, _, other = min(found)
    return other if distance < NEAR else ""


def _size(ontology: Ontology, quantity: str, unit: str) -> Decimal:
    """How much of the canonical unit one of a unit is."""
    return to_canonical(ontology, quantity, interval(Decimal(1), ""), unit)[0].exact or Decimal(1)


def _overlaps(bounds: PossibleValues, value: Interval) -> bool:
    if bounds.zero and value.exact == ZERO:
        return True
    above = value.low is None or value.low <= bounds.high
    return above and (value.high is None or value.high >= bounds.low)


def _distance(ontology: Ontology, quantity: str, value: Decimal) -> Decimal:
    """How many times larger or smaller than the middle of a reference interval of the quantity."""
    usual = [
        limit
        for item in ontology.intervals.get(quantity, ())
        for limit in (item.low_below, item.normal_from, item.normal_to, item.high_above)
        if limit
    ]
    middle = sum(usual, ZERO) / len(usual) if usual else value
    return max(value / middle, middle / value)
