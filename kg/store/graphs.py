"""The named graphs of the dataset: what each holds, and which module triples belong to claims and provenance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.ontology.index import PUBLISHED, catalog, node_text
from kg.publication.published import evidence_triples, requirement_triples, vocabulary_triples
from kg.publication.text_index import text_index
from kg.store.examples import examples
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
        return ox.NamedNode(terms.graph(self.name))


def graphs(ontology: Ontology) -> tuple[Graph, ...]:
    """Every graph but the description of the dataset, by name."""
    root = terms.module("warrant-reasoning")
    modules = {path: tuple(_numbered(ontology.triples_of(path), number)) for number, path in enumerate(ontology.files)}
    made = (
        Graph(
            "claims",
            "Claims and provenance",
            "Claims, readings, passages, markers, references, articles and sources, and the annotations that name the "
            "source of each axiom: the triples of the asserted graphs that say where something comes from.",
            root,
            tuple(_cited(triple for triples in modules.values() for triple in triples)),
        ),
        Graph(
            "inferred",
            "Inferred closure",
            "Every subsumption between named classes and every named class of an individual that the ontology "
            "entails, the hierarchy of properties, and the assertions that follow from it. Asserted triples of these "
            "kinds are contained. Nothing about a patient is in here.",
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
        *_published(ontology),
    )
    return tuple(sorted((*_asserted(ontology, modules), *made), key=lambda graph: graph.name))


def _published(ontology: Ontology) -> Iterator[Graph]:
    """The graphs that are made for people and that no reasoner of patients loads."""
    public, root = terms.module("public"), terms.module("warrant-reasoning")
    yield Graph(
        "requirements",
        "What claims require",
        "Findings, absences and values that a patient must have before a claim applies, limits with quantity, number, "
        "unit and strictness, and the claims that contradict each other: plain triples, derived from the axioms.",
        root,
        requirement_triples(ontology),
        inferred=True,
    )
    yield Graph(
        "evidence",
        "Claims and their evidence",
        "Claims as assertions with lines of evidence (SEPIO, ECO); strength, modality, urgency, population, exceptions "
        "and doubts as individuals.",
        root,
        evidence_triples(ontology),
    )
    yield Graph(
        "vocabulary",
        "Vocabulary of the public graph",
        "Properties and controlled values of the graphs of evidence and requirements, and the terms of other "
        "ontologies under which ours stand.",
        public,
        vocabulary_triples(ontology),
    )
    yield Graph(
        "text",
        "Words",
        "The words under which claims and concepts are found, in lower case: an index for text search.",
        root,
        text_index(ontology),
    )
    yield Graph(
        "examples",
        "Example queries",
        "The project's queries with the questions that they answer, as sh:SPARQLExecutable.",
        root,
        examples(),
    )


def _numbered(triples: Iterable[ox.Triple], module: int) -> Iterator[ox.Triple]:
    """Triples with blank nodes named by the order in which the file mentions them: the reader's names are random."""
    names: dict[ox.BlankNode, ox.BlankNode] = {}

    def named(node: ox.BlankNode) -> ox.BlankNode:
        return names.setdefault(node, ox.BlankNode(f"m{module}n{len(names)}"))

    for triple in triples:
        subject, value = triple.subject, triple.object
        if isinstance(subject, ox.BlankNode):
            subject = named(subject)
        if isinstance(value, ox.BlankNode):
            value = named(value)
        yield ox.Triple(subject, triple.predicate, value)


def _asserted(ontology: Ontology, modules: Mapping[Path, tuple[ox.Triple, ...]]) -> Iterator[Graph]:
    """One graph for each module."""
    for iri, path in catalog(ontology.folder).items():
        if iri in PUBLISHED:
            continue
        title = ontology.index.value(iri, terms.PREFIXES["dcterms"] + "title", iri)
        text = ontology.index.value(iri, terms.PREFIXES["dcterms"] + "description", "A module, as it is written.")
        yield Graph(f"asserted/{path.stem}", f"Asserted: {title}", text, iri, modules[path])


def _cited(triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    every = tuple(triples)
    prefixes = tuple(terms.BASE + name for name in CITED)
    annotations = {triple.subject for triple in every if triple.predicate.value in ANNOTATION}
    for triple in every:
        if triple.subject in annotations or node_text(triple.subject).startswith(prefixes):
            yield triple
