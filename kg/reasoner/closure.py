"""What a reasoner infers about one patient: the common ground of HermiT and the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kg.ontology.compiled import Ontology

STATES: Final = ("hasEstablished", "hasKnownExplanation", "endsCourseOf", "hasAbsent")
OUTCOMES: Final = (
    "claimApplies",
    "claimExcluded",
    "holdsInReading",
    "failsInReading",
    "precautionFor",
    "hasClash",
    "hasAlert",
)


def inferred_properties(ontology: Ontology) -> tuple[str, ...]:
    """The properties that a closure holds: outcomes of claims, clashes, alerts, states and the lists."""
    return (*OUTCOMES, *STATES, *ontology.list_properties)


@dataclass(frozen=True)
class Closure:
    """Classes of a patient, and values of the inferred properties, all by local name."""

    patient: str
    types: frozenset[str]
    values: Mapping[str, frozenset[str]]

    def claims(self, prop: str) -> frozenset[str]:
        """Identifiers of the claims that a property names."""
        return frozenset(name.removeprefix("claim/") for name in self.values.get(prop, ()))
