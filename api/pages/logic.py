"""Conditions in words and axioms in Manchester syntax, with a link at every name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.routes.addresses import PageLink, linked, named
from kg.ontology.compiled import Ontology
from kg.render.axioms import AxiomLine


@dataclass(frozen=True)
class ConditionView:
    """A condition in words, and those it is made of."""

    said: PageLink
    operator: str = ""
    parts: tuple[ConditionView, ...] = ()


def condition(ontology: Ontology, name: str) -> ConditionView:
    """What a class of patients asks for: choices within a choice are lifted, a choice of one is that one."""
    formula = ontology.formulas.get(name)
    if formula is None:
        return ConditionView(named(ontology, name))
    found = [condition(ontology, part) for part in formula.parts]
    lifted = [part for one in found for part in (one.parts if one.operator == formula.operator else (one,))]
    parts = tuple(dict.fromkeys(lifted))
    if len(parts) == 1:
        return ConditionView(named(ontology, name), parts[0].operator, parts[0].parts) if parts[0].parts else parts[0]
    return ConditionView(named(ontology, name), formula.operator, parts)


def written(ontology: Ontology, axioms: Sequence[AxiomLine]) -> list[tuple[tuple[PageLink, ...], PageLink]]:
    """Axioms as pieces of text with links, and their sources."""
    return [(linked(ontology, str(axiom)), named(ontology, axiom.source)) for axiom in axioms]
