"""The dataset described in its own graph: VoID (https://www.w3.org/TR/void/) with a description of each graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import pyoxigraph as ox

from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.store.graphs import Graph

NAME: Final = "void"
VOID: Final = "http://rdfs.org/ns/void#"
SD: Final = "http://www.w3.org/ns/sparql-service-description#"
DCTERMS: Final = terms.PREFIXES["dcterms"]
PROV: Final = terms.PREFIXES["prov"]
DATASET: Final = terms.BASE + "dataset"
OWL_DIRECT: Final = "http://www.w3.org/ns/entailment/OWL-Direct"
TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
UNION: Final = "All named graphs; the default graph is their union."
Row = tuple[str, str, ox.NamedNode | ox.Literal]


def describe(ontology: Ontology, parts: Sequence[Graph], digest: str) -> Graph:
    """The graph `void` over all other graphs; `digest` is the dataset's."""
    about = Graph(NAME, "Description of the dataset", "This graph: the dataset and each of its graphs.", DATASET, ())
    rows = [*_dataset(ontology, digest), *(row for part in (*parts, about) for row in _graph(part))]
    # how many rows there are does not depend on the numbers in them
    size = len(set(rows)) + 2 + len(parts)
    distinct = {triple for part in parts for triple in part.triples}
    sizes = {DATASET: len(distinct) + size, about.node.value: size}
    sizes |= {part.node.value: len(set(part.triples)) for part in parts}
    rows += [(iri, VOID + "triples", _number(count)) for iri, count in sizes.items()]
    triples = tuple(ox.Triple(ox.NamedNode(s), ox.NamedNode(p), o) for s, p, o in rows)
    return Graph(about.name, about.title, about.description, about.source, triples)


def _dataset(ontology: Ontology, digest: str) -> Iterator[Row]:
    yield DATASET, TYPE, ox.NamedNode(VOID + "Dataset")
    yield DATASET, DCTERMS + "title", ox.Literal("Warrant: the knowledge graph", language="en")
    yield DATASET, DCTERMS + "description", ox.Literal(UNION, language="en")
    yield DATASET, DCTERMS + "license", ox.NamedNode(terms.LICENSE)
    yield DATASET, DCTERMS + "hasVersion", ox.NamedNode(ontology.version)
    yield DATASET, DCTERMS + "identifier", ox.Literal(f"sha256:{digest}")
    yield DATASET, VOID + "uriSpace", ox.Literal(terms.BASE)
    yield DATASET, VOID + "exampleResource", ox.NamedNode(terms.claim(min(ontology.claims)))
    for name in ("owl", "rdfs", "skos", "dcterms", "oa", "prov"):
        yield DATASET, VOID + "vocabulary", ox.NamedNode(terms.PREFIXES[name])


def _graph(graph: Graph) -> Iterator[Row]:
    iri = graph.node.value
    yield DATASET, VOID + "subset", graph.node
    yield iri, TYPE, ox.NamedNode(VOID + "Dataset")
    yield iri, TYPE, ox.NamedNode(SD + "NamedGraph")
    yield iri, SD + "name", graph.node
    yield iri, DCTERMS + "title", ox.Literal(graph.title, language="en")
    yield iri, DCTERMS + "description", ox.Literal(graph.description, language="en")
    yield iri, PROV + "wasDerivedFrom", ox.NamedNode(graph.source)
    if graph.inferred:
        yield iri, SD + "entailmentRegime", ox.NamedNode(OWL_DIRECT)


def _number(value: int) -> ox.Literal:
    return ox.Literal(str(value), datatype=ox.NamedNode(terms.PREFIXES["xsd"] + "integer"))
