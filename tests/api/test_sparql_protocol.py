"""The SPARQL 1.1 Protocol, query side: one test for each behaviour, what works and what must not."""

from __future__ import annotations

import pytest

from endpoint import BASE, JSON, PREFIXES, Endpoint, problem
from sparql_requests import ASK, CLAIMS_GRAPH, CORE_GRAPH, DIRECT, FORM, form, post

ONE = PREFIXES + "SELECT ?sentence { claim:A0-39 :sentence ?sentence }"


# -- three ways to ask


def test_a_query_is_asked_by_get(endpoint: Endpoint) -> None:
    (row,) = endpoint.rows(ONE)
    assert "contraindicated" in row["sentence"]


def test_a_query_is_asked_by_a_form(endpoint: Endpoint) -> None:
    response = post(endpoint, form(query=ASK), FORM)
    assert response.json()["boolean"] is True


def test_a_query_is_asked_directly(endpoint: Endpoint) -> None:
    response = post(endpoint, ASK, DIRECT)
    assert response.json()["boolean"] is True


def test_a_direct_query_may_say_that_it_is_utf8(endpoint: Endpoint) -> None:
    response = post(endpoint, 'SELECT ("é" AS ?x) {}'.encode(), f"{DIRECT}; charset=UTF-8")
    assert response.json()["results"]["bindings"][0]["x"]["value"] == "é"


def test_a_query_in_utf8_keeps_its_letters_in_a_form(endpoint: Endpoint) -> None:
    response = post(endpoint, form(query='SELECT ("µ ≥ 𝛼" AS ?x) {}'), FORM)
    assert response.json()["results"]["bindings"][0]["x"]["value"] == "µ ≥ 𝛼"


def test_head_answers_as_get_without_a_body(endpoint: Endpoint) -> None:
    request = endpoint.client.build_request("HEAD", "/sparql", params={"query": ASK})
    response = endpoint.send(request)
    assert response.status_code == 200
    assert response.headers["content-type"] == JSON
    assert response.content == b""


def test_parameters_that_nobody_knows_are_ignored(endpoint: Endpoint) -> None:
    assert endpoint.ask(ASK, format="turtle", results="json", x=["1", "2"]).status_code == 200


def test_relative_iris_are_resolved_against_the_address_that_is_asked(endpoint: Endpoint) -> None:
    turtle = endpoint.ask("CONSTRUCT { <s> <p> 1 } WHERE {}", "application/n-triples").text
    here = str(endpoint.client.base_url).rstrip("/")
    assert turtle.strip() == f'<{here}/s> <{here}/p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .'


@pytest.mark.parametrize("select", ["SELECT *", "select distinct *", "PREFIX e: <http://e/> SELECT REDUCED *"])
def test_a_star_selects_the_variables_in_the_order_of_the_query(endpoint: Endpoint, select: str) -> None:
    found = endpoint.ask(f"{select} {{ VALUES (?z ?a) {{ (1 2) }} BIND (3 AS ?m) }}", "text/csv").text
    assert found.split() == ["z,a,m", "1,2,3"]


def test_a_star_in_an_expression_is_no_selection(endpoint: Endpoint) -> None:
    assert endpoint.ask("SELECT (COUNT(*) AS ?n) (2 * 3 AS ?m) { VALUES ?z { 1 } }", "text/csv").text.split() == [
        "n,m",
        "1,6",
    ]


def test_a_boolean_is_one_word_in_csv(endpoint: Endpoint) -> None:
    assert endpoint.ask(ASK, "text/csv").text.strip() == "true"


# -- a graph as a whole (SPARQL 1.1 Graph Store HTTP Protocol)


def test_a_graph_is_read_by_its_iri(endpoint: Endpoint) -> None:
    response = endpoint.client.get("/sparql", params={"graph": CORE_GRAPH}, headers={"accept": "application/n-triples"})
    (row,) = endpoint.rows(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{CORE_GRAPH}> {{ ?s ?p ?o }} }}")
    assert len(response.text.splitlines()) == int(row["n"]) > 100


def test_a_graph_that_is_not_here_is_not_found(endpoint: Endpoint) -> None:
    response = endpoint.client.get("/sparql", params={"graph": BASE + "graph/none"})
    assert problem(response)["status"] == 404


def test_a_graph_and_the_default_graph_are_not_asked_for_at_once(endpoint: Endpoint) -> None:
    assert endpoint.client.get(f"/sparql?graph={CORE_GRAPH}&default").status_code == 400


# -- what is no query


def test_a_get_with_graphs_but_without_a_query_is_a_mistake(endpoint: Endpoint) -> None:
    response = endpoint.client.get("/sparql", params={"default-graph-uri": CLAIMS_GRAPH})
    assert response.status_code == 400
    assert problem(response)["errors"][0]["path"] == "query"


