"""What becomes of the plan under each open diagnosis and each pending result: assessments of changed facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kg.assess.assessment import Assessment, Branch, assess
from kg.assess.items import Basis, Item
from kg.facts import Fact, PatientFacts, Status
from kg.ontology import Ontology
from kg.reasoner import Engine


def branches(assessment: Assessment, engine: Engine) -> tuple[Branch, ...]:
    """One branch for each fact that may turn out so and changes something, in the order of the differential."""
    facts = assessment.record.facts
    found = []
    for fact in dict.fromkeys((*_open_diagnoses(assessment), *_pending_results(assessment.ontology, facts))):
        after = assess(assessment.ontology, engine, _supposing(facts, fact))
        if branch := _branch(assessment, after, fact):
            found.append(branch)
    return tuple(found)


def _open_diagnoses(assessment: Assessment) -> Iterator[Fact]:
    """Conditions of the differential and suspected ones, unless the record states them present or absent."""
    facts = assessment.record.facts.facts
    decided = {fact.concept for fact in facts if fact.status in (Status.PRESENT, Status.ABSENT)}
    suspected = [fact.concept for fact in facts if fact.status is Status.SUSPECTED]
    listed = [item.concept for item in assessment.differential if item.basis is Basis.ENTAILED]
    for concept in dict.fromkeys((*suspected, *listed)):
        if concept not in decided:
            kind = assessment.ontology.concepts[concept].kind
            yield Fact("diagnoses" if kind == "condition" else "findings", concept)


def _pending_results(ontology: Ontology, facts: PatientFacts) -> Iterator[Fact]:
    """A pending quantity may come back low, normal or high, as far as there are findings for it; else it is there."""
    for fact in facts.facts:
        if fact.status is Status.PENDING:
            outcomes = [
                name for name, concept in ontology.concepts.items() if concept.axis and concept.axis[0] == fact.concept
            ]
            yield from (Fact("findings", name) for name in outcomes)
            if not outcomes:
                yield Fact(fact.list, fact.concept)


def _supposing(facts: PatientFacts, fact: Fact) -> PatientFacts:
    """The facts with one more, in place of what was open about it."""
    open_ones = (Status.SUSPECTED, Status.PENDING, Status.UNKNOWN)
    kept = tuple(item for item in facts.facts if item.concept != fact.concept or item.status not in open_ones)
    return replace(facts, facts=(*kept, fact)).ordered()


def _branch(before: Assessment, after: Assessment, fact: Fact) -> Branch | None:
    def new(item: Item) -> bool:
        known = before.items.get(item.id)
        return known is None or (known.basis is not item.basis and item.basis is Basis.ENTAILED)

    claims = {claim.id for claim in before.applicable()}
    applying = tuple(claim.id for claim in after.applicable() if claim.id not in claims)
    differential = tuple(item for item in after.differential if new(item))
    lists = {name: tuple(item for item in items if new(item)) for name, items in after.lists.items()}
    gone = tuple(name for name in before.items if name not in after.items)
    if not (applying or differential or gone or any(lists.values())):
        return None
    concept = before.ontology.concepts[fact.concept]
    entry = {"list": fact.list, "entry": {"concept": concept.code}}
    return Branch(entry, concept.label, applying, differential, lists, gone)
