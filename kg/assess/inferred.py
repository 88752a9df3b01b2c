"""Findings and states that are concluded from the facts of a patient (docs/contract.md)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kg.proof.derivations import Conclusion


class Certainty(StrEnum):
    """Whether a finding holds, holds in one reading or for one value of an interval, or is absent."""

    PRESENT = "present"
    POSSIBLE = "possible"
    ABSENT = "absent"


@dataclass(frozen=True)
class Inferred:
    """A finding that follows, and the conclusion that its proof proves; None where no single proof shows it."""

    concept: str
    status: Certainty
    conclusion: Conclusion | None
