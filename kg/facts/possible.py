"""Values that no living person can have, and the unit in which such a number would be a usual one."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from kg.facts.units import Interval, interval, to_canonical
from kg.ontology.compiled import Ontology
from kg.ontology.model import PossibleValues

ZERO: Final = Decimal(0)


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
