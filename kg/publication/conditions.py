"""The condition of a claim as one expression over the vocabulary, and the ways in which it can be met."""

from __future__ import annotations

import itertools

from kg.ontology.compiled import Ontology
from kg.ontology.manchester import And, Atom, Expression, Or, flatten, parse
from kg.ontology.model import Claim

Way = frozenset[Atom]


def expression(ontology: Ontology, condition: str) -> Expression:
    """A named condition written out: its parts replaced by what they stand for, down to elementary expressions."""
    formula = ontology.formulas.get(condition)
    if formula is None:
        return parse(ontology.atom(condition))
    parts = tuple(expression(ontology, part) for part in formula.parts)
    return flatten(And(parts) if formula.operator == "and" else Or(parts))


def condition_of(ontology: Ontology, claim: Claim) -> Expression | None:
    """The condition under which a claim applies: all of its readings; None where it is of no patient in particular."""
    parts = tuple(expression(ontology, reading.situation) for reading in claim.readings)
    return flatten(And(parts)) if parts else None


def exceptions_of(ontology: Ontology, claim: Claim) -> tuple[tuple[str, Expression], ...]:
    """The conditions under which a warning does not hold, by their names."""
    return tuple((name, expression(ontology, name)) for name in claim.exception_classes)


def ways(formula: Expression) -> tuple[tuple[Atom, ...], ...]:
    """The disjunctive normal form: each way to meet a condition, none of which contains another, in a fixed order."""
    found = _ways(formula)
    least = [way for way in found if not any(other < way for other in found)]
    return tuple(sorted((tuple(sorted(way, key=str)) for way in least), key=lambda way: tuple(map(str, way))))


def _ways(formula: Expression) -> set[Way]:
    if isinstance(formula, Or):
        return set().union(*map(_ways, formula.parts))
    if isinstance(formula, And):
        chosen = itertools.product(*map(_ways, formula.parts))
        return {frozenset().union(*one) for one in chosen}
    return {frozenset([formula])}
