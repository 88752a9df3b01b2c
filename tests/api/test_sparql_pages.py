"""The endpoint for a person: the editor, results as a table, the project's queries. No browser, no script."""

from __future__ import annotations

import hashlib
import re
from html import unescape
from html.parser import HTMLParser

import httpx2 as httpx
import pytest

from api.pages.terms import link, short, shown
from endpoint import BASE, JSON, PREFIXES, Endpoint
from kg.store.queries import library
from places import ROOT

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
STATIC = ROOT / "api" / "static"
PATHS = ["/sparql", "/sparql?example=questions/articles", "/sparql/queries", "/sparql/queries/questions/articles"]


def page(endpoint: Endpoint, path: str, status: int = 200, **parameters: str) -> str:
    response = endpoint.client.get(path, params=parameters or None, headers={"accept": BROWSER})
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return response.text


class Elements(HTMLParser):
    """Every element of a page with its attributes; fails on one that is not closed."""

    VOID = frozenset({"meta", "link", "input", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.found if name == tag]


def cells(text: str) -> list[str]:
    found = re.findall(r"<td>(.*?)</td>", text, re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]+>", "", cell)).split()) for cell in found]


# -- every page


@pytest.mark.parametrize("path", PATHS)
def test_a_page_loads_nothing_from_another_server(endpoint: Endpoint, path: str) -> None:
    elements = Elements(page(endpoint, path))
    loaded = [item.get("src", "") for item in elements.all("script") + elements.all("img")]
    loaded += [item["href"] for item in elements.all("link")]
    assert loaded
    for address in loaded:
        assert address.startswith("/static/")
        assert endpoint.client.get(address).status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_a_page_forbids_the_browser_to_load_anything_from_elsewhere(endpoint: Endpoint, path: str) -> None:
    response = endpoint.client.get(path, headers={"accept": BROWSER})
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", PATHS)
def test_a_page_has_a_language_a_heading_and_a_label_for_every_field(endpoint: Endpoint, path: str) -> None:
    elements = Elements(page(endpoint, path))
    assert elements.all("html")[0]["lang"] == "en"
    assert len(elements.all("h1")) == 1
    labelled = {item["for"] for item in elements.all("label")}
    fields = elements.all("textarea") + elements.all("input") + elements.all("select")
    fields = [item for item in fields if item.get("type") != "hidden"]
    assert {item["id"] for item in fields} <= labelled
    identifiers = [attributes["id"] for _, attributes in elements.found if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))


def test_the_assets_name_no_other_server() -> None:
    for name in ("editor.js", "completion.js", "warrant.css"):
        text = (STATIC / name).read_text().replace(BASE, "")
        assert not re.search(r"https?://(?!rdfs\.org/ns/void)|@import|url\(", text), name


def test_the_scripts_of_others_are_those_of_the_notice_and_name_no_map() -> None:
    notice = (ROOT / "THIRD_PARTY.md").read_text()
    scripts = [path for path in (STATIC / "vendor").iterdir() if path.suffix in (".js", ".css")]
    assert len(scripts) == 3
    for path in scripts:
        assert hashlib.sha256(path.read_bytes()).hexdigest() in notice, path.name
        assert "sourceMappingURL" not in path.read_text(), path.name


# -- the editor


def test_a_browser_gets_the_editor_with_the_queries_to_pick_from(endpoint: Endpoint) -> None:
    elements = Elements(page(endpoint, "/sparql"))
    options = {item["value"] for item in elements.all("option")}
    assert {name for name in library() if name.startswith("questions/")} <= options
    assert len(options) > 40


def test_queries_that_explain_are_offered_where_an_answer_is(endpoint: Endpoint) -> None:
    case = {"findings": [{"concept": "pancytopenia"}, {"concept": "b12_elevated"}]}
    handle = endpoint.client.post("/v1/assessments", json=case).json()["handle"]
    elements = Elements(page(endpoint, f"/v1/assessments/{handle}/sparql"))
    explaining = {name for name in library() if name.startswith("explain/")}
    assert explaining <= {item["value"] for item in elements.all("option")}
    public = {item["value"] for item in Elements(page(endpoint, "/sparql")).all("option")}
    assert explaining.isdisjoint(public)
    assert f"/v1/assessments/{handle}/sparql" in page(endpoint, f"/v1/assessments/{handle}")
    assert "graph of one answer" in page(endpoint, "/sparql/queries")