def test_a_form_without_a_query_is_a_mistake(endpoint: Endpoint) -> None:
    assert problem(post(endpoint, form(x="1"), FORM))["status"] == 400


def test_two_queries_in_one_get_are_a_mistake(endpoint: Endpoint) -> None:
    response = endpoint.client.get("/sparql", params={"query": [ASK, ASK]})
    assert problem(response)["status"] == 400


def test_two_queries_in_one_form_are_a_mistake(endpoint: Endpoint) -> None:
    assert problem(post(endpoint, form(query=[ASK, ASK]), FORM))["status"] == 400


def test_a_query_in_the_address_and_another_in_the_body_are_a_mistake(endpoint: Endpoint) -> None:
    assert problem(post(endpoint, ASK, DIRECT, "?" + form(query=ASK)))["status"] == 400


def test_an_empty_query_is_a_mistake(endpoint: Endpoint) -> None:
    assert problem(endpoint.ask(""))["status"] == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_not_allowed_and_the_answer_says_which_are(endpoint: Endpoint, method: str) -> None:
    response = endpoint.client.request(method, "/sparql", content=ASK)
    assert problem(response)["status"] == 405
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD", "POST", "OPTIONS"}


def test_options_says_what_is_allowed(endpoint: Endpoint) -> None:
    response = endpoint.client.options("/sparql")
    assert response.status_code == 204
    assert "POST" in response.headers["allow"]


def test_a_body_of_another_type_is_refused_and_the_answer_says_what_is_taken(endpoint: Endpoint) -> None:
    response = post(endpoint, ASK, "text/plain")
    assert problem(response)["status"] == 415
    assert response.headers["accept-post"] == f"{DIRECT}, {FORM}"


def test_a_direct_query_without_a_type_is_refused(endpoint: Endpoint) -> None:
    assert problem(post(endpoint, ASK, None))["status"] == 415


def test_a_form_without_a_type_is_refused(endpoint: Endpoint) -> None:
    assert problem(post(endpoint, form(query=ASK), None))["status"] == 415


def test_a_direct_query_in_another_charset_is_refused(endpoint: Endpoint) -> None:
    assert problem(post(endpoint, ASK.encode("utf-16"), f"{DIRECT}; charset=utf-16"))["status"] == 415


def test_a_direct_query_that_is_no_utf8_is_a_mistake(endpoint: Endpoint) -> None:
    response = post(endpoint, 'SELECT ("é" AS ?x) {}'.encode("latin-1"), DIRECT)
    assert problem(response)["status"] == 400


def test_an_address_that_is_no_utf8_is_a_mistake(endpoint: Endpoint) -> None:
    assert problem(endpoint.client.get("/sparql?query=ASK%20%7B%7D%23%E9"))["status"] == 400


def test_a_body_over_the_limit_is_too_large(endpoint: Endpoint) -> None:
    assert problem(post(endpoint, ASK + " " * (1 << 20), DIRECT))["status"] == 413


def test_a_body_over_the_limit_that_does_not_say_its_length_is_too_large(endpoint: Endpoint) -> None:
    pieces = (b" " * 65536 for _ in range(20))
    response = endpoint.client.post("/sparql", content=pieces, headers={"content-type": DIRECT})
    assert problem(response)["status"] == 413


MALFORMED = {
    "SELECT * {\n  ?s ?p ?o\n": 3,
    "SELECT * {\n  ?s ex:p ?o }": 2,
    "SELEKT * { ?s ?p ?o }": 1,
    "SELECT * {\n\n  FILTER (?x >) }": 3,
    "SELECT ?x (COUNT(*) AS ?n) { ?x ?y ?z }": 1,
}


@pytest.mark.parametrize(("query", "line"), MALFORMED.items())
def test_a_malformed_query_gets_its_line_and_column(endpoint: Endpoint, query: str, line: int) -> None:
    found = problem(endpoint.ask(query))
    (error,) = found["errors"]
    assert found["status"] == 400
    assert error["line"] == line
    assert 1 <= error["column"] <= len(query) + 1
    assert f"Line {line}, column {error['column']}" in error["message"]


def test_a_prefix_that_is_not_declared_is_named_with_its_place(endpoint: Endpoint) -> None:
    (error,) = problem(endpoint.ask("SELECT * {\n  ?s ex:p ?o }"))["errors"]
    assert (error["line"], error["column"]) == (2, 6)
    assert "PREFIX ex: <...>" in error["message"]


def test_a_function_that_is_not_there_is_said_to_be_missing(endpoint: Endpoint) -> None:
    found = problem(endpoint.ask("SELECT (<http://example.org/f>(1) AS ?x) {}"))
    assert found["status"] == 400
    assert "http://example.org/f" in str(found["detail"])
