"""Questions to a finished assessment: why not, what if, what would flip it, and what falls without a source.

Every answer is found by running the engine again on changed facts, or by taking axioms out of the recorded
derivations; nothing is estimated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from kg.assess import Assessment, Reasoner, assess
from kg.derivations import Conclusion, Derivations
from kg.facts import Fact, Measurement, PatientFacts, Status
from kg.ontology import Ontology
from kg.outcomes import ClaimOutcome, Outcome
from kg.units import Interval

STEP: Final = Decimal("0.01")


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
class Counterfactual:
    """One stated fact changed, the change in words, and how the conclusion stands then."""

    change: str
    facts: PatientFacts
    holds: bool


def entries(assessment: Assessment) -> frozenset[str]:
    """The ids of all entries of all lists."""
    actions = (item.id for items in assessment.lists.values() for item in items)
    return frozenset([*actions, *(item.id for item in assessment.differential)])


def holds(assessment: Assessment, conclusion: str) -> bool:
    """Whether a claim applies or an entry is in its list; `conclusion` is a claim id or an entry's id."""
    return conclusion in entries(assessment) or conclusion in assessment.outcomes.ids(Outcome.APPLICABLE)


def conclusions(assessment: Assessment, identifier: str) -> tuple[Conclusion, ...]:
    """What an id stands for: the claim's application, or the entry of a list."""
    patient, ontology = assessment.record.patient, assessment.ontology
    if identifier in ontology.claims:
        return (Conclusion(patient, "claimApplies", f"claim/{identifier}"),)
    name, _, code = identifier.partition(":")
    props = [prop for prop, listed in ontology.list_properties.items() if listed.removesuffix("s") == name]
    found = [concept.name for concept in ontology.concepts.values() if concept.code == code]
    return tuple(Conclusion(patient, prop, concept) for prop in props for concept in found)


def difference(before: Assessment, after: Assessment) -> Difference:
    """What is new, what is gone, and which claims stand otherwise."""
    changed = {
        name: (item.outcome, after.outcomes.by_claim[name].outcome)
        for name, item in before.outcomes.by_claim.items()
        if item.outcome is not after.outcomes.by_claim[name].outcome
    }
    old, new = entries(before), entries(after)
    return Difference(changed, tuple(sorted(new - old)), tuple(sorted(old - new)))


# -- why not


def why_not(assessment: Assessment, claim: str) -> WhyNot:
    """What keeps a claim from applying: missing facts, or the elementary conditions that are contradicted."""
    outcome = assessment.outcomes.by_claim[claim]
    readings = assessment.ontology.claims[claim].readings
    blocked = {name for reading in readings for name in _blocks(assessment, reading.situation)}
    return WhyNot(outcome, tuple(sorted(assessment.ontology.label(name) for name in blocked)))


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


def with_facts(facts: PatientFacts, change: PatientFacts) -> PatientFacts:
    """Facts with some added; one about the same concept in the same list, or a value of the same day, is replaced."""
    stated = {(fact.list, fact.concept) for fact in change.facts}
    days = {(item.quantity, item.date) for item in change.measurements}
    kept = tuple(fact for fact in facts.facts if (fact.list, fact.concept) not in stated)
    values = tuple(item for item in facts.measurements if (item.quantity, item.date) not in days)
    new = tuple(fact for fact in change.facts if fact.status is not Status.UNKNOWN)
    return replace(facts, facts=(*kept, *new), measurements=(*values, *change.measurements)).ordered()


def without_fact(facts: PatientFacts, gone: Fact | Measurement) -> PatientFacts:
    """Facts with one taken out."""
    return replace(
        facts,
        facts=tuple(fact for fact in facts.facts if fact != gone),
        measurements=tuple(item for item in facts.measurements if item != gone),
    )


def what_if(assessment: Assessment, reasoner: Reasoner, change: PatientFacts) -> Difference:
    """What would be otherwise if the facts were changed so."""
    facts = with_facts(assessment.record.facts, change)
    return difference(assessment, assess(assessment.ontology, reasoner, facts))


