"""The open claims that an answer lists: with many articles, those of which something is known of the patient."""

from __future__ import annotations

from typing import Final

from kg.assess.assessment import Assessment
from kg.assess.missing import known_of, relevant_to
from kg.assess.outcomes import ClaimOutcome, Outcome

LISTED: Final = 180


def listed(found: Assessment, every: bool = False) -> tuple[ClaimOutcome, ...]:
    """All open claims if there are at most LISTED or `every` one is asked for; else the LISTED nearest, in their order.

    A claim is the nearer the more of the conditions it is built from, or of their refutations, hold of the patient.
    """
    claims = found.outcomes.of(Outcome.UNDETERMINED)
    if every or len(claims) <= LISTED:
        return claims
    known = known_of(found.ontology, found.closure.types)

    def holding(item: ClaimOutcome) -> int:
        situations = tuple(reading.situation for reading in found.ontology.claims[item.claim].readings)
        return (known & relevant_to(found.ontology, situations)).bit_count()

    nearest = {item.claim for item in sorted(claims, key=holding, reverse=True)[:LISTED]}
    return tuple(item for item in claims if item.claim in nearest)


def left_out(found: Assessment, every: bool = False) -> int:
    """How many open claims `listed` does not give."""
    return 0 if every else max(0, len(found.outcomes.of(Outcome.UNDETERMINED)) - LISTED)
