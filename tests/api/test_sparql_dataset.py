"""The dataset of a SPARQL request, and what is never done."""

from __future__ import annotations

import httpx2 as httpx
import pytest

from endpoint import BASE, JSON, PREFIXES, Endpoint, problem
from sparql_requests import ASK, CLAIMS_GRAPH, CORE_GRAPH, DIRECT, FORM, form, post

CLAIM = BASE + "claim/A0-39"


# -- the dataset


def test_without_a_dataset_the_default_graph_is_the_union_of_all(endpoint: Endpoint) -> None:
    rows = endpoint.rows(PREFIXES + "SELECT ?g { claim:A0-39 :sentence ?s GRAPH ?g { claim:A0-39 :sentence ?s } }")
    assert CLAIMS_GRAPH in {row["g"] for row in rows}


def test_a_default_graph_in_the_address_is_the_only_one(endpoint: Endpoint) -> None:
    query = PREFIXES + "ASK { claim:A0-39 :sentence ?s }"
    assert endpoint.ask(query, JSON, **{"default-graph-uri": CLAIMS_GRAPH}).json()["boolean"] is True
    assert endpoint.ask(query, JSON, **{"default-graph-uri": CORE_GRAPH}).json()["boolean"] is False


def test_a_default_graph_in_a_form_is_the_only_one(endpoint: Endpoint) -> None:
    values = {"query": PREFIXES + "ASK { claim:A0-39 :sentence ?s }", "default-graph-uri": CORE_GRAPH}
    assert post(endpoint, str(httpx.QueryParams(values)), FORM).json()["boolean"] is False


def test_a_default_graph_beside_a_direct_query_is_the_only_one(endpoint: Endpoint) -> None:
    address = "?" + str(httpx.QueryParams({"default-graph-uri": CORE_GRAPH}))
    response = post(endpoint, PREFIXES + "ASK { claim:A0-39 :sentence ?s }", DIRECT, address)
    assert response.json()["boolean"] is False


def test_several_default_graphs_are_merged(endpoint: Endpoint) -> None:
    query = PREFIXES + "ASK { claim:A0-39 :sentence ?s . :Claim a ?class }"
    assert endpoint.ask(query, JSON, **{"default-graph-uri": CLAIMS_GRAPH}).json()["boolean"] is False
    assert endpoint.ask(query, JSON, **{"default-graph-uri": [CLAIMS_GRAPH, CORE_GRAPH]}).json()["boolean"] is True


def test_a_default_graph_leaves_no_named_graph(endpoint: Endpoint) -> None:
    query = "ASK { GRAPH ?g { ?s ?p ?o } }"
    assert endpoint.ask(query, JSON, **{"default-graph-uri": CLAIMS_GRAPH}).json()["boolean"] is False


def test_named_graphs_in_the_address_are_the_only_named_ones(endpoint: Endpoint) -> None:
    rows = endpoint.rows(
        "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", **{"named-graph-uri": [CLAIMS_GRAPH, CORE_GRAPH]}
    )
    assert {row["g"] for row in rows} == {CLAIMS_GRAPH, CORE_GRAPH}


def test_named_graphs_in_a_form_leave_the_default_graph_empty(endpoint: Endpoint) -> None:
    values = {"query": ASK, "named-graph-uri": CLAIMS_GRAPH}
    assert post(endpoint, str(httpx.QueryParams(values)), FORM).json()["boolean"] is False


def test_default_and_named_graphs_are_taken_together(endpoint: Endpoint) -> None:
    query = PREFIXES + "ASK { :Claim a ?class GRAPH ?g { claim:A0-39 :sentence ?s } }"
    both = {"default-graph-uri": CORE_GRAPH, "named-graph-uri": CLAIMS_GRAPH}
    assert endpoint.ask(query, JSON, **both).json()["boolean"] is True


def test_from_in_the_query_chooses_the_default_graph(endpoint: Endpoint) -> None:
    assert endpoint.ask(f"ASK FROM <{CLAIMS_GRAPH}> {{ <{CLAIM}> ?p ?o }}").json()["boolean"] is True
    assert endpoint.ask(f"ASK FROM <{CORE_GRAPH}> {{ <{CLAIM}> ?p ?o }}").json()["boolean"] is False


def test_from_named_in_the_query_chooses_the_named_graphs(endpoint: Endpoint) -> None:
    rows = endpoint.rows(f"SELECT DISTINCT ?g FROM NAMED <{CORE_GRAPH}> {{ GRAPH ?g {{ ?s ?p ?o }} }}")
    assert rows == [{"g": CORE_GRAPH}]


def test_the_dataset_of_the_protocol_overrules_that_of_the_query(endpoint: Endpoint) -> None:
    query = f"ASK FROM <{CLAIMS_GRAPH}> {{ <{CLAIM}> ?p ?o }}"
    assert endpoint.ask(query, JSON, **{"default-graph-uri": CORE_GRAPH}).json()["boolean"] is False
    query = f"ASK FROM NAMED <{CLAIMS_GRAPH}> {{ GRAPH ?g {{ ?s ?p ?o }} }}"
    assert endpoint.ask(query, JSON, **{"default-graph-uri": CORE_GRAPH}).json()["boolean"] is False


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
def test_a_graph_that_is_not_there_is_not_fetched(endpoint: Endpoint, name: str) -> None:
    found = problem(endpoint.ask(ASK, JSON, **{name: "http://example.org/data.ttl"}))
    assert found["status"] == 403
    assert "nothing is loaded from outside" in str(found["detail"])


