"""The dataset tells of itself: VoID at its well-known place, statistics, DCAT, shapes, every graph in the service."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from endpoint import PREFIXES, Endpoint
from kg.ontology import terms
from kg.store.description import DISTRIBUTIONS

MORE = """PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX void: <http://rdfs.org/ns/void#> PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX sd: <http://www.w3.org/ns/sparql-service-description#> """


def triples(endpoint: Endpoint, path: str, **parameters: str) -> ox.Store:
    response = endpoint.client.get(
        path, params=parameters, headers={"accept": "application/n-triples"}, follow_redirects=True
    )
    assert response.status_code == 200, response.text
    store = ox.Store()
    store.load(response.content, format=ox.RdfFormat.N_TRIPLES)
    return store


def column(store: ox.Store, query: str) -> list[str]:
    found = store.query(PREFIXES + MORE + query)
    assert isinstance(found, ox.QuerySolutions)
    return [getattr(row[0], "value", "") for row in found]


@pytest.fixture(scope="module")
def about(endpoint: Endpoint) -> ox.Store:
    return triples(endpoint, "/.well-known/void")


def test_the_well_known_place_leads_to_the_description(endpoint: Endpoint, about: ox.Store) -> None:
    response = endpoint.client.get("/.well-known/void", follow_redirects=False)
    assert (response.status_code, response.headers["location"].split("?")[0]) == (303, "/sparql")
    assert column(about, "SELECT ?t { ?d a void:Dataset, dcat:Dataset ; dcterms:title ?t }") != []


def test_the_statistics_are_those_of_the_data(endpoint: Endpoint, about: ox.Store) -> None:
    # Given what VoID counts of claims, of one property, and of that property of claims
    entities = "SELECT ?n { :dataset void:classPartition [ void:class :Claim ; void:entities ?n ] }"
    property_ = "SELECT ?n { :dataset void:propertyPartition [ void:property :hasUrgency ; void:triples ?n ] }"
    both = """SELECT ?n { :dataset void:classPartition [ void:class :Claim ;
        void:propertyPartition [ void:property :hasUrgency ; void:triples ?n ] ] }"""

    # When the data is counted, then the numbers agree
    claims = endpoint.rows(PREFIXES + "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?c a :Claim }")[0]["n"]
    urgent = endpoint.rows(PREFIXES + "SELECT (COUNT(*) AS ?n) { ?c :hasUrgency ?u }")[0]["n"]
    assert column(about, entities) == [claims]
    assert column(about, property_) == column(about, both) == [urgent]


def test_what_is_said_to_be_loadable_is(endpoint: Endpoint, about: ox.Store) -> None:
    # Given the places of DCAT and the dump of each graph
    places = column(about, "SELECT ?url { :dataset dcat:distribution/dcat:downloadURL ?url }")
    dumps = column(
        about, "SELECT ?url { ?g a sd:NamedGraph ; void:dataDump ?url FILTER CONTAINS(STR(?url), 'evidence') }"
    )
    assert len(places) == len(DISTRIBUTIONS)
    assert len(dumps) == 1

    # When they are asked for here in the place of w3id.org, then they come
    for url in (*places, *dumps):
        assert endpoint.client.get("/" + terms.local(url)).status_code == 200, url


def test_the_service_description_names_every_graph(endpoint: Endpoint) -> None:
    there = {row["g"] for row in endpoint.rows("SELECT DISTINCT ?g { GRAPH ?g { } }")}
    said = column(triples(endpoint, "/sparql"), "SELECT ?g { :dataset sd:namedGraph ?g }")
    assert set(said) == there
    assert len(there) > 10


@pytest.mark.parametrize("name", ["public", "patient"])
def test_shapes_are_served(endpoint: Endpoint, name: str) -> None:
    response = endpoint.client.get(f"/shapes/{name}.ttl")
    assert response.status_code == 200
    assert b"NodeShape" in response.content
    assert endpoint.client.get("/shapes/nothing").status_code == 404
