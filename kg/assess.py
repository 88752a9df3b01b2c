"""From the closure of one patient to an assessment: every list is a projection of what the reasoner entails.

The fields are those of INTERFACE.md, "An assessment", as far as they need no proofs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final, Protocol

from kg.closure import Closure
from kg.entries import Claim
from kg.facts import PatientFacts
from kg.ontology import Ontology
from kg.outcomes import ClaimOutcome, Outcome, Outcomes, outcomes
from kg.quarantine import clashing
from kg.quarantine import issues as contradictions
from kg.record import Record, record

STRENGTH: Final[Mapping[str, int]] = {
    "most_likely": 0,
    "strongly_suggests": 1,
    "strongly_favors": 1,
    "typically": 2,
    "suggests": 3,
    "may": 4,
    "can": 5,
    "consider": 6,
}
URGENCY: Final[Mapping[str, int]] = {"immediate": 0, "urgent": 1, "red_flag": 2, "": 3}
NOTICE: Final = (
    "For health professionals, as a supplement to clinical judgment and established guidelines; verify against "
    "primary literature before use."
)


class Reasoner(Protocol):
    """What can close patients: HermiT, and the engine."""

    def infer(self, records: Sequence[Record]) -> tuple[Closure, ...]: ...


@dataclass(frozen=True)
class Item:
    """One entry of a list: a concept, and the applicable claims that put it there."""

    id: str
    concept: str
    label: str
    claims: tuple[str, ...]
    basis: str = "entailed"


@dataclass(frozen=True)
class Differential(Item):
    """A condition to think of: its strength as printed, claims for and against; never a probability."""

    strength: str = ""
    against: tuple[str, ...] = ()


@dataclass(frozen=True)
class Action(Item):
    """Something to do or to avoid: how firmly and how soon the claims put it, all of them kept."""

    modality: tuple[str, ...] = ()
    urgency: str = ""
    within: tuple[str, ...] = ()
    purpose: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Assessment:
    """Everything that is said of one patient."""

    id: str
    ontology: Ontology
    record: Record
    closure: Closure
    outcomes: Outcomes
    differential: tuple[Differential, ...]
    lists: Mapping[str, tuple[Action, ...]]

    def applicable(self) -> tuple[Claim, ...]:
        return tuple(self.ontology.claims[name] for name in self.outcomes.ids(Outcome.APPLICABLE))


def identifier(ontology: Ontology, facts: PatientFacts) -> str:
    """`sha256:` of the canonical facts, values as converted, and the ontology version; as_of counts."""
    rows: list[object] = [ontology.version, facts.as_of, facts.sex, facts.age, sorted(facts.complete)]
    rows += [(f.list, f.concept, f.status, f.date, f.started, f.ended) for f in facts.facts]
    rows += [
        (m.quantity, asdict(m.value), m.unit, m.date, m.range and asdict(m.range), m.flag) for m in facts.measurements
    ]
    return "sha256:" + hashlib.sha256(json.dumps(rows, default=str).encode()).hexdigest()


def assess(ontology: Ontology, reasoner: Reasoner, facts: PatientFacts) -> Assessment:
    """The assessment of one patient by a reasoner; facts that clash are set aside and the rest is reasoned."""
    patient = record(ontology, facts)
    (closure,) = reasoner.infer((patient,))
    quarantined = clashing(ontology, patient, closure)
    if quarantined:
        patient = record(ontology, facts, quarantine=quarantined)
        patient = replace(patient, issues=(*patient.issues, *contradictions(ontology, quarantined)))
        (closure,) = reasoner.infer((patient,))
    return project(ontology, patient, closure)


def project(ontology: Ontology, patient: Record, closure: Closure) -> Assessment:
    """The assessment that a closure amounts to."""
    found = outcomes(ontology, patient, closure)
    build = _Projection(ontology, closure, found)
    return Assessment(
        id=identifier(ontology, patient.facts),
        ontology=ontology,
        record=patient,
        closure=closure,
        outcomes=found,
        differential=build.differential(),
        lists={
            name: build.actions(prop, name) for prop, name in ontology.list_properties.items() if name not in NO_ACTIONS
        },
    )


NO_ACTIONS: Final = ("differential", "counterarguments")


class _Projection:
    def __init__(self, ontology: Ontology, closure: Closure, found: Outcomes) -> None:
        self.ontology, self.closure = ontology, closure
        self.applicable = [ontology.claims[name] for name in found.ids(Outcome.APPLICABLE)]

    def backing(self, list_name: str, concept: str) -> tuple[Claim, ...]:
        """Applicable claims that put a concept into a list."""
        return tuple(
            claim
            for claim in self.applicable
            if any(
                self.ontology.lists.get(predicate) == list_name and target == concept
                for predicate, target in claim.conclusions
            )
        )

    def _items(self, prop: str, list_name: str) -> Iterable[tuple[str, str, tuple[Claim, ...]]]:
        singular = list_name.removesuffix("s")
        for concept in sorted(self.closure.values[prop]):
            code = self.ontology.concepts[concept].code
            yield concept, f"{singular}:{code}", self.backing(list_name, concept)

    def differential(self) -> tuple[Differential, ...]:
        """Ranked by strength as printed, claims for less claims against, how specific, and label."""
        prop = next(prop for prop, name in self.ontology.list_properties.items() if name == "differential")
        found = [
            Differential(
                id=name,
                concept=concept,
                label=self.ontology.label(concept),
                claims=tuple(claim.id for claim in backing),
                strength=min(
                    (claim.field("strength") for claim in backing), key=lambda word: STRENGTH.get(word, 9), default=""
                ),
                against=tuple(claim.id for claim in self.backing("counterarguments", concept)),
            )
            for concept, name, backing in self._items(prop, "differential")
        ]
        return tuple(sorted(found, key=self._rank))

    def _rank(self, item: Differential) -> tuple[int, int, int, str]:
        weight = len(item.against) - len(item.claims)
        return STRENGTH.get(item.strength, 9), weight, -len(self.ontology.ancestors(item.concept)), item.label

    def actions(self, prop: str, list_name: str) -> tuple[Action, ...]:
        """The more urgent first, then the step of the article's algorithm, then the label."""
        rows = [
            (self._action(concept, name, backing), _step(backing))
            for concept, name, backing in self._items(prop, list_name)
        ]
        ordered = sorted(rows, key=lambda row: (URGENCY.get(row[0].urgency, 3), row[1], row[0].label))
        return tuple(action for action, _ in ordered)

    def _action(self, concept: str, name: str, backing: tuple[Claim, ...]) -> Action:
        return Action(
            id=name,
            concept=concept,
            label=self.ontology.label(concept),
            claims=tuple(claim.id for claim in backing),
            modality=_each(backing, "modality"),
            urgency=min(
                (claim.field("urgency") for claim in backing), key=lambda word: URGENCY.get(word, 3), default=""
            ),
            within=_each(backing, "within"),
            purpose=tuple(self.ontology.label(word) for word in _each(backing, "purpose")),
            exceptions=tuple(
                dict.fromkeys(name for claim in backing for name in (*claim.exceptions, *claim.exception_classes))
            ),
        )


def _each(claims: Iterable[Claim], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for claim in claims for value in claim.fields.get(name, ()) if value))


def _step(claims: Iterable[Claim]) -> int:
    return min((int(claim.field("step") or 99) for claim in claims), default=99)


__all__ = ["Action", "Assessment", "ClaimOutcome", "Differential", "Item", "assess", "identifier", "project"]
