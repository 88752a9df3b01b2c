"""Questions to a finished assessment: why not, what if, what would flip it, and what falls without a source.

Every answer is found by running the engine again on changed facts, or by taking axioms out of the recorded
derivations; nothing is estimated.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from kg.assess import Assessment, Reasoner, assess
from kg.assess.outcomes import ClaimOutcome, Outcome
from kg.errors import InputError, Problem
from kg.facts.patient import Fact, Measurement, PatientFacts, Status
from kg.facts.units import Interval
from kg.ontology.compiled import Ontology
from kg.ontology.model import Claim, Marker
from kg.proof.derivations import Conclusion, Derivations
from kg.proof.proof import Explainer
from kg.record.statement_properties import absence_of, property_of

WEEK: Final = 7
SEXES: Final = ("female", "male")
Change = tuple[str, PatientFacts]


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


@dataclass(frozen=True)
class SourceSets:
    """The minimal sets of sources that a conclusion rests on; `partial` where a bound on justifications was met."""

    sets: tuple[frozenset[str], ...]
    partial: bool


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


# -- counterfactual


def counterfactual(assessment: Assessment, reasoner: Reasoner, conclusion: str) -> Counterfactual | None:
    """The smallest change of one stated fact that flips a conclusion, verified by running again; None if there is none.

    In this order: values moved just over a limit, the relatively nearest first; starts of treatments moved just over
    a limit of weeks, the nearest first; age and sex; facts taken out; facts turned into their opposite. Raises
    InputError for an id that names nothing.
    """
    if not conclusions(assessment, conclusion):
        raise InputError([Problem(conclusion, "is neither a claim nor an entry", "See `warrant claims`.")])
    before = holds(assessment, conclusion)
    for change, facts in _changes(assessment.ontology, assessment.record.facts):
        after = holds(assess(assessment.ontology, reasoner, facts), conclusion)
        if after is not before:
            return Counterfactual(change, facts, after)
    return None


def _changes(ontology: Ontology, facts: PatientFacts) -> Iterator[Change]:
    for kind in (_moved_values, _moved_starts, _other_person, _without_one, _turned):
        yield from kind(ontology, facts)


def _moved_values(ontology: Ontology, facts: PatientFacts) -> Iterator[Change]:
    moves = [(size, item, new) for item in facts.measurements for size, new in _moves(ontology, item)]
    for _, item, new in sorted(moves, key=lambda move: (move[0], move[1].key, move[2].key)):
        text = f"{ontology.label(item.quantity)} {new.given:f} {new.unit} instead of {item.value.exact:f}"
        changed = tuple(new if other == item else other for other in facts.measurements)
        yield text, replace(facts, measurements=changed)


def _moves(ontology: Ontology, item: Measurement) -> Iterator[tuple[Decimal, Measurement]]:
    """An exact value put on each limit and one unit of the last printed place beside it, with the relative size."""
    value = item.value.exact
    if value is None or item.unit != ontology.quantities[item.quantity].unit:
        return
    for limit in _limits(ontology, item):
        step = Decimal(1).scaleb(min(_places(value), _places(limit), 0))
        for target in (limit - step, limit, limit + step):
            if target >= 0 and target != value:
                moved = replace(item, given=target, given_unit=item.unit, value=Interval(target, target))
                yield abs(target - value) / max(abs(value), step), moved


def _limits(ontology: Ontology, item: Measurement) -> tuple[Decimal, ...]:
    """Limits of the quantity, of what is derived from it in the same unit, and of the range printed with it."""
    same = {one.name for one in ontology.derived if item.quantity in one.operands and one.unit == item.unit}
    found = {one.limit for one in ontology.thresholds.values() if one.quantity in {item.quantity} | same}
    printed = (item.range.low, item.range.high) if item.range else ()
    return tuple(sorted(found | {limit for limit in printed if limit is not None}))


def _places(number: Decimal) -> int:
    """The exponent of the last printed digit."""
    return int(number.as_tuple().exponent)


def _moved_starts(ontology: Ontology, facts: PatientFacts) -> Iterator[Change]:
    weeks = {one.name for one in ontology.derived if one.unit == "wk"}
    limits = {int(one.limit) for one in ontology.thresholds.values() if one.quantity in weeks}
    starts = {facts.as_of - datetime.timedelta(days=week * WEEK + day) for week in limits for day in (-1, 0, 1)}
    moves = [
        (abs(start - fact.started), start, fact)
        for fact in facts.facts
        for start in starts
        if fact.started and start != fact.started and not (fact.ended and fact.ended < start)
    ]
    for _, start, fact in sorted(moves, key=lambda move: (*move[:2], move[2].key)):
        text = f"{ontology.label(fact.concept)} since {start} instead of {fact.started}"
        yield text, _with(facts, fact, replace(fact, started=start))


def _other_person(ontology: Ontology, facts: PatientFacts) -> Iterator[Change]:
    for age in (ontology.adult_from - 1, ontology.adult_from):
        if facts.age is not None and facts.age != age:
            yield f"age {age} instead of {facts.age}", replace(facts, age=age)
    for sex in SEXES:
        if facts.sex and facts.sex != sex:
            yield f"{sex} instead of {facts.sex}", replace(facts, sex=sex)


def _without_one(ontology: Ontology, facts: PatientFacts) -> Iterator[Change]:
    for fact in facts.facts:
        yield f"without: {ontology.label(fact.concept)} ({fact.list}: {fact.status})", without_fact(facts, fact)
    for item in facts.measurements:
        yield f"without the value of {ontology.label(item.quantity)}", without_fact(facts, item)


def _turned(ontology: Ontology, facts: PatientFacts) -> Iterator[Change]:
    opposite = {Status.PRESENT: Status.ABSENT, Status.ABSENT: Status.PRESENT}
    for fact in facts.facts:
        if fact.status in opposite:
            other = replace(fact, status=opposite[fact.status])
            yield f"{ontology.label(fact.concept)}: {other.status} instead", _with(facts, fact, other)


def _with(facts: PatientFacts, old: Fact, new: Fact) -> PatientFacts:
    return replace(facts, facts=tuple(new if fact == old else fact for fact in facts.facts))


# -- retraction


def sources_of(ontology: Ontology, identifier: str, strict: bool = False) -> frozenset[str]:
    """The sources of axioms that fall with an article, a claim, a passage, a marker or a reference.

    Ids are `A0`, `A0-39`, `A0:2960-3037`, `A0[1]`, `A0-R1`, and the name of a reference interval. A claim falls with a
    marker or a reference if it has no other; if it has one at all where that is `strict`. Raises InputError for an id
    that names none of these.
    """
    some = any if strict else all
    if identifier in {one.name for group in ontology.intervals.values() for one in group}:
        return frozenset({f"interval/{identifier}"})
    claims = tuple(ontology.claims.values())
    article, _, number = identifier.rstrip("]").partition("[")
    _, _, passage = identifier.partition(":")
    if identifier in ontology.articles:
        found = [claim for claim in claims if claim.article == identifier]
    elif identifier in ontology.claims:
        found = [ontology.claims[identifier]]
    elif number:
        cited = (article, number)
        found = _resting_on(claims, lambda marker: (marker.article, str(marker.number)) == cited, some)
    elif passage:
        found = [claim for claim in claims if _passage(claim) == identifier]
    else:
        reference = "reference/" + identifier.replace("-R", "/")
        found = _resting_on(claims, lambda marker: marker.reference == reference, some)
    if not found:
        remedy = (
            "Name an article, a claim, a reference interval, or what `warrant claims` shows: A0:12-34, A0[1], A0-R1."
        )
        raise InputError([Problem(identifier, "is no source that a claim rests on alone", remedy)])
    return frozenset(f"claim/{claim.id}" for claim in found)


def _resting_on(
    claims: Iterable[Claim], cited: Callable[[Marker], bool], some: Callable[[Iterable[object]], bool]
) -> list[Claim]:
    return [claim for claim in claims if claim.markers and some(map(cited, claim.markers))]


def _passage(claim: Claim) -> str:
    return f"{claim.passage.article}:{claim.passage.start}-{claim.passage.end}"


def minimal_sources(explainer: Explainer, conclusion: Conclusion) -> SourceSets:
    """The minimal sets of sources of a conclusion. Raises NotEntailed."""
    sets = explainer.sources(conclusion)
    return SourceSets(sets, conclusion in explainer.partial)


def retract(derivations: Derivations, sources: Iterable[str]) -> frozenset[Conclusion]:
    """The conclusions that no longer follow when the axioms of these sources are taken out."""
    gone = set(sources)
    kept = {
        conclusion: tuple(i for i in group if i.axiom is None or derivations.axioms[i.axiom].source not in gone)
        for conclusion, group in derivations.instances.items()
    }
    left = Derivations({conclusion: group for conclusion, group in kept.items() if group}, derivations.axioms)
    return frozenset(set(derivations.depth) - set(left.depth))
