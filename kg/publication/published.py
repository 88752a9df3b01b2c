"""The triples of the public graph that no module of the reasoner holds, for the dataset."""

from __future__ import annotations

import pyoxigraph as ox

from kg.authoring.owl import Module
from kg.ontology.compiled import Ontology
from kg.ontology.index import parse_module
from kg.publication.evidence import EvidenceWriter
from kg.publication.requirements import RequirementWriter
from kg.publication.vocabulary import FILE, read_vocabulary


def vocabulary_triples(ontology: Ontology) -> tuple[ox.Triple, ...]:
    """modules/public.ttl."""
    return parse_module((ontology.folder / FILE).read_bytes(), len(ontology.files))


def requirement_triples(ontology: Ontology) -> tuple[ox.Triple, ...]:
    """What each claim requires."""
    return _triples(RequirementWriter(ontology, read_vocabulary(ontology.folder, ontology.index)).write())


def evidence_triples(ontology: Ontology) -> tuple[ox.Triple, ...]:
    """Claims as assertions with evidence, and controlled values."""
    return _triples(EvidenceWriter(ontology, read_vocabulary(ontology.folder, ontology.index)).write())


def _triples(module: Module) -> tuple[ox.Triple, ...]:
    """The triples of a module without its header, in a fixed order."""
    lines = module.graph.serialize(format="nt").splitlines()
    text = "\n".join(sorted(line for line in lines if line and not line.startswith(f"<{module.iri}> ")))
    quads = ox.parse(text, format=ox.RdfFormat.N_TRIPLES, rename_blank_nodes=False)
    return tuple(quad.triple for quad in quads)
