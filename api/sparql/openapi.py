"""The operations of the SPARQL endpoint for the OpenAPI document; its route is none of FastAPI's."""

from __future__ import annotations

from typing import Any, Final

from api.sparql.protocol import DIRECT, FORM
from api.transport.openapi import TEXT
from kg.store.forms import OFFERED


def operations() -> dict[str, Any]:
    """The path item of `/sparql`."""
    result = {name: {"schema": TEXT} for names in OFFERED.values() for name in names}
    responses = {
        "200": {"description": "The result; without a query, the service description.", "content": result},
        "304": {"description": "The data and the query are those of If-None-Match."},
        **{status: _problem(text) for status, text in PROBLEMS.items()},
    }
    parameters = [_parameter(*item) for item in PARAMETERS]
    form = {"type": "object", "properties": {"query": TEXT}, "required": ["query"]}
    body = {"content": {DIRECT: {"schema": TEXT}, FORM: {"schema": form}}, "required": True}
    shared = {"tags": ["SPARQL"], "summary": "Query the knowledge graph (SPARQL 1.1 Protocol)", "responses": responses}
    query = _parameter("query", "One SPARQL 1.1 query.", False)
    return {
        "get": {"operationId": "query_by_get", "parameters": [query, *parameters], **shared},
        "post": {"operationId": "query_by_post", "parameters": parameters, "requestBody": body, **shared},
    }


PARAMETERS: Final = (
    ("default-graph-uri", "A graph that is part of the default graph, in the place of FROM.", True),
    ("named-graph-uri", "A graph that GRAPH can name, in the place of FROM NAMED.", True),
    ("timeout", "Seconds; only lowers the time limit.", False),
)
PROBLEMS: Final = {
    "400": "The query does not parse, with line and column, or the request does not follow the protocol.",
    "403": "An update, SERVICE, or a graph that is not there.",
    "406": "No form of the result is acceptable.",
    "413": "The body is too large.",
    "415": "The body is neither a form nor a query.",
    "422": "The result, or the memory that the query needs, is over a limit.",
    "503": "Too many queries at the moment; Retry-After says when to come back.",
    "504": "The query ran longer than its time limit.",
}


def _parameter(name: str, text: str, many: bool) -> dict[str, Any]:
    schema = {"type": "array", "items": TEXT} if many else TEXT
    return {"name": name, "in": "query", "required": False, "description": text, "schema": schema}


def _problem(text: str) -> dict[str, Any]:
    return {"description": text, "content": {"application/problem+json": {"schema": {"type": "object"}}}}
