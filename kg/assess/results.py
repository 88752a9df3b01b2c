"""What a result that is still to come would mean: the claims that would apply, beside the step that yields it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from kg.assess.items import Action
from kg.assess.missing import MissingFact
from kg.assess.outcomes import Outcome, Outcomes
from kg.assess.questions import urgent_claims
from kg.cache.derived import derived
from kg.ontology.compiled import Ontology
from kg.ontology.kinds import ConceptKind

AT_MOST: Final = 2


@dataclass(frozen=True)
class ResultReading:
    """A claim that would apply if results were such: `facts` are what they would show."""

    facts: tuple[MissingFact, ...]
    claim: str


def result_readings(
    ontology: Ontology, outcomes: Outcomes, steps: Iterable[Action]
) -> Mapping[str, tuple[ResultReading, ...]]:
    """Id of a step that is not done → what its results, with those of the other steps, would make apply.

    What a step can show are the findings on its scale and what the claims behind it look for, with all below that.
    """
    yields = {item.id: _shows(ontology, item.concept, item.claims) for item in steps if not item.done}
    every = frozenset().union(*yields.values())
    found: dict[str, dict[ResultReading, None]] = {}
    urgent = urgent_claims(ontology)
    readings = sorted(_readings(outcomes, every), key=lambda one: (one.claim not in urgent, len(one.facts)))
    for reading in readings:
        for identifier, shown in yields.items():
            if any(fact.concept in shown for fact in reading.facts):
                found.setdefault(identifier, {})[reading] = None
    return {identifier: tuple(readings) for identifier, readings in found.items()}


def _readings(outcomes: Outcomes, every: frozenset[str]) -> Iterator[ResultReading]:
    """The open claims that results alone would settle, each with its smallest sets of results."""
    for outcome in (Outcome.UNDETERMINED, Outcome.AMBIGUOUS):
        for item in outcomes.of(outcome):
            sets = [one for one in item.missing if len(one) <= AT_MOST and all(_yielded(fact, every) for fact in one)]
            smallest = min(map(len, sets), default=0)
            yield from (ResultReading(one, item.claim) for one in sets if len(one) == smallest)


def _yielded(fact: MissingFact, every: frozenset[str]) -> bool:
    return fact.concept in every and fact.status == "present" and fact.list in ("findings", "diagnoses", "measurements")


@derived
def _shows(ontology: Ontology, concept: str, claims: tuple[str, ...]) -> frozenset[str]:
    """What a test can show: itself as a value, the findings on its scale, and what claims order it to look for."""
    values = {concept, *ontology.yields.get(concept, ())}
    axes = {name for name, one in ontology.concepts.items() if one.axis and one.axis[0] in values}
    sought = {
        name
        for claim in claims
        for name in ontology.claims[claim].fields.get("purpose", ())
        if name in ontology.concepts and ontology.concepts[name].kind in (ConceptKind.FINDING, ConceptKind.CONDITION)
    }
    below = {name for one in sought for name in ontology.descendants(one)}
    return frozenset(values | axes | below)
