"""What a reader must know of the data: beside what reading and recording found, values that have grown old."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kg.facts.patient import DataIssue, Fact, Measurement
from kg.ontology.compiled import Ontology
from kg.record.observations import Occasion
from kg.record.record import Record

STALE: Final = "stale_value"


def current(record: Record) -> tuple[Occasion, ...]:
    """The latest occasion of each quantity."""
    latest: dict[str, Occasion] = {}
    for occasion in record.occasions:
        latest[occasion.quantity] = occasion
    return tuple(latest.values())


def age_in_days(record: Record, occasion: Occasion) -> int | None:
    """Days from the occasion to the day of the record; None for a value without a date."""
    return (record.facts.as_of - occasion.day).days if occasion.dated else None


def stale(ontology: Ontology, record: Record) -> Iterator[DataIssue]:
    """Current values older than the editorial limit: used all the same."""
    for occasion in current(record):
        age = age_in_days(record, occasion)
        if age is not None and age > ontology.stale_after_days:
            message = f"{ontology.label(occasion.quantity)}: the latest value is {age} days old ({occasion.day})"
            yield DataIssue(STALE, message, (occasion.quantity,))


def facts_of(ontology: Ontology, record: Record, issue: DataIssue) -> tuple[Fact | Measurement, ...]:
    """The stated facts that an issue involves: those of its concepts, and the labels on the axes of its quantities."""

    def involved(name: str) -> bool:
        axis = ontology.concepts[name].axis
        return name in issue.concepts or (axis is not None and axis[0] in issue.concepts)

    facts = [fact for fact in record.facts.facts if involved(fact.concept)]
    values = [item for item in record.facts.measurements if involved(item.quantity)]
    return (*facts, *values)
