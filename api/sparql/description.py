"""The service description (https://www.w3.org/TR/sparql11-service-description/): what the endpoint can do."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Final

import pyoxigraph as ox

from kg.ontology import terms
from kg.store.description import SD, TYPE
from kg.store.evaluate import ParsedQuery, write_graph
from kg.store.partitions import VOID
from kg.store.pool import Limits, Pool

FORMATS: Final = "http://www.w3.org/ns/formats/"
RESULT_FORMATS: Final = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "RDF_XML",
    "JSON-LD",
    "TriG",
    "N-Quads",
)
SIMPLE: Final = "http://www.w3.org/ns/entailment/Simple"
ABOUT: Final = ParsedQuery(
    f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{terms.graph('void')}> {{ ?s ?p ?o }}"
    " FILTER (!CONTAINS(STR(?s), '/part/') && !CONTAINS(STR(?o), '/part/')) }",
    forms={"graph": "application/n-triples"},
)


async def description(pool: Pool, endpoint: str) -> list[ox.Triple]:
    """The service at an address: languages, forms, limits, entailment, and its dataset with every graph."""
    answer = await pool.run(ABOUT)
    about = [quad.triple for quad in ox.parse(answer.body, format=ox.RdfFormat.N_TRIPLES)]
    named = sorted({t.subject.value for t in about if t.predicate.value == SD + "name" and hasattr(t.subject, "value")})
    rows = _rows(endpoint, pool.limits, named)
    return [*(ox.Triple(s, ox.NamedNode(p), o) for s, p, o in rows), *sorted(about, key=str)]


def write(triples: list[ox.Triple], form: str) -> bytes:
    """Triples as one of the media types of `kg.store.forms.GRAPHS`."""
    out = io.BytesIO()
    write_graph(triples, out, form, terms.PREFIXES | {"sd": SD, "void": VOID})
    return out.getvalue()


Row = tuple[ox.NamedNode | ox.BlankNode, str, ox.NamedNode | ox.BlankNode | ox.Literal]


def _rows(endpoint: str, limits: Limits, named: list[str]) -> Iterator[Row]:
    service, dataset = ox.BlankNode("service"), ox.NamedNode(terms.BASE + "dataset")
    yield service, TYPE, ox.NamedNode(SD + "Service")
    yield service, SD + "endpoint", ox.NamedNode(endpoint)
    yield service, SD + "supportedLanguage", ox.NamedNode(SD + "SPARQL11Query")
    yield service, SD + "feature", ox.NamedNode(SD + "UnionDefaultGraph")
    for name in RESULT_FORMATS:
        yield service, SD + "resultFormat", ox.NamedNode(FORMATS + name)
    yield service, SD + "defaultEntailmentRegime", ox.NamedNode(SIMPLE)
    yield service, SD + "defaultDataset", dataset
    yield service, terms.PREFIXES["rdfs"] + "comment", ox.Literal(_said(limits), language="en")
    yield dataset, TYPE, ox.NamedNode(SD + "Dataset")
    yield dataset, SD + "defaultGraph", ox.BlankNode("union")
    yield ox.BlankNode("union"), TYPE, ox.NamedNode(SD + "Graph")
    for iri in named:
        yield dataset, SD + "namedGraph", ox.NamedNode(iri)


def _said(limits: Limits) -> str:
    return (
        "Queries match by simple entailment; what the ontology entails is materialised in the graph "
        f"{terms.graph('inferred')}, which the default graph contains. A query runs for at most {limits.seconds:g} s, "
        "less with the parameter timeout (seconds); "
        f"a result has at most {limits.result} bytes. Updates, SERVICE and graphs from outside are refused."
    )
