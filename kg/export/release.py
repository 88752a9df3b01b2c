"""The merged ontology: every module that the reasoner loads, in one file, for tools that follow no catalog."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from kg.ontology import terms
from kg.ontology.index import parse_module, reasoning_files


def write_merged(folder: Path, target: Path) -> int:
    """Write all modules of the ontology in a folder as one RDF/XML file without imports; the number of its triples."""
    files = enumerate(reasoning_files(folder))
    every = {triple for number, path in files for triple in parse_module(path.read_bytes(), number)}
    heads = {str(triple.subject) for triple in every if str(triple.object) == f"<{terms.OWL}Ontology>"}
    heads.remove(f"<{terms.module('warrant-reasoning')}>")
    merged = {
        triple
        for triple in every
        if str(triple.subject) not in heads and triple.predicate.value != terms.OWL + "imports"
    }
    write_rdf_xml(merged, target)
    return len(merged)


def write_rdf_xml(triples: Iterable[ox.Triple], target: Path) -> None:
    """Write triples as RDF/XML, the same bytes for the same triples."""
    target.parent.mkdir(parents=True, exist_ok=True)
    ordered = sorted(triples, key=str)
    ox.serialize(ordered, str(target), format=ox.RdfFormat.RDF_XML, prefixes=dict(terms.PREFIXES))
