"""Formulas over a record that the ontology declares as data: age, multiples of a limit, changes in a window, scores."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple, Protocol

from kg.facts.patient import PatientFacts, Status
from kg.facts.units import Interval
from kg.ontology.arithmetic import ArithmeticProblem, evaluated
from kg.ontology.compiled import Ontology
from kg.ontology.model import DerivedQuantity
from kg.ontology.scores import ScoreItem
from kg.record.observations import Occasion
from kg.record.statement_properties import has_ended

Computed = tuple[Interval, tuple[Occasion, ...]] | None
COUNTED = ("findings", "diagnoses", "history", "procedures")
NOT_ON_RECORD = frozenset({Status.UNKNOWN, Status.SUSPECTED, Status.PENDING})


class SeenRecord(Protocol):
    """What formulas may look at."""

    @property
    def ontology(self) -> Ontology: ...
    @property
    def facts(self) -> PatientFacts: ...
    def of(self, quantity: str) -> tuple[Occasion, ...]: ...
    def dated(self, quantity: str) -> tuple[Occasion, ...]: ...


def age_in_years(record: SeenRecord, quantity: DerivedQuantity) -> Computed:
    """The recorded age in completed years."""
    age = record.facts.age
    return None if age is None else (_exactly(Decimal(age), 0), ())


def multiple_of_upper_limit(record: SeenRecord, quantity: DerivedQuantity) -> Computed:
    """The latest value over the upper end of the range printed with it; nothing where no range is printed."""
    latest = record.of(quantity.operands[0])[-1:]
    if not latest or not latest[0].values:
        return None
    limits = {item.range.high for item in latest[0].values if item.range and item.range.high}
    if len(limits) != 1:
        return None
    (limit,) = limits
    value = latest[0].value
    low, high = (None if end is None else end / limit for end in (value.low, value.high))
    return Interval(low, high, value.low_strict, value.high_strict), latest


def rise_within(record: SeenRecord, quantity: DerivedQuantity) -> Computed:
    """The latest value less the least one of the days before it, as many as the quantity declares."""
    found = _latest_and_extreme(record, quantity, least=True)
    return found and (_exactly(found.latest - found.extreme, quantity.data.decimals), found.occasions)


def fall_within(record: SeenRecord, quantity: DerivedQuantity) -> Computed:
    """The greatest value of the days before the latest, as many as the quantity declares, less the latest."""
    found = _latest_and_extreme(record, quantity, least=False)
    return found and (_exactly(found.extreme - found.latest, quantity.data.decimals), found.occasions)


def ratio_within(record: SeenRecord, quantity: DerivedQuantity) -> Computed:
    """The latest value over the least one of the days before it, as many as the quantity declares."""
    found = _latest_and_extreme(record, quantity, least=True)
    if not found or not found.extreme:
        return None
    return _exactly(found.latest / found.extreme, quantity.data.decimals), found.occasions


class _Change(NamedTuple):
    """The latest value of a series and the least or greatest before it in a window, with their occasions."""

    latest: Decimal
    extreme: Decimal
    occasions: tuple[Occasion, Occasion]


def _latest_and_extreme(record: SeenRecord, quantity: DerivedQuantity, least: bool) -> _Change | None:
    values = [(item.value.exact, item) for item in record.dated(quantity.operands[0])]
    if len(values) < 2 or values[-1][0] is None:
        return None
    latest, last = values[-1]
    first = last.day - datetime.timedelta(days=quantity.data.window_days)
    before = [(value, item) for value, item in values[:-1] if value is not None and item.day >= first]
    if latest is None or not before:
        return None
    extreme, other = (min if least else max)(before, key=lambda pair: pair[0])
    return _Change(latest, extreme, (other, last))


def arithmetic(record: SeenRecord, quantity: DerivedQuantity) -> Computed:
    """The value of an arithmetic formula over the latest exact values, which lie as near in time as it declares."""
    data, facts = quantity.data, record.facts
    inputs: dict[str, Decimal] = {}
    used: list[Occasion] = []
    for name, operand in zip(data.names, quantity.operands, strict=False):
        latest = record.of(operand)[-1:]
        if not latest or latest[0].value.exact is None:
            return None
        inputs[name] = latest[0].value.exact
        used += latest
    if "age" in data.names:
        if facts.age is None:
            return None
        inputs["age"] = Decimal(facts.age)
    for name, by_sex in data.constants.items():
        if facts.sex not in by_sex:
            return None
        inputs[name] = by_sex[facts.sex]
    if not _near(used, data.window_days):
        return None
    try:
        return _exactly(evaluated(data.arithmetic, inputs), data.decimals), tuple(used)
    except ArithmeticProblem:
        return None


def _near(used: Iterable[Occasion], days: int) -> bool:
    found = [item.day for item in used]
    return not found or (max(found) - min(found)).days <= days


def points(record: SeenRecord, quantity: DerivedQuantity) -> Computed:
    """The points of a score, from what is known to count to what yet may; nothing where nothing is known."""
    low = high = 0
    known = False
    for least, most in (_points_of(record, item) for item in quantity.data.items):
        low, high, known = low + least, high + most, known or least == most
    return (Interval(Decimal(low), Decimal(high)), ()) if known else None


def _points_of(record: SeenRecord, item: ScoreItem) -> tuple[int, int]:
    """The least and the most points of an item, by what the record says."""
    facts = record.facts
    if item.sex:
        counts = None if not facts.sex else facts.sex == item.sex
    elif item.concepts:
        counts = _has_any(record, item.concepts)
    elif facts.age is None:
        counts = None
    else:
        counts = (item.from_age or 0) <= facts.age and (item.below_age is None or facts.age < item.below_age)
    return (0, item.points) if counts is None else (item.points * counts, item.points * counts)


def _has_any(record: SeenRecord, concepts: Iterable[str]) -> bool | None:
    """Whether the record states one of some concepts, now or before; None where it leaves one of them open."""
    answers = [_has(record, concept) for concept in concepts]
    return True if any(answers) else None if None in answers else False


def _has(record: SeenRecord, concept: str) -> bool | None:
    ontology, stated = record.ontology, list(_stated(record))
    below, above = ontology.descendants(concept), ontology.ancestors(concept)
    if any(status is Status.PRESENT and name in below for name, status in stated):
        return True
    if any(status in NOT_ON_RECORD and name in below for name, status in stated):
        return None
    denied = any(status is Status.ABSENT and name in above for name, status in stated)
    return False if denied or {"diagnoses", "findings"} <= record.facts.complete else None


def _stated(record: SeenRecord) -> Iterator[tuple[str, Status]]:
    for fact in record.facts.facts:
        over = fact.status is Status.SUSPECTED and has_ended(record.ontology, fact, record.facts.as_of)
        if fact.list in COUNTED and not over:
            yield fact.concept, fact.status


def _exactly(value: Decimal, decimals: int) -> Interval:
    rounded = Decimal(format(round(value, decimals).normalize(), "f"))
    return Interval(rounded, rounded)
