"""Stability: for each number of a patient, the interval in which the answer stays the same.

An answer changes only at limits, so an interval is found by trying each known limit and numbers between each two,
outward from the value that is stated. Limits of derived quantities are carried back to the number. Where a number
between two limits gives another answer, the limit is found by bisection, and the interval ends before it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Final

from kg.assess import Assessment, Reasoner, assess
from kg.errors import InputError, Problem
from kg.explanations.changes import WEEK, limits_of, moved_to
from kg.explanations.differences import conclusions, holds
from kg.facts.patient import Fact, Measurement, PatientFacts
from kg.facts.units import Interval
from kg.ontology.compiled import Ontology
from kg.record.consistency import FACTOR
from kg.record.derive import Derivation

OLDEST: Final = 120
PROBES: Final = 4
PLACES: Final = Decimal("0.000001")
Answer = object


@dataclass(frozen=True)
class Stability:
    """One number and the interval around it in which the answer stays the same; None is no limit on that side.

    A strict side does not belong to the interval. `unit` is that of the value: `a` for an age, `d` for the days since a
    treatment started.
    """

    about: str
    label: str
    value: Decimal
    unit: str
    interval: Interval


@dataclass(frozen=True)
class _Number:
    """A number that can be set to another value: where an answer may change, and whether only whole values count."""

    about: str
    label: str
    value: Decimal
    unit: str
    points: tuple[Decimal, ...]
    put: Callable[[Decimal], PatientFacts]
    whole: bool = False
    last: Decimal | None = None


def stability(assessment: Assessment, reasoner: Reasoner, conclusion: str = "") -> tuple[Stability, ...]:
    """For each exact value, the age and each start of a treatment: where the whole answer stays the same.

    With a conclusion, where that one stays as it is. Values with a comparator have no interval. Raises InputError for
    an id that names nothing.
    """
    if conclusion and not conclusions(assessment, conclusion):
        raise InputError([Problem(conclusion, "is neither a claim nor an entry", "See `warrant claims`.")])

    def answer(facts: PatientFacts) -> Answer:
        found = assess(assessment.ontology, reasoner, facts)
        return holds(found, conclusion) if conclusion else answer_of(found)

    return tuple(_stable(number, answer) for number in numbers_of(assessment))


def answer_of(assessment: Assessment) -> Answer:
    """What an assessment says without the facts that it repeats: outcomes, entries, order, alerts, issues."""
    outcomes = [(one.claim, one.outcome, one.holds_in, one.fails_in) for one in assessment.outcomes.by_claim.values()]
    alerts = [alert.id for alert in assessment.alerts]
    findings = [(one.concept, one.status) for one in assessment.inferred]
    issues = [(issue.kind, issue.concepts) for issue in assessment.issues]
    lists = (assessment.differential, assessment.counterarguments, assessment.lists, assessment.conflicts)
    return outcomes, alerts, findings, issues, lists


def _stable(number: _Number, answer: Callable[[PatientFacts], Answer]) -> Stability:
    now = answer(number.put(number.value))

    def same(value: Decimal) -> bool:
        return answer(number.put(value)) == now

    high, open_above = _outward(number, [one for one in number.points if one > number.value], same)
    below = [one for one in reversed(number.points) if one < number.value]
    low, open_below = _outward(number, below, same)
    if low is None and not number.whole:
        low = Decimal(0)
    interval = Interval(low, high, open_below, open_above)
    return Stability(number.about, number.label, number.value, number.unit, interval)


def _outward(
    number: _Number, points: Iterable[Decimal], same: Callable[[Decimal], bool]
) -> tuple[Decimal | None, bool]:
    """The last value with the same answer on one side, and whether it is left out itself; None without a limit."""
    last = number.value
    for point in points:
        if not number.whole and (end := _inside(last, point, same)) is not None:
            return end, False
        if not same(point):
            return (last, False) if number.whole else (point, True)
        last = point
    beyond = last * 2 + 1 if last >= number.value and (not number.points or last >= number.points[-1]) else None
    if number.whole or beyond is None or same(beyond):
        return None, False
    return last, False


def _inside(last: Decimal, point: Decimal, same: Callable[[Decimal], bool]) -> Decimal | None:
    """The last number with the same answer between two limits; None where it is the same at all numbers tried."""
    step, good = (point - last) / PROBES, last
    for number in range(1, PROBES):
        other = last + step * number
        if not same(other):
            while abs(other - good) > PLACES and (middle := ((good + other) / 2).quantize(PLACES)) not in (good, other):
                good, other = (middle, other) if same(middle) else (good, middle)
            return good
        good = other
    return None


# -- the numbers


def numbers_of(assessment: Assessment) -> Iterator[_Number]:
    """Exact values in the canonical unit, the age, and starts of treatments by the days since then."""
    ontology, facts = assessment.ontology, assessment.record.facts
    for item in facts.measurements:
        value = item.value.exact
        if value is not None and item.unit == ontology.quantities[item.quantity].unit:
            points = tuple(sorted(_points(assessment, item, value)))
            put = partial(_with_value, facts, item)
            when = f" of {item.date}" if item.date else ""
            yield _Number(item.quantity, ontology.label(item.quantity) + when, value, item.unit, points, put)
    if facts.age is not None:
        ages = tuple(map(Decimal, range(OLDEST + 1)))
        yield _Number("age", "age", Decimal(facts.age), "a", ages, partial(_with_age, facts), True)
    for fact in facts.facts:
        if fact.started:
            days = Decimal((facts.as_of - fact.started).days)
            label = f"days since the start of {ontology.label(fact.concept)}"
            points = tuple(map(Decimal, _days(ontology, facts, fact)))
            yield _Number(fact.concept, label, days, "d", points, partial(_with_start, facts, fact), True)


def _points(assessment: Assessment, item: Measurement, value: Decimal) -> set[Decimal]:
    """Where the answer may change: limits, ends of the printed range, other values, limits of what is derived."""
    ontology, facts = assessment.ontology, assessment.record.facts
    found = {*limits_of(ontology, item.quantity, item.unit), Decimal(0)}
    if item.range:
        found |= {limit for limit in (item.range.low, item.range.high) if limit is not None}
    if possible := ontology.quantities[item.quantity].possible:
        found |= {limit for limit in (possible.low, possible.high) if limit is not None}
    others = [one.value for one in facts.measurements if one.quantity == item.quantity and one != item]
    found |= {limit for one in others for limit in (one.low, one.high) if limit is not None}
    for one in assessment.record.derivations:
        if item.quantity in one.quantity.operands and one.value.exact is not None:
            limits = _limits_of_derived(assessment, one)
            found |= {point for limit in limits for point in _carried_back(value, one.value.exact, limit)}
    for part in ontology.parts:
        found |= {one.low * part.factor for one in _values(facts, part.part) if one.low is not None}
        found |= {one.high / part.factor for one in _values(facts, part.whole) if one.high is not None}
    return {rounded for point in found for rounded in _finite(point) if rounded >= 0}


def _limits_of_derived(assessment: Assessment, derivation: Derivation) -> set[Decimal]:
    """Limits of a derived quantity, and of the quantity that it recomputes."""
    ontology, quantity = assessment.ontology, derivation.quantity
    found = {limit.limit for limit in ontology.thresholds.values() if limit.quantity == quantity.name}
    if quantity.recomputes:
        found |= set(limits_of(ontology, quantity.recomputes, quantity.unit))
        for value in _values(assessment.record.facts, quantity.recomputes):
            found |= {given * times for given in (value.exact,) if given for times in (FACTOR, 1 / FACTOR)}
    return found if quantity.possible_to is None else found | {quantity.possible_to}


def _values(facts: PatientFacts, quantity: str) -> list[Interval]:
    return [item.value for item in facts.measurements if item.quantity == quantity]


def _carried_back(value: Decimal, derived: Decimal, limit: Decimal) -> Iterator[Decimal]:
    """Where a derived quantity reaches a limit, if it is the value, a difference with it, or a ratio of it."""
    yield from (limit, value + limit - derived, value + derived - limit)
    if derived:
        yield value * limit / derived
    if limit:
        yield value * derived / limit


def _finite(point: Decimal) -> tuple[Decimal, ...]:
    """A number as it is, or where it has too many places, the two next to it."""
    rounded = point.quantize(PLACES)
    return (point.normalize(),) if rounded == point else (rounded - PLACES, rounded, rounded + PLACES)


def _with_value(facts: PatientFacts, item: Measurement, value: Decimal) -> PatientFacts:
    if value == item.value.exact:
        return facts
    return replace(
        facts, measurements=tuple(moved_to(one, value) if one == item else one for one in facts.measurements)
    )


def _with_age(facts: PatientFacts, age: Decimal) -> PatientFacts:
    return replace(facts, age=int(age))


def _days(ontology: Ontology, facts: PatientFacts, fact: Fact) -> list[int]:
    """Days before the day of the record at which a start may matter: limits in weeks, values, its end; and beside."""
    weeks = {one.name for one in ontology.derived if one.unit == "wk"}
    found = {int(one.limit * WEEK) for one in ontology.thresholds.values() if one.quantity in weeks}
    dates = [item.date for item in facts.measurements] + [one.started for one in facts.facts] + [fact.ended]
    found |= {(facts.as_of - date).days for date in dates if date}
    latest = (facts.as_of - fact.ended).days if fact.ended else 0
    near = {day + step for day in found for step in (-1, 0, 1)} | {latest}
    return sorted(day for day in near if day >= latest)


def _with_start(facts: PatientFacts, fact: Fact, days: Decimal) -> PatientFacts:
    started = facts.as_of - datetime.timedelta(days=int(days))
    return replace(facts, facts=tuple(replace(one, started=started) if one == fact else one for one in facts.facts))
