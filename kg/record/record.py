"""The patient graph as data: assertions, what they were made from, and what is odd about the data."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from kg.facts.patient import DataIssue, Fact, Measurement, PatientFacts
from kg.record.derive import Derivation
from kg.record.judgements import Judgement
from kg.record.observations import (
    Occasion,
)

PATIENT: Final = "patient/case"
"""The name of a patient where one is spoken of alone."""


class Leaf(StrEnum):
    """Where an assertion comes from."""

    STATED = "stated"
    COMPUTED = "computed"
    ABSENT = "asserted absent"
    RECORD = "about the record"


class Assertion(NamedTuple):
    """A triple of local names; the object of a data property is a decimal as text."""

    subject: str
    predicate: str
    object: str
    leaf: Leaf = Leaf.STATED


@dataclass(frozen=True)
class Record:
    """The assertions about one patient, and what is odd about the data.

    `behind` names the statements from which an assertion was made; a measured, computed or missing one has none.
    `aside` are statements that count as unknown.
    """

    patient: str
    facts: PatientFacts
    assertions: tuple[Assertion, ...]
    different: tuple[tuple[str, ...], ...]
    issues: tuple[DataIssue, ...]
    occasions: tuple[Occasion, ...]
    derivations: tuple[Derivation, ...]
    absences: tuple[str, ...]
    judgements: Mapping[Measurement, Judgement] = field(default_factory=dict, compare=False, repr=False)
    behind: Mapping[Assertion, tuple[Fact, ...]] = field(default_factory=dict, compare=False, repr=False)
    aside: frozenset[Fact] = frozenset()


def of_nothing() -> Record:
    """The record of a patient of whom nothing is known."""
    return Record(PATIENT, PatientFacts(datetime.date.min), (), (), (), (), (), ())


def text(value: Decimal) -> str:
    """A decimal without exponent or trailing zeros."""
    return format(value.normalize(), "f")
