"""The head and the terms of the product to browse, checked as FOOPS! does: findable, accessible, reusable."""

from __future__ import annotations

import datetime
import re

import pyoxigraph as ox
import pytest
from rdflib import OWL, RDF, RDFS, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS

from kg import __version__
from kg.authoring import nodes
from kg.export.release_files import base_variant, simple_variant
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.publication.browsing import browsing_product
from kg.publication.head import BIBO, VANN
from places import ROOT

IRI = URIRef("https://w3id.org/warrant/ontology")
KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
MINIMUM = (DCTERMS.title, DCTERMS.description, DCTERMS.license, DCTERMS.creator, OWL.versionIRI)
FURTHER = (
    DCTERMS.publisher, DCTERMS.created, DCTERMS.issued, DCTERMS.modified, DCTERMS.bibliographicCitation,
    OWL.versionInfo, VANN.preferredNamespacePrefix, VANN.preferredNamespaceUri, BIBO.status,
)  # fmt: skip


@pytest.fixture(scope="module")
def product() -> Graph:
    """The head, and of every term its kind, label, definition and origin."""
    kept = {str(prop) for prop in (RDF.type, RDFS.label, nodes.DEFINITION, URIRef(terms.OBO + "IAO_0000412"))}
    quads = ox.parse(path=str(ROOT / "ontology" / "warrant.ttl"))
    named = (quad for quad in quads if isinstance(quad.subject, ox.NamedNode))
    lines = [str(q.triple) + " ." for q in named if q.predicate.value in kept or q.subject.value == str(IRI)]
    return Graph().parse(data="\n".join(lines), format="nt")


def ours(product: Graph) -> set[URIRef]:
    found = {node for kind in KINDS for node in product.subjects(RDF.type, kind) if isinstance(node, URIRef)}
    return {node for node in found if node.startswith(terms.BASE)}


@pytest.mark.parametrize("prop", [*MINIMUM, *FURTHER], ids=lambda prop: re.split(r"[/#]", prop)[-1])
def test_the_head_has_each_piece_of_metadata_once(product: Graph, prop: URIRef) -> None:
    assert len(list(product.objects(IRI, prop))) == 1


def test_identifiers_are_persistent_and_the_version_has_its_own(product: Graph) -> None:
    version = product.value(IRI, OWL.versionIRI)
    assert str(version) == f"{IRI}/{__version__}"
    assert str(product.value(IRI, OWL.versionInfo)) == __version__
    assert str(product.value(IRI, VANN.preferredNamespaceUri)) == terms.BASE
    assert (product.value(IRI, VANN.preferredNamespacePrefix)) == Literal("warrant")


def test_the_dates_are_dates_in_their_order(product: Graph) -> None:
    names = (DCTERMS.created, DCTERMS.issued, DCTERMS.modified)
    created, issued, modified = (product.value(IRI, name) for name in names)
    days = [each.toPython() for each in (created, issued, modified) if isinstance(each, Literal)]
    assert all(isinstance(day, datetime.date) for day in days)
    assert days == sorted(days)
    assert len(days) == 3


def test_every_term_of_ours_has_one_label_and_one_definition_in_a_language(product: Graph) -> None:
    every = ours(product)
    assert len(every) > 700
    for prop in (RDFS.label, nodes.DEFINITION):
        found = {node: list(product.objects(node, prop)) for node in every}
        wrong = [node for node, texts in found.items() if len(texts) != 1 or not getattr(texts[0], "language", "")]
        assert wrong == [], prop


def test_terms_of_others_are_reused_and_say_from_which_release(product: Graph) -> None:
    foreign = Namespace("http://purl.obolibrary.org/obo/")
    classes = {node for node in product.subjects(RDF.type, OWL.Class) if str(node).startswith(str(foreign))}
    assert len(classes) > 15
    assert [node for node in classes if (node, foreign.IAO_0000412, None) not in product] == []


@pytest.mark.long
def test_the_variants_keep_what_they_are_for(ontology: Ontology) -> None:
    # Given the product and its variants
    product = browsing_product(ontology).graph
    base, simple = base_variant(product), simple_variant(product)

    # Then the base says nothing of the terms of others but what they are
    said = {row for row in base if str(row[0]).startswith(terms.OBO) and row[1] != RDF.type}
    assert said == set()
    assert len(base) > 0.95 * len(product)

    # And the simple one has every named class of ours with its place, and no expression
    classes = {node for node in ours(product) if (node, RDF.type, OWL.Class) in product}
    assert set(simple.subjects(RDF.type, OWL.Class)) >= classes
    assert not any(simple.triples((None, OWL.equivalentClass, None)))
    for variant, name in ((base, "base"), (simple, "simple")):
        head = URIRef(f"{IRI}/warrant-{name}")
        assert variant.value(head, DCTERMS.isVersionOf) == IRI
        assert len(list(variant.subjects(RDF.type, OWL.Ontology))) == 1
