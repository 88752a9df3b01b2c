"""What a stated fact means in the patient graph: the property of its presence, and the context of its absence.

An absence carries its context (now, history, plan, suspicion, intent) and clashes only within it (docs/model.md,
section 3).
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Final

from kg.facts.patient import Fact, Status
from kg.ontology.compiled import Ontology
from kg.ontology.kinds import ConceptKind

NOW: Final = ("findings", "diagnoses", "treatments", "results")
PRESENT_BY_LIST: Final[Mapping[str, str]] = {"history": "hasHistoryOf", "plans": "plans", "intents": "hasIntent"}
PASSES: Final = ("hasStatedFinding", "hasDiagnosis", "receives", "hasHistoryOf")
"""What is history once it has ended. A procedure stays done, a result stays there; a plan is then no plan."""
LASTS: Final = ("hasUndergone", "hasResult")
RECORDED: Final = ("hasStatedFinding", "hasDiagnosis", "receives", "hasHistoryOf", "hasUndergone", "hasResult")


def property_of(ontology: Ontology, fact: Fact) -> str:
    """The property of presence that a fact means: its list decides for history and plans, else what it is."""
    kind = ontology.concepts[fact.concept].kind
    if fact.status is Status.SUSPECTED:
        return "hasSuspicionOf"
    if fact.list == "history" and kind in (ConceptKind.HISTORY, ConceptKind.PROCEDURE):
        return "hasUndergone"
    if fact.list == "results" and kind in (ConceptKind.PROCEDURE, ConceptKind.ANALYTE):
        return "hasResult"
    return PRESENT_BY_LIST.get(fact.list) or ontology.kinds[kind].present_by


def has_ended(ontology: Ontology, fact: Fact, as_of: datetime.date) -> bool:
    """Whether what a fact states is over: its end lies before the day of the record."""
    return fact.ended is not None and fact.ended < as_of and property_of(ontology, fact) not in LASTS


def absence_of(ontology: Ontology, prop: str) -> str:
    """The absence that stands against a property of presence; what is found by any means is present now."""
    return ontology.absences.get(prop, "hasAbsent")
