"""Elementary changes of a patient's facts: the steps of which counterfactuals are made.

A value moved just over a limit, the start of a treatment moved just over a limit of weeks, another age or sex, a fact
taken out or turned into its opposite, a fact or a value added.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Final

from kg.facts.patient import Fact, Measurement, PatientFacts, Status
from kg.facts.units import Interval
from kg.ontology.compiled import Ontology

WEEK: Final = 7
SEXES: Final = ("female", "male")
TURNED: Final = (Status.PRESENT, Status.ABSENT)
Stated = Fact | Measurement


@dataclass(frozen=True)
class Change:
    """One elementary change: what is taken out, what is put in, or another age or sex, and the change in words.

    Two changes `about` the same thing exclude each other.
    """

    text: str
    about: tuple[str, ...]
    gone: tuple[Stated, ...] = ()
    new: tuple[Stated, ...] = ()
    age: int | None = None
    sex: str = ""

    @property
    def kind(self) -> tuple[str, ...]:
        """What it is about and in which direction: of two changes of one kind the smaller one is told."""
        match self.gone, self.new:
            case (Measurement() as old,), (Measurement() as new,):
                return (*self.about, "up" if new.given > (old.value.exact or 0) else "down")
            case (Fact() as old,), (Fact() as new,) if old.started != new.started:
                return (*self.about, "later" if str(new.started) > str(old.started) else "earlier")
        return (*self.about, self.text)

    def applied(self, facts: PatientFacts) -> PatientFacts:
        """The facts after this change."""
        kept = tuple(fact for fact in facts.facts if fact not in self.gone)
        values = tuple(item for item in facts.measurements if item not in self.gone)
        return replace(
            facts,
            age=facts.age if self.age is None else self.age,
            sex=self.sex or facts.sex,
            facts=(*kept, *(item for item in self.new if isinstance(item, Fact))),
            measurements=(*values, *(item for item in self.new if isinstance(item, Measurement))),
        ).ordered()


def with_changes(facts: PatientFacts, changes: Iterable[Change]) -> PatientFacts:
    """The facts after several changes."""
    for change in changes:
        facts = change.applied(facts)
    return facts


def changes_of(ontology: Ontology, facts: PatientFacts) -> Iterator[Change]:
    """The changes of what is stated, the smallest first.

    In this order: values moved, the relatively nearest first; starts moved, the nearest first; age and sex; facts taken
    out; facts turned.
    """
    for kind in (_moved_values, _moved_starts, _other_person, _without_one, _turned):
        yield from kind(ontology, facts)


def additions(
    ontology: Ontology, facts: PatientFacts, concepts: Iterable[tuple[str, str]], quantities: Iterable[str]
) -> Iterator[Change]:
    """Facts and values that may be added: concepts, each with its list, and quantities that were not measured.

    A concept is added present and absent; a value between each two limits of its quantity, and outside them.
    """
    stated = {(fact.list, fact.concept) for fact in facts.facts}
    for name, concept in dict.fromkeys(concepts):
        if (name, concept) not in stated:
            for status in TURNED:
                text = f"{ontology.label(concept)} ({name}: {status}) added"
                yield Change(text, _about(name, concept), new=(Fact(name, concept, status),))
    measured = {item.quantity for item in facts.measurements}
    for quantity in dict.fromkeys(quantities):
        if quantity not in measured:
            yield from _added_values(ontology, facts, quantity)


def limits_of(ontology: Ontology, quantity: str, unit: str) -> tuple[Decimal, ...]:
    """Limits of a quantity by articles and reference intervals, and those of what is derived from it in that unit."""
    same = {one.name for one in ontology.derived if quantity in one.operands and one.unit == unit}
    found = {one.limit for one in ontology.thresholds.values() if one.quantity in {quantity} | same}
    for item in ontology.intervals.get(quantity, ()):
        sides = (item.low_below, item.normal_from, item.normal_to, item.high_above)
        found |= {limit for limit in (*sides, item.critical_below, item.critical_above) if limit is not None}
    return tuple(sorted(found))


def moved_to(item: Measurement, value: Decimal) -> Measurement:
    """A measurement with another exact value, in its canonical unit."""
    return replace(item, given=value, given_unit=item.unit, comparator="", value=Interval(value, value))


# -- values


def _moved_values(ontology: Ontology, facts: PatientFacts) -> Iterator[Change]:
    moves = [(size, item, new) for item in facts.measurements for size, new in _moves(ontology, item)]
    for _, item, new in sorted(moves, key=lambda move: (move[0], move[1].key, move[2].key)):
        text = f"{ontology.label(item.quantity)} {new.given:f} {new.unit} instead of {item.value.exact:f}"
        yield Change(text, ("value", item.quantity, str(item.date), str(item.time)), gone=(item,), new=(new,))


def _moves(ontology: Ontology, item: Measurement) -> Iterator[tuple[Decimal, Measurement]]:
    """An exact value put on each limit and one unit of the last printed place beside it, with the relative size."""
    value = item.value.exact
    if value is None or item.unit != ontology.quantities[item.quantity].unit:
        return
    printed = (item.range.low, item.range.high) if item.range else ()
    limits = {*limits_of(ontology, item.quantity, item.unit), *(limit for limit in printed if limit is not None)}
    for limit in sorted(limits):
        step = Decimal(1).scaleb(min(_places(value), _places(limit), 0))
        for target in (limit - step, limit, limit + step):
            if target >= 0 and target != value:
                yield abs(target - value) / max(abs(value), step), moved_to(item, target)


def _added_values(ontology: Ontology, facts: PatientFacts, quantity: str) -> Iterator[Change]:
    unit = ontology.quantities[quantity].unit
    limits = limits_of(ontology, quantity, unit)
    if not limits:
        return
    between = [(low + high) / 2 for low, high in pairwise(limits)]
    for value in (limits[0] / 2, *between, limits[-1] + max(abs(limits[-1]) / 10, Decimal(1))):
        new = Measurement(quantity, value, "", unit, Interval(value, value), unit, facts.as_of)
        text = f"{ontology.label(quantity)} {value:f} {unit} added"
        yield Change(text, ("value", quantity, str(facts.as_of), "None"), new=(new,))


def _places(number: Decimal) -> int:
    """The exponent of the last printed digit."""
    return int(number.as_tuple().exponent)


# -- everything else


def _moved_starts(ontology: Ontology, facts: PatientFacts) -> Iterator[Change]:
    weeks = {one.name for one in ontology.derived if one.unit == "wk"}
    limits = {int(one.limit) for one in ontology.thresholds.values() if one.quantity in weeks}
    starts = {facts.as_of - datetime.timedelta(days=week * WEEK + day) for week in limits for day in (-1, 0, 1)}
    moves = [
        (abs(start - fact.started), start, fact)
        for fact in facts.facts
        for start in starts
        if fact.started and start != fact.started and not (fact.ended and fact.ended < start)
    ]
    for _, start, fact in sorted(moves, key=lambda move: (*move[:2], move[2].key)):
        text = f"{ontology.label(fact.concept)} since {start} instead of {fact.started}"
        yield Change(text, _about(fact.list, fact.concept), gone=(fact,), new=(replace(fact, started=start),))


def _other_person(ontology: Ontology, facts: PatientFacts) -> Iterator[Change]:
    for age in (ontology.adult_from - 1, ontology.adult_from):
        if facts.age is not None and facts.age != age:
            yield Change(f"age {age} instead of {facts.age}", ("age",), age=age)
    for sex in SEXES:
        if facts.sex and facts.sex != sex:
            yield Change(f"{sex} instead of {facts.sex}", ("sex",), sex=sex)


def _without_one(ontology: Ontology, facts: PatientFacts) -> Iterator[Change]:
    for fact in facts.facts:
        text = f"without: {ontology.label(fact.concept)} ({fact.list}: {fact.status})"
        yield Change(text, _about(fact.list, fact.concept), gone=(fact,))
    for item in facts.measurements:
        about = ("value", item.quantity, str(item.date), str(item.time))
        yield Change(f"without the value of {ontology.label(item.quantity)}", about, gone=(item,))


def _turned(ontology: Ontology, facts: PatientFacts) -> Iterator[Change]:
    for fact in facts.facts:
        for status in TURNED:
            if status is not fact.status:
                text = f"{ontology.label(fact.concept)}: {status} instead"
                about = _about(fact.list, fact.concept)
                yield Change(text, about, gone=(fact,), new=(replace(fact, status=status),))


def _about(name: str, concept: str) -> tuple[str, ...]:
    return ("fact", name, concept)
