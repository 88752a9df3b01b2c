"""IRIs of the ontology, as text. Nobody else builds one."""

from __future__ import annotations

from typing import Final

BASE: Final = "https://w3id.org/warrant/"
OWL: Final = "http://www.w3.org/2002/07/owl#"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
DCTERMS: Final = "http://purl.org/dc/terms/"
OBO: Final = "http://purl.obolibrary.org/obo/"
OA: Final = "http://www.w3.org/ns/oa#"
PROV: Final = "http://www.w3.org/ns/prov#"
CITO: Final = "http://purl.org/spar/cito/"
DEFINITION: Final = OBO + "IAO_0000115"
BOUNDS: Final = ("value", "valueAtMost", "valueBelow", "valueAtLeast", "valueAbove")
"""Local names of the data properties: their objects are decimals."""
LICENSE: Final = "https://creativecommons.org/licenses/by/4.0/"

PREFIXES: Final[dict[str, str]] = {
    "": BASE,
    "claim": BASE + "claim/",
    "source": BASE + "source/",
    "witness": BASE + "witness/",
    "interval": BASE + "interval/",
    "alert": BASE + "alert/",
    "passage": BASE + "passage/",
    "marker": BASE + "marker/",
    "owl": OWL,
    "rdf": RDF,
    "rdfs": RDFS,
    "xsd": XSD,
    "skos": SKOS,
    "dcterms": DCTERMS,
    "obo": OBO,
    "oa": OA,
    "prov": PROV,
    "cito": CITO,
}


def term(name: str) -> str:
    """The IRI of a class, property or concept by its local name."""
    return BASE + name


def claim(identifier: str) -> str:
    """The IRI of a claim by its identifier, such as `A0-08`."""
    return BASE + "claim/" + identifier


def reading(identifier: str, number: int) -> str:
    """The IRI of the n-th reading (from 1) of a claim."""
    return f"{BASE}claim/{identifier}/reading/{number}"


def article(identifier: str) -> str:
    """The IRI of an article, such as `A0`."""
    return BASE + "article/" + identifier


def passage(article_id: str, start: int, end: int) -> str:
    """The IRI of the passage [start, end) of an article, in code points."""
    return f"{BASE}passage/{article_id}/{start}-{end}"


def marker(article_id: str, number: int) -> str:
    """The IRI of a printed citation marker; the same digit in two articles is two markers."""
    return f"{BASE}marker/{article_id}/{number}"


def reference(article_id: str, position: int) -> str:
    """The IRI of an entry of an article's reference list."""
    return f"{BASE}reference/{article_id}/{position}"


def source(name: str) -> str:
    """The IRI of a published source or an editorial decision."""
    return BASE + "source/" + name


def interval(name: str) -> str:
    """A reference interval."""
    return BASE + "interval/" + name


def alert(name: str) -> str:
    """An alert by kind and code: `critical_value/anc`."""
    return BASE + "alert/" + name


def shown(concept: str) -> str:
    """The individual through which a value shows a finding."""
    return BASE + "witness/Shown" + concept


def witness(concept: str) -> str:
    """The IRI of the individual that stands for a concluded finding."""
    return BASE + "witness/Concluded" + concept


def module(name: str) -> str:
    """The ontology IRI of a module; the root is `warrant`."""
    return BASE + "ontology" if name == "warrant" else BASE + "ontology/" + name


def graph(name: str) -> str:
    """The IRI of a named graph of the dataset, such as `inferred` or `asserted/core`."""
    return BASE + "graph/" + name


def version(name: str, release: str) -> str:
    """The version IRI of a module in a release."""
    return f"{BASE}ontology/{release}" + ("" if name == "warrant" else f"/{name}")


def local(iri: object) -> str:
    """The part of an IRI after the base: local name, or `claim/A0-08`."""
    return str(iri).removeprefix(BASE)
