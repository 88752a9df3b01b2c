"""Requests of the SPARQL protocol by POST, and the queries that they carry."""

from __future__ import annotations

import httpx2 as httpx

from endpoint import BASE, PREFIXES, Endpoint

CLAIMS_GRAPH = BASE + "graph/claims"
CORE_GRAPH = BASE + "graph/asserted/core"
ASK = "ASK { ?s ?p ?o }"
CONSTRUCT = PREFIXES + "CONSTRUCT { claim:A0-39 :sentence ?s } WHERE { claim:A0-39 :sentence ?s }"
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"


def post(endpoint: Endpoint, content: bytes | str, content_type: str | None, query: str = "") -> httpx.Response:
    headers = {"content-type": content_type} if content_type else {}
    request = endpoint.client.build_request("POST", f"/sparql{query}", content=content, headers=headers)
    return endpoint.send(request)


def form(**values: str | list[str]) -> str:
    return str(httpx.QueryParams(values))
