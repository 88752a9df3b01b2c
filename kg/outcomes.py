"""From a closure to the outcome of every claim (MODEL, section 7).

A reading of a claim holds, fails or is open, as the reasoner entails it. From that:

    applicable    every reading holds                    excluded      every reading fails
    ambiguous     some reading holds, not every one; or what is open is only a value that its comparator or
                  a grey zone leaves undecided
    undetermined  no reading holds, not every one fails: with the smallest sets of missing facts
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import reduce

from kg.authoring.manchester import AtLeast, Named, Some, Value, parse
from kg.closure import Closure
from kg.entries import Claim, ReadingOf
from kg.occasions import Occasion
from kg.ontology import Ontology
from kg.record import Record

MISSING_LIMIT = 64
SetsOfConditions = frozenset[frozenset[str]]


class Outcome(StrEnum):
    """What can be said of a claim for one patient."""

    APPLICABLE = "applicable"
    EXCLUDED = "excluded"
    AMBIGUOUS = "ambiguous"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, order=True)
class MissingFact:
    """A fact that would help to decide: a fragment of a case (INTERFACE.md), in words in `label`."""

    list: str
    concept: str
    status: str
    label: str

    def fragment(self, codes: Mapping[str, str]) -> dict[str, object]:
        """`{"list": ..., "entry": {...}}` with the vocabulary's code."""
        key = "test" if self.list == "measurements" else "concept"
        entry = {key: codes[self.concept]}
        if self.status != "present" and self.list != "measurements":
            entry["status"] = self.status
        return {"list": self.list, "entry": entry}


