"""What changes between two assessments; why not, and what if.

Every answer is found by running the engine again on changed facts; nothing is estimated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from kg.assess import Assessment, Reasoner, assess
from kg.assess.missing import REFUTED, SetsOfFacts, known_of, missing_facts, relevant_to
from kg.assess.outcomes import ClaimOutcome, Outcome
from kg.cache.derived import derived
from kg.facts.patient import Fact, Measurement, PatientFacts
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.proof.derivations import Conclusion
from kg.record.statement_properties import absence_of, property_of


@dataclass(frozen=True)
class Difference:
    """What changes between two assessments: claims by their outcome before and after, and entries of the lists."""

    claims: Mapping[str, tuple[Outcome, Outcome]]
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True)
class WhyNot:
    """Why a claim does not apply: its outcome, the facts that are missing, and what contradicts it."""

    outcome: ClaimOutcome
    blocks: tuple[str, ...]


@dataclass(frozen=True)
class ConditionWhyNot:
    """Whether a condition is met or refuted, the sets of facts that would meet it, and what contradicts it."""

    label: str
    met: bool
    refuted: bool
    missing: SetsOfFacts
    blocks: tuple[str, ...]


def entries(assessment: Assessment) -> frozenset[str]:
    """The ids of all entries of all lists."""
    return frozenset(assessment.items)


def holds(assessment: Assessment, conclusion: str) -> bool:
    """Whether a claim applies or an entry is in its list; `conclusion` is a claim id or an entry's id."""
    return conclusion in assessment.items or conclusion in assessment.outcomes.ids(Outcome.APPLICABLE)


def conclusions(assessment: Assessment, identifier: str) -> tuple[Conclusion, ...]:
    """What an id stands for, whether it follows or not: what a claim entails, or the entry of a list."""
    patient, ontology = assessment.record.patient, assessment.ontology
    if found := assessment.conclusion(identifier):
        return (found,)
    if identifier in ontology.claims:
        return (Conclusion(patient, "claimApplies", f"claim/{identifier}"),)
    name, _, code = identifier.partition(":")
    props = [prop for prop, listed in ontology.list_properties.items() if listed.removesuffix("s") == name]
    named = [concept.name for concept in ontology.concepts.values() if concept.code == code.partition(":")[0]]
    return tuple(Conclusion(patient, prop, concept) for prop in props for concept in named)


def difference(before: Assessment, after: Assessment) -> Difference:
    """What is new, what is gone, and which claims stand otherwise."""
    changed = {
        name: (item.outcome, after.outcomes.by_claim[name].outcome)
        for name, item in before.outcomes.by_claim.items()
        if item.outcome is not after.outcomes.by_claim[name].outcome
    }
    old, new = entries(before), entries(after)
    return Difference(changed, tuple(sorted(new - old)), tuple(sorted(old - new)))


def claims_for(assessment: Assessment, identifier: str) -> tuple[str, ...]:
    """The claims that would put an entry into its list, whether they apply or not; the claim itself by its id."""
    if identifier in assessment.outcomes.by_claim:
        return (identifier,)
    name, _, rest = identifier.partition(":")
    code, lists = rest.partition(":")[0], assessment.ontology.lists
    found = [
        claim.id
        for claim in assessment.ontology.claims.values()
        for said, concept in claim.conclusions
        if claim.executable and lists.get(said, "").removesuffix("s") == name
        if assessment.ontology.codes.get(concept) == code
    ]
    return tuple(dict.fromkeys(found))


# -- why not


def why_not(assessment: Assessment, claim: str) -> WhyNot:
    """What keeps a claim from applying: missing facts, or the elementary conditions that are contradicted."""
    outcome = assessment.outcomes.by_claim[claim]
    readings = assessment.ontology.claims[claim].readings
    blocked = {name for reading in readings for name in _blocks(assessment, reading.situation)}
    return WhyNot(outcome, tuple(sorted(assessment.ontology.label(name) for name in blocked)))


def why_not_met(assessment: Assessment, code: str) -> tuple[ConditionWhyNot, ...]:
    """For each elementary condition about the concept with this code: whether it is met, and what is missing for it."""
    ontology, types = assessment.ontology, assessment.closure.types
    named = [concept.name for concept in ontology.concepts.values() if concept.code == code]
    found = []
    for condition in (one for name in named for one in conditions_about(ontology, name)):
        met, refuted = condition in types, condition not in types and condition + REFUTED in types
        known = known_of(ontology, types) & relevant_to(ontology, (condition,))
        missing = () if met else missing_facts(ontology, (condition,), False, known)
        blocks = tuple(sorted({ontology.label(name) for name in _blocks(assessment, condition)}))
        found.append(ConditionWhyNot(ontology.label(condition), met, refuted, missing, blocks))
    return tuple(found)


@derived
def conditions_about(ontology: Ontology, concept: str) -> tuple[str, ...]:
    """The elementary conditions of which a concept is the filler, sorted."""
    situations = ontology.index.subjects(terms.RDFS + "subClassOf", terms.BASE + "Situation")
    names = (terms.local(iri) for iri in situations)
    return tuple(sorted(name for name in names if ontology.atom(name).split(" ")[-1] == concept))


def _blocks(assessment: Assessment, condition: str) -> Iterator[str]:
    if condition + "Refuted" not in assessment.closure.types or condition in assessment.closure.types:
        return
    formula = assessment.ontology.formulas.get(condition)
    if formula is None:
        yield condition
        return
    for part in formula.parts:
        yield from _blocks(assessment, part)


# -- what if


def with_facts(ontology: Ontology, facts: PatientFacts, change: PatientFacts) -> PatientFacts:
    """Facts with some added: what they are about is replaced, in the same context or list, or on the same day.

    A sex, an age and complete lists are changed where the change gives them.
    """
    about = {key for fact in change.facts for key in _about(ontology, fact)}
    days = {(item.quantity, item.date) for item in change.measurements}
    kept = tuple(fact for fact in facts.facts if about.isdisjoint(_about(ontology, fact)))
    values = tuple(item for item in facts.measurements if (item.quantity, item.date) not in days)
    return replace(
        facts,
        sex=change.sex or facts.sex,
        age=facts.age if change.age is None else change.age,
        facts=(*kept, *change.facts),
        measurements=(*values, *change.measurements),
        complete=facts.complete | change.complete,
        issues=(*facts.issues, *change.issues),
    ).ordered()


def _about(ontology: Ontology, fact: Fact) -> tuple[tuple[str, str], ...]:
    """What a fact speaks of: its concept in its list, and in its context."""
    return (fact.concept, fact.list), (fact.concept, absence_of(ontology, property_of(ontology, fact)))


def without_fact(facts: PatientFacts, gone: Fact | Measurement) -> PatientFacts:
    """Facts with one taken out."""
    return replace(
        facts,
        facts=tuple(fact for fact in facts.facts if fact != gone),
        measurements=tuple(item for item in facts.measurements if item != gone),
    )


def what_if(
    assessment: Assessment, reasoner: Reasoner, change: PatientFacts, without: Iterable[Fact | Measurement] = ()
) -> Difference:
    """What would be otherwise if facts were added or changed so, and others taken out."""
    facts = with_facts(assessment.ontology, assessment.record.facts, change)
    for gone in without:
        facts = without_fact(facts, gone)
    return difference(assessment, assess(assessment.ontology, reasoner, facts))
