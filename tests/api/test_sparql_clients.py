"""Clients that people use: SPARQLWrapper, rdflib, curl."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, GET, JSON, POST, POSTDIRECTLY, RDFXML, TURTLE, URLENCODED, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from endpoint import BASE, PREFIXES, Endpoint

CLAIMS = PREFIXES + "SELECT ?claim ?sentence { ?claim a :ContraindicationClaim ; :sentence ?sentence }"
CURL = shutil.which("curl")
with_curl = pytest.mark.skipif(CURL is None, reason="curl is not installed")


def wrapper(endpoint: Endpoint, query: str, form: str) -> Any:
    found = SPARQLWrapper(endpoint.sparql)
    found.setQuery(query)
    found.setReturnFormat(form)
    return found


def converted(client: SPARQLWrapper) -> Any:
    """What the client makes of an answer; its type depends on the form asked for."""
    return client.queryAndConvert()


@pytest.mark.parametrize(("method", "way"), [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)])
def test_sparqlwrapper_gets_rows_by_every_method(endpoint: Endpoint, method: str, way: str) -> None:
    client = wrapper(endpoint, CLAIMS, JSON)
    client.setMethod(method)
    client.setRequestMethod(way)
    rows = converted(client)["results"]["bindings"]
    assert len(rows) == 9
    assert {row["claim"]["value"] for row in rows} >= {BASE + "claim/A0-39"}


def test_sparqlwrapper_reads_xml_and_csv(endpoint: Endpoint) -> None:
    document = converted(wrapper(endpoint, CLAIMS, XML))
    assert len(document.getElementsByTagName("result")) == 9
    assert len(converted(wrapper(endpoint, CLAIMS, CSV)).decode().splitlines()) >= 10


# what SPARQLWrapper uses of rdflib
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize(("form", "name"), [(TURTLE, "turtle"), (RDFXML, "xml")])
def test_sparqlwrapper_gets_a_graph(endpoint: Endpoint, form: str, name: str) -> None:
    answer = converted(wrapper(endpoint, f"DESCRIBE <{BASE}claim/A0-39>", form))
    graph = answer if isinstance(answer, rdflib.Graph) else rdflib.Graph().parse(data=answer, format=name)
    assert (rdflib.URIRef(BASE + "claim/A0-39"), rdflib.RDF.type, rdflib.URIRef(BASE + "Claim")) in graph


def test_sparqlwrapper_understands_that_a_query_is_malformed(endpoint: Endpoint) -> None:
    with pytest.raises(QueryBadFormed, match="line"):
        wrapper(endpoint, "SELECT * {\n ?s ?p", JSON).query()


def remote(endpoint: Endpoint, method: str) -> rdflib.Graph:
    return rdflib.Graph(SPARQLStore(endpoint.sparql, method=method))


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_queries_the_endpoint_as_a_graph(endpoint: Endpoint, method: str) -> None:
    rows = list(remote(endpoint, method).query(CLAIMS))
    assert len(rows) == 9


def test_rdflib_matches_triples_and_asks(endpoint: Endpoint) -> None:
    graph = remote(endpoint, "GET")
    claim = rdflib.URIRef(BASE + "claim/A0-39")
    (sentence,) = graph.objects(claim, rdflib.URIRef(BASE + "sentence"))
    assert "contraindicated" in str(sentence)
    assert (claim, rdflib.RDF.type, rdflib.URIRef(BASE + "Claim")) in graph


def test_rdflib_constructs(endpoint: Endpoint) -> None:
    query = PREFIXES + "CONSTRUCT { ?c :sentence ?s } WHERE { ?c a :ContraindicationClaim ; :sentence ?s }"
    assert len(remote(endpoint, "POST").query(query).graph or ()) == 9


def curl(*arguments: str) -> str:
    assert CURL is not None
    done = subprocess.run([CURL, "-sS", *arguments], capture_output=True, text=True, check=True)
    return done.stdout


@with_curl
def test_curl_asks_by_get(endpoint: Endpoint) -> None:
    found = json.loads(curl("--get", endpoint.sparql, "--data-urlencode", f"query={CLAIMS}"))
    assert len(found["results"]["bindings"]) == 9


@with_curl
def test_curl_asks_by_form_for_csv_compressed(endpoint: Endpoint) -> None:
    text = curl("--compressed", "-H", "Accept: text/csv", endpoint.sparql, "--data-urlencode", f"query={CLAIMS}")
    assert text.splitlines()[0] == "claim,sentence"


@with_curl
def test_curl_posts_a_query_directly(endpoint: Endpoint) -> None:
    text = curl("-H", "Content-Type: application/sparql-query", "--data-binary", "ASK { ?s ?p ?o }", endpoint.sparql)
    assert json.loads(text)["boolean"] is True


@with_curl
def test_curl_gets_the_problem_of_a_bad_query(endpoint: Endpoint) -> None:
    text = curl("-w", "\n%{http_code} %{content_type}", "--get", endpoint.sparql, "--data-urlencode", "query=SELECT")
    body, _, line = text.rpartition("\n")
    assert line == "400 application/problem+json"
    assert json.loads(body)["type"] == BASE + "problem/malformed-query"
