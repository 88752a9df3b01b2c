"""The vocabulary of the public graph: modules/public.ttl."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rdflib import BNode, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SKOS, XSD

from kg.authoring import nodes
from kg.authoring.owl import Module
from kg.authoring.public_schema import PublicFile, PublicProperty, Release
from kg.ontology import terms
from kg.ontology.manchester import Named

KINDS: Final = {"object": OWL.ObjectProperty, "data": OWL.DatatypeProperty, "text": OWL.AnnotationProperty}
IMPORTED_FROM: Final = URIRef(terms.OBO + "IAO_0000412")


def public_module(file: PublicFile) -> Module:
    """Terms of other ontologies, controlled values, and the properties of evidence and requirements."""
    module = Module(
        "public",
        "Warrant: vocabulary of the public graph",
        "Terms of other ontologies with their provenance, evidence as nodes, and what a claim requires.",
        ("hematology",),
    )
    source = nodes.source(file.source)
    module.note(IMPORTED_FROM, RDF.type, OWL.AnnotationProperty)
    module.note(IMPORTED_FROM, RDFS.label, Literal("imported from", lang="en"))
    for release in file.borrowed:
        _borrow(module, release, source)
    for entry in file.classes:
        module.declare_class(entry.name, entry.label, entry.definition, source)
        module.subclass(Named(entry.name), Named(entry.parent), source)
    _values(module, file, source)
    for prop in file.properties:
        _property(module, prop, source)
    _links(module, file, source)
    for number, names in enumerate(file.disjoint, 1):
        _disjoint(module, number, names, source)
    return module


def _borrow(module: Module, release: Release, source: URIRef) -> None:
    """Label and definition of each term and the release that it is from; of its axioms only the place in the tree."""
    version = URIRef(release.version)
    module.note(version, RDF.type, OWL.NamedIndividual)
    module.axiom(version, RDF.type, nodes.term("PublishedSource"), source)
    for prop in (DCTERMS.title, RDFS.label):
        module.note(version, prop, Literal(release.title, lang="en"))
    for term in release.terms:
        iri = URIRef(terms.OBO + term.id)
        module.note(iri, RDF.type, OWL.Class if term.kind == "class" else OWL.ObjectProperty)
        module.note(iri, RDFS.label, Literal(term.label, lang="en"))
        module.note(iri, nodes.DEFINITION, Literal(term.definition, lang="en"))
        module.note(iri, IMPORTED_FROM, version)
        if term.parent:
            module.axiom(iri, RDFS.subClassOf, URIRef(terms.OBO + term.parent), version)


def _values(module: Module, file: PublicFile, source: URIRef) -> None:
    for value in file.values:
        iri = nodes.term(value.name)
        module.note(iri, RDF.type, OWL.NamedIndividual)
        module.axiom(iri, RDF.type, nodes.term(value.of), source)
        module.note(iri, RDFS.label, Literal(value.label, lang="en"))
        module.note(iri, nodes.DEFINITION, Literal(value.definition, lang="en"))
        module.text(iri, nodes.term("writtenAs"), value.code)
        module.note(iri, DCTERMS.source, source)


def _property(module: Module, prop: PublicProperty, source: URIRef) -> None:
    iri = nodes.term(prop.name)
    module.note(iri, RDF.type, KINDS[prop.kind])
    module.note(iri, RDFS.label, Literal(prop.label, lang="en"))
    module.note(iri, nodes.DEFINITION, Literal(prop.definition, lang="en"))
    module.note(iri, DCTERMS.source, source)
    if prop.parent:
        above = URIRef(terms.OBO + prop.parent) if "_" in prop.parent else nodes.term(prop.parent)
        module.axiom(iri, RDFS.subPropertyOf, above, source)
    if prop.domain:
        module.axiom(iri, RDFS.domain, nodes.term(prop.domain), source)
    if prop.range:
        module.axiom(iri, RDFS.range, nodes.term(prop.range), source)
    if prop.kind == "data":
        module.axiom(iri, RDFS.range, XSD.decimal, source)
    if prop.history:
        module.note(SKOS.historyNote, RDF.type, OWL.AnnotationProperty)
        module.note(iri, SKOS.historyNote, Literal(prop.history, lang="en"))
    for name, other in (("valueOf", prop.value_of), ("mirrors", prop.mirrors)):
        if other:
            module.note(iri, nodes.term(name), nodes.term(other))


def _links(module: Module, file: PublicFile, source: URIRef) -> None:
    for ours, theirs in file.below.items():
        module.axiom(nodes.term(ours), RDFS.subClassOf, URIRef(terms.OBO + theirs), source)
    for ours, theirs in file.close.items():
        module.note(nodes.term(ours), SKOS.closeMatch, URIRef(terms.OBO + theirs))
    tables: Iterable[tuple[URIRef, dict[str, tuple[str, ...]]]] = (
        (RDFS.range, file.ranges),
        (RDFS.domain, file.domains),
    )
    for kind, table in tables:
        for name, properties in table.items():
            for prop in properties:
                module.axiom(nodes.term(prop), kind, nodes.term(name), nodes.source(file.sorted_by))


def _disjoint(module: Module, number: int, names: tuple[str, ...], source: URIRef) -> None:
    """An n-ary axiom carries its source itself (OWL 2 Mapping to RDF, section 2.2)."""
    node = BNode(f"disjoint{number}")
    module.note(node, RDF.type, OWL.AllDisjointClasses)
    module.note(node, OWL.members, module.listed(f"disjoint{number}", [nodes.term(name) for name in names]))
    module.note(node, DCTERMS.source, source)
