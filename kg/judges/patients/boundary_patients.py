"""Three patients for each claim that depends on a patient: met, one fact short of it, and contradicting it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final

from kg.facts.patient import PatientFacts
from kg.judges.patients.build import Builder
from kg.judges.patients.case import CaseItem, CasePerson, InventedPatient
from kg.judges.patients.satisfying_sets import Demands, Sets, Ways, refutation
from kg.ontology.compiled import Ontology
from kg.ontology.model import Claim
from kg.reasoner.closure import Closure
from kg.reasoner.engine import Engine

TRIES: Final = 200


class Purpose(StrEnum):
    """What a patient is to a claim: every reading holds; all but for one fact; every reading is contradicted."""

    MET = "met"
    SHORT = "one fact short"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True)
class Target:
    """A patient built for one end of one claim."""

    claim: str
    purpose: Purpose
    patient: InventedPatient

    @property
    def facts(self) -> PatientFacts:
        return self.patient.facts


@dataclass(frozen=True)
class PurposeCoverage:
    """Claims by purpose that a set of patients serves, and those that it never does."""

    reached: Mapping[Purpose, frozenset[str]]
    missed: Mapping[Purpose, tuple[str, ...]]

    @property
    def complete(self) -> bool:
        return not any(self.missed.values())


def targeted(ontology: Ontology, engine: Engine | None = None) -> tuple[Target, ...]:
    """The targets of every executable claim, in the order of the claims. One that cannot be built is left out."""
    aim = _Aim(ontology, engine or Engine(ontology))
    return tuple(target for claim in ontology.claims.values() if claim.executable for target in aim.claim(claim))


def targets_of(ontology: Ontology, engine: Engine, claim: str) -> tuple[Target, ...]:
    """The patients at the edge of one claim: who meets it, who is one fact short, who contradicts it."""
    found = ontology.claims[claim]
    return tuple(_Aim(ontology, engine).claim(found)) if found.executable else ()


def coverage(ontology: Ontology, engine: Engine, targets: Sequence[Target]) -> PurposeCoverage:
    """Which claims the targets meet, miss by one fact and contradict, by what the engine infers of them."""
    builder = Builder(ontology, engine)
    executable = [claim.id for claim in ontology.claims.values() if claim.executable]
    met = {target.claim: target.facts for target in targets if target.purpose is Purpose.MET}
    reached: dict[Purpose, set[str]] = {purpose: set() for purpose in Purpose}
    for target in targets:
        closure = builder.closure(target.patient)
        applies, excluded = closure.claims("claimApplies"), closure.claims("claimExcluded")
        short = target.purpose is Purpose.SHORT and target.claim not in applies
        if short and _is_one_less(target.facts, met.get(target.claim)):
            reached[Purpose.SHORT].add(target.claim)
        reached[Purpose.MET] |= applies
        reached[Purpose.CONTRADICTED] |= excluded
    missed = {purpose: tuple(name for name in executable if name not in found) for purpose, found in reached.items()}
    return PurposeCoverage({purpose: frozenset(found) for purpose, found in reached.items()}, missed)


def _is_one_less(facts: PatientFacts, whole: PatientFacts | None) -> bool:
    """Whether facts are others without exactly one of them."""
    if whole is None:
        return False
    return _rows(facts) < _rows(whole) and len(_rows(whole)) == len(_rows(facts)) + 1


def _rows(facts: PatientFacts) -> set[object]:
    rows = {("fact", *fact.key) for fact in facts.facts} | {("value", *item.key) for item in facts.measurements}
    return {("sex", facts.sex), ("age", facts.age), *rows, *(("complete", name) for name in facts.complete)}


class _Aim:
    """Tries ways of building a patient until the engine confirms one."""

    def __init__(self, ontology: Ontology, engine: Engine) -> None:
        self.ways, self.builder = Ways(ontology), Builder(ontology, engine)

    def claim(self, claim: Claim) -> Iterator[Target]:
        situations = [reading.situation for reading in claim.readings]
        holds, fails = self.ways.all_hold(situations), self.ways.all_fail(situations)
        random = Random(f"{claim.id} met")
        person = CasePerson(random.choice(("female", "male")), random.randrange(18, 91))
        demands: Demands = frozenset()
        if found := self._met_and_short(claim, holds, person, random):
            demands, met, short = found
            yield Target(claim.id, Purpose.MET, met)
            yield Target(claim.id, Purpose.SHORT, short)
        if against := self._contradicted(claim, demands, fails, person, random):
            yield Target(claim.id, Purpose.CONTRADICTED, against)

    def _met_and_short(
        self, claim: Claim, holds: Sets, person: CasePerson, random: Random
    ) -> tuple[Demands, InventedPatient, InventedPatient] | None:
        """A set of demands, the patient who meets them, and the same patient one fact short."""
        for _ in range(TRIES):
            demands = random.choice(holds)
            items = self.builder.items(demands, person, random)
            met = items and self._confirmed(claim, Purpose.MET, person, items, _applies)
            short = items and met and self._short(claim, items, person, random)
            if met and short:
                return demands, met, short
        return None

    def _short(
        self, claim: Claim, items: tuple[CaseItem, ...], person: CasePerson, random: Random
    ) -> InventedPatient | None:
        """The met patient without one of its entries."""
        for left_out in random.sample(items, len(items)):
            rest = tuple(item for item in items if item is not left_out)
            patient = self._confirmed(claim, Purpose.SHORT, person, rest, _is_open)
            if patient:
                return patient
        return None

    def _contradicted(
        self, claim: Claim, demands: Demands, fails: Sets, person: CasePerson, random: Random
    ) -> InventedPatient | None:
        """A patient with the opposite of some condition, and the others of the met patient where they still fit."""
        for attempt in range(TRIES):
            against = random.choice(fails)
            kept = {name for name in demands if refutation(name) not in against} if attempt < TRIES // 2 else set()
            items = self.builder.items(against | kept, person, random)
            if items is None:
                continue
            patient = self._confirmed(claim, Purpose.CONTRADICTED, person, items, _excluded)
            if patient:
                return patient
        return None

    def _confirmed(
        self,
        claim: Claim,
        purpose: Purpose,
        person: CasePerson,
        items: Iterable[CaseItem],
        goal: Callable[[Closure, str], bool],
    ) -> InventedPatient | None:
        patient = self.builder.writer.patient(f"{claim.id} {purpose}", person, items)
        closure = self.builder.closure(patient)
        return patient if goal(closure, claim.id) and not closure.values["hasClash"] else None


def _applies(closure: Closure, claim: str) -> bool:
    return claim in closure.claims("claimApplies")


def _excluded(closure: Closure, claim: str) -> bool:
    return claim in closure.claims("claimExcluded")


def _is_open(closure: Closure, claim: str) -> bool:
    return not _applies(closure, claim) and not _excluded(closure, claim)
