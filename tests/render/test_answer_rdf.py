"""The answer in the graph of an assessment: every field comes back by SPARQL, and the graph stays small."""

from __future__ import annotations

from typing import Any

import pyoxigraph as ox
import pytest

from graphs import GRAPHED, assessment, graph, store
from kg.ontology import terms
from kg.proof import rdf_nodes
from kg.render import as_json, rdf
from kg.render.answer_rdf import ANSWER, POSITION


def test_a_step_has_few_triples_of_its_own_and_shares_the_rest() -> None:
    # Given the graphs of all examples, then a step has its class, rule, conclusion, axiom and premises, and no more
    for example in GRAPHED:
        own: dict[str, int] = {}
        for quad in graph(example):
            if "/step/" in quad.subject.value:  # type: ignore[union-attr]
                own[quad.subject.value] = own.get(quad.subject.value, 0) + 1  # type: ignore[union-attr]
        assert sum(own.values()) / len(own) <= 10
        assert sum(number > 10 for number in own.values()) <= 0.05 * len(own)


@pytest.mark.parametrize("example", GRAPHED)
def test_the_graph_of_an_assessment_is_under_a_megabyte(example: str) -> None:
    assert len(rdf.serialize(graph(example), "turtle")) < 1_000_000


# -- from RDF back to the answer

FIELDS = "SELECT ?node ?field ?value { ?node ?field ?value FILTER(STRSTARTS(STR(?field), STR(answer:))) }"
MEMBERS = "SELECT ?node ?field ?value { ?node a rdf:Seq ; ?field ?value FILTER(STRSTARTS(STR(?field), STR(rdf:_))) }"
PLACED = POSITION.removeprefix(ANSWER)
NAMES_OF = "SELECT ?node ?value { ?node skos:notation ?value }"


class Rebuilt:
    """The JSON answer out of a graph, by three queries; nothing else is known of it."""

    def __init__(self, found: ox.Store) -> None:
        self.found = found
        self.fields: dict[str, dict[str, list[Any]]] = {}
        for node, field, given in self._rows(FIELDS):
            self.fields.setdefault(node.value, {}).setdefault(field.value.removeprefix(ANSWER), []).append(given)
        self.members: dict[str, list[tuple[int, Any]]] = {}
        for node, field, given in self._rows(MEMBERS):
            self.members.setdefault(node.value, []).append((int(field.value.rpartition("_")[2]), given))
        named = [row for row in self._rows(NAMES_OF) if "/conclusion/" not in row[0].value]
        self.names = {node.value: given.value for node, given in named}

    def _rows(self, query: str) -> list[Any]:
        prefixes = {"answer": ANSWER, "rdf": terms.RDF, "skos": terms.SKOS}
        rows = self.found.query(query, use_default_graph_as_union=True, prefixes=prefixes)
        return [tuple(row) for row in rows]  # type: ignore[union-attr]

    def data(self, node: str) -> dict[str, Any]:
        rows = self.fields.get(node, {})
        return {name: self._field(values) for name, values in rows.items() if name != PLACED}

    def _field(self, values: list[Any]) -> Any:
        if PLACED in self.fields.get(values[0].value, {}) and isinstance(values[0], ox.NamedNode):
            placed = sorted(values, key=lambda one: int(self.fields[one.value][PLACED][0].value))
            return [self.data(one.value) for one in placed]
        (only,) = values
        return self._value(only)

    def _value(self, given: Any) -> Any:
        if isinstance(given, ox.Literal):
            kind = given.datatype.value.rpartition("#")[2]
            convert: Any = {"boolean": lambda text: text == "true", "integer": int, "double": float}.get(kind, str)
            return convert(given.value)
        if given.value == terms.RDF + "nil":
            return []
        if given.value in self.members:
            return [self._value(one) for _, one in sorted(self.members[given.value], key=lambda row: row[0])]
        if "/step/" in given.value:
            return "sha256:" + given.value.rpartition("/")[2]
        return self.names.get(given.value) or self.data(given.value)


def without_nulls(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: without_nulls(value) for name, value in data.items() if value is not None}
    return [without_nulls(value) for value in data] if isinstance(data, list) else data


@pytest.mark.parametrize("example", GRAPHED)
def test_every_field_of_the_answer_comes_back_from_its_graph_by_sparql_alone(example: str) -> None:
    found = assessment(example)
    expected = without_nulls(as_json(found))

    rebuilt = Rebuilt(store(example)).data(rdf_nodes.assessment_node(found.id).value)

    assert rebuilt == expected
