"""The merged ontology: every module that the reasoner loads, in one file, for tools that follow no catalog."""

from __future__ import annotations

from pathlib import Path

from rdflib import Graph

from kg.ontology.index import reasoning_files


def write_merged(folder: Path, target: Path) -> int:
    """Write all modules of the ontology in a folder as one RDF/XML file; the number of its triples."""
    merged = Graph()
    for path in reasoning_files(folder):
        merged.parse(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    merged.serialize(target, format="xml")
    return len(merged)
