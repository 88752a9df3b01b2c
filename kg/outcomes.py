"""From a closure to the outcome of every claim (MODEL, section 7).

A reading of a claim holds, fails or is open, as the reasoner entails it. From that:

    applicable    every reading holds                    excluded      every reading fails
    ambiguous     some reading holds, not every one; or what is open is only a value that its comparator or
                  a grey zone leaves undecided
    undetermined  no reading holds, not every one fails: with the smallest sets of missing facts
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, partial

from kg.authoring.manchester import Named, Some, parse
from kg.closure import Closure
from kg.entries import Claim, ReadingOf
from kg.missing import SetsOfFacts, missing_conditions, missing_facts
from kg.occasions import Occasion
from kg.ontology import Ontology
from kg.record import Record

Readings = tuple[ReadingOf, ...]


class Outcome(StrEnum):
    """What can be said of a claim for one patient."""

    APPLICABLE = "applicable"
    EXCLUDED = "excluded"
    AMBIGUOUS = "ambiguous"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True)
class ClaimOutcome:
    """The outcome of one claim, and the readings that hold or fail; `held` names the former's IRIs."""

    claim: str
    outcome: Outcome
    holds_in: tuple[str, ...] = ()
    fails_in: tuple[str, ...] = ()
    reason: str = ""
    held: tuple[str, ...] = ()
    find_missing: Callable[[], SetsOfFacts] = field(default=tuple, compare=False, repr=False)

    @cached_property
    def missing(self) -> SetsOfFacts:
        """The sets of facts that would decide the claim, smallest first; found when first asked for."""
        return self.find_missing()


@dataclass(frozen=True)
class Outcomes:
    """Every executable claim's outcome for one patient."""

    patient: str
    by_claim: Mapping[str, ClaimOutcome] = field(default_factory=dict)

    def of(self, outcome: Outcome) -> tuple[ClaimOutcome, ...]:
        return tuple(item for item in self.by_claim.values() if item.outcome is outcome)

    def ids(self, outcome: Outcome) -> tuple[str, ...]:
        return tuple(item.claim for item in self.of(outcome))


def outcomes(ontology: Ontology, record: Record, closure: Closure) -> Outcomes:
    """The outcomes of all executable claims."""
    judge = _Judge(ontology, record, closure)
    executable = (claim for claim in ontology.claims.values() if claim.executable)
    return Outcomes(closure.patient, {claim.id: judge.claim(claim) for claim in executable})


class _Judge:
    def __init__(self, ontology: Ontology, record: Record, closure: Closure) -> None:
        self.ontology, self.record, self.closure = ontology, record, closure
        self.applies, self.excluded = closure.claims("claimApplies"), closure.claims("claimExcluded")
        self.holding = closure.values.get("holdsInReading", frozenset())
        self.failing = closure.values.get("failsInReading", frozenset())
        self.inexact = {
            o.quantity for o in record.occasions if o.value.exact is None and o is _latest(record, o.quantity)
        }

    def claim(self, claim: Claim) -> ClaimOutcome:
        if claim.id in self.applies:
            return ClaimOutcome(claim.id, Outcome.APPLICABLE)
        if claim.id in self.excluded:
            return ClaimOutcome(claim.id, Outcome.EXCLUDED)
        several = len(claim.readings) > 1
        holds = tuple(reading for reading in claim.readings if several and reading.iri in self.holding)
        open_readings = tuple(reading for reading in claim.readings if reading not in holds)
        if holds:
            return self._ambiguous(claim, holds, open_readings)
        if self.inexact:
            missing = missing_conditions(self.ontology, _situations(open_readings), False, self.closure.types)
            undecided = next((sets for sets in missing if sets and all(map(self._is_undecided, sets))), None)
            if undecided:
                formals = tuple(self.ontology.atom(name) for name in sorted(undecided))
                find = self._finding(open_readings, every=False)
                return ClaimOutcome(claim.id, Outcome.AMBIGUOUS, formals, formals, "comparator", find_missing=find)
        return ClaimOutcome(claim.id, Outcome.UNDETERMINED, find_missing=self._finding(open_readings, every=False))

    def _finding(self, readings: Readings, every: bool) -> Callable[[], SetsOfFacts]:
        return partial(missing_facts, self.ontology, _situations(readings), every, self.closure.types)

    def _ambiguous(self, claim: Claim, holds: Readings, open_readings: Readings) -> ClaimOutcome:
        fails = tuple(reading.formal for reading in open_readings if reading.iri in self.failing)
        zone = all(
            reading.reason == "grey_zone" for reading in (*holds, *open_readings) if reading is not claim.readings[0]
        )
        return ClaimOutcome(
            claim=claim.id,
            outcome=Outcome.AMBIGUOUS,
            holds_in=tuple(reading.formal for reading in holds),
            fails_in=fails,
            reason="grey_zone" if zone else "reading",
            held=tuple(reading.iri for reading in holds),
            find_missing=self._finding(open_readings, every=True),
        )

    def _is_undecided(self, condition: str) -> bool:
        """A condition on a quantity whose current value is known only within bounds, and they leave it undecided."""
        match parse(self.ontology.atom(condition)):
            case Some("hasCurrentMeasurement", Named(name)) if name in self.ontology.thresholds:
                return self.ontology.thresholds[name].quantity in self.inexact
            case Some("hasFinding", Named(name)) if name in self.ontology.concepts:
                axis = self.ontology.concepts[name].axis
                return axis is not None and axis[0] in self.inexact
            case _:
                return False


def _situations(readings: Readings) -> tuple[str, ...]:
    return tuple(reading.situation for reading in readings)


def _latest(record: Record, quantity: str) -> Occasion:
    return [occasion for occasion in record.occasions if occasion.quantity == quantity][-1]
