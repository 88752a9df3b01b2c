"""The vocabulary of the public graph: a domain and a range for every property, and what a changed name meant."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kg.ontology import terms
from places import ROOT

PREFIXES = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in terms.PREFIXES.items())
# a number is one of a value or of a computed quantity, which have no class above them alone
NUMBERS = {"value", "valueAbove", "valueAtLeast", "valueAtMost", "valueBelow", "meetsLimit"}
OPEN = {
    "domain": NUMBERS,
    # one of its sub-properties leads to a claim or a value, the others to concepts; a context decides what is required
    "range": {"concludes", "hasRecordOf", "hasUnread", "requires", "requiresPopulation", "requiresContradictionOf"},
}


@pytest.fixture(scope="module")
def product() -> ox.Store:
    store = ox.Store()
    store.load(path=str(ROOT / "ontology" / "warrant.ttl"), format=ox.RdfFormat.TURTLE)
    return store


def names(store: ox.Store, query: str) -> set[str]:
    found = store.query(PREFIXES + query)
    assert isinstance(found, ox.QuerySolutions)
    return {terms.local(getattr(row[0], "value", "")) for row in found}


@pytest.mark.parametrize("side", ["domain", "range"])
def test_every_property_has_a_domain_and_a_range_or_a_reason(product: ox.Store, side: str) -> None:
    kinds = "VALUES ?kind { owl:ObjectProperty owl:DatatypeProperty } ?p a ?kind FILTER STRSTARTS(STR(?p), STR(:))"
    every = names(product, f"SELECT ?p {{ {kinds} }}")
    without = names(
        product, f"SELECT ?p {{ {kinds} FILTER NOT EXISTS {{ ?p rdfs:subPropertyOf*/rdfs:{side} ?class }} }}"
    )
    assert len(every) > 170
    assert without == OPEN[side]


def test_a_name_that_changed_its_meaning_says_so(product: ox.Store) -> None:
    assert names(product, "SELECT ?p { ?p skos:historyNote ?note FILTER CONTAINS(?note, ':requiresStep') }") == {
        "requires"
    }
