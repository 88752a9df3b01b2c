"""Measurements by occasion, the yardstick in force for each, and what it makes of the value.

The order of yardsticks is INTERFACE.md's, with the limits that hold whatever the laboratory says before it:
a limit of rank `absolute`, the reference range, the flag, the clinician's statement, a limit of rank
`fallback`, and a sourced default for adults (`default`), which never contradicts a statement.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Final

from kg.cache.derived import derived
from kg.facts.patient import DataIssue, Measurement, PatientFacts, ReferenceRange, Status
from kg.facts.units import Interval
from kg.ontology.compiled import Ontology
from kg.ontology.model import Limit

NO_YARDSTICK: Final = "NoYardstick"
POSITION_OF_FLAG = {"L": "Low", "N": "Normal", "H": "High"}
POSITION_OF_LIMIT = {"low": "Low", "high": "High", "not low": "NotLow", "not high": "NotHigh"}
CONTRADICTS: Mapping[str, frozenset[str]] = {
    "Low": frozenset({"Normal", "High", "NotLow"}),
    "Normal": frozenset({"Low", "High"}),
    "High": frozenset({"Normal", "Low", "NotHigh"}),
}


@dataclass(frozen=True)
class Occasion:
    """All values of one quantity on one day, as one interval; `values` are what was given."""

    quantity: str
    unit: str
    day: datetime.date
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


@dataclass(frozen=True)
class Interpretation:
    """The yardstick in force for an occasion, and the position it gives (empty: undecided)."""

    yardstick: str
    position: str


def occasions(
    facts: PatientFacts, issues: list[DataIssue], label: Mapping[str, str]
) -> dict[str, tuple[Occasion, ...]]:
    """Quantity → its occasions, oldest first. A value without a date counts as of the day of the record."""
    groups: dict[tuple[str, str, datetime.date], list[Measurement]] = {}
    for item in facts.measurements:
        groups.setdefault((item.quantity, item.unit, item.date or facts.as_of), []).append(item)
    found: dict[str, list[Occasion]] = {}
    for (quantity, unit, day), items in sorted(groups.items()):
        found.setdefault(quantity, []).append(_occasion(quantity, unit, day, items, issues, label))
    return {quantity: tuple(sorted(days, key=lambda o: (o.day, o.dated))) for quantity, days in found.items()}


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

    def __init__(self, ontology: Ontology, facts: PatientFacts, stated_axes: Iterable[tuple[str, str]]) -> None:
        self.ontology, self.facts = ontology, facts
        self.stated = {quantity for quantity, _ in stated_axes}
        self.established = self._adult() and not self._excluded()

    def _adult(self) -> bool:
        return self.facts.age is not None and self.facts.age >= self.ontology.adult_from

    def _excluded(self) -> bool:
        names = {
            name
            for fact in self.facts.facts
            if fact.status == "present"
            for name in self.ontology.ancestors(fact.concept)
        }
        return bool(names & set(self.ontology.defaults_not_in))

    def limits(self, quantity: str, rank: str) -> tuple[Limit, ...]:
        return _limits(self.ontology).get((quantity, rank), ())

    def by_limits(self, occasion: Occasion, rank: str) -> str:
        """The position that the limits of a rank give, if they decide it."""
        for limit in self.limits(occasion.quantity, rank):
            threshold = self.ontology.thresholds[limit.threshold]
            if limit.sex in ("", self.facts.sex) and occasion.value.satisfies(threshold.bound, threshold.limit):
                return POSITION_OF_LIMIT[limit.position]
        return ""

    def interpret(self, occasion: Occasion, current: bool) -> Interpretation:
        """The yardstick in force, and what it says. A statement speaks of the current value only."""
        quantity = occasion.quantity
        if position := self.by_limits(occasion, "absolute"):
            return Interpretation("ArticlePrintedLimit", position)
        if occasion.range is not None:
            return Interpretation("ReferenceRange", occasion.range_position)
        if occasion.flag:
            return Interpretation("LaboratoryFlag", POSITION_OF_FLAG[occasion.flag])
        if current and quantity in self.stated:
            return Interpretation("ClinicianStatement", "")
        if self.limits(quantity, "fallback"):
            return Interpretation("ArticlePrintedLimit", self.by_limits(occasion, "fallback"))
        if self.limits(quantity, "default") and self.established:
            return Interpretation("SourcedDefault", self.by_limits(occasion, "default"))
        return Interpretation(NO_YARDSTICK, "")

    def by_other_limits(self, occasion: Occasion) -> str:
        """The position by limits that stand behind a statement: the article's own, or a default for this patient."""
        return self.by_limits(occasion, "fallback") or (self.by_limits(occasion, "default") if self.established else "")
