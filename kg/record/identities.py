"""Identities between quantities: a recomputed value that contradicts the stated one sets the quantity aside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from kg.facts.patient import DataIssue, PatientFacts, Status
from kg.ontology.compiled import Ontology
from kg.record.derive import Derivation
from kg.record.observations import Occasion
from kg.record.record import text
from kg.record.statement_properties import NOW


def strained(
    ontology: Ontology,
    facts: PatientFacts,
    occasions: Mapping[str, tuple[Occasion, ...]],
    derivations: Iterable[Derivation],
    issues: list[DataIssue],
) -> frozenset[str]:
    """Quantities that an identity contradicts so far that their class changes; only they are set aside (P12).

    Each is added to `issues`.
    """
    check = _Identity(ontology, facts, occasions)
    found = set()
    for derivation in derivations:
        quantity = derivation.quantity.recomputes
        if quantity and check.disagrees(derivation, quantity):
            found.add(quantity)
            value = text(round(derivation.value.low or Decimal(0), 1))
            message = f"{ontology.label(quantity)}: recomputed it is {value} {derivation.quantity.unit}, "
            message += "another class than stated; set aside"
            issues.append(DataIssue("strained_identity", message, (quantity, *derivation.quantity.operands)))
    return frozenset(found)


class _Identity:
    """Compares recomputed values with what a record states."""

    def __init__(self, ontology: Ontology, facts: PatientFacts, occasions: Mapping[str, tuple[Occasion, ...]]) -> None:
        self.ontology, self.facts, self.occasions = ontology, facts, occasions

    def disagrees(self, derivation: Derivation, quantity: str) -> bool:
        recomputed = self.class_of(derivation)
        day = derivation.sources[0].day
        positions = set()
        if measured := self.occasions.get(quantity):
            occasion = measured[-1]
            if occasion.day != day:
                return False
            if occasion.range is not None:
                again = replace(occasion, value=derivation.value)
                return occasion.range_position != again.range_position
            positions = (
                {self.class_of(replace(derivation, value=occasion.value))}
                if not occasion.flag
                else {"Low" if occasion.flag == "L" else "NotLow"}
            )
        for fact in self.facts.facts:
            if fact.status is Status.PRESENT and fact.list in NOW:
                axes = [self.ontology.concepts[name].axis for name in self.ontology.ancestors(fact.concept)]
                positions |= {"Low" if axis[1] == "Low" else "NotLow" for axis in axes if axis and axis[0] == quantity}
        return bool(recomputed) and any(position and position != recomputed for position in positions)

    def class_of(self, derivation: Derivation) -> str:
        """Low, NotLow, or empty in the grey zone between the two."""
        low = self.ontology.thresholds[derivation.quantity.low_when]
        not_low = self.ontology.thresholds[derivation.quantity.not_low_when]
        if derivation.value.satisfies(low.bound, low.limit):
            return "Low"
        return "NotLow" if derivation.value.satisfies(not_low.bound, not_low.limit) else ""
