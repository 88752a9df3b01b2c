"""A module of OWL axioms under construction: every axiom with its source, blank nodes with stable names."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from decimal import Decimal

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, XSD
from rdflib.term import Node

from kg import __version__
from kg.authoring import nodes
from kg.authoring.turtle import turtle
from kg.ontology import terms
from kg.ontology.manchester import And, AtLeast, Expression, Named, Not, Or, Some, Value


def canonical_decimal(value: Decimal) -> Literal:
    """A decimal literal in canonical form: no exponent, no trailing zeros."""
    text = format(value.normalize(), "f")
    return Literal(text, datatype=XSD.decimal)


class Module:
    """An ontology module. Blank nodes are named after the axiom they stand in, so that
    the file is the same byte for byte whenever its sources are, and a small change stays small."""

    def __init__(self, name: str, title: str, description: str, imports: Iterable[str]) -> None:
        self.name = name
        self.graph = Graph()
        self.labels: dict[str, str] = {}
        for prefix, namespace in terms.PREFIXES.items():
            self.graph.bind(prefix, namespace, override=True, replace=True)
        self.iri = nodes.module(name)
        self.note(self.iri, RDF.type, OWL.Ontology)
        self.note(self.iri, OWL.versionIRI, nodes.version(name, __version__))
        self.note(self.iri, OWL.versionInfo, Literal(__version__))
        self.note(self.iri, DCTERMS.title, Literal(title, lang="en"))
        self.note(self.iri, DCTERMS.description, Literal(description, lang="en"))
        self.note(self.iri, DCTERMS.license, nodes.LICENSE)
        for imported in imports:
            self.note(self.iri, OWL.imports, nodes.module(imported))

    def note(self, subject: Node, predicate: URIRef, value: Node) -> None:
        """A declaration or an annotation: no logic, no source."""
        self.graph.add((subject, predicate, value))

    def text(self, subject: Node, predicate: URIRef, value: str) -> None:
        self.note(subject, predicate, Literal(value))

    def axiom(self, subject: Node, predicate: URIRef, value: Node, source: URIRef) -> None:
        """A logical axiom and, by reification (OWL 2 Mapping to RDF, section 2.2), its source."""
        self.graph.add((subject, predicate, value))
        node = BNode("a" + _digest(str(subject), str(predicate), str(value), str(source)))
        self.note(node, RDF.type, OWL.Axiom)
        self.note(node, OWL.annotatedSource, subject)
        self.note(node, OWL.annotatedProperty, predicate)
        self.note(node, OWL.annotatedTarget, value)
        self.note(node, DCTERMS.source, source)

    def declare_class(self, name: str, label: str, definition: str, source: URIRef) -> URIRef:
        iri = nodes.term(name)
        self.labels[name] = label
        self.note(iri, RDF.type, OWL.Class)
        self.note(iri, RDFS.label, Literal(label, lang="en"))
        self.note(iri, nodes.DEFINITION, Literal(definition, lang="en"))
        self.note(iri, DCTERMS.source, source)
        return iri

    def subclass(self, sub: Expression, sup: Expression, source: URIRef) -> None:
        key = f"{sub} SubClassOf {sup}"
        self.axiom(self.node(sub, key + "<"), RDFS.subClassOf, self.node(sup, key + ">"), source)

    def equivalent(self, name: str, expression: Expression, source: URIRef) -> None:
        node = self.node(expression, f"{name} EquivalentTo {expression}")
        self.axiom(nodes.term(name), OWL.equivalentClass, node, source)

    def node(self, expression: Expression, key: str) -> Node:
        """The RDF node of a class expression; `key` names the axiom it stands in.

        Only the product for people writes a complement: for the reasoner `not` is a named refutation.
        """
        match expression:
            case Named(name):
                return nodes.term(name)
            case Some(prop, filler):
                return self._restriction(key, prop, OWL.someValuesFrom, self.node(filler, key + "/"))
            case Value(prop, individual):
                return self._restriction(key, prop, OWL.hasValue, nodes.W[individual])
            case AtLeast(prop, count, filler):
                number = Literal(count, datatype=XSD.nonNegativeInteger)
                node = self._restriction(key, prop, OWL.minQualifiedCardinality, number)
                self.note(node, OWL.onClass, self.node(filler, key + "/"))
                return node
            case Not(part):
                node = BNode("n" + _digest(key))
                self.note(node, RDF.type, OWL.Class)
                self.note(node, OWL.complementOf, self.node(part, key + "/"))
                return node
            case And(parts):
                return self._nary(key, OWL.intersectionOf, parts)
            case Or(parts):
                return self._nary(key, OWL.unionOf, parts)

    def facet(self, key: str, prop: str, facet: URIRef, limit: Decimal) -> Node:
        """`prop some xsd:decimal[facet limit]`"""
        constraint = BNode("f" + _digest(key, "constraint"))
        self.note(constraint, facet, canonical_decimal(limit))
        datatype = BNode("f" + _digest(key, "datatype"))
        self.note(datatype, RDF.type, RDFS.Datatype)
        self.note(datatype, OWL.onDatatype, XSD.decimal)
        self.note(datatype, OWL.withRestrictions, self.listed(key + "facets", [constraint]))
        return self._restriction(key, prop, OWL.someValuesFrom, datatype)

    def intersection(self, key: str, members: list[Node]) -> Node:
        node = BNode("e" + _digest(key, "and"))
        self.note(node, RDF.type, OWL.Class)
        self.note(node, OWL.intersectionOf, self.listed(key, members))
        return node

    def _restriction(self, key: str, prop: str, kind: URIRef, target: Node) -> BNode:
        node = BNode("r" + _digest(key, prop))
        self.note(node, RDF.type, OWL.Restriction)
        self.note(node, OWL.onProperty, nodes.term(prop))
        self.note(node, kind, target)
        return node

    def _nary(self, key: str, kind: URIRef, parts: tuple[Expression, ...]) -> Node:
        node = BNode("e" + _digest(key))
        self.note(node, RDF.type, OWL.Class)
        members = [self.node(part, f"{key}/{number}") for number, part in enumerate(parts)]
        self.note(node, kind, self.listed(key, members))
        return node

    def listed(self, key: str, members: list[Node]) -> Node:
        nodes = [BNode("l" + _digest(key, str(number))) for number in range(len(members))]
        for number, (node, member) in enumerate(zip(nodes, members, strict=True)):
            self.note(node, RDF.first, member)
            self.note(node, RDF.rest, nodes[number + 1] if number + 1 < len(nodes) else RDF.nil)
        return nodes[0]

    def turtle(self) -> str:
        """The module as Turtle, the same text for the same axioms."""
        return turtle(self.graph)


def members(graph: Graph, head: Node) -> list[Node]:
    """The members of an RDF list."""
    return list(Collection(graph, head))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]
