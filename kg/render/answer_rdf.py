"""The JSON answer of an assessment as RDF, whatever fields it has: each field is a property of its name.

An object is a node named by its path; what stands in a list of objects has its `position_in_list`. A list of plain
values is an rdf:Seq, an empty list is rdf:nil, and null is no triple. Claims, concepts and steps of proofs are links
to their nodes, with the code or id of each (`skos:notation`), so that all of the JSON can be read from the graph alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pyoxigraph as ox

from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.proof.rdf_nodes import Node, own, step_node
from kg.render.rdf_writer import GraphWriter

ANSWER: Final = terms.BASE + "answer#"
POSITION: Final = ANSWER + "position_in_list"
CONCEPTS: Final = frozenset(
    (
        *("concept", "condition", "action", "substance", "test", "parent"),
        *("explains", "unexplained", "concepts", "pregnant"),
    )
)
CLAIMS: Final = frozenset(("id", "claim", "claims", "for", "against", "settles", "supersedes"))
HASHED: Final = "sha256:"
Json = Any


class AnswerWriter:
    """Writes JSON data into a graph, under a node and with named nodes below it."""

    def __init__(self, out: GraphWriter, ontology: Ontology) -> None:
        self.out, self.ontology = out, ontology
        self.names = {code: name for name, code in ontology.codes.items()}

    def whole(self, root: ox.NamedNode, data: Mapping[str, Json]) -> None:
        """All fields of an answer, under the node of its assessment."""
        for key, value in data.items():
            self._field(root, root.value + "/" + key, key, value)

    def _field(self, node: ox.NamedNode, path: str, key: str, value: Json) -> None:
        if value is None:
            return
        if isinstance(value, dict):
            child = self._object(path, value)
        elif not isinstance(value, list):
            self.out.say(node, ANSWER + key, self._plain(key, value))
            return
        elif not value:
            child = ox.NamedNode(terms.RDF + "nil")
        elif isinstance(value[0], dict):
            for number, item in enumerate(value):
                one = self._object(f"{path}-{number}", item)
                self.out.say(node, ANSWER + key, one)
                self.out.say(one, POSITION, ox.Literal(number))
            return
        else:
            child = self._sequence(path, key, value)
        self.out.say(node, ANSWER + key, child)

    def _object(self, path: str, data: Mapping[str, Json]) -> ox.NamedNode:
        node = ox.NamedNode(path)
        for key, value in data.items():
            self._field(node, f"{path}-{key}", key, value)
        return node

    def _sequence(self, path: str, key: str, values: list[Json]) -> ox.NamedNode:
        """A list of plain values, or of lists."""
        node = ox.NamedNode(path)
        self.out.kinds(node, terms.RDF + "Seq")
        for number, value in enumerate(values, 1):
            member: Node
            if isinstance(value, dict):
                member = self._object(f"{path}-{number}", value)
            elif isinstance(value, list):
                member = self._sequence(f"{path}-{number}", key, value)
            else:
                member = self._plain(key, value)
            self.out.say(node, f"{terms.RDF}_{number}", member)
        return node

    def _plain(self, key: str, value: Json) -> Node:
        """A value as a literal, or as a link to what it names."""
        if isinstance(value, str):
            if key == "proof" and value.startswith(HASHED):
                return step_node(value)
            if key in CONCEPTS and value in self.names:
                return self._named(own(self.names[value]), value, self.ontology.label(self.names[value]))
            if key in CLAIMS and value in self.ontology.claims:
                return self._named(own(f"claim/{value}"), value)
            return ox.Literal(value)
        if isinstance(value, bool | int | float):
            return ox.Literal(value)
        raise TypeError(f"{key}: {value!r} is no JSON value")

    def _named(self, node: ox.NamedNode, notation: str, label: str = "") -> ox.NamedNode:
        self.out.say(node, terms.SKOS + "notation", ox.Literal(notation))
        if label:
            self.out.say(node, terms.RDFS + "label", ox.Literal(label, language="en"))
        return node