@dataclass(frozen=True)
class ClaimOutcome:
    """The outcome of one claim, with the readings that hold or fail and what is missing, smallest sets first."""

    claim: str
    outcome: Outcome
    holds_in: tuple[str, ...] = ()
    fails_in: tuple[str, ...] = ()
    missing: tuple[tuple[MissingFact, ...], ...] = ()
    reason: str = ""


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
        self.inexact = {
            o.quantity for o in record.occasions if o.value.exact is None and o is _latest(record, o.quantity)
        }
        self._sets: dict[str, SetsOfConditions] = {}

    def claim(self, claim: Claim) -> ClaimOutcome:
        holds = tuple(
            reading for reading in claim.readings if self._entailed("claimApplies", "holdsInReading", claim, reading)
        )
        fails = tuple(
            reading for reading in claim.readings if self._entailed("claimExcluded", "failsInReading", claim, reading)
        )
        if claim.id in self.closure.claims("claimApplies"):
            return ClaimOutcome(claim.id, Outcome.APPLICABLE)
        if claim.id in self.closure.claims("claimExcluded"):
            return ClaimOutcome(claim.id, Outcome.EXCLUDED)
        open_readings = [reading for reading in claim.readings if reading not in holds]
        missing = self._missing(open_readings, every=bool(holds))
        if holds:
            return self._ambiguous(claim, holds, fails, missing)
        if undecided := next(
            (sets for sets in missing if sets and all(self._is_undecided(name) for name in sets)), None
        ):
            formals = tuple(self.ontology.atom(name) for name in sorted(undecided))
            return ClaimOutcome(claim.id, Outcome.AMBIGUOUS, formals, formals, self._facts(missing), "comparator")
        return ClaimOutcome(claim.id, Outcome.UNDETERMINED, missing=self._facts(missing))

    def _entailed(self, whole: str, part: str, claim: Claim, reading: ReadingOf) -> bool:
        if len(claim.readings) == 1:
            return claim.id in self.closure.claims(whole)
        return reading.iri in self.closure.values.get(part, frozenset())

    def _ambiguous(
        self,
        claim: Claim,
        holds: tuple[ReadingOf, ...],
        fails: tuple[ReadingOf, ...],
        missing: tuple[frozenset[str], ...],
    ) -> ClaimOutcome:
        parted = [reading for reading in claim.readings if reading not in holds]
        zone = all(reading.reason == "grey_zone" for reading in (*holds, *parted) if reading is not claim.readings[0])
        return ClaimOutcome(
            claim=claim.id,
            outcome=Outcome.AMBIGUOUS,
            holds_in=tuple(reading.formal for reading in holds),
            fails_in=tuple(reading.formal for reading in fails),
            missing=self._facts(missing),
            reason="grey_zone" if zone else "reading",
        )

    # -- what is missing

    def _missing(self, readings: Iterable[ReadingOf], every: bool) -> tuple[frozenset[str], ...]:
        """Smallest sets of conditions that would make the readings hold: all of them, or any one."""
        sets = [self._needs(reading.situation) for reading in readings]
        sets = [found for found in sets if found]
        if not sets:
            return ()
        joined = reduce(_product, sets) if every else _minimal(one for found in sets for one in found)
        return tuple(sorted(joined, key=lambda names: (len(names), sorted(names))))

    def _needs(self, condition: str) -> SetsOfConditions:
        """Minimal sets of open elementary conditions that make a condition hold; empty when it cannot."""
        if condition not in self._sets:
            self._sets[condition] = frozenset()
            self._sets[condition] = self._compute(condition)
        return self._sets[condition]

    def _compute(self, condition: str) -> SetsOfConditions:
        if condition in self.closure.types:
            return frozenset({frozenset()})
        if condition + "Refuted" in self.closure.types:
            return frozenset()
        formula = self.ontology.formulas.get(condition)
        if formula is None:
            asked = {frozenset({condition})} if self._can_be_asked(condition) else set()
            return _minimal([*asked, *self._ways_to_conclude(condition)])
        parts = [self._needs(part) for part in formula.parts]
        if formula.operator == "or":
            return _minimal(one for part in parts for one in part)
        return reduce(_product, parts) if all(parts) else frozenset()

    def _ways_to_conclude(self, condition: str) -> Iterator[frozenset[str]]:
        """A finding that rules conclude may be reached through what they ask for."""
        for way in self.ontology.concluded_by.get(self.ontology.atom(condition), ()):
            yield from self._needs(way)

    def _can_be_asked(self, condition: str) -> bool:
        """Facts about the record itself are known; they are not missing."""
        return not self.ontology.atom(condition).startswith(("lacksRecordOf", "hasSoleRecordOf"))

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

    def _facts(self, sets: Iterable[frozenset[str]]) -> tuple[tuple[MissingFact, ...], ...]:
        found = dict.fromkeys(tuple(sorted({self._fact(name) for name in names})) for names in sets)
        return tuple(sorted(filter(None, found), key=lambda facts: (len(facts), facts)))[:MISSING_LIMIT]

    def _fact(self, condition: str) -> MissingFact:
        label = self.ontology.label(condition)
        match parse(self.ontology.atom(condition)):
            case Some("hasCurrentMeasurement" | "hasMeasurement" | "hasDerivedQuantity", Named(name)) | AtLeast(
                _, _, Named(name)
            ):
                return self._measurement(name, label)
            case Some(prop, Named(name)):
                return MissingFact(
                    self._list(prop, name), self.ontology.certain_form(name), _STATUS.get(prop, "present"), label
                )
            case Value(prop, name):
                return MissingFact(self._list(prop, name), name, "absent", label)
            case _:
                return MissingFact("findings", condition, "present", label)

    def _measurement(self, name: str, label: str) -> MissingFact:
        threshold = self.ontology.thresholds.get(name)
        quantity = threshold.quantity if threshold else name
        derived = {item.name: item for item in self.ontology.derived}
        while quantity in derived:
            operand = derived[quantity].operands[0]
            if self.ontology.concepts[operand].kind != "analyte":
                return MissingFact("treatments", operand, "present", label)
            quantity = operand
        if quantity not in self.ontology.quantities:
            quantity = next(
                item for item in sorted(self.ontology.quantities, key=len, reverse=True) if quantity.startswith(item)
            )
        return MissingFact("measurements", quantity, "present", label)

    def _list(self, prop: str, name: str) -> str:
        if found := _LIST_OF.get(prop):
            return found
        return _LIST_OF_KIND[self.ontology.concepts[self.ontology.certain_form(name)].kind]


_STATUS = {"hasSuspicionOf": "suspected"}
_LIST_OF = {
    "hasHistoryOf": "history",
    "hasNoHistoryOf": "history",
    "plans": "plans",
    "hasNoPlanFor": "plans",
    "hasIntent": "intents",
    "hasNoIntentOf": "intents",
    "hasSuspicionOf": "diagnoses",
    "hasNoSuspicionOf": "diagnoses",
    "receives": "treatments",
}
_LIST_OF_KIND = {
    "finding": "findings",
    "condition": "diagnoses",
    "drug": "treatments",
    "therapy": "treatments",
    "intent": "intents",
    "suspicion": "diagnoses",
    "history": "procedures",
    "result": "results",
    "procedure": "procedures",
    "analyte": "measurements",
}


def _latest(record: Record, quantity: str) -> Occasion:
    return [occasion for occasion in record.occasions if occasion.quantity == quantity][-1]


def _minimal(sets: Iterable[frozenset[str]]) -> SetsOfConditions:
    found: list[frozenset[str]] = []
    for one in sorted(set(sets), key=len):
        if not any(other <= one for other in found):
            found.append(one)
    return frozenset(found[:MISSING_LIMIT])


def _product(left: SetsOfConditions, right: SetsOfConditions) -> SetsOfConditions:
    return _minimal(a | b for a in left for b in right)
