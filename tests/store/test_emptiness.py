"""Why a query has no row: how it is cut into parts, and which of them are told."""

from __future__ import annotations

import asyncio

import pyoxigraph as ox
import pytest

from kg.store.emptiness import _Group, why_empty

PREFIX = "PREFIX : <https://example.org/> "
DATA = """@prefix : <https://example.org/> .
:a a :Claim ; :of :x , :y ; :size 2.5 ; :says "yes"@en . :b a :Claim ; :of :z ; :size 3 . :l a :Limit ; :of :z ."""


@pytest.fixture(scope="module")
def store() -> ox.Store:
    found = ox.Store()
    found.load(DATA.encode(), format=ox.RdfFormat.TURTLE)
    return found


def reasons(store: ox.Store, query: str) -> list[tuple[str, str]]:
    async def ask(text: str) -> bool:
        return bool(store.query(text))

    return [(part.text, part.reason) for part in asyncio.run(why_empty(PREFIX + query, ask))]


def test_a_query_is_cut_into_its_triples_filters_and_groups() -> None:
    group = """SELECT ?c WHERE { ?c a :Claim ; :of :x , :y . ?c :size 2.5 ; :says "yes"@en .
        [] (:of|^:of)/:p* ?c FILTER (?c != :a) OPTIONAL { ?c :q ?r } { ?c a :A } UNION { ?c a :B } VALUES ?c { :a }
        FILTER NOT EXISTS { ?c :no ?n } }"""
    assert [part.text for part in _Group(PREFIX + group).parts] == [
        "?c a :Claim", "?c :of :x", "?c :of :y", "?c :size 2.5", '?c :says "yes"@en', "[] (:of|^:of)/:p* ?c",
        "FILTER (?c != :a)", "{ ?c a :A } UNION { ?c a :B }", "VALUES ?c { :a }", "FILTER NOT EXISTS { ?c :no ?n }",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELECT ?c { ?c a :Claim ; :of :nothing }", [("?c :of :nothing", "no_match")]),
        ("SELECT ?c { ?c a :Claim ; :size 2.5 ; :of :x FILTER (?c = :b) }", [("FILTER (?c = :b)", "blocks")]),
        ("SELECT ?c { ?c a :Claim , :Limit }", [("?c a :Claim", "blocks"), ("?c a :Limit", "blocks")]),
        (
            "SELECT ?c { ?c a :Claim . ?c :of :x . ?c a :Limit . ?c :size 3 }",
            [("?c a :Limit", "from_here")],
        ),
        ('SELECT ?c { ?c :says "yes"@en , "no" . OPTIONAL { ?c :of :w } }', [('?c :says "no"', "no_match")]),
    ],
)
def test_the_part_that_leaves_no_row_is_told(store: ox.Store, query: str, told: list[tuple[str, str]]) -> None:
    assert reasons(store, query) == told


@pytest.mark.parametrize("query", ["SELECT ?c { }", "DESCRIBE :a", "SELECT (COUNT(?c) AS ?n) { ?c a :No", "ASK {"])
def test_a_text_that_has_no_parts_is_no_failure(store: ox.Store, query: str) -> None:
    assert reasons(store, query) in ([], [("?c a :No", "no_match")])
