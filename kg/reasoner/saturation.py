"""What a run of the engine leaves: all that holds of one patient, and the rule instances that proofs are read from."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple, NewType

from kg.reasoner.rule_tables import FeatureNumber, RuleNumber
from kg.record.record import Record

IndividualNumber = NewType("IndividualNumber", int)
"""The place of an individual among those of one patient; the patient is 0."""


class FillerLink(NamedTuple):
    """`end` is a C (`holds`), so `start` has `P some C` (`feature`), or one of the C it has at least n of."""

    start: IndividualNumber
    end: IndividualNumber
    holds: FeatureNumber
    feature: FeatureNumber


class Joined(NamedTuple):
    """`start` P `middle` and `middle` Q `end`, so `start` R `end`, by the chain with this number."""

    chain: int
    start: IndividualNumber
    middle: IndividualNumber
    end: IndividualNumber


@dataclass
class Saturation:
    """A patient's fixpoint: what holds, in the order in which it was found, and every instance of every rule.

    `present` holds the features of each individual. A rule with one feature in its body fires wherever that holds;
    `fired` are the longer ones, as rule and individual. A facet is tried only where a class holds that some rule asks
    for together with it. A class of the record that no axiom names is in the record only: nothing follows from it.
    """

    record: Record
    names: list[str] = field(default_factory=list)
    present: list[dict[FeatureNumber, None]] = field(default_factory=list)
    fired: list[tuple[RuleNumber, IndividualNumber]] = field(default_factory=list)
    links: list[FillerLink] = field(default_factory=list)
    joined: list[Joined] = field(default_factory=list)
    values: dict[IndividualNumber, list[tuple[str, Decimal]]] = field(default_factory=dict)
