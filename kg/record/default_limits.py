"""Limits that place a value whatever its yardstick says.

A limit from which a finding follows, alone or as a part of a definition, places the values beyond it: who has a
finding that stands below "low" has a low value. A yardstick that says otherwise of such a value refutes nothing; the
disagreement is a data issue.
"""

from __future__ import annotations

from collections.abc import Iterator

from kg.cache.derived import derived
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.ontology.manchester import Named, Some, parse
from kg.ontology.model import Threshold
from kg.record.observations import CONTRADICTS, Occasion


def contradicting_limits(ontology: Ontology, occasion: Occasion, position: str) -> tuple[Threshold, ...]:
    """The limits that place a value where the position that its yardstick gives cannot be."""
    if occasion.unit != ontology.quantities[occasion.quantity].unit:
        return ()
    return tuple(
        limit
        for limit, placed in placing_limits(ontology, occasion.quantity)
        if position in CONTRADICTS[placed] and occasion.value.satisfies(limit.bound, limit.limit)
    )


@derived
def placing_limits(ontology: Ontology, quantity: str) -> tuple[tuple[Threshold, str], ...]:
    """The limits of a quantity from which a finding follows, each with the position that the finding implies."""
    found = {
        (name, axis[1])
        for name, limit in ontology.thresholds.items()
        if limit.quantity == quantity
        for finding in _findings(ontology, name)
        for above in ontology.ancestors(finding)
        if (axis := ontology.concepts[above].axis) and axis[0] == quantity and axis[1] in CONTRADICTS
    }
    return tuple((ontology.thresholds[name], position) for name, position in sorted(found))


def _findings(ontology: Ontology, limit: str) -> Iterator[str]:
    """The findings whose class a limit stands below, and those that a rule concludes from it."""
    for upper in map(terms.local, ontology.index.values(terms.BASE + limit, terms.RDFS + "subClassOf")):
        if upper in ontology.concepts:
            yield upper
    for formal, ways in ontology.concluded_by.items():
        match parse(formal):
            case Some("hasFinding", Named(finding)) if finding in ontology.concepts:
                if any(limit in _limits_in(ontology, way) for way in ways):
                    yield finding


def _limits_in(ontology: Ontology, condition: str) -> Iterator[str]:
    """The limits that a condition asks of a current value."""
    if formula := ontology.formulas.get(condition):
        for part in formula.parts:
            yield from _limits_in(ontology, part)
        return
    match parse(ontology.atom(condition)):
        case Some("hasCurrentMeasurement", Named(name)):
            yield name
