"""IRIs of the ontology. Nobody else builds one."""

from __future__ import annotations

from typing import Final

from rdflib import Namespace, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SKOS, XSD

BASE: Final = "https://w3id.org/warrant/"
W: Final = Namespace(BASE)
OBO: Final = Namespace("http://purl.obolibrary.org/obo/")
DEFINITION: Final = OBO.IAO_0000115
OA: Final = Namespace("http://www.w3.org/ns/oa#")
PROV: Final = Namespace("http://www.w3.org/ns/prov#")
CITO: Final = Namespace("http://purl.org/spar/cito/")

PREFIXES: Final[dict[str, str]] = {
    "": BASE,
    "claim": BASE + "claim/",
    "source": BASE + "source/",
    "witness": BASE + "witness/",
    "passage": BASE + "passage/",
    "marker": BASE + "marker/",
    "owl": str(OWL),
    "rdf": str(RDF),
    "rdfs": str(RDFS),
    "xsd": str(XSD),
    "skos": str(SKOS),
    "dcterms": str(DCTERMS),
    "obo": str(OBO),
    "oa": str(OA),
    "prov": str(PROV),
    "cito": str(CITO),
}

LICENSE: Final = URIRef("https://creativecommons.org/licenses/by/4.0/")


def term(name: str) -> URIRef:
    """The IRI of a class, property or concept by its local name."""
    return W[name]


def claim(identifier: str) -> URIRef:
    """The IRI of a claim by its identifier, such as `A0-08`."""
    return W["claim/" + identifier]


def reading(identifier: str, number: int) -> URIRef:
    """The IRI of the n-th reading (from 1) of a claim."""
    return W[f"claim/{identifier}/reading/{number}"]


def article(identifier: str) -> URIRef:
    """The IRI of an article, such as `A0`."""
    return W["article/" + identifier]


def passage(article_id: str, start: int, end: int) -> URIRef:
    """The IRI of the passage [start, end) of an article, in code points."""
    return W[f"passage/{article_id}/{start}-{end}"]


def marker(article_id: str, number: int) -> URIRef:
    """The IRI of a printed citation marker; the same digit in two articles is two markers."""
    return W[f"marker/{article_id}/{number}"]


def reference(article_id: str, position: int) -> URIRef:
    """The IRI of an entry of an article's reference list."""
    return W[f"reference/{article_id}/{position}"]


def source(name: str) -> URIRef:
    """The IRI of a published source or an editorial decision."""
    return W["source/" + name]


def witness(concept: str) -> URIRef:
    """The IRI of the individual that stands for a concluded finding."""
    return W["witness/Concluded" + concept]


def module(name: str) -> URIRef:
    """The ontology IRI of a module; the root is `warrant`."""
    return W["ontology"] if name == "warrant" else W["ontology/" + name]


def graph(name: str) -> URIRef:
    """The IRI of a named graph of the dataset, such as `inferred` or `asserted/core`."""
    return W["graph/" + name]


def version(name: str, release: str) -> URIRef:
    """The version IRI of a module in a release."""
    return W[f"ontology/{release}" + ("" if name == "warrant" else f"/{name}")]


def local(iri: object) -> str:
    """The part of an IRI after the base: local name, or `claim/A0-08`."""
    return str(iri).removeprefix(BASE)
