"""The text of one query: its form, its keywords, what asks elsewhere."""

from __future__ import annotations

import json
import re

import pyoxigraph as ox
import pytest

from kg.errors import MalformedQuery, NotAcceptable, QueryFailed, QueryRefused, QueryTooLarge
from kg.ontology import terms
from kg.store.dataset import open_store
from kg.store.evaluate import ParsedQuery, evaluate
from kg.store.forms import TABLE, Kind
from kg.store.tokens import Words, may_vary, place, tokens
from store_rows import B


@pytest.fixture(scope="module")
def store() -> ox.Store:
    return open_store()


# -- one query


def test_an_answer_has_a_form_for_its_kind(store: ox.Store) -> None:
    kinds = {
        "SELECT * {}": ("solutions", "application/sparql-results+json"),
        "ASK {}": ("boolean", "application/sparql-results+json"),
        "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1": ("graph", "text/turtle"),
    }
    for query, expected in kinds.items():
        answer = evaluate(store, ParsedQuery(query))
        assert (answer.kind, answer.media_type) == expected


def test_turtle_is_written_with_prefixes_in_the_same_order_every_time(store: ox.Store) -> None:
    query = ParsedQuery(f"DESCRIBE <{B}claim/A0-39>")
    texts = {evaluate(store, query, terms.PREFIXES).body for _ in range(5)}
    assert len(texts) == 1
    names = re.findall(r"^@prefix (\w*):", texts.pop().decode(), re.MULTILINE)
    assert names == sorted(names)
    assert len(names) == len(terms.PREFIXES)


def test_what_has_no_acceptable_form_is_not_written(store: ox.Store) -> None:
    with pytest.raises(NotAcceptable, match="text/turtle"):
        evaluate(store, ParsedQuery("CONSTRUCT WHERE { ?s ?p ?o }", forms={"solutions": "text/csv"}))


def test_a_result_over_its_limit_is_not_written(store: ox.Store) -> None:
    with pytest.raises(QueryTooLarge, match="1000 bytes"):
        evaluate(store, ParsedQuery("SELECT * { ?s ?p ?o }", limit=1000))


def test_a_table_says_when_there_is_more(store: ox.Store) -> None:
    form: dict[Kind, str] = {"solutions": TABLE, "graph": TABLE, "boolean": TABLE}
    many = json.loads(evaluate(store, ParsedQuery("SELECT ?s { ?s ?p ?o } LIMIT 501", forms=form)).body)
    few = json.loads(evaluate(store, ParsedQuery("SELECT ?s { ?s ?p ?o } LIMIT 500", forms=form)).body)
    assert (len(many["rows"]), many["more"], len(few["rows"]), few["more"]) == (500, True, 500, False)
    graph = json.loads(evaluate(store, ParsedQuery("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 2", forms=form)).body)
    assert graph["columns"] == ["subject", "predicate", "object"]


def test_an_unknown_graph_is_refused_by_any_spelling(store: ox.Store) -> None:
    for query in ("FROM <http://e/g>", "from named <http://e/g>", "FROM NAMED e:g", "FROM\n#x\n<g>"):
        with pytest.raises(QueryRefused, match="<http://e/g>"):
            evaluate(store, ParsedQuery(f"BASE <http://e/> PREFIX e: <http://e/> SELECT * {query} {{ }}"))


def test_a_query_that_fails_while_it_runs_says_why(store: ox.Store) -> None:
    with pytest.raises(QueryFailed, match="http://e/f"):
        evaluate(store, ParsedQuery("SELECT (<http://e/f>(1) AS ?x) {}"))


@pytest.mark.parametrize(
    ("query", "place"),
    [("SELEKT", (1, 1)), ("SELECT * {\n  ?s ?p\n}", (3, 1)), ("ASK { }\n}", (2, 1)), ("ASK {\n\n e:x ?p 1 }", (3, 2))],
)
def test_a_malformed_query_is_located(store: ox.Store, query: str, place: tuple[int, int]) -> None:
    with pytest.raises(MalformedQuery) as raised:
        evaluate(store, ParsedQuery(query))
    assert (raised.value.line, raised.value.column) == place


# -- whether a word is a keyword: the parser of the engine is the judge


PIECES = ["service", "SERVICE", "Service", "servica", "service:x", "?service", '"service"', "# service\n", "<service>"]
PIECES += ["'''service'''", "\r", "\n", "{", "}", "<http://e/>", "?s ?p ?o", ".", "SILENT", "_:service", "@service"]


def test_no_combination_of_words_reaches_another_server() -> None:
    """Every query of three pieces that parses either has no SERVICE, or is refused."""
    empty, seen, refused = ox.Store(), 0, 0
    for first in PIECES:
        for second in PIECES:
            for third in ("<http://127.0.0.1:9/> { }", "{ }", "?s ?p ?o", ""):
                query = f"PREFIX service: <http://e/> SELECT * {{ {first} {second} {third} }}"
                seen += 1
                try:
                    empty.query(query)
                except SyntaxError:
                    continue
                if _asks_elsewhere(query):
                    refused += 1
                    with pytest.raises(QueryRefused):
                        evaluate(empty, ParsedQuery(query))
                else:
                    evaluate(empty, ParsedQuery(query))
    assert seen == 4 * len(PIECES) ** 2
    assert refused >= 10


def _asks_elsewhere(query: str) -> bool:
    """Whether the engine, run over one triple, tries to reach the server that the query names; SILENT is taken out."""
    try:
        store = ox.Store()
        store.add(ox.Quad(ox.NamedNode("http://e/s"), ox.NamedNode("http://e/p"), ox.NamedNode("http://e/o")))
        list(store.query(query.replace("SILENT", "")))  # type: ignore[arg-type]
    except SyntaxError:
        return False
    except (OSError, RuntimeError):
        return True
    return False


# -- words


def test_words_in_texts_names_and_comments_are_no_keywords() -> None:
    query = 'SELECT ?from { ?s from:x \'from\', """from "q" """, <from> # from\n } # from'
    assert Words(query).find("FROM") is None
    assert Words(query + "\n FROM <x>").find("FROM") is not None


def test_tokens_know_where_they_start() -> None:
    query = "ASK {\n  ex:a ?b 'c' }"
    found = {token.text: place(query, token.start) for token in tokens(query)}
    assert found["ex:a"] == (2, 3)
    assert found["'c'"] == (2, 11)


@pytest.mark.parametrize(
    ("query", "expected"),
    [("SELECT (now() AS ?x) {}", True), ("SELECT (RAND () AS ?x) {}", True), ("ASK { ?s :knownToBe ?o }", False)],
)
def test_functions_that_answer_otherwise_each_time_are_noticed(query: str, expected: bool) -> None:
    assert may_vary(query) is expected
