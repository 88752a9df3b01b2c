"""Mappings to outside vocabularies as RDF, from the SSSOM table beside the modules (https://mapping-commons.github.io/sssom)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kg.errors import OntologyError

FILE: Final = "mappings.sssom.tsv"
SSSOM: Final = "https://w3id.org/sssom/"
OWL: Final = "http://www.w3.org/2002/07/owl#"
RDF_TYPE: Final = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
TEXTS: Final = ("subject_label", "subject_category", "object_label")
COMMENT: Final = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#comment")


def mappings(folder: Path) -> tuple[ox.Triple, ...]:
    """Each mapping as a triple, and as an owl:Axiom with its justification, both labels, the source and a comment."""
    path = folder / FILE
    if not path.exists():
        raise OntologyError(f"{path}: no mappings; run `make ontology`")
    lines = path.read_text(encoding="utf-8").splitlines()
    head = [line[1:] for line in lines if line.startswith("#")]
    prefixes = dict(_prefixes(head))
    rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
    return tuple(triple for number, row in enumerate(rows, 1) for triple in _mapping(number, row, prefixes, path))


def _prefixes(head: list[str]) -> Iterator[tuple[str, str]]:
    """The CURIE map in the comment at the top."""
    inside = False
    for line in head:
        name, _, iri = line.partition(": ")
        if inside and line.startswith("  "):
            yield name.strip(), iri.strip()
        inside = line.startswith("curie_map:") or (inside and line.startswith("  "))


def _mapping(number: int, row: dict[str, str], prefixes: dict[str, str], path: Path) -> Iterator[ox.Triple]:
    def node(column: str) -> ox.NamedNode:
        prefix, _, rest = row[column].partition(":")
        if prefix not in prefixes:
            where = f"{path.name}: mapping {number}: {column}"
            raise OntologyError(f"{where}: prefix {prefix!r} is not in the curie_map; add it there")
        return ox.NamedNode(prefixes[prefix] + rest)

    subject, predicate, value = node("subject_id"), node("predicate_id"), node("object_id")
    axiom = ox.BlankNode(f"mapping{number}")
    yield ox.Triple(subject, predicate, value)
    yield ox.Triple(axiom, RDF_TYPE, ox.NamedNode(OWL + "Axiom"))
    yield ox.Triple(axiom, ox.NamedNode(OWL + "annotatedSource"), subject)
    yield ox.Triple(axiom, ox.NamedNode(OWL + "annotatedProperty"), predicate)
    yield ox.Triple(axiom, ox.NamedNode(OWL + "annotatedTarget"), value)
    yield ox.Triple(axiom, ox.NamedNode(SSSOM + "mapping_justification"), node("mapping_justification"))
    for name in TEXTS:
        if row.get(name):
            yield ox.Triple(axiom, ox.NamedNode(SSSOM + name), ox.Literal(row[name]))
    if row.get("object_source"):
        yield ox.Triple(axiom, ox.NamedNode(SSSOM + "object_source"), node("object_source"))
    if row["comment"]:
        yield ox.Triple(axiom, COMMENT, ox.Literal(row["comment"], language="en"))
