"""The forms that a query result can be written in, by the kind of the result; the first of each is the default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import pyoxigraph as ox

Kind = Literal["solutions", "boolean", "graph"]
TABLE: Final = "application/vnd.warrant.table+json"
RESULTS: Final[Mapping[str, ox.QueryResultsFormat]] = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
    "application/json": ox.QueryResultsFormat.JSON,
    "application/xml": ox.QueryResultsFormat.XML,
}
GRAPHS: Final[Mapping[str, ox.RdfFormat]] = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/trig": ox.RdfFormat.TRIG,
    "application/n-quads": ox.RdfFormat.N_QUADS,
    "application/json": ox.RdfFormat.JSON_LD,
    "application/xml": ox.RdfFormat.RDF_XML,
}
OFFERED: Final[Mapping[Kind, tuple[str, ...]]] = {
    "solutions": tuple(RESULTS),
    # the CSV and TSV formats are defined for solutions; a boolean in them is the one word, as other endpoints write it
    "boolean": tuple(RESULTS),
    "graph": tuple(GRAPHS),
}
