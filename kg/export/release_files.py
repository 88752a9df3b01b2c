"""The files of a release, as the Ontology Development Kit names them, in a folder with the date of the release.

warrant.ttl, .owl       the product to browse
warrant-base.ttl        the same without what is said of the terms of others
warrant-simple.ttl      named classes, their places, names, definitions and mappings: no expression, no individual
warrant-reasoning.owl   the product to reason with, merged
SHA256SUMS              the digests of these
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from rdflib import OWL, RDF, RDFS, SKOS, BNode, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS

from kg.authoring import nodes
from kg.authoring.turtle import turtle
from kg.export.release import write_merged, write_rdf_xml
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.ontology.index import parse_module
from kg.publication.browsing import browsing_product
from kg.publication.head import read_head

PRODUCT: Final = "warrant.ttl"
SUMS: Final = "SHA256SUMS"
NAMES: Final = (
    RDFS.label, SKOS.altLabel, SKOS.notation, nodes.DEFINITION, DCTERMS.source, DCTERMS.isReplacedBy, OWL.deprecated,
    SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch,
)  # fmt: skip


def write_release(folder: Path, target: Path) -> Path:
    """Write the files of the release of the ontology in a folder below `target`; the folder that holds them."""
    place = target / read_head(folder).issued.isoformat()
    place.mkdir(parents=True, exist_ok=True)
    product = browsing_product(Ontology(folder)).graph
    (place / PRODUCT).write_bytes((folder / PRODUCT).read_bytes())
    write_rdf_xml(parse_module((folder / PRODUCT).read_bytes(), 0), place / "warrant.owl")
    for name, graph in (("base", base_variant(product)), ("simple", simple_variant(product))):
        (place / f"warrant-{name}.ttl").write_text(turtle(graph), encoding="utf-8")
    write_merged(folder, place / "warrant-reasoning.owl")
    files = sorted(path for path in place.iterdir() if path.name != SUMS)
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (place / SUMS).write_text("".join(lines), encoding="utf-8")
    return place


def base_variant(product: Graph) -> Graph:
    """Our axioms alone: of a term of another ontology only that it is one stays."""
    found = _variant(product, "base", "what Warrant itself says, without what other ontologies say of their terms.")
    outside = {node for node in product.subjects() if str(node).startswith(terms.OBO)}
    said = {axiom for axiom, subject in product.subject_objects(OWL.annotatedSource) if subject in outside}
    for subject, predicate, value in product:
        if subject in said or (subject in outside and predicate != RDF.type) or subject == nodes.module("warrant"):
            continue
        found.add((subject, predicate, value))
    return found


def simple_variant(product: Graph) -> Graph:
    """The tree: named classes with their names and places, for tools that show a terminology."""
    found = _variant(product, "simple", "named classes with their places, names, definitions and mappings.")
    classes = {node for node in product.subjects(RDF.type, OWL.Class) if isinstance(node, URIRef)}
    for prop in {*NAMES, *product.predicates(nodes.module("warrant"), None)}:
        if (prop, RDF.type, OWL.AnnotationProperty) in product:
            found.add((prop, RDF.type, OWL.AnnotationProperty))
            for label in product.objects(prop, RDFS.label):
                found.add((prop, RDFS.label, label))
    for iri in classes:
        found.add((iri, RDF.type, OWL.Class))
        for predicate in (*NAMES, RDFS.subClassOf):
            for value in product.objects(iri, predicate):
                if not isinstance(value, BNode):
                    found.add((iri, predicate, value))
    return found


def _variant(product: Graph, name: str, what: str) -> Graph:
    """A graph with the head of the product under the variant's IRI."""
    found, whole, iri = Graph(), nodes.module("warrant"), URIRef(f"{nodes.module('warrant')}/warrant-{name}")
    for prefix, namespace in terms.PREFIXES.items():
        found.bind(prefix, namespace, override=True, replace=True)
    for _, predicate, value in product.triples((whole, None, None)):
        if predicate not in (OWL.versionIRI, DCTERMS.description):
            found.add((iri, predicate, value))
    version = product.value(whole, OWL.versionIRI)
    found.add((iri, OWL.versionIRI, URIRef(f"{version}/warrant-{name}")))
    found.add((iri, DCTERMS.description, _english(f"The {name} variant of the product to browse: {what}")))
    found.add((iri, DCTERMS.isVersionOf, whole))
    found.add((DCTERMS.isVersionOf, RDF.type, OWL.AnnotationProperty))
    found.add((DCTERMS.isVersionOf, RDFS.label, _english("is version of")))
    return found


def _english(text: str) -> Literal:
    return Literal(text, lang="en")
