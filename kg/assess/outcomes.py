"""From a closure to the outcome of every claim (docs/model.md, section 7).

A reading of a claim holds, fails or is open, as the reasoner entails it. From that:

    applicable    every reading holds                    excluded      every reading fails, none holds
    ambiguous     some reading holds, not every one; or what is open is only a value that its comparator or
                  a grey zone leaves undecided
    undetermined  no reading holds, not every one fails: with the smallest sets of missing facts
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache, partial
from typing import NamedTuple

from kg.assess.missing import Find, SetsOfFacts, Situations, known_of, missing_conditions, missing_facts, relevant_to
from kg.cache.derived import derived
from kg.ontology.compiled import Ontology
from kg.ontology.manchester import Named, Some, parse
from kg.ontology.model import Claim, ReadingOf
from kg.reasoner.closure import Closure
from kg.record.record import Record

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
    find_missing: Find = field(default=tuple, compare=False, repr=False)

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
        return self._grouped[outcome]

    def ids(self, outcome: Outcome) -> tuple[str, ...]:
        return tuple([item.claim for item in self.of(outcome)])

    @cached_property
    def _grouped(self) -> Mapping[Outcome, tuple[ClaimOutcome, ...]]:
        found: dict[Outcome, list[ClaimOutcome]] = {outcome: [] for outcome in Outcome}
        for item in self.by_claim.values():
            found[item.outcome].append(item)
        return {outcome: tuple(items) for outcome, items in found.items()}


def outcomes(ontology: Ontology, record: Record, closure: Closure) -> Outcomes:
    """The outcomes of all executable claims."""
    judge = _Judge(ontology, record, closure)
    return Outcomes(closure.patient, {one.claim.id: judge.outcome(one) for one in _executable(ontology)})


class _Judged(NamedTuple):
    """A claim to be judged: its readings if it has several, what matters to their situations, what is fixed.

    Patients who agree in what is known of `relevant` share the `open` outcome.
    """

    claim: Claim
    several: frozenset[str]
    relevant: int
    applicable: ClaimOutcome
    excluded: ClaimOutcome
    open: Callable[[int], _Open]


class _Open(NamedTuple):
    """An outcome that is not decided, and what may be all that is open of it: conditions, each set about the values of
    some quantities."""

    outcome: ClaimOutcome
    of_values: tuple[tuple[frozenset[str], frozenset[str]], ...]


@derived
def _executable(ontology: Ontology) -> tuple[_Judged, ...]:
    found = []
    for claim in ontology.claims.values():
        if claim.executable:
            situations = _situations(claim.readings)
            applicable, excluded = (ClaimOutcome(claim.id, one) for one in (Outcome.APPLICABLE, Outcome.EXCLUDED))
            several = frozenset(reading.iri for reading in claim.readings) if len(claim.readings) > 1 else frozenset()
            shared = lru_cache(maxsize=1024)(partial(_open, ontology, claim.id, situations))
            found.append(_Judged(claim, several, relevant_to(ontology, situations), applicable, excluded, shared))
    return tuple(found)


class _Judge:
    """One patient. Outcomes are shared with the patients who agree in what they depend on."""

    def __init__(self, ontology: Ontology, record: Record, closure: Closure) -> None:
        self.ontology, self.closure = ontology, closure
        self.applies, self.excluded = closure.claims("claimApplies"), closure.claims("claimExcluded")
        self.holding = closure.values.get("holdsInReading", frozenset())
        self.failing = closure.values.get("failsInReading", frozenset())
        self.known = known_of(ontology, closure.types)
        latest = {occasion.quantity: occasion for occasion in record.occasions}
        self.inexact = frozenset(name for name, occasion in latest.items() if occasion.value.exact is None)

    def outcome(self, one: _Judged) -> ClaimOutcome:
        claim = one.claim
        if claim.id in self.applies:
            return one.applicable
        if not one.several.isdisjoint(self.holding):
            return self._ambiguous(claim)
        if claim.id in self.excluded:
            return one.excluded
        found = one.open(self.known & one.relevant)
        if self.inexact and found.of_values and (undecided := self._undecided(found)):
            formals = tuple(self.ontology.atom(name) for name in sorted(undecided))
            find = found.outcome.find_missing
            return ClaimOutcome(claim.id, Outcome.AMBIGUOUS, formals, formals, "comparator", find_missing=find)
        return found.outcome

    def _undecided(self, found: _Open) -> frozenset[str]:
        """What is open, if it is only the values of quantities that their comparators leave undecided."""
        for conditions, quantities in found.of_values:
            if quantities <= self.inexact:
                return conditions
        return frozenset()

    def _ambiguous(self, claim: Claim) -> ClaimOutcome:
        holds = tuple(reading for reading in claim.readings if reading.iri in self.holding)
        others = tuple(reading for reading in claim.readings if reading not in holds)
        zone = all(reading.reason == "grey_zone" for reading in claim.readings[1:])
        situations = _situations(others)
        known = self.known & relevant_to(self.ontology, situations)
        return ClaimOutcome(
            claim=claim.id,
            outcome=Outcome.AMBIGUOUS,
            holds_in=tuple(reading.formal for reading in holds),
            fails_in=tuple(reading.formal for reading in others if reading.iri in self.failing),
            reason="grey_zone" if zone else "reading",
            held=tuple(reading.iri for reading in holds),
            find_missing=partial(missing_facts, self.ontology, situations, True, known),
        )


def _open(ontology: Ontology, claim: str, situations: Situations, known: int) -> _Open:
    find = partial(missing_facts, ontology, situations, False, known)
    outcome = ClaimOutcome(claim, Outcome.UNDETERMINED, find_missing=find)
    return _Open(outcome, tuple(_of_values(ontology, situations, known)))


def _of_values(
    ontology: Ontology, situations: Situations, known: int
) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """The sets of missing conditions that are all about values, with the quantities of these, smallest first."""
    for conditions in missing_conditions(ontology, situations, False, known):
        quantities = {_quantity(ontology, name) for name in conditions}
        if quantities and "" not in quantities:
            yield conditions, frozenset(quantities)


@derived
def _quantity(ontology: Ontology, condition: str) -> str:
    """The quantity whose current value decides a condition; empty for any other condition."""
    match parse(ontology.atom(condition)):
        case Some("hasCurrentMeasurement", Named(name)) if name in ontology.thresholds:
            return ontology.thresholds[name].quantity
        case Some("hasFinding", Named(name)) if name in ontology.concepts:
            axis = ontology.concepts[name].axis
            return axis[0] if axis else ""
        case _:
            return ""


def _situations(readings: Readings) -> Situations:
    return tuple(reading.situation for reading in readings)
