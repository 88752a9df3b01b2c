"""Alerts: what a reader must see before anything else (docs/contract.md)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kg.proof.derivations import Conclusion


class AlertKind(StrEnum):
    """The kinds of alert, most urgent first."""

    CRITICAL_VALUE = "critical_value"
    OUTSIDE_SCOPE = "outside_scope"
    POPULATION = "population"
    NOT_JUDGED = "not_judged"


@dataclass(frozen=True)
class Alert:
    """One alert: what it is about, a sentence with its numbers, and the sources that it rests on.

    `concept` is a concept of the vocabulary, empty where what brings the patient has no name there.
    """

    id: str
    kind: AlertKind
    concept: str
    sentence: str
    sources: tuple[str, ...]
    conclusion: Conclusion
