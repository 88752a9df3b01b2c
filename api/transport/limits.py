"""Limits on what is asked of the service; each has its own answer."""

from __future__ import annotations

from dataclasses import dataclass

from api.transport.problems import OverLimit
from kg.errors import Problem
from kg.facts.patient import PatientFacts


@dataclass(frozen=True)
class Work:
    """What one request may ask for.

    `text` characters of a text, `facts` facts and values of a case, `seconds` of reasoning; `threads` requests are
    reasoned about at the same time, and `queue` more may wait.
    """

    text: int = 20_000
    facts: int = 500
    seconds: float = 10.0
    threads: int = 4
    queue: int = 64


@dataclass(frozen=True)
class Retention:
    """How long an assessment can be asked about: `seconds` after it was made; at most `most` of them.

    `ready` of them are kept with everything that was derived, the others as facts, which are reasoned about again.
    """

    seconds: float = 1800.0
    most: int = 5000
    ready: int = 64


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
