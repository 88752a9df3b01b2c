"""Values that cannot stand together: a part larger than its whole, a ratio that is none, a factor of ten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from kg.facts.patient import DataIssue
from kg.ontology.compiled import Ontology
from kg.ontology.model import DerivedQuantity
from kg.record.derive import Derivation
from kg.record.observations import Occasion

FACTOR: Final = Decimal(5)
"""From this ratio on, a measured and a recomputed value are taken to differ by a power of ten."""
Occasions = Mapping[str, tuple[Occasion, ...]]


def inconsistencies(
    ontology: Ontology, occasions: Occasions, derivations: tuple[Derivation, ...], strained: frozenset[str]
) -> Iterator[DataIssue]:
    """The data issues of values of one day that cannot all be right. Strained quantities are reported elsewhere."""
    for item in ontology.parts:
        part, whole = occasions.get(item.part, ()), occasions.get(item.whole, ())
        if part and whole and part[-1].day == whole[-1].day:
            least, most = part[-1].value.low, whole[-1].value.high
            if least is not None and most is not None and least * item.factor > most:
                labels = f"{ontology.label(item.part)} exceeds {ontology.label(item.whole)}, of which it is a part"
                yield DataIssue("part_exceeds_whole", f"{labels}: one of the two is wrong", (item.part, item.whole))
    for derivation in derivations:
        if (quantity := derivation.quantity).recomputes and quantity.recomputes not in strained:
            yield from _ratio(ontology, quantity, derivation, occasions)


def _ratio(
    ontology: Ontology, quantity: DerivedQuantity, derivation: Derivation, occasions: Occasions
) -> Iterator[DataIssue]:
    value, concepts = derivation.value.exact, (quantity.recomputes, *quantity.operands)
    if value is None:
        return
    names = " and ".join(ontology.label(name) for name in quantity.operands)
    if quantity.possible_to is not None and value > quantity.possible_to:
        message = f"{names}: their ratio is {value:.0f} {quantity.unit}, which cannot be; units or names may be swapped"
        yield DataIssue("impossible_ratio", message, concepts)
    for measured in occasions.get(quantity.recomputes, ())[-1:]:
        given = measured.value.exact
        same_day = measured.day == derivation.sources[0].day
        if given and value and same_day and max(given / value, value / given) >= FACTOR:
            label = ontology.label(quantity.recomputes)
            message = f"{label}: given as {given:f}, recomputed as {value:.1f} {quantity.unit}; a unit may be wrong"
            yield DataIssue("factor_of_ten", message, concepts)
