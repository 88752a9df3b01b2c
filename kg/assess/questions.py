"""What to ask or test next: the missing facts that would settle most, of claims that are partly met already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from kg.closure import Closure
from kg.missing import MissingFact
from kg.ontology import Ontology
from kg.outcomes import Outcome, Outcomes

AT_MOST: Final = 2


@dataclass(frozen=True)
class Question:
    """Facts that are missing together, and the claims that they would settle."""

    missing: tuple[MissingFact, ...]
    settles: tuple[str, ...]


def questions(ontology: Ontology, closure: Closure, outcomes: Outcomes) -> tuple[Question, ...]:
    """Those that settle most first; then one fact before two; then by label."""
    settled: dict[tuple[MissingFact, ...], dict[str, None]] = {}
    for item in outcomes.of(Outcome.UNDETERMINED):
        if not closure.types.isdisjoint(_elementary_of(ontology, item.claim)):
            for facts in item.missing:
                if len(facts) <= AT_MOST:
                    settled.setdefault(facts, {})[item.claim] = None
    found = (Question(facts, tuple(claims)) for facts, claims in settled.items())
    return tuple(sorted(found, key=lambda one: (-len(one.settles), len(one.missing), one.missing)))


@lru_cache(maxsize=4096)
def _elementary_of(ontology: Ontology, claim: str) -> frozenset[str]:
    """The elementary conditions of a claim that say something of the patient, not of the record."""
    found = (name for reading in ontology.claims[claim].readings for name in _elementary(ontology, reading.situation))
    return frozenset(name for name in found if not ontology.atom(name).startswith(("lacksRecordOf", "hasSoleRecordOf")))


def _elementary(ontology: Ontology, condition: str) -> Iterator[str]:
    formula = ontology.formulas.get(condition)
    if formula is None:
        yield condition
    else:
        for part in formula.parts:
            yield from _elementary(ontology, part)
