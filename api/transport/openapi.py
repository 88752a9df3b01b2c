"""The operations of the SPARQL endpoint for the OpenAPI document; its route is none of FastAPI's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic.json_schema import models_json_schema

from api.sparql.protocol import DIRECT, FORM
from api.transport.models import ProblemOut, QuestionBody, TextCase, WhatIf
from kg.render.schema import definitions
from kg.store.forms import OFFERED

TEXT: Final = {"type": "string"}
SCHEMAS: Final = "#/components/schemas/"
PROBLEM: Final = {"application/problem+json": {"schema": {"$ref": SCHEMAS + "ProblemOut"}}}
STATUS: Final = {
    400: "The request does not follow the protocol.",
    401: "A key is needed.",
    404: "There is no such thing.",
    406: "No form of the answer is acceptable.",
    413: "The body is too large.",
    415: "The body has a type that is not read here.",
    422: "The input cannot be used: what, where and the remedy stand in `errors`.",
    501: "Pictures are not installed here.",
    503: "Too many requests at the moment; Retry-After says when to come back.",
    504: "The answer took too long.",
}


def problems_of(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The responses of a route that are problems."""
    return {status: {"description": STATUS[status], "content": PROBLEM} for status in statuses}


def forms_of(*types: str) -> dict[int | str, dict[str, Any]]:
    """The forms of a route's answer beside JSON, whose model the route names."""
    return {200: {"description": "The answer.", "content": {name: {"schema": TEXT} for name in types[1:]}}}


def body_of(models: Sequence[str], examples: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON body that is one of some models, with examples by name."""
    choices = [{"$ref": SCHEMAS + name} for name in models]
    schema = choices[0] if len(choices) == 1 else {"anyOf": choices}
    named = {name: {"value": value} for name, value in examples.items()}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema, "examples": named}}}}


def components() -> dict[str, Any]:
    """The schemas that no route of FastAPI's names: bodies that are read by the project's own readers, and problems."""
    models = (TextCase, QuestionBody, ProblemOut)
    _, found = models_json_schema([(model, "validation") for model in models], ref_template=SCHEMAS + "{model}")
    what_if = TypeAdapter(WhatIf).json_schema(ref_template=SCHEMAS + "{model}")
    inner = what_if.pop("$defs", {})
    return {**definitions(SCHEMAS + "{model}"), **found["$defs"], **inner, "WhatIf": what_if}


def with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """The document with our problems in the place of the errors that FastAPI would send for wrong parameters."""
    for path in document["paths"].values():
        for operation in path.values():
            if "HTTPValidationError" in str(operation["responses"].get("422", "")):
                operation["responses"]["422"] = {"description": STATUS[422], "content": PROBLEM}
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)
    return document


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
