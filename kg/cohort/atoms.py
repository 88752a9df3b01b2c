"""What the engine concludes from a group of facts that stands alone: remembered for every patient who has such a group.

Patients share a group where they agree in all that the record and the rules may look at: values between the same
limits are one, ages between the same limits are one, and so are days where a group has nothing to compare them with.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from kg.cache.derived import derived
from kg.cohort.interactions import ages_of
from kg.facts.patient import Fact, Measurement, PatientFacts
from kg.ontology.compiled import Ontology
from kg.ontology.model import DerivedQuantity
from kg.reasoner.engine import Engine
from kg.record.assertions import record
from kg.record.record import Assertion, Record

REMEMBERED: Final = 500_000
LACKS: Final = "lacksRecordOf"
RECKONED: Final = ("multiple-of-upper-limit", "arithmetic")
"""Formulas that one value alone may enter, the list of measurements not being complete."""


@dataclass(frozen=True)
class GroupFeatures:
    """The features of a patient by one group of facts, as numbers of the engine, and what the group has on record."""

    features: tuple[int, ...]
    recorded: frozenset[str]


class Atoms:
    """The atoms of one ontology, made by its engine when first met; the ones not met for longest are dropped."""

    def __init__(self, ontology: Ontology, engine: Engine) -> None:
        self.ontology, self.engine = ontology, engine
        self.known: OrderedDict[Hashable, GroupFeatures] = OrderedDict()
        self.lacking = frozenset(ontology.fillers(LACKS))

    def of(self, group: PatientFacts, aside: frozenset[Fact] = frozenset()) -> GroupFeatures:
        """The atom of a group, with the facts in `aside` set aside.

        Raises InputError where the group and the ontology cannot both be true.
        """
        key = self.key(group), tuple(sorted(fact.key for fact in aside))
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = self._made(group, aside)
            if len(self.known) > REMEMBERED:
                self.known.popitem(last=False)
        else:
            self.known.move_to_end(key)
        return found

    def _made(self, group: PatientFacts, aside: frozenset[Fact]) -> GroupFeatures:
        made = record(self.ontology, group, quarantine=aside)
        lacked = {item.object for item in made.assertions if item.predicate == LACKS}
        kept = tuple(item for item in made.assertions if item.predicate != LACKS)
        saturation = self.engine.saturate(_with(made, kept), recording=False)
        return GroupFeatures(tuple(saturation.present[0]), self.lacking - lacked)

    def key(self, group: PatientFacts) -> Hashable:
        """What the record and the rules may look at in a group."""
        measured = frozenset(item.quantity for item in group.measurements)
        person = (group.sex, _age(self.ontology, group.age, measured), group.defaults, tuple(sorted(group.complete)))
        unread = tuple((one.reason, one.concept, one.aside) for one in group.unread)
        if len(group.measurements) == 1 and not group.facts and not group.complete:
            (value,) = group.measurements
            return person, unread, self._alone(value)
        facts = tuple(sorted(fact.key for fact in group.facts))
        days = group.as_of if group.measurements or any(any(key[3:]) for key in facts) else None
        return person, unread, days, facts, tuple(sorted(item.key for item in group.measurements))

    def _alone(self, item: Measurement) -> Hashable:
        """A value that is the only one of its quantity: its place among the limits, and how it was printed."""
        limits = limits_of(self.ontology, item.quantity)
        ends = (item.range.low, item.range.high) if item.range else ()
        if limits is None or item.unit != self.ontology.quantities[item.quantity].unit:
            return item.key
        among = tuple(sorted({*limits, *(end for end in ends if end is not None)})) if ends else limits
        value = item.value
        places = (_place(among, value.low), _place(among, value.high), value.low_strict, value.high_strict)
        return item.quantity, places, value.exact is None, ends, item.flag


def _with(made: Record, assertions: tuple[Assertion, ...]) -> Record:
    return replace(made, assertions=assertions)


def _place(limits: tuple[Decimal, ...], value: Decimal | None) -> tuple[int, bool] | None:
    """The number of limits below a value, and whether it is one of them."""
    if value is None:
        return None
    place = bisect_left(limits, value)
    return place, place < len(limits) and limits[place] == value


def _age(ontology: Ontology, age: int | None, measured: frozenset[str]) -> int | None:
    """The greatest age at which something changes and that the patient has reached; the age itself where it counts."""
    limits = ages_of(ontology, measured)
    return age if age is None or limits is None else max((one for one in limits if one <= age), default=0)


@derived
def limits_of(ontology: Ontology, quantity: str) -> tuple[Decimal, ...] | None:
    """Every number with which a value of a quantity is compared; None where a formula reckons with the value itself."""
    if any(quantity in item.operands and item.formula in RECKONED for item in ontology.derived):
        return None
    found = {item.limit for item in ontology.thresholds.values() if item.quantity == quantity}
    for item in ontology.intervals.get(quantity, ()):
        ends = (item.low_below, item.normal_from, item.normal_to, item.high_above)
        found |= {end for end in (*ends, item.critical_below, item.critical_above) if end is not None}
    if possible := ontology.quantities[quantity].possible:
        found |= {possible.low, possible.high, Decimal(0)}
    for recomputing in ontology.derived:
        if recomputing.recomputes == quantity:
            found |= {ontology.thresholds[name].limit for name in _sides(recomputing)}
    return tuple(sorted(found))


def _sides(item: DerivedQuantity) -> tuple[str, ...]:
    """The thresholds by which a recomputed value and the stated one are found to disagree."""
    return tuple(name for name in (item.low_when, item.not_low_when) if name)
