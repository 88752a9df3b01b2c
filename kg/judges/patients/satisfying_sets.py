"""What would make a condition hold, or contradict it: sets of elementary conditions, read off the ontology's axioms.

A *demand* is the name of an elementary condition (it shall hold) or of its refutation (it shall be contradicted):

    A and B holds        what makes A hold, with what makes B hold
    A or B holds         what makes A hold; what makes B hold
    A is contradicted    whatever the axioms put under the refutation of A
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Final

from kg.ontology import terms
from kg.ontology.compiled import Ontology

RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
LIMIT: Final = 128
Demands = frozenset[str]
Sets = tuple[Demands, ...]


class Ways:
    """The smallest sets of demands for each condition, at most LIMIT of them, smallest first."""

    def __init__(self, ontology: Ontology) -> None:
        self.ontology, self.index = ontology, ontology.index
        self._known: dict[str, Sets] = {}

    def all_hold(self, conditions: Iterable[str]) -> Sets:
        """Sets of demands with which every one of the conditions holds."""
        return reduce(product, (self.holds(name) for name in conditions))

    def all_fail(self, conditions: Iterable[str]) -> Sets:
        """Sets of demands with which every one of the conditions is contradicted."""
        return reduce(product, (self.fails(name) for name in conditions))

    def holds(self, condition: str) -> Sets:
        if condition not in self._known:
            self._known[condition] = ()
            self._known[condition] = self._holds(condition)
        return self._known[condition]

    def _holds(self, condition: str) -> Sets:
        formula = self.ontology.formulas.get(condition)
        if formula is None:
            denied = self._denied(condition)
            return self.fails(denied) if denied else (frozenset({condition}),)
        parts = [self.holds(part) for part in formula.parts]
        return reduce(product, parts) if formula.operator == "and" else smallest(one for part in parts for one in part)

    def _denied(self, condition: str) -> str:
        """The condition that a `not` contradicts: its refutation stands below it."""
        below = self.index.subjects(RDFS + "subClassOf", terms.BASE + condition)
        return next((found for iri in below if (found := self.index.own_value(iri, "refutationOf"))), "")

    def fails(self, condition: str) -> Sets:
        key = refutation(condition)
        if key not in self._known:
            self._known[key] = ()
            self._known[key] = self._fails(condition)
        return self._known[key]

    def _fails(self, condition: str) -> Sets:
        iri = terms.BASE + refutation(condition)
        found: list[Demands] = []
        for node in self.index.subjects(RDFS + "subClassOf", iri):
            found += self._body(node, condition)
        for node in self.index.values(iri, OWL + "equivalentClass"):
            found += self._body(node, condition)
        return smallest(found)

    def _body(self, node: str, condition: str) -> Sets:
        """What makes the body of one axiom about a refutation true; a restriction is left to who builds the case."""
        if not node.startswith("_:"):
            return self._named(terms.local(node))
        if members := self.index.members(self.index.value(node, _BOTH)):
            return reduce(product, (self._named(terms.local(member)) for member in members))
        return (frozenset({refutation(condition)}),)

    def _named(self, name: str) -> Sets:
        refuted = self.index.own_value(terms.BASE + name, "refutationOf")
        return self.fails(refuted) if refuted else self.holds(name)


_BOTH: Final = OWL + "intersectionOf"


def refutation(condition: str) -> str:
    """The class that contradicts a class of patients."""
    return condition + "Refuted"


def smallest(sets: Iterable[Demands]) -> Sets:
    """Sets that contain no other one."""
    found: list[Demands] = []
    for one in sorted(set(sets), key=lambda demands: (len(demands), sorted(demands))):
        if not any(other <= one for other in found):
            found.append(one)
    return tuple(found[:LIMIT])


def product(left: Sets, right: Sets) -> Sets:
    """Every set of one with every set of the other."""
    return smallest(a | b for a in left for b in right)
