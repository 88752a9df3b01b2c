"""Pairs of claims that one patient can meet and that speak for and against the same thing, with such a patient.

The pairs come from the conclusions alone; whether a patient can meet both claims is shown by one, built from what the
conditions of both demand and confirmed by the engine. A pair for which no patient is found is not reported: the search
tries TRIES sets of facts, so silence is no proof that the claims never meet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from kg.assess import Conflict, assess
from kg.judges.patients.build import Builder
from kg.judges.patients.case import CasePerson, InventedPatient
from kg.judges.patients.satisfying_sets import Ways
from kg.ontology.compiled import Ontology
from kg.ontology.model import Claim
from kg.reasoner.engine import Engine

TRIES: Final = 12


@dataclass(frozen=True)
class OpposedClaims:
    """Two claims in opposite directions: `case` is a patient who meets both, `conflict` what is said of it then."""

    supporting: str
    opposing: str
    conflict: Conflict
    case: str

    def __str__(self) -> str:
        said = f"{self.opposing} speaks against {self.conflict.label}, {self.supporting} for it"
        return f"{said}: {self.conflict.resolution}, for example {self.case}"


def pairs(ontology: Ontology, articles: frozenset[str] | None = None) -> tuple[tuple[str, str], ...]:
    """(for, against): executable claims about one concept, or one broader or narrower; of some articles, if given."""
    executable = [claim for claim in ontology.claims.values() if claim.executable]
    supporting: dict[tuple[str, str], list[Claim]] = {}
    for claim in executable:
        for predicate, concept in claim.conclusions:
            supporting.setdefault((predicate, concept), []).append(claim)
    found = {
        (other.id, claim.id)
        for claim in executable
        for predicate, concept in claim.conclusions
        for related in _related(ontology, concept)
        for opposed in ontology.opposes.get(predicate, ())
        for other in supporting.get((opposed, related), ())
        if articles is None or not articles.isdisjoint((claim.article, other.article))
    }
    return tuple(sorted(found))


def _related(ontology: Ontology, concept: str) -> frozenset[str]:
    return ontology.descendants(concept) | ontology.ancestors(concept) if concept in ontology.concepts else frozenset()


def opposed_claims(
    ontology: Ontology, engine: Engine, articles: frozenset[str] | None = None
) -> Iterator[OpposedClaims]:
    """The pairs that a possible patient meets, each with that patient; of some articles, if given."""
    ways, builder = Ways(ontology), Builder(ontology, engine)
    for supporting, opposing in pairs(ontology, articles):
        patient = _meeting(ontology, ways, builder, (supporting, opposing))
        conflict = patient and _conflict(ontology, engine, patient, supporting, opposing)
        if patient and conflict:
            yield OpposedClaims(supporting, opposing, conflict, patient.case)


def _meeting(ontology: Ontology, ways: Ways, builder: Builder, claims: tuple[str, str]) -> InventedPatient | None:
    """A patient without a clash of whom both claims hold; None where no try gives one."""
    readings = (reading for name in claims for reading in ontology.claims[name].readings)
    holds = ways.all_hold([reading.situation for reading in readings])
    random = Random(" ".join(claims))
    for demands in holds[:TRIES]:
        person = CasePerson(random.choice(("female", "male")), random.randrange(18, 91))
        items = builder.items(demands, person, random)
        if items is None:
            continue
        patient = builder.writer.patient(" ".join(claims), person, items)
        closure = builder.closure(patient)
        if closure.claims("claimApplies").issuperset(claims) and not closure.values["hasClash"]:
            return patient
    return None


def _conflict(
    ontology: Ontology, engine: Engine, patient: InventedPatient, supporting: str, opposing: str
) -> Conflict | None:
    """What an answer to the patient says of the two; None where it takes them for no conflict."""
    found = assess(ontology, engine, patient.facts).conflicts
    return next((one for one in found if supporting in one.supporting and opposing in one.opposing), None)
