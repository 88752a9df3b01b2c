"""Turtle in which every blank node that is referred to once stands where it is referred to."""

from __future__ import annotations

import io

from rdflib import BNode, Graph
from rdflib.plugins.serializers.turtle import TurtleSerializer
from rdflib.term import Node


class _NestedTurtle(TurtleSerializer):
    """rdflib's serializer with the nodes that are nested in others moved to the end.

    rdflib 7.6 begins with the nodes of fewest references. It then writes the tail of a list on its own and once more
    inside the list, where members already written are named only: their triples are lost to the reader.
    """

    def orderSubjects(self) -> list[Node]:
        found = super().orderSubjects()
        return sorted(found, key=lambda node: isinstance(node, BNode) and self._references[node] == 1)


def turtle(graph: Graph) -> str:
    """The graph as Turtle, the same text for the same triples."""
    stream = io.BytesIO()
    _NestedTurtle(graph).serialize(stream, encoding="utf-8")
    return stream.getvalue().decode()
