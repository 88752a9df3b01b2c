"""Names and labels of the classes of patients that conditions are compiled to."""

from __future__ import annotations

from dataclasses import dataclass

from rdflib import URIRef

from kg.authoring import nodes
from kg.ontology.manchester import Expression

GENERATED = nodes.source("generated")


PATTERNS = {
    "hasFinding": ("PatientWith{}", "Patient with: {}"),
    "hasStatedFinding": ("PatientStatedWith{}", "Patient stated to have: {}"),
    "hasDiagnosis": ("PatientDiagnosedWith{}", "Patient diagnosed with: {}"),
    "hasUndergone": ("PatientWhoUnderwent{}", "Patient who underwent: {}"),
    "hasResult": ("PatientWithResultOf{}", "Patient with a report of: {}"),
    "awaits": ("PatientAwaiting{}", "Patient awaiting a report of: {}"),
    "hasHistoryOf": ("PatientWithHistoryOf{}", "Patient with a history of: {}"),
    "receives": ("PatientReceiving{}", "Patient receiving: {}"),
    "plans": ("PatientPlannedFor{}", "Patient planned for: {}"),
    "hasIntent": ("PatientTreatedWith{}", "Patient treated with: {}"),
    "hasSuspicionOf": ("PatientSuspectedOf{}", "Patient suspected of: {}"),
    "hasCurrentMeasurement": ("PatientWithCurrent{}", "Patient whose current value is: {}"),
    "hasPriorMeasurement": ("PatientWithEarlier{}", "Patient with an earlier value: {}"),
    "hasMeasurement": ("PatientEverWith{}", "Patient with a value at any time: {}"),
    "hasDerivedQuantity": ("PatientWith{}", "Patient whose record gives: {}"),
    "hasAbsent": ("PatientKnownWithout{}", "Patient known to be without: {}"),
    "hasNoHistoryOf": ("PatientWithNoHistoryOf{}", "Patient known to have no history of: {}"),
    "hasNoPlanFor": ("PatientWithNoPlanFor{}", "Patient known to have no plan for: {}"),
    "hasNoSuspicionOf": ("PatientNotSuspectedOf{}", "Patient known not to be suspected of: {}"),
    "hasNoIntentOf": ("PatientWithNoIntentOf{}", "Patient known to have no intent of: {}"),
    "lacksRecordOf": ("PatientWithoutRecordOf{}", "Patient whose record does not state: {}"),
    "hasSoleRecordOf": ("PatientWithSoleRecordOf{}", "Patient whose record has exactly one: {}"),
}


@dataclass(frozen=True)
class Twin:
    """The wider twin of a concept or a condition, and why there is one."""

    name: str
    reason: str
    article: str | None = None


@dataclass(frozen=True)
class ConditionReading:
    """One way to read a claim's condition."""

    expression: Expression
    reason: str


def refuted(name: str) -> str:
    """The class that contradicts a class of patients."""
    return name + "Refuted"


def definition_of(label: str, hold: str, expression: Expression, source: URIRef) -> str:
    """A condition shared by several situations is defined by its content alone, a situation also by whose it is."""
    if source == GENERATED:
        return f"A patient in whom {hold}: {expression}."
    return f"{label}. In the patient {hold}: {expression}."
