"""Findings and states that are concluded from the facts of a patient (docs/contract.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from kg.cache.derived import derived
from kg.facts.patient import Status
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.ontology.manchester import Named, Some, parse
from kg.proof.derivations import Conclusion
from kg.reasoner.closure import Closure
from kg.record.judgements import Position
from kg.record.record import Record

REFUTED = "Refuted"
AXIS: Mapping[Position, str] = {
    Position.CRITICAL_LOW: "Low",
    Position.LOW: "Low",
    Position.NORMAL: "Normal",
    Position.HIGH: "High",
    Position.CRITICAL_HIGH: "High",
}


class Certainty(StrEnum):
    """Whether a finding holds, holds in one reading or for one value of an interval, or is absent."""

    PRESENT = "present"
    POSSIBLE = "possible"
    ABSENT = "absent"


@dataclass(frozen=True)
class Inferred:
    """A finding that follows, and the conclusion that its proof proves; None where no single proof shows it."""

    concept: str
    status: Certainty
    conclusion: Conclusion | None


def inferred(ontology: Ontology, record: Record, closure: Closure) -> tuple[Inferred, ...]:
    """What follows of findings beyond what is stated of them, by label."""
    stated = {fact.concept for fact in record.facts.facts if fact.status in (Status.PRESENT, Status.ABSENT)}
    found: dict[str, Inferred] = {}
    rows = (*_by_classes(ontology, record, closure), *_by_one_value(ontology, record))
    for item in sorted(rows, key=lambda item: list(Certainty).index(item.status)):
        if item.concept not in stated:
            found.setdefault(item.concept, item)
    return tuple(
        sorted(found.values(), key=lambda item: (item.status != Certainty.PRESENT, ontology.label(item.concept)))
    )


def _by_classes(ontology: Ontology, record: Record, closure: Closure) -> Iterator[Inferred]:
    """Findings by the class of patients who have them, who may have them, or of whom it is refuted."""
    for status, wider, suffix in (
        (Certainty.PRESENT, False, ""),
        (Certainty.POSSIBLE, True, ""),
        (Certainty.ABSENT, False, REFUTED),
    ):
        for name, concept, possible in _classes(ontology):
            if possible is wider and name + suffix in closure.types:
                yield Inferred(concept, status, Conclusion(record.patient, "type", name + suffix))


def _by_one_value(ontology: Ontology, record: Record) -> Iterator[Inferred]:
    """Findings that one of several values of the latest day shows, where the day as a whole decides nothing."""
    latest = {occasion.quantity: occasion.day for occasion in record.occasions}
    axes = _axes(ontology)
    for occasion in record.occasions:
        for item in occasion.values if occasion.day == latest[occasion.quantity] else ():
            judged = record.judgements.get(item)
            if judged and (name := axes.get((occasion.quantity, AXIS[judged.position]))):
                yield Inferred(name, Certainty.POSSIBLE, None)


@derived
def _axes(ontology: Ontology) -> Mapping[tuple[str, str], str]:
    """Quantity and position → the finding that they show."""
    return {concept.axis: name for name, concept in ontology.concepts.items() if concept.axis}


@derived
def _classes(ontology: Ontology) -> tuple[tuple[str, str, bool], ...]:
    """(class of patients, finding, whether it is the wider twin) for every finding that may follow."""
    found = []
    for iri in ontology.index.subjects(terms.RDFS + "subClassOf", terms.BASE + "Situation"):
        match parse(ontology.atom(terms.local(iri))) if ontology.atom(terms.local(iri)) else None:
            case Some("hasFinding", Named(name)):
                concept = ontology.certain_form(name)
                known = ontology.concepts.get(concept)
                if known and (known.kind == "finding" or f"hasFinding some {concept}" in ontology.concluded_by):
                    found.append((terms.local(iri), concept, concept != name))
    return tuple(sorted(found, key=lambda row: row[1]))
