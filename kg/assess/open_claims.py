"""The open claims that an answer lists: with many articles, those of which something is known of the patient."""

from __future__ import annotations

from typing import Final

from kg.assess.assessment import Assessment
from kg.assess.missing import known_of, relevant_to
from kg.assess.outcomes import ClaimOutcome, Outcome

MOST: Final = 180
NEAREST: Final = 100


def listed(found: Assessment, every: bool = False) -> tuple[ClaimOutcome, ...]:
    """All open claims if there are at most MOST or `every` one is asked for; else the NEAREST of them, in their order.

    A claim is the nearer the more of the conditions it is built from, or of their refutations, hold of the patient.
    """
    claims = found.outcomes.of(Outcome.UNDETERMINED)
    if every or len(claims) <= MOST:
        return claims
    known = known_of(found.ontology, found.closure.types)

    def holding(item: ClaimOutcome) -> int:
        situations = tuple(reading.situation for reading in found.ontology.claims[item.claim].readings)
        return (known & relevant_to(found.ontology, situations)).bit_count()

    nearest = {item.claim for item in sorted(claims, key=holding, reverse=True)[:NEAREST]}
    return tuple(item for item in claims if item.claim in nearest)


def left_out(found: Assessment, every: bool = False) -> int:
    """How many open claims `listed` does not give."""
    count = len(found.outcomes.of(Outcome.UNDETERMINED))
    return 0 if every or count <= MOST else count - NEAREST
