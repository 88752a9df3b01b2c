"""The 34 requests of the W3C protocol suite (SPARQL 1.1 test cases, `protocol/manifest`), by their names there.

What the suite asks of an update that is well formed is that it be carried out. This endpoint takes queries only: each
such request is refused, and the data stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

import httpx2 as httpx
import pytest

from endpoint import BASE, Endpoint

FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
ASK: Final = "ASK {}"
CLEAR: Final = "CLEAR ALL"
ONE: Final = BASE + "graph/claims"
TWO: Final = BASE + "graph/mappings"
BOTH_NAMED: Final = "ASK { GRAPH ?g { ?s ?p ?o } GRAPH ?h { ?t ?q ?r } FILTER (?g != ?h) }"
Sent = tuple[str, str, str | bytes | None, str | None]
"""Method, query of the address, body, content type."""


def get(**given: str | list[str]) -> Sent:
    return "GET", urlencode(given, doseq=True), None, None


def posted(body: str | bytes, kind: str | None, **address: str | list[str]) -> Sent:
    return "POST", urlencode(address, doseq=True), body, kind


def form(**given: str | list[str]) -> Sent:
    return posted(urlencode(given, doseq=True), FORM)


WORKS: Final[Mapping[str, tuple[Sent, bool | str]]] = {
    "query_get": (get(query=ASK), True),
    "query_post_form": (form(query=ASK), True),
    "query_post_direct": (posted(ASK, QUERY), True),
    "query_dataset_default_graph": (
        get(query=f"ASK {{ <{BASE}claim/A0-39> <{BASE}sentence> ?x }}", **{"default-graph-uri": ONE}),
        True,
    ),
    "query_dataset_default_graphs_get": (get(query="ASK { ?s ?p ?o }", **{"default-graph-uri": [ONE, TWO]}), True),
    "query_dataset_default_graphs_post": (
        posted("ASK { ?s ?p ?o }", QUERY, **{"default-graph-uri": [ONE, TWO]}),
        True,
    ),
    "query_dataset_named_graphs_get": (get(query=BOTH_NAMED, **{"named-graph-uri": [ONE, TWO]}), True),
    "query_dataset_named_graphs_post": (posted(BOTH_NAMED, QUERY, **{"named-graph-uri": [ONE, TWO]}), True),
    "query_dataset_full": (
        get(
            query="ASK { ?s ?p ?o GRAPH ?g { ?t ?q ?r } }",
            **{"default-graph-uri": ONE, "named-graph-uri": TWO},
        ),
        True,
    ),
    # the graph of the protocol counts, not the one that the query names
    "query_multiple_dataset": (
        get(
            query=f"ASK FROM <{TWO}> {{ <{BASE}claim/A0-39> <{BASE}sentence> ?x }}",
            **{"default-graph-uri": ONE},
        ),
        True,
    ),
    "query_content_type_select": (get(query="SELECT (1 AS ?x) {}"), "application/sparql-results+json"),
    "query_content_type_ask": (get(query=ASK), "application/sparql-results+json"),
    "query_content_type_describe": (get(query=f"DESCRIBE <{BASE}claim/A0-39>"), "text/turtle"),
    "query_content_type_construct": (get(query="CONSTRUCT { <x:s> <x:p> 1 } {}"), "text/turtle"),
}
MISTAKES: Final[Mapping[str, tuple[Sent, int]]] = {
    "bad_query_method": (("PUT", urlencode({"query": ASK}), None, None), 405),
    "bad_multiple_queries": (get(query=[ASK, "SELECT * {}"]), 400),
    "bad_query_wrong_media_type": (posted(ASK, "text/plain"), 415),
    "bad_query_missing_form_type": (posted(urlencode({"query": ASK}), None), 415),
    "bad_query_missing_direct_type": (posted(ASK, None), 415),
    "bad_query_non_utf8": (posted("ASK { ?s ?p 'é' }".encode("utf-16"), f"{QUERY}; charset=UTF-16"), 415),
    "bad_query_syntax": (get(query="ASK {"), 400),
}
UPDATES: Final[Mapping[str, tuple[Sent, int]]] = {
    "update_post_form": (form(update=CLEAR), 403),
    "update_post_direct": (posted(CLEAR, UPDATE), 403),
    "update_dataset_default_graph": (posted(CLEAR, UPDATE, **{"using-graph-uri": ONE}), 403),
    "update_dataset_default_graphs": (posted(CLEAR, UPDATE, **{"using-graph-uri": [ONE, TWO]}), 403),
    "update_dataset_named_graphs": (posted(CLEAR, UPDATE, **{"using-named-graph-uri": [ONE, TWO]}), 403),
    "update_dataset_full": (
        posted(CLEAR, UPDATE, **{"using-graph-uri": ONE, "using-named-graph-uri": TWO}),
        403,
    ),
    "bad_multiple_updates": (form(update=[CLEAR, CLEAR]), 403),
    "bad_update_get": (get(update=CLEAR), 403),
    "bad_update_wrong_media_type": (posted(CLEAR, "text/plain"), 415),
    "bad_update_missing_form_type": (posted(urlencode({"update": CLEAR}), None), 415),
    "bad_update_non_utf8": (posted(CLEAR.encode("utf-16"), f"{UPDATE}; charset=UTF-16"), 403),
    "bad_update_syntax": (form(update="CLEAR XYZ"), 403),
    "bad_update_dataset_conflict": (
        form(update=f"WITH <{ONE}> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}", **{"using-graph-uri": TWO}),
        403,
    ),
}


def send(endpoint: Endpoint, sent: Sent) -> httpx.Response:
    method, address, body, kind = sent
    headers = {"content-type": kind} if kind else {}
    url = f"/sparql?{address}" if address else "/sparql"
    return endpoint.send(endpoint.client.build_request(method, url, content=body, headers=headers), None)


def size(endpoint: Endpoint) -> str:
    return endpoint.rows("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")[0]["n"]


def test_the_suite_is_whole() -> None:
    assert len({*WORKS, *MISTAKES, *UPDATES}) == 34


@pytest.mark.parametrize("name", WORKS)
def test_a_query_of_the_suite_is_answered(endpoint: Endpoint, name: str) -> None:
    sent, expected = WORKS[name]
    response = send(endpoint, sent)
    assert response.status_code == 200, response.text
    if isinstance(expected, bool):
        assert response.json()["boolean"] is expected
    else:
        assert response.headers["content-type"].partition(";")[0] == expected


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_of_the_suite_is_refused(endpoint: Endpoint, name: str) -> None:
    sent, status = MISTAKES[name]
    response = send(endpoint, sent)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("name", UPDATES)
def test_an_update_of_the_suite_is_refused_and_changes_nothing(endpoint: Endpoint, name: str) -> None:
    sent, status = UPDATES[name]
    before = size(endpoint)
    response = send(endpoint, sent)
    assert response.status_code == status, response.text
    assert size(endpoint) == before != "0"