def test_a_query_that_is_picked_stands_in_the_editor(endpoint: Endpoint) -> None:
    text = page(endpoint, "/sparql", example="questions/articles")
    assert library()["questions/articles"].title in text
    assert "SELECT ?article ?id ?title" in unescape(text)


def test_the_parameters_of_a_query_that_is_picked_are_fields(endpoint: Endpoint) -> None:
    elements = Elements(page(endpoint, "/sparql", example="questions/articles"))
    parameters = library()["questions/articles"].parameters
    assert parameters
    fields = {item["name"] for item in elements.all("input") if item.get("type") != "hidden"}
    assert fields == {f"p.{item.name}" for item in parameters}


def test_what_stands_in_a_field_is_put_into_the_query(endpoint: Endpoint) -> None:
    text = page(endpoint, "/sparql?example=questions/articles&p.article=A0")
    assert f"VALUES ?article {{ <{BASE}article/A0> }}" in unescape(text)
    assert [item["value"] for item in Elements(text).all("input") if item["name"] == "p.article"] == ["A0"]


def test_a_field_that_means_nothing_is_explained_beside_the_fields(endpoint: Endpoint) -> None:
    text = page(endpoint, "/sparql?example=questions/articles&p.article=A99", 422)
    assert "there is no such article" in text


def test_a_query_can_be_shared_by_its_link(endpoint: Endpoint) -> None:
    query = PREFIXES + 'ASK { claim:A0-39 :sentence ?s FILTER (?s != "a+b & c%20") }'
    (share,) = (a["href"] for a in Elements(page(endpoint, "/sparql", query=query)).all("a") if a.get("id") == "share")
    assert endpoint.client.get(share, headers={"accept": JSON}).json()["boolean"] is True
    assert unescape(page(endpoint, share)).count(query) >= 1


def test_a_result_is_a_table_with_links(endpoint: Endpoint) -> None:
    query = PREFIXES + "SELECT ?claim ?sentence { ?claim a :ContraindicationClaim ; :sentence ?sentence }"
    text = page(endpoint, "/sparql", query=query)
    assert "9 rows." in text
    assert "claim:A0-39" in cells(text)
    links = [item["href"] for item in Elements(text).all("a")]
    (one,) = {item for item in links if "A0-39" in item}
    described = endpoint.client.get(one, headers={"accept": "text/turtle"}, follow_redirects=True)
    assert "claim:A0-39" in described.text


def test_the_query_stays_in_the_editor_as_it_was_written(endpoint: Endpoint) -> None:
    query = 'SELECT ("<b>&amp;</b>" AS ?x) {}'
    text = page(endpoint, "/sparql", query=query)
    area = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", text, re.DOTALL)
    assert area is not None
    assert unescape(area[1]) == query


def test_what_a_query_returns_is_never_markup(endpoint: Endpoint) -> None:
    text = page(endpoint, "/sparql", query="SELECT ('<script>alert(1)</script>' AS ?x) {}")
    assert "<script>alert" not in text
    assert cells(text) == ["<script>alert(1)</script>"]


def test_an_address_that_runs_a_script_is_no_link(endpoint: Endpoint) -> None:
    text = page(endpoint, "/sparql", query="SELECT (IRI('javascript:alert(1)') AS ?x) {}")
    assert cells(text) == ["javascript:alert(1)"]
    assert not [item for item in Elements(text).all("a") if item["href"].startswith("javascript")]


def test_yes_or_no_is_said(endpoint: Endpoint) -> None:
    assert '<p class="boolean">Yes</p>' in page(endpoint, "/sparql", query="ASK {}")
    assert '<p class="boolean">No</p>' in page(endpoint, "/sparql", query="ASK { <http://e/none> ?p ?o }")


def test_no_rows_are_said(endpoint: Endpoint) -> None:
    assert "No rows." in page(endpoint, "/sparql", query="SELECT * { <http://e/none> ?p ?o }")


def test_a_long_result_says_that_there_is_more(endpoint: Endpoint) -> None:
    text = page(endpoint, "/sparql", query="SELECT ?s { ?s ?p ?o }")
    assert "The first 500 rows" in text
    assert len(cells(text)) == 500


def test_a_malformed_query_is_shown_with_its_place(endpoint: Endpoint) -> None:
    text = page(endpoint, "/sparql", 400, query="SELECT * {\n  ?s ex:p ?o }")
    assert "The query does not parse" in text
    (area,) = Elements(text).all("textarea")
    assert (area["data-line"], area["data-column"], area["aria-invalid"]) == ("2", "6", "true")


