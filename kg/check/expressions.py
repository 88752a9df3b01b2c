"""Nodes of the ontology as text: local names, literals, class expressions in Manchester-like syntax."""

from __future__ import annotations

import pyoxigraph as ox
from rdflib import OWL, RDF

from kg.check.modules import CheckedModules, Node, iri
from kg.ontology import terms

FACETS = {"maxExclusive": "<", "maxInclusive": "<=", "minExclusive": ">", "minInclusive": ">="}
FILLERS = (
    (OWL.someValuesFrom, "some"),
    (OWL.allValuesFrom, "only"),
    (OWL.hasValue, "value"),
    (OWL.hasSelf, "Self"),
    (OWL.minQualifiedCardinality, "min"),
    (OWL.maxQualifiedCardinality, "max"),
    (OWL.qualifiedCardinality, "exactly"),
    (OWL.minCardinality, "min"),
    (OWL.maxCardinality, "max"),
    (OWL.cardinality, "exactly"),
)


def short(name: str) -> str:
    """An IRI without the base, or with the prefix of its vocabulary.

    >>> short("https://w3id.org/warrant/claim/A0-08")
    'claim/A0-08'
    >>> short("http://www.w3.org/2002/07/owl#complementOf")
    'owl:complementOf'
    """
    if name.startswith(terms.BASE):
        return terms.local(name)
    for prefix, namespace in sorted(terms.PREFIXES.items()):
        if prefix and name.startswith(namespace):
            return f"{prefix}:{name.removeprefix(namespace)}"
    return name


class Renderer:
    """Names a blank node by what it says: its label in the store changes from one load to the next."""

    def __init__(self, modules: CheckedModules) -> None:
        self.modules = modules

    def text(self, term: Node) -> str:
        match term:
            case ox.NamedNode():
                return short(term.value)
            case ox.Literal():
                return term.value
            case ox.BlankNode():
                return self._expression(term)
            case _:
                return str(term)

    def members(self, head: Node) -> list[Node]:
        """The members of an RDF list."""
        found: list[Node] = []
        while first := self.modules.values(head, RDF.first):
            found.extend(first)
            head = next(iter(self.modules.values(head, RDF.rest)), head)
            if len(found) > 10_000:
                break
        return found

    def _one(self, term: Node, predicate: str) -> Node | None:
        return next(iter(self.modules.values(term, predicate)), None)

    def _expression(self, term: ox.BlankNode) -> str:
        for predicate, word in ((OWL.intersectionOf, " and "), (OWL.unionOf, " or ")):
            if head := self._one(term, predicate):
                return "(" + word.join(map(self.text, self.members(head))) + ")"
        if operand := self._one(term, OWL.complementOf):
            return f"not {self.text(operand)}"
        if inverse := self._one(term, OWL.inverseOf):
            return f"inverse {self.text(inverse)}"
        if head := self._one(term, OWL.oneOf):
            return "{" + ", ".join(map(self.text, self.members(head))) + "}"
        if prop := self._one(term, OWL.onProperty):
            return self._restriction(term, prop)
        if facets := self._one(term, OWL.withRestrictions):
            return self._datatype(term, facets)
        return self._unnamed(term)

    def _restriction(self, term: ox.BlankNode, prop: Node) -> str:
        for predicate, word in FILLERS:
            if filler := self._one(term, predicate):
                on = self._one(term, OWL.onClass)
                return f"{self.text(prop)} {word} {self.text(filler)}" + (f" {self.text(on)}" if on else "")
        return f"restriction on {self.text(prop)}"

    def _datatype(self, term: ox.BlankNode, facets: Node) -> str:
        base = self._one(term, OWL.onDatatype)
        limits = [quad for item in self.members(facets) for quad in self.modules.quads(item)]
        texts = sorted(self._facet(quad) for quad in limits)
        return f"{self.text(base) if base else 'datatype'}[{', '.join(texts)}]"

    def _facet(self, quad: ox.Quad) -> str:
        name = short(quad.predicate.value).removeprefix("xsd:")
        return f"{FACETS.get(name, name)} {self.text(quad.object)}"

    def _unnamed(self, term: ox.BlankNode) -> str:
        if members := self.members(term):
            return "(" + ", ".join(map(self.text, members)) + ")"
        kinds = sorted(short(iri(kind)) for kind in self.modules.values(term, RDF.type))
        return f"[{', '.join(kinds) or 'unnamed'}]"
