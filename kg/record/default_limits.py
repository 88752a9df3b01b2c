"""Limits that place a value whatever its yardstick says.

A limit from which a finding follows, alone or as a part of a definition, places the values beyond it: who has a
finding that stands below "low" has a low value. A yardstick that says otherwise of such a value refutes nothing; the
disagreement is a data issue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kg.cache.derived import derived
from kg.ontology.compiled import Ontology
from kg.ontology.manchester import Named, Some, parse
from kg.ontology.model import Threshold
from kg.record.observations import CONTRADICTS, Occasion


def contradicting_limits(
    ontology: Ontology, occasion: Occasion, position: str, classes: frozenset[str]
) -> tuple[Threshold, ...]:
    """The limits that place a value where the position that its yardstick gives cannot be.

    `classes` are the occasion's by its yardstick and by whose it is.
    """
    if occasion.unit != ontology.quantities[occasion.quantity].unit:
        return ()
    return tuple(
        limit
        for limit, placed, asked in placing_limits(ontology, occasion.quantity)
        if asked <= classes and position in CONTRADICTS[placed] and occasion.value.satisfies(limit.bound, limit.limit)
    )


@derived
def placing_limits(ontology: Ontology, quantity: str) -> tuple[tuple[Threshold, str, frozenset[str]], ...]:
    """The limits of a quantity from which a finding follows, each with the position that the finding implies.

    The third part are further classes that the value must be in.
    """
    found = {
        (name, axis[1], asked)
        for name, limit in ontology.thresholds.items()
        if limit.quantity == quantity
        for finding, asked in _findings(ontology, name)
        for above in ontology.ancestors(finding)
        if (axis := ontology.concepts[above].axis) and axis[0] == quantity and axis[1] in CONTRADICTS
        if quantity + axis[1] not in asked
    }
    rows = sorted(found, key=lambda row: (row[0], row[1], sorted(row[2])))
    return tuple((ontology.thresholds[name], position, asked) for name, position, asked in rows)


def _findings(ontology: Ontology, limit: str) -> Iterator[tuple[str, frozenset[str]]]:
    """The findings that a value beyond a limit shows, and those that a rule concludes from it."""
    for finding, bodies in ontology.shown_by.items():
        if finding in ontology.concepts:
            yield from ((finding, body - {limit}) for body in bodies if limit in body)
    for formal, ways in ontology.concluded_by.items():
        match parse(formal):
            case Some("hasFinding", Named(finding)) if finding in ontology.concepts:
                if any(limit in _limits_in(ontology, way) for way in ways):
                    yield finding, frozenset()


def _limits_in(ontology: Ontology, condition: str) -> Iterator[str]:
    """The limits that a condition asks of a current value."""
    if formula := ontology.formulas.get(condition):
        for part in formula.parts:
            yield from _limits_in(ontology, part)
        return
    match parse(ontology.atom(condition)):
        case Some("hasCurrentMeasurement", Named(name)):
            yield name


@derived
def spoken_positions(ontology: Ontology) -> Mapping[str, tuple[str, ...]]:
    """Quantity → the positions of which findings speak."""
    found: dict[str, tuple[str, ...]] = {}
    for concept in ontology.concepts.values():
        if concept.axis:
            found[concept.axis[0]] = (*found.get(concept.axis[0], ()), concept.axis[1])
    return found
