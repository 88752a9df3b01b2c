"""What the endpoint answers with: forms of results, content negotiation, compression, entity tags, its description."""

from __future__ import annotations

import csv
import gzip
import io
import json
from xml.etree import ElementTree

import httpx2 as httpx
import pytest
import rdflib

from endpoint import BASE, JSON, PREFIXES, Endpoint, problem
from sources import claims_by_article

CLAIM = BASE + "claim/A0-39"
ASK = "ASK { ?s ?p ?o }"
ONE = PREFIXES + "SELECT ?sentence { claim:A0-39 :sentence ?sentence }"
CONSTRUCT = PREFIXES + "CONSTRUCT { claim:A0-39 :sentence ?s } WHERE { claim:A0-39 :sentence ?s }"


# -- the form of the answer


FORMS_OF_ROWS = ["application/sparql-results+json", "application/sparql-results+xml", "text/csv"]
FORMS_OF_ROWS += ["text/tab-separated-values"]


@pytest.mark.parametrize("name", FORMS_OF_ROWS)
def test_rows_come_in_every_form_of_the_standard(endpoint: Endpoint, name: str) -> None:
    response = endpoint.ask(ONE, name)
    assert response.status_code == 200
    assert response.headers["content-type"].partition(";")[0] == name
    assert "contraindicated" in response.text


def test_rows_in_csv_have_a_header_and_plain_values(endpoint: Endpoint) -> None:
    response = endpoint.ask(ONE, "text/csv")
    header, (value,) = csv.reader(io.StringIO(response.text))
    assert header == ["sentence"]
    assert "contraindicated" in value
    assert response.headers["content-type"] == "text/csv; charset=utf-8; header=present"


def test_rows_in_tsv_have_terms_as_in_turtle(endpoint: Endpoint) -> None:
    header, value = endpoint.ask(ONE, "text/tab-separated-values").text.splitlines()
    assert header == "?sentence"
    assert value.startswith('"')


def test_rows_in_xml_are_sparql_results(endpoint: Endpoint) -> None:
    tree = ElementTree.fromstring(endpoint.ask(ONE, "application/sparql-results+xml").content)
    assert tree.tag == "{http://www.w3.org/2005/sparql-results#}sparql"


@pytest.mark.parametrize("name", ["application/sparql-results+json", "application/sparql-results+xml"])
def test_yes_or_no_comes_as_json_and_xml(endpoint: Endpoint, name: str) -> None:
    response = endpoint.ask(ASK, name)
    assert response.headers["content-type"] == name
    assert "true" in response.text


FORMS_OF_GRAPHS = {
    "text/turtle": "turtle",
    "application/n-triples": "nt",
    "application/rdf+xml": "xml",
    "application/ld+json": "json-ld",
    "application/trig": "trig",
    "application/n-quads": "nquads",
}


# what rdflib's own reader of quads says about rdflib
@pytest.mark.filterwarnings("ignore:.* is deprecated, use Dataset:DeprecationWarning")
@pytest.mark.parametrize("query", [CONSTRUCT, f"DESCRIBE <{CLAIM}>"], ids=["construct", "describe"])
@pytest.mark.parametrize("name", FORMS_OF_GRAPHS)
def test_a_graph_comes_in_every_form(endpoint: Endpoint, query: str, name: str) -> None:
    response = endpoint.ask(query, name)
    assert response.headers["content-type"] == name
    found = rdflib.Dataset(default_union=True).parse(data=response.text, format=FORMS_OF_GRAPHS[name])
    assert (rdflib.URIRef(CLAIM), rdflib.URIRef(BASE + "sentence"), None) in found


@pytest.mark.parametrize(
    ("query", "form"), [(ONE, JSON), (ASK, JSON), (CONSTRUCT, "text/turtle"), (f"DESCRIBE <{CLAIM}>", "text/turtle")]
)
@pytest.mark.parametrize("accept", [None, "*/*"])
def test_without_a_wish_there_is_a_default(endpoint: Endpoint, query: str, form: str, accept: str | None) -> None:
    assert endpoint.ask(query, accept).headers["content-type"] == form


def test_the_form_with_the_highest_quality_is_chosen(endpoint: Endpoint) -> None:
    accept = "application/sparql-results+json;q=0.2, text/csv;q=0.9, application/sparql-results+xml;q=0.5"
    assert endpoint.ask(ONE, accept).headers["content-type"].startswith("text/csv")


def test_each_kind_of_query_takes_the_form_that_fits_it(endpoint: Endpoint) -> None:
    accept = "text/turtle, application/sparql-results+json;q=0.5"
    assert endpoint.ask(CONSTRUCT, accept).headers["content-type"] == "text/turtle"
    assert endpoint.ask(ONE, accept).headers["content-type"] == JSON


@pytest.mark.parametrize(("query", "accept"), [(ONE, "image/png"), (ONE, "text/turtle"), (CONSTRUCT, "text/csv")])
def test_a_form_that_cannot_be_given_is_not_acceptable(endpoint: Endpoint, query: str, accept: str) -> None:
    found = problem(endpoint.ask(query, accept))
    assert found["status"] == 406
    assert "available as" in str(found["detail"])