# -- counterfactual


def counterfactual(assessment: Assessment, reasoner: Reasoner, conclusion: str) -> Counterfactual | None:
    """The smallest change of one stated fact that flips a conclusion, verified by running again; None if there is none.

    Values are moved just over the nearest limit first, then facts are taken out, then turned into their opposite.
    """
    before = holds(assessment, conclusion)
    for change, facts in _changes(assessment.ontology, assessment.record.facts):
        after = holds(assess(assessment.ontology, reasoner, facts), conclusion)
        if after is not before:
            return Counterfactual(change, facts, after)
    return None


def _changes(ontology: Ontology, facts: PatientFacts) -> Iterator[tuple[str, PatientFacts]]:
    moves = [move for item in facts.measurements for move in _moves(ontology, item)]
    for _, text, old, new in sorted(moves, key=lambda move: (move[0], move[1])):
        yield text, replace(facts, measurements=tuple(new if item == old else item for item in facts.measurements))
    for fact in facts.facts:
        yield f"without: {ontology.label(fact.concept)} ({fact.list}: {fact.status})", without_fact(facts, fact)
    for item in facts.measurements:
        yield f"without the value of {ontology.label(item.quantity)}", without_fact(facts, item)
    for fact in facts.facts:
        if fact.status in (Status.PRESENT, Status.ABSENT):
            other = replace(fact, status=Status.ABSENT if fact.status is Status.PRESENT else Status.PRESENT)
            changed = tuple(other if item == fact else item for item in facts.facts)
            yield f"{ontology.label(fact.concept)}: {other.status} instead", replace(facts, facts=changed)


def _moves(ontology: Ontology, item: Measurement) -> Iterator[tuple[Decimal, str, Measurement, Measurement]]:
    """A value moved to just the other side of each limit of its quantity, with the relative size of the move."""
    value = item.value.exact
    if value is None or item.unit != ontology.quantities[item.quantity].unit:
        return
    for limit in sorted({t.limit for t in ontology.thresholds.values() if t.quantity == item.quantity}):
        for target in (limit - STEP, limit, limit + STEP):
            if target >= 0 and target != value:
                size = abs(target - value) / max(abs(value), STEP)
                text = f"{ontology.label(item.quantity)} {target} {item.unit} instead of {value}"
                yield (
                    size,
                    text,
                    item,
                    replace(item, given=target, given_unit=item.unit, value=Interval(target, target)),
                )


# -- retraction


def sources_of(ontology: Ontology, identifier: str) -> frozenset[str]:
    """The sources of axioms that fall with an article (`A0`), a claim, a marker (`A0[1]`) or a reference (`A0-R1`)."""
    claims = ontology.claims.values()
    article, _, number = identifier.rstrip("]").partition("[")
    if identifier in ontology.articles:
        return frozenset(f"claim/{claim.id}" for claim in claims if claim.article == identifier)
    if identifier in ontology.claims:
        return frozenset({f"claim/{identifier}"})
    if number:
        cited = [c for c in claims if any((m.article, str(m.number)) == (article, number) for m in c.markers)]
        return frozenset(f"claim/{claim.id}" for claim in cited if len(claim.markers) == 1)
    reference = "reference/" + identifier.replace("-R", "/")
    resting = [c for c in claims if c.markers and all(m.reference == reference for m in c.markers)]
    return frozenset(f"claim/{claim.id}" for claim in resting)


def retract(derivations: Derivations, sources: Iterable[str]) -> frozenset[Conclusion]:
    """The conclusions that no longer follow when the axioms of these sources are taken out."""
    gone = set(sources)
    kept = {
        conclusion: tuple(i for i in group if i.axiom is None or derivations.axioms[i.axiom].source not in gone)
        for conclusion, group in derivations.instances.items()
    }
    left = Derivations({conclusion: group for conclusion, group in kept.items() if group}, derivations.axioms)
    return frozenset(set(derivations.depth) - set(left.depth))
