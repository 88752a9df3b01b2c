"""ontology/warrant.ttl, the product to browse: small, self-contained, with a source on every axiom."""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest

from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.publication.conditions import condition_of, ways
from kg.publication.text_index import words
from places import ROOT

PREFIXES = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in terms.PREFIXES.items())
DENIALS = re.compile(r"\b(not|no|never|without|nobody|nothing|non)\b", re.IGNORECASE)
UNSOURCED = (ROOT / "queries" / "checks" / "unsourced-axiom.rq").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def product() -> ox.Store:
    store = ox.Store()
    store.load(path=str(ROOT / "ontology" / "warrant.ttl"), format=ox.RdfFormat.TURTLE)
    return store


def column(store: ox.Store, query: str) -> list[str]:
    found = store.query(PREFIXES + query)
    assert isinstance(found, ox.QuerySolutions)
    return [getattr(row[0], "value", "") for row in found]


def test_it_has_fewer_than_600_classes_and_no_refutation(product: ox.Store) -> None:
    classes = column(
        product, "SELECT ?c { ?c a owl:Class FILTER (isIRI(?c) && NOT EXISTS { ?c owl:deprecated true }) }"
    )
    assert 400 < len(classes) < 600
    assert [name for name in classes if name.endswith("Refuted")] == []


def test_no_label_is_longer_than_60_characters_holds_an_address_or_denies_twice(product: ox.Store) -> None:
    labels = column(product, "SELECT ?l { ?x rdfs:label ?l }")
    assert len(labels) > 1000
    assert [label for label in labels if len(label) > 60 or "://" in label] == []
    assert [label for label in labels if len(DENIALS.findall(label)) > 1] == []


def test_no_two_things_of_ours_share_a_label(product: ox.Store) -> None:
    shared = """SELECT ?l (COUNT(?x) AS ?n) { ?x rdfs:label ?l FILTER STRSTARTS(STR(?x), STR(:)) }
        GROUP BY ?l HAVING (COUNT(?x) > 1)"""
    assert column(product, shared) == []


def test_every_expression_is_whole(product: ox.Store) -> None:
    # A serializer that names a nested node without writing it out leaves an expression that OWLAPI cannot read.
    assert column(product, "SELECT ?node { ?x ?p ?node FILTER (isBLANK(?node) && NOT EXISTS { ?node ?q ?y }) }") == []


def test_it_imports_nothing_and_every_logical_axiom_has_a_source(product: ox.Store) -> None:
    assert column(product, "SELECT ?o { ?o owl:imports ?other }") == []
    rows = product.query(UNSOURCED)
    assert isinstance(rows, ox.QuerySolutions)
    assert list(rows) == []


def test_every_claim_is_in_it_with_its_source(product: ox.Store, ontology: Ontology) -> None:
    found = column(product, "SELECT DISTINCT ?id { ?c :basedOn ?line ; :printedAt ?passage ; skos:notation ?id }")
    assert set(found) == set(ontology.claims)


def test_the_ways_to_meet_a_condition_are_those_of_its_text(ontology: Ontology) -> None:
    # Given a warning for those who have a cancer or had one, with a value under ten
    condition = condition_of(ontology, ontology.claims["A0-53"])

    # When its condition is written out, then there are two ways, and the value is in both
    assert condition is not None
    found = [[str(atom) for atom in way] for way in ways(condition)]
    below = "hasCurrentMeasurement some HemoglobinBelow10"
    assert found == [[below, "hasFinding some Cancer"], [below, "hasHistoryOf some Cancer"]]


def test_a_word_is_found_in_british_and_in_american_spelling() -> None:
    assert words(["Anaemia of CKD"]) == {"anaemia", "anemia", "of", "ckd"}
