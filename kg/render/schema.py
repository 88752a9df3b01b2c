"""JSON Schema (2020-12) of what crosses the border of the process, with the contract's version.

A case may hold what `kg.readers.case.reader` accepts; assessment, proof and answer are the models of
`kg.render.contract`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic.json_schema import models_json_schema

from kg import CONTRACT_VERSION
from kg.ontology import terms
from kg.readers.builder import COMPARATORS, FACT_LISTS, FLAGS, PLAIN_STATUSES, STATUSES
from kg.readers.case.reader import OLDEST, REPORT
from kg.render import contract, contract_answers
from kg.render.contract_facts import ContractModel, PublishedNames

DATE: Final = {"type": "string", "format": "date"}
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
IDENTIFIER: Final = terms.BASE + "schema"
MODELS: Final[Mapping[str, type[ContractModel]]] = {
    "assessment": contract.AssessmentModel,
    "proof": contract.ProofModel,
    "explanation": contract.ExplanationModel,
    "answer": contract_answers.AnswerModel,
}
NAMES: Final = ("case", *MODELS)


def schema(name: str = "") -> dict[str, Any]:
    """The schema of one of NAMES, or of them all: then any of them validates, and each stands in `$defs`."""
    if name == "case":
        return case_schema()
    return _named(name) if name else _whole()


def definitions(template: str = "#/$defs/{model}") -> dict[str, Any]:
    """Every schema by the name of its model; references follow the template."""
    models = [(model, "serialization") for model in (*MODELS.values(), contract.WhyNotModel, contract.DifferenceModel)]
    _, found = models_json_schema(models, ref_template=template, schema_generator=PublishedNames)  # type: ignore[arg-type]
    return {"Case": _body(), **found["$defs"]}


def _named(name: str) -> dict[str, Any]:
    return {**_head(name), "$ref": f"#/$defs/{name.capitalize()}", "$defs": definitions()}


def _whole() -> dict[str, Any]:
    choices = [{"$ref": f"#/$defs/{name.capitalize()}"} for name in NAMES]
    return {**_head(""), "anyOf": choices, "$defs": definitions()}


def _head(name: str) -> dict[str, Any]:
    place = f"{IDENTIFIER}/{name}" if name else IDENTIFIER
    return {"$schema": DIALECT, "$id": place, "title": name.capitalize() or "Warrant", "version": CONTRACT_VERSION}


def case_schema() -> dict[str, Any]:
    """The schema of docs/contract.md, "A case"."""
    return {**_head("case"), **_body()}


def _body() -> dict[str, Any]:
    lists = {name: {"type": "array", "items": _entry(name)} for name in FACT_LISTS}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "as_of": DATE,
            "sex": {"enum": ["female", "male"]},
            "age": {"type": "number", "minimum": 0, "maximum": OLDEST},
            "measurements": {"type": "array", "items": _measurement()},
            **lists,
            "unknown": {"enum": [REPORT]},
            "record": _object({"complete": {"type": "array", "items": {"enum": ["measurements", *FACT_LISTS]}}}),
        },
    }


def _object(properties: dict[str, Any], required: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties, "required": list(required)}


def _entry(name: str) -> dict[str, Any]:
    statuses = [str(status) for status in STATUSES.get(name, PLAIN_STATUSES)]
    optional = {"type": ["string", "null"], "format": "date"}
    days = {"date": optional, "started": optional, "ended": optional}
    return _object({"concept": {"type": "string"}, "status": {"enum": statuses}, **days}, ("concept",))


def _measurement() -> dict[str, Any]:
    number = {"type": "number"}
    return _object(
        {
            "test": {"type": "string"},
            "value": number,
            "comparator": {"enum": list(COMPARATORS)},
            "unit": {"type": "string"},
            "date": DATE,
            "reference_range": _object({"low": number, "high": number}),
            "flag": {"enum": list(FLAGS)},
        },
        ("test", "value", "unit"),
    )
