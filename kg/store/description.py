"""The dataset described in its own graph: VoID (https://www.w3.org/TR/void/) with statistics, and DCAT for loading.

The statistics are of the graphs that are described, not of the description."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlencode

import pyoxigraph as ox

from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.store.graphs import Graph
from kg.store.partitions import VOID, count, partitions

NAME: Final = "void"
SD: Final = "http://www.w3.org/ns/sparql-service-description#"
DCTERMS: Final = terms.PREFIXES["dcterms"]
PROV: Final = terms.PREFIXES["prov"]
DCAT: Final = "http://www.w3.org/ns/dcat#"
FOAF: Final = "http://xmlns.com/foaf/0.1/"
DATASET: Final = terms.BASE + "dataset"
ENDPOINT: Final = terms.BASE + "sparql"
CREATOR: Final = terms.BASE + "project"
DISTRIBUTIONS: Final = {
    "dataset": (
        "sparql?default=",
        "All triples of the dataset, in the form that Accept asks for",
        "application/n-triples",
    ),
    "ontology-ttl": ("ontology/warrant.ttl", "The product to browse as Turtle", "text/turtle"),
    "ontology-owl": ("ontology/warrant.owl", "The product to browse as RDF/XML", "application/rdf+xml"),
    "ontology-jsonld": ("ontology/warrant.jsonld", "The product to browse as JSON-LD", "application/ld+json"),
    "reasoning-ttl": ("ontology/warrant-reasoning.ttl", "The product to reason with as Turtle", "text/turtle"),
}
"""Name → where it lies below the base, what it is, its media type."""
OWL_DIRECT: Final = "http://www.w3.org/ns/entailment/OWL-Direct"
TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
UNION: Final = "All named graphs; the default graph is their union."
Row = tuple[str, str, ox.NamedNode | ox.Literal]


def describe(ontology: Ontology, parts: Sequence[Graph], digest: str) -> Graph:
    """The graph `void` over all other graphs; `digest` is the dataset's."""
    about = Graph(NAME, "Description of the dataset", "This graph: the dataset and each of its graphs.", DATASET, ())
    rows = [*_dataset(ontology, digest), *(row for part in (*parts, about) for row in _graph(part))]
    distinct = dict.fromkeys(triple for part in parts for triple in part.triples)
    rows += partitions(DATASET, distinct, nested=True)
    for part in parts:
        rows += partitions(part.node.value, dict.fromkeys(part.triples), nested=False)
    # how many rows there are does not depend on the numbers in them
    size = len(set(rows)) + 2 + len(parts)
    sizes = {DATASET: len(distinct) + size, about.node.value: size}
    sizes |= {part.node.value: len(set(part.triples)) for part in parts}
    rows += [(iri, VOID + "triples", count(number)) for iri, number in sizes.items()]
    triples = tuple(ox.Triple(ox.NamedNode(s), ox.NamedNode(p), o) for s, p, o in rows)
    return Graph(about.name, about.title, about.description, about.source, triples)


def _dataset(ontology: Ontology, digest: str) -> Iterator[Row]:
    for kind in (VOID + "Dataset", DCAT + "Dataset"):
        yield DATASET, TYPE, ox.NamedNode(kind)
    yield DATASET, DCTERMS + "title", ox.Literal("Warrant: the knowledge graph", language="en")
    yield DATASET, DCTERMS + "description", ox.Literal(UNION, language="en")
    yield DATASET, DCTERMS + "license", ox.NamedNode(terms.LICENSE)
    yield DATASET, DCTERMS + "hasVersion", ox.NamedNode(ontology.version)
    yield DATASET, DCTERMS + "identifier", ox.Literal(f"sha256:{digest}")
    yield DATASET, VOID + "uriSpace", ox.Literal(terms.BASE)
    yield DATASET, VOID + "exampleResource", ox.NamedNode(terms.claim(min(ontology.claims)))
    for name in ("owl", "rdfs", "skos", "dcterms", "oa", "prov"):
        yield DATASET, VOID + "vocabulary", ox.NamedNode(terms.PREFIXES[name])
    yield DATASET, DCTERMS + "creator", ox.NamedNode(CREATOR)
    yield DATASET, DCTERMS + "publisher", ox.NamedNode(CREATOR)
    yield CREATOR, TYPE, ox.NamedNode(FOAF + "Organization")
    yield CREATOR, FOAF + "name", ox.Literal("Warrant", language="en")
    yield DATASET, VOID + "sparqlEndpoint", ox.NamedNode(ENDPOINT)
    yield DATASET, VOID + "uriLookupEndpoint", ox.NamedNode(terms.BASE)
    for keyword in ("clinical knowledge graph", "haematology", "evidence", "provenance", "explanation"):
        yield DATASET, DCAT + "keyword", ox.Literal(keyword, language="en")
    yield from _access(ontology)


def _access(ontology: Ontology) -> Iterator[Row]:
    """The endpoint as a service of DCAT, and the files that can be loaded as its distributions."""
    yield ENDPOINT, TYPE, ox.NamedNode(DCAT + "DataService")
    yield ENDPOINT, DCTERMS + "title", ox.Literal("Warrant: SPARQL endpoint", language="en")
    yield ENDPOINT, DCAT + "endpointURL", ox.NamedNode(ENDPOINT)
    yield ENDPOINT, DCAT + "servesDataset", ox.NamedNode(DATASET)
    yield ENDPOINT, DCTERMS + "conformsTo", ox.NamedNode("http://www.w3.org/TR/sparql11-protocol/")
    for name, (place, title, media_type) in DISTRIBUTIONS.items():
        iri = f"{DATASET}/distribution/{name}"
        yield DATASET, DCAT + "distribution", ox.NamedNode(iri)
        yield DATASET, VOID + "dataDump", ox.NamedNode(terms.BASE + place)
        yield iri, TYPE, ox.NamedNode(DCAT + "Distribution")
        yield iri, DCTERMS + "title", ox.Literal(title, language="en")
        yield iri, DCTERMS + "license", ox.NamedNode(terms.LICENSE)
        yield iri, DCTERMS + "hasVersion", ox.NamedNode(ontology.version)
        yield iri, DCAT + "accessURL", ox.NamedNode(terms.BASE + place)
        yield iri, DCAT + "downloadURL", ox.NamedNode(terms.BASE + place)
        yield iri, DCAT + "mediaType", ox.NamedNode(f"https://www.iana.org/assignments/media-types/{media_type}")


def _graph(graph: Graph) -> Iterator[Row]:
    iri = graph.node.value
    yield DATASET, VOID + "subset", graph.node
    yield iri, TYPE, ox.NamedNode(VOID + "Dataset")
    yield iri, TYPE, ox.NamedNode(SD + "NamedGraph")
    yield iri, SD + "name", graph.node
    yield iri, DCTERMS + "title", ox.Literal(graph.title, language="en")
    yield iri, DCTERMS + "description", ox.Literal(graph.description, language="en")
    yield iri, PROV + "wasDerivedFrom", ox.NamedNode(graph.source)
    yield iri, DCTERMS + "isPartOf", ox.NamedNode(DATASET)
    yield iri, DCTERMS + "license", ox.NamedNode(terms.LICENSE)
    yield iri, VOID + "dataDump", ox.NamedNode(f"{ENDPOINT}?{urlencode({'graph': iri})}")
    if graph.inferred:
        yield iri, SD + "entailmentRegime", ox.NamedNode(OWL_DIRECT)
