"""Facts that contradict each other: found from the clashes that the reasoner infers, set aside, and reported.

A clash of X rests on statements that X, or something below it, is present, or on the parts from which a rule
concludes X; and on statements that X, or something above it, is absent (MODEL, section 3). The union of those facts is
quarantined: they count as unknown, and what was derived from them goes with them.
"""

from __future__ import annotations

from collections.abc import Iterable

from kg.closure import Closure
from kg.facts import DataIssue, Fact, Status
from kg.ontology import Ontology
from kg.record import ABSENT, Record, property_of


def clashing(ontology: Ontology, record: Record, closure: Closure) -> frozenset[Fact]:
    """The facts behind every inferred clash of a patient."""
    found: set[Fact] = set()
    for concept in closure.values.get("hasClash", ()):
        found |= set(_behind(ontology, record, concept))
    return frozenset(found)


def _behind(ontology: Ontology, record: Record, concept: str) -> Iterable[Fact]:
    facts = record.facts.facts
    present = [fact for fact in facts if fact.status is Status.PRESENT]
    absent = [fact for fact in facts if fact.status is Status.ABSENT and fact.concept in ontology.ancestors(concept)]
    shown = [fact for fact in present if fact.concept in ontology.descendants(concept)]
    shown += _by_rule(ontology, present, concept)
    for fact in absent:
        against = [
            other
            for other in shown
            if ABSENT.get(property_of(ontology, other)) == ABSENT.get(property_of(ontology, fact))
        ]
        if against:
            yield fact
            yield from against


def _by_rule(ontology: Ontology, present: list[Fact], concept: str) -> list[Fact]:
    """Present facts from which a rule concludes the concept: all parts of its body are stated."""
    needs = ontology.conclusions_of_rules.get(concept, frozenset())
    parts = [
        [fact for fact in present if fact.concept in ontology.descendants(need)]
        for need in needs
        if need in ontology.concepts
    ]
    return [fact for part in parts for fact in part] if parts and all(parts) else []


def issues(ontology: Ontology, quarantined: frozenset[Fact]) -> tuple[DataIssue, ...]:
    """One data issue for each concept stated both ways."""
    names = sorted({fact.concept for fact in quarantined})
    if not names:
        return ()
    labels = ", ".join(ontology.label(name) for name in names)
    message = f"the record contradicts itself about: {labels}; these facts count as unknown"
    return (DataIssue("contradiction", message, tuple(names)),)
