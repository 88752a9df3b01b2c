"""Formulas and scores of thresholds.yaml as annotations of the ontology."""

from __future__ import annotations

from typing import Final

from rdflib import URIRef

from kg.authoring import nodes
from kg.authoring.owl import Module, canonical_decimal
from kg.authoring.schema import Derived, ScoreItemEntry
from kg.ontology.arithmetic import names_in
from kg.ontology.scores import ScoreItem, item_text

AGE: Final = "age"
WINDOWED: Final = ("rise-within", "fall-within", "ratio-within")


def operands_of(derived: Derived) -> tuple[str, ...]:
    """The quantities or concepts that a formula looks at, in order."""
    named = (name for item in derived.items for name in item.any)
    return derived.of or tuple(derived.inputs.values()) or tuple(dict.fromkeys(named))


def write_formula(module: Module, iri: URIRef, derived: Derived) -> None:
    """Add what a formula needs beside its name, as annotations of the quantity's class."""
    if derived.within_days or derived.expression:
        module.text(iri, nodes.term("windowDays"), str(derived.within_days))
    if derived.formula in (*WINDOWED, "arithmetic"):
        module.text(iri, nodes.term("decimals"), str(derived.decimals))
    if derived.expression:
        names = [*derived.inputs, *([AGE] if AGE in names_in(derived.expression) else [])]
        module.text(iri, nodes.term("arithmetic"), derived.expression)
        module.text(iri, nodes.term("formulaNames"), " ".join(names))
    for name, by_sex in sorted(derived.by_sex.items()):
        numbers = map(canonical_decimal, (by_sex.female, by_sex.male))
        module.text(iri, nodes.term("formulaConstant"), " ".join([name, *map(str, numbers)]))
    for item in derived.items:
        module.text(iri, nodes.term("scoreItem"), item_text(_item(item)))


def _item(item: ScoreItemEntry) -> ScoreItem:
    return ScoreItem(item.points, item.any, item.sex or "", item.from_, item.below)