def test_a_refused_query_and_one_that_ran_out_of_time_are_explained(endpoint: Endpoint) -> None:
    assert "never done" in page(endpoint, "/sparql", 403, query="CLEAR ALL")
    runaway = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    assert "ran for 1 s" in page(endpoint, "/sparql", 504, query=runaway, timeout="1")


def test_the_editor_takes_a_query_by_post(endpoint: Endpoint) -> None:
    response = endpoint.client.post("/sparql", data={"query": "ASK {}"}, headers={"accept": BROWSER})
    assert "Yes" in response.text


def test_what_is_shown_depends_on_accept_and_the_answer_says_so(endpoint: Endpoint) -> None:
    for parameters in ({}, {"query": "ASK {}"}, {"query": "SELECT"}):
        response = endpoint.client.get("/sparql", params=parameters, headers={"accept": BROWSER})
        assert "Accept" in response.headers["vary"].split(", ")


# -- the queries


def test_the_list_has_every_query_with_its_question(endpoint: Endpoint) -> None:
    text = unescape(page(endpoint, "/sparql/queries"))
    queries = {name: query for name, query in library().items() if not name.startswith("checks/")}
    assert len(queries) > 40
    for name, query in queries.items():
        assert f"/sparql/queries/{name}" in text
        assert query.question in text


def test_every_query_has_a_page_that_runs_it(endpoint: Endpoint) -> None:
    names = [name for name in library() if name.startswith("questions/")]
    assert len(names) >= 40
    for name in names:
        text = page(endpoint, f"/sparql/queries/{name}")
        assert '<form method="get" action="/sparql">' in text


def test_values_for_the_parameters_are_put_into_the_query(endpoint: Endpoint) -> None:
    text = page(endpoint, "/sparql/queries/questions/articles", article="A0")
    assert f"VALUES ?article {{ <{BASE}article/A0> }}" in unescape(text)


def test_a_value_that_means_nothing_is_an_error_that_says_so(endpoint: Endpoint) -> None:
    text = page(endpoint, "/sparql/queries/questions/articles", 422, article="A99")
    assert "there is no such article" in text


def test_a_program_gets_the_text_of_a_query(endpoint: Endpoint) -> None:
    headers = {"accept": "application/sparql-query"}
    response = endpoint.client.get("/sparql/queries/questions/articles", headers=headers)
    assert response.text == library()["questions/articles"].text


def test_a_query_that_is_not_there_is_not_found(endpoint: Endpoint) -> None:
    response = endpoint.client.get("/sparql/queries/questions/none")
    assert response.status_code == 404
    assert isinstance(response, httpx.Response)
    assert response.headers["content-type"] == "application/problem+json"


# -- terms


def test_an_iri_is_shown_by_its_longest_prefix() -> None:
    assert short(BASE + "claim/A0-39") == "claim:A0-39"
    assert short(BASE + "Claim") == ":Claim"
    assert short("http://example.org/x") == "http://example.org/x"


def test_a_literal_is_shown_with_its_language_or_datatype() -> None:
    xsd = "http://www.w3.org/2001/XMLSchema#"
    cell = {"type": "literal", "value": "1", "language": "", "datatype": xsd + "integer"}
    assert shown(cell).note == "xsd:integer"
    assert shown(cell | {"datatype": xsd + "string"}).note == ""
    assert shown(cell | {"language": "en", "datatype": "x"}).note == "en"


def test_only_addresses_of_pages_are_links() -> None:
    assert link("http://example.org/x") == "http://example.org/x"
    assert link("urn:x") == ""
    assert link(BASE + "Claim") == "/id/Claim"


# -- why a result is empty


def test_a_pattern_without_a_match_is_told(endpoint: Endpoint) -> None:
    text = page(endpoint, "/sparql", query=PREFIXES + "SELECT ?c { ?c a :Claim ; :hasUrgency :Anemia }")
    assert "Why it is empty" in text
    assert "<code>?c :hasUrgency :Anemia</code>: nothing matches this by itself." in text


def test_a_result_with_rows_has_no_reason_to_be_empty(endpoint: Endpoint) -> None:
    assert "Why it is empty" not in page(endpoint, "/sparql", query=PREFIXES + "SELECT ?c { ?c a :Claim } LIMIT 2")
