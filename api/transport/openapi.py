"""Parts of the OpenAPI document that routes share: problems, forms of answers, bodies, their schemas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic.json_schema import models_json_schema

from api.transport.models import PatientQuestionBody, ProblemOut, QuestionBody, TextCase, WhatIf
from kg.render.contract_facts import PublishedNames, published
from kg.render.schema import definitions

TEXT: Final = {"type": "string"}
SCHEMAS: Final = "#/components/schemas/"
SECURITY: Final = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A key of the service, where it asks for one."},
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same key."},
    "login": {"type": "apiKey", "in": "cookie", "name": "warrant", "description": "What /login gives to a browser."},
}
PROBLEM: Final = {"application/problem+json": {"schema": {"$ref": SCHEMAS + "ProblemOut"}}}
STATUS: Final = {
    400: "The request does not follow the protocol.",
    401: "A key is needed.",
    404: "There is no such thing.",
    406: "No form of the answer is acceptable.",
    412: "The call lacks data that it needs.",
    413: "The body is too large.",
    415: "The body has a type that is not read here.",
    422: "The input cannot be used: what, where and the remedy stand in `errors`.",
    429: "More requests of one caller than are answered; Retry-After says when to come back.",
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


def body_of(models: Sequence[str], examples: Mapping[str, Any], others: Sequence[str] = ()) -> dict[str, Any]:
    """A JSON body that is one of some models, with examples by name, or a body of another media type."""
    choices = [{"$ref": SCHEMAS + name} for name in models]
    schema = choices[0] if len(choices) == 1 else {"anyOf": choices}
    named = {name: {"value": value} for name, value in examples.items()}
    content = {"application/json": {"schema": schema, "examples": named}} | {name: {"schema": TEXT} for name in others}
    return {"requestBody": {"required": True, "content": content}}


def components() -> dict[str, Any]:
    """The schemas that no route of FastAPI's names: bodies that are read by the project's own readers, and problems."""
    models = (TextCase, QuestionBody, PatientQuestionBody, ProblemOut)
    _, found = models_json_schema(
        [(model, "validation") for model in models],
        ref_template=SCHEMAS + "{model}",
        schema_generator=PublishedNames,
    )
    what_if = TypeAdapter(WhatIf).json_schema(ref_template=SCHEMAS + "{model}", schema_generator=PublishedNames)
    inner = what_if.pop("$defs", {})
    return {**definitions(SCHEMAS + "{model}"), **found["$defs"], **inner, "WhatIf": what_if}


def with_published_names(node: Any) -> Any:
    """A document of FastAPI, which names schemas by class, with the published names of the models instead."""
    if isinstance(node, dict):
        return {
            published(key) if key.endswith(("Model", "Model_")) else key: with_published_names(value)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [with_published_names(value) for value in node]
    return published(node) if isinstance(node, str) and node.startswith(SCHEMAS) else node


def with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """The document with our problems in the place of the errors that FastAPI would send for wrong parameters, with the
    keys of the service, and with what any request may be answered."""
    document["components"]["securitySchemes"] = SECURITY
    document["security"] = [{}, *({name: []} for name in SECURITY)]
    for path in document["paths"].values():
        for operation in path.values():
            operation["responses"] = {str(code): said for code, said in problems_of(401, 429).items()} | {
                str(code): said for code, said in operation["responses"].items()
            }
            if "HTTPValidationError" in str(operation["responses"].get("422", "")):
                operation["responses"]["422"] = {"description": STATUS[422], "content": PROBLEM}
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)
    return document
