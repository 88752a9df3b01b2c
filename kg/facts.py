"""What is known of one patient: where structured cases, texts and (later) FHIR bundles meet.

A fact is present, absent or unknown; nothing is assumed absent. Facts are values: the same facts in any
order are equal.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from kg.units import Interval


class Status(StrEnum):
    """Whether a fact holds. `suspected` is for diagnoses, `pending` for results."""

    PRESENT = "present"
    ABSENT = "absent"
    UNKNOWN = "unknown"
    SUSPECTED = "suspected"
    PENDING = "pending"


@dataclass(frozen=True, order=True)
class Origin:
    """Where a fact was stated: a JSON path of a case, or a character span of a text."""

    path: str = ""
    start: int = -1
    end: int = -1


@dataclass(frozen=True)
class Fact:
    """A concept with a status, in the list in which it was stated. Its origin is no part of its identity."""

    list: str
    concept: str
    status: Status = Status.PRESENT
    date: datetime.date | None = None
    started: datetime.date | None = None
    ended: datetime.date | None = None
    origin: Origin = field(default=Origin(), compare=False)

    @property
    def key(self) -> tuple[str, ...]:
        dates = (str(day or "") for day in (self.date, self.started, self.ended))
        return (self.list, self.concept, self.status, *dates)


@dataclass(frozen=True)
class ReferenceRange:
    """The range printed with a value, in the canonical unit; a missing side is open."""

    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True)
class Measurement:
    """One value of a quantity: as given, and as an interval in the canonical unit."""

    quantity: str
    given: Decimal
    comparator: str
    given_unit: str
    value: Interval
    unit: str
    date: datetime.date | None = None
    range: ReferenceRange | None = None
    flag: str = ""
    origin: Origin = field(default=Origin(), compare=False)

    @property
    def key(self) -> tuple[str, ...]:
        limits = (self.range.low, self.range.high) if self.range else (None, None)
        parts = (self.quantity, self.date or "", self.value, self.unit, *limits, self.flag, self.given, self.given_unit)
        return tuple(map(str, parts))


@dataclass(frozen=True)
class DataIssue:
    """Something about the data that the reader must know; never dropped in silence."""

    kind: str
    message: str
    concepts: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        return (self.kind, self.message, *self.concepts)


@dataclass(frozen=True)
class PatientFacts:
    """Everything stated of one patient, and what the reader found odd about it."""

    as_of: datetime.date
    sex: str = ""
    age: int | None = None
    facts: tuple[Fact, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    complete: frozenset[str] = frozenset()
    issues: tuple[DataIssue, ...] = ()

    def ordered(self) -> PatientFacts:
        """The same facts without repetitions, in canonical order."""
        facts = {fact.key: fact for fact in sorted(self.facts, key=lambda fact: fact.origin, reverse=True)}
        values = {item.key: item for item in sorted(self.measurements, key=lambda item: item.origin, reverse=True)}
        issues = {issue.key: issue for issue in self.issues}
        return PatientFacts(
            as_of=self.as_of,
            sex=self.sex,
            age=self.age,
            facts=tuple(facts[key] for key in sorted(facts)),
            measurements=tuple(values[key] for key in sorted(values)),
            complete=self.complete,
            issues=tuple(issues[key] for key in sorted(issues)),
        )
