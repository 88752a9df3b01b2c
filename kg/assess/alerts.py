"""Alerts: what a reader must see before anything else (docs/contract.md).

An alert is a conclusion: axioms of the ontology give it to the patient, and it has a proof. Here it gets its sentence.
Two kinds stand only where they matter: a value that nothing decides, if an urgent claim waits for it; a value of which
the articles do not speak, if no claim answers the case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kg.assess.outcomes import Outcome, Outcomes
from kg.facts.patient import Measurement, Reason, Unread
from kg.ontology.compiled import Ontology
from kg.ontology.model import AlertKindOf
from kg.proof.derivations import Conclusion
from kg.reasoner.closure import Closure
from kg.record.judgements import Judgement
from kg.record.record import Record, text

URGENT: Final = ("immediate", "urgent", "red_flag")
UNREAD: Final = "_unread"
SIGN: Final[Mapping[str, str]] = {"critical_low": "below", "critical_high": "above"}


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


def alerts(
    ontology: Ontology, record: Record, closure: Closure, outcomes: Outcomes, answered: bool
) -> tuple[Alert, ...]:
    """The alerts of a patient, the most urgent first. `answered`: some list that is acted on has an entry."""
    writer = _AlertWriter(ontology, record, outcomes, answered)
    found = [ontology.alerts[name] for name in closure.values.get("hasAlert", ()) if name in ontology.alerts]
    rows = sorted(found, key=lambda item: (list(AlertKind).index(AlertKind(item.kind)), item.code))
    return tuple(writer.alert(item) for item in rows if writer.matters(item))


class _AlertWriter:
    """Puts the alerts of one patient into words."""

    def __init__(self, ontology: Ontology, record: Record, outcomes: Outcomes, answered: bool) -> None:
        self.ontology, self.record, self.outcomes, self.answered = ontology, record, outcomes, answered

    def matters(self, item: AlertKindOf) -> bool:
        """Whether an alert stands: always, but for values that nothing urgent waits for or that claims answer."""
        if item.kind == AlertKind.OUTSIDE_SCOPE and item.concept:
            return not self.answered
        if item.kind == AlertKind.NOT_JUDGED and not item.code.endswith(UNREAD):
            return item.concept in self._awaited()
        return True

    def alert(self, item: AlertKindOf) -> Alert:
        """An alert with its sentence."""
        judged = list(self._judged(item.concept)) if item.concept in self.ontology.quantities else []
        places = {
            "label": self.ontology.label(item.concept) if item.concept else "",
            "value": ", ".join(self._value(value) for value, _ in judged),
            "limit": ", ".join(dict.fromkeys(_limit(found) for _, found in judged if found)),
            "position": ", ".join(dict.fromkeys(str(found.position) for _, found in judged if found)),
            "text": "; ".join(dict.fromkeys(self._texts(item))),
        }
        cited = (found.citation for _, found in judged if found and item.kind == AlertKind.CRITICAL_VALUE)
        return Alert(
            id=f"alert:{item.kind}:{item.code}",
            kind=AlertKind(item.kind),
            concept=item.concept,
            sentence=item.sentence.format(**places),
            sources=tuple(dict.fromkeys((*cited, *item.sources))),
            conclusion=Conclusion(self.record.patient, "hasAlert", item.name),
        )

    # -- what a sentence names

    def _judged(self, quantity: str) -> Iterator[tuple[Measurement, Judgement | None]]:
        """The values of the latest day with their judgements; of critical ones only these."""
        days = [occasion for occasion in self.record.occasions if occasion.quantity == quantity]
        latest = [item for occasion in days if occasion.day == days[-1].day for item in occasion.values]
        rows = [(item, self.record.judgements.get(item)) for item in latest]
        critical = [row for row in rows if row[1] and row[1].position in SIGN]
        yield from critical or rows

    def _value(self, item: Measurement) -> str:
        given = f"{item.comparator}{text(item.given)} {item.given_unit}"
        return f"{self.ontology.label(item.quantity)} {given}"

    def _texts(self, item: AlertKindOf) -> Iterator[str]:
        if not item.concept:
            outside = (one for one in self.record.facts.unread if one.reason is Reason.OUTSIDE_ARTICLES)
            yield from (one.text for one in outside if not one.aside)
        else:
            yield from (one.message for one in self._unread(item.concept))

    def _unread(self, concept: str) -> list[Unread]:
        return [one for one in self.record.facts.unread if one.concept == concept and concept]

    # -- what urgent claims wait for

    def _awaited(self) -> frozenset[str]:
        """Quantities with a value that an urgent claim would need: what it misses is about nothing else."""
        measured = {occasion.quantity for occasion in self.record.occasions}
        found: set[str] = set()
        for outcome in (Outcome.UNDETERMINED, Outcome.AMBIGUOUS):
            for item in self.outcomes.of(outcome):
                if self.ontology.claims[item.claim].field("urgency") in URGENT:
                    for missing in item.missing:
                        quantities = {self._quantity(fact.concept) for fact in missing}
                        if quantities <= measured:
                            found |= quantities
        return frozenset(found)

    def _quantity(self, concept: str) -> str:
        axis = self.ontology.concepts[concept].axis
        return axis[0] if axis else concept


def _limit(found: Judgement) -> str:
    sign = SIGN.get(found.position, "")
    return f"{sign} {text(found.limit)} {found.unit}".strip() if found.limit is not None else ""
