"""Quantities computed from named measurements and dates, as the ontology declares them (docs/model.md, section 3)."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from kg.facts.patient import PatientFacts, Status
from kg.facts.units import Interval
from kg.ontology.compiled import Ontology
from kg.ontology.model import DerivedQuantity
from kg.record.formulas import (
    Computed,
    age_in_years,
    arithmetic,
    fall_within,
    multiple_of_upper_limit,
    points,
    ratio_within,
    rise_within,
)
from kg.record.observations import Occasion

ZERO = Interval(Decimal(0), Decimal(0))


@dataclass(frozen=True)
class Derivation:
    """A computed quantity, its value in the declared unit, and what it was computed from."""

    quantity: DerivedQuantity
    value: Interval
    sources: tuple[Occasion, ...]


@dataclass(frozen=True)
class _Record:
    """What formulas may look at."""

    ontology: Ontology
    facts: PatientFacts
    occasions: Mapping[str, tuple[Occasion, ...]]

    def of(self, quantity: str) -> tuple[Occasion, ...]:
        unit = self.ontology.quantities[quantity].unit
        return tuple(item for item in self.occasions.get(quantity, ()) if item.unit == unit)

    def dated(self, quantity: str) -> tuple[Occasion, ...]:
        found = self.of(quantity)
        return found if all(item.dated for item in found) else ()

    def start(self, treatment: str) -> datetime.date | None:
        below = self.ontology.descendants(treatment)
        running = [
            fact.started
            for fact in self.facts.facts
            if fact.list == "treatments"
            and fact.concept in below
            and fact.status is Status.PRESENT
            and fact.started
            and not (fact.ended and fact.ended < self.facts.as_of)
        ]
        return min(running, default=None)

    @property
    def complete(self) -> bool:
        return "measurements" in self.facts.complete


def _weeks_since_start(record: _Record, quantity: DerivedQuantity) -> Computed:
    start = record.start(quantity.operands[0])
    if start is None:
        return None
    weeks = Decimal((record.facts.as_of - start).days) / 7
    return Interval(weeks, weeks), ()


def _change_since_start(record: _Record, quantity: DerivedQuantity) -> Computed:
    measured, treatment = quantity.operands
    start = record.start(treatment)
    values = record.of(measured)
    before = [item for item in values if start and item.dated and item.day <= start]
    after = [item for item in values if start and item.day > start]
    if not before or not after:
        return None
    return _difference(after[-1], before[-1])


def _change_from_previous(record: _Record, quantity: DerivedQuantity) -> Computed:
    values = record.dated(quantity.operands[0])
    return _difference(values[-1], values[-2]) if len(values) > 1 else None


def _lower_of_latest_two(record: _Record, quantity: DerivedQuantity) -> Computed:
    values = record.dated(quantity.operands[0])[-2:]
    return (_extreme(values, min), values) if len(values) == 2 else None


def _maximum_of_earlier(record: _Record, quantity: DerivedQuantity) -> Computed:
    earlier = record.of(quantity.operands[0])[:-1]
    return (_extreme(earlier, max), earlier) if earlier else None


def _maximum_of_complete_record(record: _Record, quantity: DerivedQuantity) -> Computed:
    values = record.of(quantity.operands[0])
    if not record.complete:
        return None
    return (_extreme(values, max) if values else ZERO), values


def _second_highest_of_complete_record(record: _Record, quantity: DerivedQuantity) -> Computed:
    values = record.of(quantity.operands[0])
    if not record.complete:
        return None
    if len(values) < 2:
        return ZERO, values
    lows = sorted((item.value.low or Decimal(0) for item in values), reverse=True)
    highs = [item.value.high for item in values]
    high = (
        None
        if highs.count(None) > 1
        else sorted((h for h in highs if h is not None), reverse=True)[1 - highs.count(None)]
    )
    return Interval(lows[1], high), values


def _ratio_same_day(record: _Record, quantity: DerivedQuantity) -> Computed:
    pairs = [record.of(operand)[-1:] for operand in quantity.operands]
    if not all(pairs):
        return None
    (above,), (below,) = pairs
    if above.day != below.day or above.value.exact is None or not below.value.exact:
        return None
    ratio = quantity.factor * above.value.exact / below.value.exact
    return Interval(ratio, ratio), (above, below)


FORMULAS: Mapping[str, Callable[[_Record, DerivedQuantity], Computed]] = {
    "weeks-since-start": _weeks_since_start,
    "change-since-start": _change_since_start,
    "change-from-previous": _change_from_previous,
    "lower-of-latest-two": _lower_of_latest_two,
    "maximum-of-earlier": _maximum_of_earlier,
    "maximum-of-complete-record": _maximum_of_complete_record,
    "second-highest-of-complete-record": _second_highest_of_complete_record,
    "ratio-same-day": _ratio_same_day,
    "age-in-years": age_in_years,
    "multiple-of-upper-limit": multiple_of_upper_limit,
    "rise-within": rise_within,
    "fall-within": fall_within,
    "ratio-within": ratio_within,
    "arithmetic": arithmetic,
    "points": points,
}


def derive(
    ontology: Ontology, facts: PatientFacts, occasions: Mapping[str, tuple[Occasion, ...]]
) -> tuple[Derivation, ...]:
    """Every declared quantity that the record allows to compute."""
    record = _Record(ontology, facts, occasions)
    found = []
    for quantity in ontology.derived:
        computed = FORMULAS[quantity.formula](record, quantity)
        if computed:
            found.append(Derivation(quantity, *computed))
    return tuple(found)


def _difference(later: Occasion, earlier: Occasion) -> Computed:
    a, b = later.value, earlier.value
    low = None if a.low is None or b.high is None else a.low - b.high
    high = None if a.high is None or b.low is None else a.high - b.low
    return Interval(low, high, a.low_strict or b.high_strict, a.high_strict or b.low_strict), (earlier, later)


def _extreme(values: Iterable[Occasion], pick: Callable[[list[Decimal]], Decimal]) -> Interval:
    """The interval of the least or greatest of some values; a bound is strict if the value itself must keep off it."""
    intervals = [item.value for item in values]
    least = pick is min
    low, low_strict = _bound([(item.low, item.low_strict) for item in intervals], pick, all if least else any, least)
    high, high_strict = _bound(
        [(item.high, item.high_strict) for item in intervals], pick, any if least else all, not least
    )
    return Interval(low, high, low_strict, high_strict)


def _bound(
    ends: list[tuple[Decimal | None, bool]],
    pick: Callable[[list[Decimal]], Decimal],
    strict: Callable[[Iterable[bool]], bool],
    open_if_any: bool,
) -> tuple[Decimal | None, bool]:
    """One bound of an extreme: `low` of a minimum is open if any is, `high` of a minimum only if all are."""
    closed = [(end, off) for end, off in ends if end is not None]
    if not closed or (open_if_any and len(closed) < len(ends)):
        return None, False
    limit = pick([end for end, _ in closed])
    return limit, strict([off for end, off in closed if end == limit])
