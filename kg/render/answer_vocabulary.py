"""The vocabulary of answers as RDF: one annotation property for each field of the contract's models (Turtle)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyoxigraph as ox

from kg.ontology import terms
from kg.render.answer_rdf import ANSWER
from kg.render.schema import definitions

OWN = {
    "position_in_list": "The place of an object in the list of which it is a member, from 0.",
    "list": "The list of a case in which a fact stands.",
    "entry": "The entry of a case that states a fact.",
}


def answer_vocabulary() -> bytes:
    """Every property with its label and its definition, as Turtle."""
    kind, label, comment = terms.RDF + "type", terms.RDFS + "label", terms.RDFS + "comment"
    annotation = ox.NamedNode("http://www.w3.org/2002/07/owl#AnnotationProperty")
    rows: list[ox.Triple] = []
    for name, definition in sorted(fields().items()):
        node = ox.NamedNode(ANSWER + name)
        rows.append(ox.Triple(node, ox.NamedNode(kind), annotation))
        rows.append(ox.Triple(node, ox.NamedNode(label), ox.Literal(name.replace("_", " "), language="en")))
        rows.append(ox.Triple(node, ox.NamedNode(comment), ox.Literal(definition, language="en")))
    prefixes = {**terms.PREFIXES, "answer": ANSWER}
    found = ox.serialize(rows, format=ox.RdfFormat.TURTLE, prefixes=prefixes)
    assert found is not None
    return found


def fields() -> Mapping[str, str]:
    """Every field of an answer with its definition: what the contract says of it, or of the objects that have it."""
    found = dict(OWN)
    for schema in definitions().values():
        for name, one in _properties(schema):
            said = one.get("description") or f"A field of: {schema.get('description') or schema.get('title', 'a case')}"
            found.setdefault(name, " ".join(str(said).split()))
    return found


def _properties(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, one in schema.get("properties", {}).items():
        yield name, one
        yield from _properties(one)
        yield from _properties(one.get("items", {}) if isinstance(one.get("items"), dict) else {})
