"""Measurements by occasion, the yardstick in force for each, and what it makes of the value.

The order of yardsticks is docs/contract.md's, with the limits that hold whatever the laboratory says before it: a limit
of rank `absolute`, the reference range, the flag, the clinician's statement, a limit of rank `fallback`, and the
reference interval of the ontology for the patient's sex, age and state, which never contradicts a statement. Critical
limits stand outside this order. What articles print for adults is not used in children and in states not meant.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import Final

from kg.cache.derived import derived
from kg.facts.patient import DataIssue, Measurement, PatientFacts, ReferenceRange, Status
from kg.facts.units import Interval
from kg.ontology.compiled import Ontology
from kg.ontology.model import Limit, ReferenceInterval

NO_YARDSTICK: Final = "NoYardstick"
ARTICLE, RANGE, FLAG = "ArticlePrintedLimit", "ReferenceRange", "LaboratoryFlag"
STATEMENT, DEFAULT = "ClinicianStatement", "SourcedDefault"
INTERPRETED: Final[Mapping[str, str]] = {
    ARTICLE: "InterpretedByArticleLimit",
    RANGE: "InterpretedByReferenceRange",
    FLAG: "InterpretedByFlag",
    STATEMENT: "InterpretedByStatement",
    DEFAULT: "InterpretedBySourcedDefault",
    NO_YARDSTICK: "NotInterpretable",
}
"""Yardstick in force → the class of the measurements that it judges."""
NO_TIME: Final = datetime.time.min
POSITION_OF_FLAG = {"L": "Low", "N": "Normal", "H": "High"}
POSITION_OF_LIMIT = {"low": "Low", "high": "High", "not low": "NotLow", "not high": "NotHigh"}
CONTRADICTS: Mapping[str, frozenset[str]] = {
    "Low": frozenset({"Normal", "High", "NotLow"}),
    "Normal": frozenset({"Low", "High"}),
    "High": frozenset({"Normal", "Low", "NotHigh"}),
}


@dataclass(frozen=True)
class Occasion:
    """All values of one quantity on one day, as one interval; `values` are what was given.

    Values with a time of day are occasions of their own, in the order of their times.
    """

    quantity: str
    unit: str
    day: datetime.date
    time: datetime.time | None
    dated: bool
    value: Interval
    range: ReferenceRange | None
    flag: str
    values: tuple[Measurement, ...]

    @property
    def range_position(self) -> str:
        """Low, Normal or High by the range printed with the value; empty when the value straddles a limit."""
        if self.range is None:
            return ""
        low, high = self.range.low, self.range.high
        if low is not None and self.value.satisfies("<", low):
            return "Low"
        if high is not None and self.value.satisfies(">", high):
            return "High"
        inside = (low is None or self.value.satisfies(">=", low)) and (high is None or self.value.satisfies("<=", high))
        return "Normal" if inside else ""


Axis = tuple[str, str]
"""A quantity and a position."""


@dataclass(frozen=True)
class Interpretation:
    """The yardstick in force for an occasion, and the position it gives (empty: undecided)."""

    yardstick: str
    position: str


def occasions(
    facts: PatientFacts, issues: list[DataIssue], label: Mapping[str, str]
) -> dict[str, tuple[Occasion, ...]]:
    """Quantity → its occasions, oldest first. A value without a date counts as of the day of the record."""
    groups: dict[tuple[str, str, datetime.date, datetime.time], list[Measurement]] = {}
    for item in facts.measurements:
        when = item.date or facts.as_of, item.time or NO_TIME
        groups.setdefault((item.quantity, item.unit, *when), []).append(item)
    found: dict[str, list[Occasion]] = {}
    for (quantity, unit, day, _), items in sorted(groups.items()):
        found.setdefault(quantity, []).append(_occasion(quantity, unit, day, items, issues, label))
    return {quantity: tuple(sorted(days, key=_order)) for quantity, days in found.items()}


def _order(occasion: Occasion) -> tuple[datetime.date, bool, datetime.time]:
    return occasion.day, occasion.dated, occasion.time or NO_TIME


def _occasion(
    quantity: str,
    unit: str,
    day: datetime.date,
    items: list[Measurement],
    issues: list[DataIssue],
    label: Mapping[str, str],
) -> Occasion:
    value = reduce(Interval.hull, (item.value for item in items))
    if len({item.value for item in items}) > 1:
        message = f"{label[quantity]}: several values on {day}; read as one between {value.low} and {value.high} {unit}"
        issues.append(DataIssue("several_values_in_one_day", message, (quantity,)))
    ranges = {item.range for item in items if item.range}
    flags = {item.flag for item in items if item.flag}
    for kind, found in (("range", ranges), ("flag", flags)):
        if len(found) > 1:
            message = f"{label[quantity]}: more than one {kind} printed on {day}; none of them is used"
            issues.append(DataIssue(f"several_{kind}s_in_one_day", message, (quantity,)))
    return Occasion(
        quantity=quantity,
        unit=unit,
        day=day,
        time=items[0].time,
        dated=all(item.date is not None for item in items),
        value=value,
        range=ranges.pop() if len(ranges) == 1 else None,
        flag=flags.pop() if len(flags) == 1 else "",
        values=tuple(items),
    )


@derived
def _limits(ontology: Ontology) -> Mapping[tuple[str, str], tuple[Limit, ...]]:
    """The limits by quantity and rank."""
    found: dict[tuple[str, str], tuple[Limit, ...]] = {}
    for limit in ontology.limits:
        found[limit.quantity, limit.rank] = (*found.get((limit.quantity, limit.rank), ()), limit)
    return found


def pregnant(ontology: Ontology, facts: PatientFacts) -> bool | None:
    """Whether the patient is in a state for which the limits of other adults do not hold; None if not known."""
    states = ontology.defaults_not_in
    known = {fact.status for fact in facts.facts for state in states if state in ontology.ancestors(fact.concept)}
    if Status.PRESENT in known:
        return True
    return False if Status.ABSENT in known else None


class Interpreter:
    """Chooses the yardstick of each occasion of one patient."""

    def __init__(
        self, ontology: Ontology, facts: PatientFacts, stated_axes: Iterable[Axis], denied_axes: Iterable[Axis] = ()
    ) -> None:
        self.ontology, self.facts = ontology, facts
        self.present = frozenset(stated_axes)
        self.stated = {quantity for quantity, _ in (*self.present, *denied_axes)}
        self.special = pregnant(ontology, facts) is True
        self.child = facts.age is not None and facts.age < ontology.adult_from
        self.within = not self.child and not self.special

    def limits(self, quantity: str, rank: str) -> tuple[Limit, ...]:
        """The limits of articles, where these speak of such patients."""
        return _limits(self.ontology).get((quantity, rank), ()) if self.within else ()

    def interval_of(self, quantity: str) -> ReferenceInterval | None:
        """The narrowest reference interval that is for this patient."""
        known = self.ontology.intervals.get(quantity, ())
        return next((item for item in known if item.fits(self.facts.sex, self.facts.age, self.special)), None)

    def by_limits(self, occasion: Occasion, rank: str) -> Limit | None:
        """The limit of a rank that decides the position, if one does."""
        for limit in self.limits(occasion.quantity, rank):
            threshold = self.ontology.thresholds[limit.threshold]
            if occasion.value.satisfies(threshold.bound, threshold.limit):
                return limit
        return None

    def by_interval(self, occasion: Occasion) -> str:
        """The position that the reference interval of the patient gives; empty where its sources disagree."""
        item = self.interval_of(occasion.quantity)
        return "" if item is None or not self._is_canonical(occasion) else position_in(item, occasion)

    def _is_canonical(self, occasion: Occasion) -> bool:
        return occasion.unit == self.ontology.quantities[occasion.quantity].unit

    def interpret(self, occasion: Occasion, current: bool) -> Interpretation:
        """The yardstick in force, and what it says. A statement speaks of the current value only."""
        quantity = occasion.quantity
        if limit := self.by_limits(occasion, "absolute"):
            return Interpretation(ARTICLE, POSITION_OF_LIMIT[limit.position])
        if occasion.range is not None:
            return Interpretation(RANGE, occasion.range_position)
        if occasion.flag:
            return Interpretation(FLAG, POSITION_OF_FLAG[occasion.flag])
        if current and quantity in self.stated:
            return Interpretation(STATEMENT, "")
        if self.limits(quantity, "fallback"):
            limit = self.by_limits(occasion, "fallback")
            return Interpretation(ARTICLE, POSITION_OF_LIMIT[limit.position] if limit else "")
        if self.facts.defaults and self._is_canonical(occasion) and has_limits(self.interval_of(quantity)):
            return Interpretation(DEFAULT, self.by_interval(occasion))
        return Interpretation(NO_YARDSTICK, "")

    def by_other_limits(self, occasion: Occasion) -> str:
        """The position by limits that stand behind a statement: the article's own, or a default for this patient."""
        limit = self.by_limits(occasion, "fallback")
        return POSITION_OF_LIMIT[limit.position] if limit else self.by_interval(occasion)

    def classes_of(self, occasion: Occasion, current: bool) -> frozenset[str]:
        """The classes of an occasion that depend on its yardstick and on whose it is."""
        found = self.interpret(occasion, current)
        names = {INTERPRETED[found.yardstick], *(["MeasurementWithinArticles"] if self.within else [])}
        return frozenset(names | {occasion.quantity + position for position in IMPLIED.get(found.position, ())})


IMPLIED: Final[Mapping[str, tuple[str, ...]]] = {
    "Low": ("Low", "NotHigh", "NotNormal"),
    "Normal": ("Normal", "NotLow", "NotHigh"),
    "High": ("High", "NotLow", "NotNormal"),
    "NotLow": ("NotLow",),
    "NotHigh": ("NotHigh",),
}
"""Position → itself and the positions that it implies."""


def has_limits(item: ReferenceInterval | None) -> bool:
    """Whether an interval decides anything."""
    return item is not None and any(
        limit is not None for limit in (item.low_below, item.normal_from, item.normal_to, item.high_above)
    )


def position_in(item: ReferenceInterval, occasion: Occasion) -> str:
    """The position of a value by a reference interval, as its axioms give it; empty where they decide nothing."""
    value = occasion.value

    def holds(bound: str, limit: Decimal | None) -> bool:
        return limit is not None and value.satisfies(bound, limit) is True

    if holds("<", item.low_below):
        return "Low"
    if holds(">", item.high_above):
        return "High"
    not_low, not_high = holds(">=", item.normal_from), holds("<=", item.normal_to)
    if not_high and (not_low or item.normal_from is None):
        return "Normal"
    return "NotLow" if not_low else "NotHigh" if not_high else ""
