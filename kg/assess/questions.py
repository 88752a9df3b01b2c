"""What to ask or test next: the missing facts that would settle most, of claims that are partly met already.

A question is asked once, however many claims wait for it and in whatever words: readings of one finding, presence and
absence of one thing, and limits of one quantity are one question. Where a quantity was never measured, its value is
asked for in place of the findings that it decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from kg.assess.missing import Find, MissingFact
from kg.assess.outcomes import Outcome, Outcomes
from kg.cache.derived import derived
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.reasoner.closure import Closure

AT_MOST: Final = 2
Key = tuple[str, str, bool]


@dataclass(frozen=True)
class Question:
    """Facts that are missing together, and the claims that they would settle.

    `pressing`: a warning in play is of these; `red_flag`: an urgent claim is. `effort` is that of the dearest fact.
    """

    missing: tuple[MissingFact, ...]
    settles: tuple[str, ...]
    pressing: bool = False
    red_flag: bool = False
    effort: int = 1


@dataclass(frozen=True)
class Asking:
    """Whether asking may end, how many answers were tried, and the first question whose answer could change the plan.

    A question that cannot be tried, for want of a finding that its answer would be, counts as one that could.
    """

    done: bool
    tried: int
    could_change: Question | None = None


def questions(
    ontology: Ontology,
    closure: Closure,
    outcomes: Outcomes,
    measured: Collection[str] = (),
    at_stake: Collection[str] = (),
) -> tuple[Question, ...]:
    """First what settles a claim at stake or could alone reveal an emergency; then what settles most; the cheapest;
    then one fact before two; then by label.

    `measured` are the quantities with a value; `at_stake` the claims that warn of something planned, given or offered.
    """
    known = frozenset(measured)
    settled: dict[tuple[Key, ...], dict[str, None]] = {}
    facts: dict[Key, MissingFact] = {}
    elementary = _elementary_of_claims(ontology)
    waiting = [
        (item, _few(ontology, item.find_missing, known & _measurable(ontology, item.find_missing)))
        for item in outcomes.of(Outcome.UNDETERMINED)
    ]
    for item, sets in waiting:
        for keys, asked in () if closure.types.isdisjoint(elementary[item.claim]) else sets:
            settled.setdefault(keys, {})[item.claim] = None
            for key, one in asked.items():
                facts[key] = max(one, facts.get(key, one), key=lambda fact: fact.status)
    # a claim that nothing of the patient meets yet is not asked for by itself, and is settled by what is asked anyhow
    for item, sets in waiting:
        for keys, _ in sets:
            if keys in settled:
                settled[keys][item.claim] = None
    found = (
        Question(
            missing=tuple(facts[key] for key in keys),
            settles=tuple(claims),
            pressing=not claims.keys().isdisjoint(at_stake),
            red_flag=not claims.keys().isdisjoint(urgent_claims(ontology)),
            effort=max(_effort(ontology, facts[key].concept) for key in keys),
        )
        for keys, claims in settled.items()
    )
    return tuple(sorted(found, key=_rank))


def _rank(one: Question) -> tuple[bool, bool, int, int, int, tuple[str, ...]]:
    labels = tuple(fact.label for fact in one.missing)
    alone = one.red_flag and len(one.missing) == 1
    return not one.pressing, not alone, -len(one.settles), one.effort, len(one.missing), labels


@derived
def urgent_claims(ontology: Ontology) -> frozenset[str]:
    """Claims with a printed urgency, and those that call somebody in."""
    return frozenset(
        name
        for name, claim in ontology.claims.items()
        if claim.field("urgency") or any(ontology.lists.get(said) == "escalations" for said, _ in claim.conclusions)
    )


@derived
def _effort(ontology: Ontology, concept: str) -> int:
    """What it takes to find a fact out, by the kind of its concept; a finding on an axis takes the test."""
    if not concept:
        return 1
    axis = ontology.concepts[concept].axis
    kind = ontology.concepts[axis[0] if axis else concept].kind
    return int(ontology.index.own_value(f"{terms.BASE}kind/{kind}", "effort", "1"))


def _key(fact: MissingFact) -> Key:
    return fact.list, fact.concept, fact.status == "suspected"


@derived
def _measurable(ontology: Ontology, find: Find) -> frozenset[str]:
    """The quantities whose values decide missing facts."""
    axes = (ontology.concepts[fact.concept].axis for missing in find() for fact in missing if fact.concept)
    return frozenset(axis[0] for axis in axes if axis)


@derived
def _few(
    ontology: Ontology, find: Find, measured: frozenset[str]
) -> tuple[tuple[tuple[Key, ...], Mapping[Key, MissingFact]], ...]:
    """The sets of missing facts that are few questions, by what these are; patients who agree in them share it."""
    found = []
    for missing in find():
        asked = {_key(one): one for one in (_asked(ontology, fact, measured) for fact in missing)}
        if len(asked) <= AT_MOST:
            found.append((tuple(sorted(asked)), asked))
    return tuple(found)


@derived
def _asked(ontology: Ontology, fact: MissingFact, measured: frozenset[str]) -> MissingFact:
    """The fact as it is asked for, with the label of its concept."""
    if not fact.concept:
        return fact
    concept = ontology.concepts[fact.concept]
    if concept.axis and concept.axis[0] in ontology.quantities and concept.axis[0] not in measured:
        return MissingFact("measurements", concept.axis[0], "present", ontology.label(concept.axis[0]))
    return MissingFact(fact.list, fact.concept, fact.status, concept.label)


@derived
def _elementary_of_claims(ontology: Ontology) -> Mapping[str, frozenset[str]]:
    """The elementary conditions of each claim that say something of the patient, not of the record."""
    about_the_record = ("lacksRecordOf", "hasSoleRecordOf")
    return {
        claim.id: frozenset(
            name
            for reading in claim.readings
            for name in _elementary(ontology, reading.situation)
            if not ontology.atom(name).startswith(about_the_record)
        )
        for claim in ontology.claims.values()
        if claim.executable
    }


def _elementary(ontology: Ontology, condition: str) -> Iterator[str]:
    formula = ontology.formulas.get(condition)
    if formula is None:
        yield condition
    else:
        for part in formula.parts:
            yield from _elementary(ontology, part)
