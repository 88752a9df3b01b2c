"""The project's queries as data (https://www.w3.org/TR/shacl/, sh:SPARQLExecutable): what an editor offers to try.

The layout is that of the SIB's collections of examples, so that their tools read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pyoxigraph as ox

from kg.ontology import terms
from kg.store.queries import FOLDER, library

SH: Final = "http://www.w3.org/ns/shacl#"
SCHEMA: Final = "https://schema.org/"
PREFIXES: Final = terms.BASE + "query/prefixes"
_PREFIX: Final = re.compile(r"^PREFIX (\w*): <([^>]+)>\n", re.MULTILINE)
_ENDPOINT: Final = terms.BASE + "sparql"
Row = tuple[str, str, ox.NamedNode | ox.Literal]


def examples() -> tuple[ox.Triple, ...]:
    """Every query of `queries/questions` with its question and text, sorted."""
    rows = {*_queries(), *_prefixes()}
    triples = (ox.Triple(ox.NamedNode(s), ox.NamedNode(p), o) for s, p, o in rows)
    return tuple(sorted(triples, key=str))


def _queries() -> Iterator[Row]:
    for name, query in library(FOLDER, "questions").items():
        iri = f"{terms.BASE}query/{name.removeprefix('questions/')}"
        yield iri, terms.RDF + "type", ox.NamedNode(SH + "SPARQLExecutable")
        yield iri, terms.RDF + "type", ox.NamedNode(SH + "SPARQLSelectExecutable")
        yield iri, terms.RDFS + "label", ox.Literal(query.title, language="en")
        yield iri, terms.RDFS + "comment", ox.Literal(query.question, language="en")
        yield iri, SH + "prefixes", ox.NamedNode(PREFIXES)
        yield iri, SH + "select", ox.Literal(_body(query.text))
        yield iri, SCHEMA + "target", ox.NamedNode(_ENDPOINT)
        for parameter in query.parameters:
            yield iri, SCHEMA + "keywords", ox.Literal(parameter.name)


def _body(text: str) -> str:
    """The query without its header; its prefixes stay, so that it runs as it is copied."""
    return "\n".join(line for line in text.splitlines() if not line.startswith("#")).strip() + "\n"


def _prefixes() -> Iterator[Row]:
    found = {pair for query in library(FOLDER, "questions").values() for pair in _PREFIX.findall(query.text)}
    yield PREFIXES, terms.RDF + "type", ox.NamedNode(terms.OWL + "Ontology")
    for prefix, namespace in found:
        node = f"{PREFIXES}/{prefix or 'warrant'}"
        yield PREFIXES, SH + "declare", ox.NamedNode(node)
        yield node, SH + "prefix", ox.Literal(prefix)
        yield node, SH + "namespace", ox.Literal(namespace, datatype=ox.NamedNode(terms.XSD + "anyURI"))
