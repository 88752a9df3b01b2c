"""Checks of the size of a request's text and facts against the configured limits."""

from __future__ import annotations

from typing import Any

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
    _check_count(len(facts.facts) + len(facts.measurements), limit)
    return facts


def check_entries(case: Any, limit: int) -> None:
    """Raises OverLimit where the lists of a case have too many entries; before any name in them is looked up."""
    lists = case.values() if isinstance(case, dict) else ()
    _check_count(sum(len(item) for item in lists if isinstance(item, list)), limit)


def _check_count(count: int, limit: int) -> None:
    if count > limit:
        message = f"has {count} facts and values; at most {limit} are taken."
        raise OverLimit("too-many-facts", [Problem("$", message, "Send the latest values of each test.")])
