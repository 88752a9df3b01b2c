"""The course of a treatment: planned, running, responding, failed or ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kg.assess.items import Course
from kg.cache.derived import derived
from kg.facts.patient import Fact, Status
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.ontology.kinds import TREATMENTS
from kg.record.record import Record
from kg.record.statement_properties import has_ended

NOT_GIVEN: Final = ("plans", "intents", "history")


@dataclass(frozen=True)
class Courses:
    """The courses of one patient: `types` are the patient's classes, `stopped` the treatments that a claim stops."""

    ontology: Ontology
    record: Record
    types: frozenset[str]
    stopped: frozenset[str]

    def of(self, concept: str) -> Course | None:
        """The state of the course of a treatment or of one below it; None where the record has none.

        A running course counts before a planned one, and that before one that has ended.
        """
        if self.ontology.concepts[concept].kind not in TREATMENTS:
            return None
        below = self.ontology.descendants(concept)
        facts = [fact for fact in self.record.facts.facts if fact.concept in below and fact.status is Status.PRESENT]
        given = [fact for fact in facts if fact.list not in NOT_GIVEN]
        if any(map(self._runs, given)):
            return self._running(concept)
        if any(fact.list == "plans" for fact in facts):
            return Course.PLANNED
        return Course.ENDED if given else None

    def _runs(self, fact: Fact) -> bool:
        return not has_ended(self.ontology, fact, self.record.facts.as_of)

    def _running(self, concept: str) -> Course:
        if concept in self.stopped:
            return Course.FAILED
        related = self.ontology.ancestors(concept) | self.ontology.descendants(concept)
        shown = (treatment for treatment, condition in _responses(self.ontology) if condition in self.types)
        return Course.RUNNING if related.isdisjoint(shown) else Course.RESPONDING


@derived
def _responses(ontology: Ontology) -> tuple[tuple[str, str], ...]:
    """Each treatment with the conditions from which a rule concludes a response to it."""
    return tuple(
        (ontology.index.own_value(iri, "responseTo"), condition)
        for iri in ontology.index.having(terms.BASE + "responseTo")
        for condition in ontology.concluded_by.get(f"hasFinding some {terms.local(iri)}", ())
    )