def test_the_answer_says_which_headers_it_depends_on(endpoint: Endpoint) -> None:
    assert {"Accept", "Accept-Encoding"} <= set(endpoint.ask(ASK).headers["vary"].split(", "))


# -- compression, and asking again


def test_a_large_answer_is_compressed_for_those_who_take_it(endpoint: Endpoint) -> None:
    query = PREFIXES + "SELECT ?s { ?c :sentence ?s }"
    plain = raw(endpoint, query, "identity")
    compressed = raw(endpoint, query, "gzip")
    assert plain[0].get("content-encoding") is None
    assert compressed[0]["content-encoding"] == "gzip"
    assert len(compressed[1]) < len(plain[1]) / 2
    assert json.loads(gzip.decompress(compressed[1])) == json.loads(plain[1])


def raw(endpoint: Endpoint, query: str, encoding: str) -> tuple[httpx.Headers, bytes]:
    request = endpoint.client.build_request("GET", "/sparql", params={"query": query})
    request.headers["accept-encoding"] = encoding
    response = endpoint.client.send(request, stream=True)
    return response.headers, b"".join(response.iter_raw())


def test_asking_again_with_the_tag_of_the_answer_gets_not_modified(endpoint: Endpoint) -> None:
    tag = endpoint.ask(ONE).headers["etag"]
    assert tag.startswith('W/"')
    response = conditional(endpoint, ONE, f'"other", {tag}')
    assert response.status_code == 304
    assert response.content == b""
    assert response.headers["etag"] == tag


def test_a_tag_of_another_query_or_form_does_not_match(endpoint: Endpoint) -> None:
    assert conditional(endpoint, ONE, endpoint.ask(ASK).headers["etag"]).status_code == 200
    assert conditional(endpoint, ONE, endpoint.ask(ONE, "text/csv").headers["etag"]).status_code == 200


def conditional(endpoint: Endpoint, query: str, tags: str) -> httpx.Response:
    request = endpoint.client.build_request("GET", "/sparql", params={"query": query})
    request.headers["if-none-match"] = tags
    return endpoint.send(request)


def test_a_query_that_may_answer_otherwise_next_time_has_no_tag(endpoint: Endpoint) -> None:
    query = "SELECT (STRUUID() AS ?x) { }"
    first, second = endpoint.ask(query), endpoint.ask(query)
    assert "etag" not in first.headers
    assert first.text != second.text


# -- the service description


SD = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")


@pytest.mark.filterwarnings("ignore:.* is deprecated, use Dataset:DeprecationWarning")
@pytest.mark.parametrize("name", FORMS_OF_GRAPHS)
def test_a_bare_get_is_the_service_description(endpoint: Endpoint, name: str) -> None:
    response = endpoint.client.get("/sparql", headers={"accept": name})
    found = rdflib.Dataset(default_union=True).parse(data=response.text, format=FORMS_OF_GRAPHS[name])
    (service,) = found.subjects(rdflib.RDF.type, SD.Service)
    assert found.value(service, SD.endpoint) == rdflib.URIRef(endpoint.sparql)
    assert found.value(service, SD.supportedLanguage) == SD.SPARQL11Query
    assert found.value(service, SD.feature) == SD.UnionDefaultGraph


def test_the_service_description_names_the_entailment_and_every_graph(endpoint: Endpoint) -> None:
    found = rdflib.Graph().parse(data=endpoint.client.get("/sparql").text, format="turtle")
    assert (None, SD.defaultEntailmentRegime, rdflib.URIRef("http://www.w3.org/ns/entailment/Simple")) in found
    inferred = rdflib.URIRef(BASE + "graph/inferred")
    assert found.value(inferred, SD.entailmentRegime) == rdflib.URIRef("http://www.w3.org/ns/entailment/OWL-Direct")
    graphs = {row["g"] for row in endpoint.rows("SELECT DISTINCT ?g { GRAPH ?g { } }")}
    assert {str(name) for name in found.objects(None, SD.namedGraph)} == graphs
    assert len(graphs) >= 10 + len(claims_by_article())


def test_unknown_parameters_alone_still_get_the_service_description(endpoint: Endpoint) -> None:
    response = endpoint.client.get("/sparql", params={"x": "1"})
    assert response.headers["content-type"] == "text/turtle"


def test_a_service_description_in_a_form_that_is_none_is_not_acceptable(endpoint: Endpoint) -> None:
    assert problem(endpoint.client.get("/sparql", headers={"accept": "text/csv"}))["status"] == 406


def test_the_openapi_document_knows_the_endpoint(endpoint: Endpoint) -> None:
    paths = endpoint.client.get("/openapi.json").json()["paths"]
    assert set(paths["/sparql"]) == {"get", "post"}
    assert {"400", "403", "406", "413", "415", "422", "503", "504"} <= set(paths["/sparql"]["get"]["responses"])
