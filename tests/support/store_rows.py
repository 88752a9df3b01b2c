"""Rows of a query over the store, as JSON gives them."""

from __future__ import annotations

import json

import pyoxigraph as ox

from kg.ontology import terms
from kg.store.evaluate import ParsedQuery, evaluate

B = terms.BASE
PREFIXES = " ".join(f"PREFIX {name}: <{iri}>" for name, iri in terms.PREFIXES.items()) + f" PREFIX g: <{B}graph/> "


def rows(store: ox.Store, query: str) -> list[dict[str, str]]:
    found = json.loads(evaluate(store, ParsedQuery(PREFIXES + query)).body)["results"]["bindings"]
    return [{name: cell["value"] for name, cell in row.items()} for row in found]
