"""Nested blank nodes in Turtle: written once, where they are referred to."""

from __future__ import annotations

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import RDF

from kg.authoring.turtle import turtle

EX = "https://example.org/"


def test_a_list_of_nested_nodes_is_read_back_whole() -> None:
    # Given a node that two others refer to, and in it a list whose last cell sorts first
    graph = Graph()
    cells, names = [BNode(name) for name in ("l5", "l9", "l3")], ("r1", "m", "z")
    for cell, name, rest in zip(cells, names, [*cells[1:], RDF.nil], strict=True):
        graph.add((cell, RDF.first, BNode(name)))
        graph.add((cell, RDF.rest, rest))
        graph.add((BNode(name), URIRef(EX + "name"), Literal(name)))
    expression = BNode("x")
    graph.add((expression, URIRef(EX + "allOf"), cells[0]))
    for name in ("one", "other"):
        graph.add((URIRef(EX + name), URIRef(EX + "is"), expression))

    # When it is written and read, then it is the same graph, and the same text each time
    text = turtle(graph)
    assert isomorphic(Graph().parse(data=text), graph)
    assert turtle(graph) == text
