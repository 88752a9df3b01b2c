"""The named graphs of the dataset: what each holds, and which module triples belong to claims and provenance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kg import terms
from kg.index import catalog, node_text
from kg.ontology import Ontology
from kg.store.inferred import inferred
from kg.store.mappings import mappings

CITED: Final = ("claim/", "passage/", "marker/", "reference/", "article/", "source/")
ANNOTATION: Final = frozenset(
    f"http://www.w3.org/2002/07/owl#annotated{part}" for part in ("Source", "Property", "Target")
)


@dataclass(frozen=True)
class Graph:
    """A named graph: its name behind `graph/`, what it holds in words, what it was made from (an IRI), its triples."""

    name: str
    title: str
    description: str
    source: str
    triples: tuple[ox.Triple, ...]
    inferred: bool = False

    @property
    def node(self) -> ox.NamedNode:
        return ox.NamedNode(str(terms.graph(self.name)))


def graphs(ontology: Ontology) -> tuple[Graph, ...]:
    """Every graph but the description of the dataset, by name."""
    root = str(terms.module("warrant"))
    made = (
        Graph(
            "claims",
            "Claims and provenance",
            "Claims, readings, passages, markers, references, articles and sources, and the annotations that name the "
            "source of each axiom: the triples of the asserted graphs that say where something comes from.",
            root,
            tuple(_cited(ontology)),
        ),
        Graph(
            "inferred",
            "Inferred closure",
            "Subsumption among the named classes, as the engine infers it from an instance of each; the hierarchy of "
            "properties; the properties and classes of the individuals by prp-spo1, prp-dom, prp-rng and cax-sco of "
            "OWL 2 RL. Asserted triples of these kinds are contained. Nothing about a patient is in here.",
            root,
            inferred(ontology),
            inferred=True,
        ),
        Graph(
            "mappings",
            "Mappings",
            "Mappings of concepts to outside vocabularies, each with its justification (SSSOM).",
            terms.BASE + "mappings",
            mappings(ontology.folder),
        ),
    )
    return tuple(sorted((*_asserted(ontology), *made), key=lambda graph: graph.name))


def _asserted(ontology: Ontology) -> Iterator[Graph]:
    """One graph for each module."""
    for iri, path in catalog(ontology.folder).items():
        title = ontology.index.value(iri, terms.PREFIXES["dcterms"] + "title", iri)
        yield Graph(
            f"asserted/{_slug(path)}",
            f"Asserted: {title}",
            ontology.index.value(
                iri, terms.PREFIXES["dcterms"] + "description", "A module of the ontology, as it is written."
            ),
            iri,
            ontology.triples_of(path),
        )


def _slug(path: Path) -> str:
    return path.stem


def _cited(ontology: Ontology) -> Iterator[ox.Triple]:
    prefixes = tuple(terms.BASE + name for name in CITED)
    annotations = {t.subject for t in ontology.index.triples if t.predicate.value in ANNOTATION}
    for triple in ontology.index.triples:
        if triple.subject in annotations or node_text(triple.subject).startswith(prefixes):
            yield triple
