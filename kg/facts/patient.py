"""What is known of one patient: where structured cases, texts and (later) FHIR bundles meet.

A fact is present, absent or unknown; nothing is assumed absent. Facts are values: the same facts in any
order are equal.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Final

from kg.facts.origins import Origin, origin_key
from kg.facts.units import Interval


class Status(StrEnum):
    """Whether a fact holds. `suspected` is for diagnoses, `pending` for results."""

    PRESENT = "present"
    ABSENT = "absent"
    UNKNOWN = "unknown"
    SUSPECTED = "suspected"
    PENDING = "pending"


@dataclass(frozen=True)
class Fact:
    """A concept with a status, in the list in which it was stated.

    Its origin, and the spelling in a text that was corrected, are no part of its identity.
    `broader` is the code by which it was recognised where a narrower one was given that nothing maps itself.
    """

    list: str
    concept: str
    status: Status = Status.PRESENT
    date: datetime.date | None = None
    started: datetime.date | None = None
    ended: datetime.date | None = None
    origin: Origin | None = field(default=None, compare=False)
    corrected_from: str = field(default="", compare=False)
    broader: str = field(default="", compare=False)

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
    origin: Origin | None = field(default=None, compare=False)
    time: datetime.time | None = None
    corrected_from: str = field(default="", compare=False)

    @property
    def key(self) -> tuple[str, ...]:
        """The value and what was given: equal numbers have equal keys, however they are written."""
        value, limits = self.value, (self.range.low, self.range.high) if self.range else (None, None)
        strict = ("(" if value.low_strict else "[") + (")" if value.high_strict else "]")
        bounds = map(_number, (value.low, value.high, *limits))
        given = (self.comparator, _number(self.given), self.given_unit)
        when = f"{self.date or ''} {self.time or ''}".strip()
        return (self.quantity, when, strict, *bounds, self.unit, self.flag, *given)


class Reason(StrEnum):
    """Why something that came in was not used."""

    UNKNOWN_NAME = "unknown_name"
    OUTSIDE_ARTICLES = "outside_articles"
    AMBIGUOUS = "ambiguous"
    UNIT_UNKNOWN = "unit_unknown"
    UNIT_DOES_NOT_FIT = "unit_does_not_fit"
    NOT_A_NUMBER = "not_a_number"
    IMPOSSIBLE_VALUE = "impossible_value"
    OTHER_PERSON = "other_person"
    OTHER_SPECIMEN = "other_specimen"
    ENTERED_IN_ERROR = "entered_in_error"
    UNSUPPORTED = "unsupported"


NO_READING_LACKED: Final = (Reason.OTHER_PERSON, Reason.OTHER_SPECIMEN, Reason.ENTERED_IN_ERROR)
"""Reasons for which a value of the patient's own blood is not missing."""


@dataclass(frozen=True)
class Unread:
    """Something that came in and was not used: its text, the reason, what to tell about it.

    `concept` is the test or concept that it names, where one was recognised. What stands `aside` is a part of a record
    that a system sends along, and not what brings the patient.
    """

    text: str
    reason: Reason
    message: str
    origin: Origin | None = None
    concept: str = ""
    aside: bool = False


NOT_PLACED: Final = "no_yardstick"
"""The kind of issue that a value has of which nothing says whether it is low, normal or high."""


@dataclass(frozen=True)
class DataIssue:
    """Something about the data that the reader must know; never dropped in silence.

    An issue that was inferred names its proof by id, and the axioms of its justification. `suggested_unit` is the unit
    in which an impossible value would be a usual one.
    """

    kind: str
    message: str
    concepts: tuple[str, ...] = ()
    proof: str = ""
    axioms: tuple[str, ...] = ()
    suggested_unit: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        return (self.kind, self.message, *self.concepts)


@dataclass(frozen=True)
class PatientFacts:
    """Everything stated of one patient, what came in and was not used, and what the reader found odd about it.

    `defaults` says whether the reference intervals of the ontology judge what nothing else does.
    """

    as_of: datetime.date
    sex: str = ""
    age: int | None = None
    facts: tuple[Fact, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    complete: frozenset[str] = frozenset()
    issues: tuple[DataIssue, ...] = ()
    unread: tuple[Unread, ...] = ()
    defaults: bool = True

    @property
    def says_nothing(self) -> bool:
        """Whether nothing at all is known of the patient."""
        return self.age is None and not (self.sex or self.facts or self.measurements or self.complete)

    def ordered(self) -> PatientFacts:
        """The same facts without repetitions, in canonical order; of equal ones the shortest writing is kept."""
        facts = {fact.key: fact for fact in sorted(self.facts, key=lambda fact: origin_key(fact.origin), reverse=True)}
        values = {item.key: item for item in sorted(self.measurements, key=_writing, reverse=True)}
        issues = {issue.key: issue for issue in self.issues}
        return replace(
            self,
            facts=tuple(facts[key] for key in sorted(facts)),
            measurements=tuple(values[key] for key in sorted(values)),
            issues=tuple(issues[key] for key in sorted(issues)),
            unread=tuple(dict.fromkeys(sorted(self.unread, key=lambda item: (*origin_key(item.origin), item.text)))),
        )


def _number(value: Decimal | None) -> str:
    """A decimal without exponent or trailing zeros, so that 13, 13.0 and 1.30e1 are one."""
    digits = "" if value is None else format(value, "f")
    plain = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return "0" if plain == "-0" else plain


def _writing(item: Measurement) -> tuple[int, str, tuple[str, tuple[object, ...]]]:
    return len(str(item.given)), str(item.given), origin_key(item.origin)
