"""JSON Schema (2020-12) of a case, with the contract's version; the lists and statuses are those the reader accepts."""

from __future__ import annotations

from typing import Any

from kg.read_case import COMPARATORS, FACT_LISTS, FLAGS, OLDEST, PLAIN_STATUSES, STATUSES

CONTRACT_VERSION = "1.0"
DATE = {"type": "string", "format": "date"}


def case_schema() -> dict[str, Any]:
    """The schema of INTERFACE.md, "A case"."""
    lists = {name: {"type": "array", "items": _entry(name)} for name in FACT_LISTS}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://w3id.org/warrant/schema/case",
        "title": "Case",
        "version": CONTRACT_VERSION,
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "as_of": DATE,
            "sex": {"enum": ["female", "male"]},
            "age": {"type": "number", "minimum": 0, "maximum": OLDEST},
            "measurements": {"type": "array", "items": _measurement()},
            **lists,
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
