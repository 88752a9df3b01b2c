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
from kg.ontology.compiled import Ontology
from kg.reasoner.closure import Closure

AT_MOST: Final = 2
Key = tuple[str, str, bool]


@dataclass(frozen=True)
class Question:
    """Facts that are missing together, the claims that they would settle, and whether a warning in play is of these."""

    missing: tuple[MissingFact, ...]
    settles: tuple[str, ...]
    pressing: bool = False


def questions(
    ontology: Ontology,
    closure: Closure,
    outcomes: Outcomes,
    measured: Collection[str] = (),
    at_stake: Collection[str] = (),
) -> tuple[Question, ...]:
    """First what settles a claim at stake; then what settles most; then one fact before two; then by label.

    `measured` are the quantities with a value; `at_stake` the claims that warn of something planned, given or offered.
    """
    known = frozenset(measured)
    settled: dict[tuple[Key, ...], dict[str, None]] = {}
    facts: dict[Key, MissingFact] = {}
    elementary = _elementary_of_claims(ontology)
    for item in outcomes.of(Outcome.UNDETERMINED):
        if closure.types.isdisjoint(elementary[item.claim]):
            continue
        for keys, asked in _few(ontology, item.find_missing, known & _measurable(ontology, item.find_missing)):
            settled.setdefault(keys, {})[item.claim] = None
            for key, one in asked.items():
                facts[key] = max(one, facts.get(key, one), key=lambda fact: fact.status)
    found = (
        Question(tuple(facts[key] for key in keys), tuple(claims), not claims.keys().isdisjoint(at_stake))
        for keys, claims in settled.items()
    )
    return tuple(sorted(found, key=_rank))


def _rank(one: Question) -> tuple[bool, int, int, tuple[str, ...]]:
    return not one.pressing, -len(one.settles), len(one.missing), tuple(fact.label for fact in one.missing)


def _key(fact: MissingFact) -> Key:
    return fact.list, fact.concept, fact.status == "suspected"


@derived
def _measurable(ontology: Ontology, find: Find) -> frozenset[str]:
    """The quantities whose values decide missing facts."""
    axes = (ontology.concepts[fact.concept].axis for missing in find() for fact in missing)
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