@pytest.mark.parametrize(
    "clause",
    [
        "FROM <http://example.org/data.ttl>",
        "FROM NAMED <http://example.org/data.ttl>",
        "FROM e:data.ttl",
        "FROM <../d>",
    ],
)
def test_from_a_graph_that_is_not_there_is_refused(endpoint: Endpoint, clause: str) -> None:
    query = f"BASE <http://example.org/a/> PREFIX e: <http://example.org/> SELECT * {clause} {{ ?s ?p ?o }}"
    assert problem(endpoint.ask(query))["status"] == 403


def test_a_graph_name_that_is_no_iri_is_a_mistake(endpoint: Endpoint) -> None:
    assert problem(endpoint.ask(ASK, JSON, **{"default-graph-uri": "not an iri"}))["status"] == 400


# -- what is never done


UPDATES = [
    "INSERT DATA { <http://e/s> <http://e/p> 1 }",
    "DELETE WHERE { ?s ?p ?o }",
    "PREFIX e: <http://e/> DELETE { ?s ?p ?o } INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }",
    "LOAD <http://example.org/data.ttl>",
    "LOAD SILENT <http://example.org/data.ttl> INTO GRAPH <http://e/g>",
    "CLEAR ALL",
    "DROP SILENT DEFAULT",
    "CREATE GRAPH <http://e/g>",
    "COPY DEFAULT TO <http://e/g>",
    "MOVE <http://e/g> TO DEFAULT",
    "ADD <http://e/g> TO DEFAULT",
]


@pytest.mark.parametrize("update", UPDATES)
def test_an_update_in_the_place_of_a_query_is_refused(endpoint: Endpoint, update: str) -> None:
    found = problem(endpoint.ask(update))
    assert found["status"] == 403
    assert "is an update" in str(found["detail"])


@pytest.mark.parametrize("update", UPDATES)
def test_an_update_by_its_own_parameter_is_refused(endpoint: Endpoint, update: str) -> None:
    assert problem(post(endpoint, form(update=update), FORM))["status"] == 403


def test_an_update_by_get_is_refused(endpoint: Endpoint) -> None:
    assert problem(endpoint.client.get("/sparql", params={"update": UPDATES[0]}))["status"] == 403


def test_an_update_as_a_body_is_refused(endpoint: Endpoint) -> None:
    assert problem(post(endpoint, UPDATES[0], "application/sparql-update"))["status"] == 403


def test_a_query_beside_an_update_is_refused(endpoint: Endpoint) -> None:
    assert problem(post(endpoint, form(query=ASK, update=UPDATES[0]), FORM))["status"] == 403


SERVICES = [
    "SELECT * { SERVICE <http://127.0.0.1:9/sparql> { ?s ?p ?o } }",
    "SELECT * { SERVICE SILENT <http://127.0.0.1:9/sparql> { ?s ?p ?o } }",
    "SELECT * { VALUES ?where { <http://127.0.0.1:9/sparql> } SERVICE ?where { ?s ?p ?o } }",
    "SELECT * { BIND (IRI('http://127.0.0.1:9/') AS ?where) SERVICE SILENT ?where { ?s ?p ?o } }",
    "PREFIX e: <http://127.0.0.1:9/> SELECT * { service e:sparql { ?s ?p ?o } }",
    "ASK { FILTER NOT EXISTS { SeRvIcE <http://127.0.0.1:9/> { ?s ?p ?o } } }",
    "SELECT * { { SELECT * { OPTIONAL { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } } } } }",
    "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "DESCRIBE ?s WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "SELECT * { # a comment ends at a carriage return \r SERVICE SILENT <http://127.0.0.1:9/> { ?s ?p ?o } \n}",
    "SELECT ?service { BIND ('service' AS ?service) SERVICE<http://127.0.0.1:9/>{} }",
]


@pytest.mark.parametrize("query", SERVICES)
def test_another_server_is_never_asked(endpoint: Endpoint, query: str) -> None:
    found = problem(endpoint.ask(query))
    assert found["status"] == 403
    assert "SERVICE (line 1" in str(found["detail"]) or "SERVICE (line 2" in str(found["detail"])


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?service { BIND (1 AS ?service) }",
        "PREFIX service: <http://e/> SELECT * { BIND (service:x AS ?x) } # service",
        'SELECT ("SERVICE <http://e/> { }" AS ?x) { }',
        "SELECT (<http://example.org/SERVICE> AS ?x) { }",
        "SELECT * { BIND ('''a SERVICE in\nlines''' AS ?servica) }",
    ],
)
def test_the_word_service_may_stand_in_names_and_texts(endpoint: Endpoint, query: str) -> None:
    assert len(endpoint.rows(query)) == 1


# -- scripts of other sites


def test_scripts_of_other_sites_may_read_answers(endpoint: Endpoint) -> None:
    request = endpoint.client.build_request("GET", "/sparql", params={"query": ASK})
    request.headers["origin"] = "https://example.org"
    response = endpoint.send(request)
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers
    assert "ETag" in response.headers["access-control-expose-headers"]


def test_scripts_of_other_sites_may_read_errors(endpoint: Endpoint) -> None:
    request = endpoint.client.build_request("GET", "/sparql", params={"query": "SELECT"})
    request.headers["origin"] = "https://example.org"
    response = endpoint.send(request)
    assert response.status_code == 400
    assert response.headers["access-control-allow-origin"] == "*"


def test_a_browser_may_ask_beforehand_whether_it_may_post(endpoint: Endpoint) -> None:
    headers = {
        "origin": "https://example.org",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type, x-other",
    }
    response = endpoint.client.options("/sparql", headers=headers)
    assert response.is_success
    assert response.headers["access-control-allow-origin"] == "*"
    assert "POST" in response.headers["access-control-allow-methods"]
    assert "content-type" in response.headers["access-control-allow-headers"].lower()
