"""Checks of the size of a request's text and facts against the configured limits."""

from __future__ import annotations

from api.transport.problems import OverLimit
from kg.errors import Problem
from kg.facts.patient import PatientFacts


def check_text(text: str, limit: int, field: str = "text") -> str:
    """The text, if it is not too long. Raises OverLimit."""
    if len(text) > limit:
        message = f"has {len(text)} characters; at most {limit} are read."
        raise OverLimit("text-too-long", [Problem(f"$.{field}", message, "Send what concerns the question.")])
    return text


def check_facts(facts: PatientFacts, limit: int) -> PatientFacts:
    """The facts, if they are not too many. Raises OverLimit."""
    count = len(facts.facts) + len(facts.measurements)
    if count > limit:
        message = f"has {count} facts and values; at most {limit} are taken."
        raise OverLimit("too-many-facts", [Problem("$", message, "Send the latest values of each test.")])
    return facts
