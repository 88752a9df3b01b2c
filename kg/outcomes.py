"""From a closure to the outcome of every claim (MODEL, section 7).

A reading of a claim holds, fails or is open, as the reasoner entails it. From that:

    applicable    every reading holds                    excluded      every reading fails
    ambiguous     some reading holds, not every one; or what is open is only a value that its comparator or
                  a grey zone leaves undecided
    undetermined  no reading holds, not every one fails: with the smallest sets of missing facts
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache, partial, reduce

from kg.authoring.manchester import AtLeast, Named, Some, Value, parse
from kg.closure import Closure
from kg.entries import Claim, ReadingOf
from kg.occasions import Occasion
from kg.ontology import Ontology
from kg.record import Record

MISSING_LIMIT = 64
SetsOfConditions = frozenset[frozenset[str]]
Readings = tuple[ReadingOf, ...]


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


SetsOfFacts = tuple[tuple[MissingFact, ...], ...]


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
        self._sets: dict[str, SetsOfConditions] = {}

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
            missing = self._missing(open_readings, every=False)
            undecided = next((sets for sets in missing if sets and all(map(self._is_undecided, sets))), None)
            if undecided:
                formals = tuple(self.ontology.atom(name) for name in sorted(undecided))
                find = partial(self._facts, missing)
                return ClaimOutcome(claim.id, Outcome.AMBIGUOUS, formals, formals, "comparator", find_missing=find)
        return ClaimOutcome(claim.id, Outcome.UNDETERMINED, find_missing=partial(self._find, open_readings, False))

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
            find_missing=partial(self._find, open_readings, True),
        )

    # -- what is missing

    def _find(self, readings: Readings, every: bool) -> SetsOfFacts:
        return self._facts(self._missing(readings, every))

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

    def _facts(self, sets: Iterable[frozenset[str]]) -> SetsOfFacts:
        found = dict.fromkeys(_facts_of(self.ontology, names) for names in sets)
        return tuple(sorted(filter(None, found), key=lambda facts: (len(facts), facts)))[:MISSING_LIMIT]


# -- an elementary condition as the fact that would meet it


@lru_cache(maxsize=65536)
def _facts_of(ontology: Ontology, conditions: frozenset[str]) -> tuple[MissingFact, ...]:
    return tuple(sorted({_fact(ontology, name) for name in conditions}))


@lru_cache(maxsize=16384)
def _fact(ontology: Ontology, condition: str) -> MissingFact:
    label = ontology.label(condition)
    match parse(ontology.atom(condition)):
        case Some("hasCurrentMeasurement" | "hasMeasurement" | "hasDerivedQuantity", Named(name)) | AtLeast(
            _, _, Named(name)
        ):
            return _measurement(ontology, name, label)
        case Some(prop, Named(name)):
            status = _STATUS.get(prop, "present")
            return MissingFact(_list(ontology, prop, name), ontology.certain_form(name), status, label)
        case Value(prop, name):
            return MissingFact(_list(ontology, prop, name), name, "absent", label)
        case _:
            return MissingFact("findings", condition, "present", label)


def _measurement(ontology: Ontology, name: str, label: str) -> MissingFact:
    threshold = ontology.thresholds.get(name)
    quantity = threshold.quantity if threshold else name
    derived = {item.name: item for item in ontology.derived}
    while quantity in derived:
        operand = derived[quantity].operands[0]
        if ontology.concepts[operand].kind != "analyte":
            return MissingFact("treatments", operand, "present", label)
        quantity = operand
    if quantity not in ontology.quantities:
        quantity = next(
            item for item in sorted(ontology.quantities, key=len, reverse=True) if quantity.startswith(item)
        )
    return MissingFact("measurements", quantity, "present", label)


def _list(ontology: Ontology, prop: str, name: str) -> str:
    return _LIST_OF.get(prop) or _LIST_OF_KIND[ontology.concepts[ontology.certain_form(name)].kind]


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
    given = frozenset(sets)
    if len(given) < 2:
        return given
    found: list[frozenset[str]] = []
    for one in sorted(given, key=len):
        if not any(other <= one for other in found):
            found.append(one)
    if len(found) > MISSING_LIMIT:
        found = sorted(found, key=lambda names: (len(names), sorted(names)))[:MISSING_LIMIT]
    return frozenset(found)


NOTHING: SetsOfConditions = frozenset({frozenset()})


def _product(left: SetsOfConditions, right: SetsOfConditions) -> SetsOfConditions:
    if NOTHING in (left, right):
        return right if left == NOTHING else left
    return _minimal(a | b for a in left for b in right)
