"""FHIR documents for tests: short ways to write resources, and what a document is read as."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from kg.readers.fhir.format import FHIR
from kg.readers.protocol import Context, ReadResult
from kg.vocabulary.names import Names

DAY: Final = datetime.date(2026, 2, 10)
LOINC: Final = "http://loinc.org"
Json = dict[str, Any]
Read = Callable[..., ReadResult]


def coded(code: str, system: str = LOINC, display: str = "", text: str = "") -> Json:
    """A CodeableConcept with one coding."""
    coding = {"system": system, "code": code} | ({"display": display} if display else {})
    return {"coding": [coding]} | ({"text": text} if text else {})


def observation(code: Json, value: float | Json | None = None, unit: str = "g/dL", **fields: Any) -> Json:
    """An Observation; a number becomes a Quantity."""
    found: Json = {"resourceType": "Observation", "status": "final", "code": code}
    if isinstance(value, int | float):
        found["valueQuantity"] = {"value": value, "unit": unit}
    elif value:
        found |= value
    return found | fields


def hemoglobin(value: float = 9.1, **fields: Any) -> Json:
    return observation(coded("718-7"), value, **fields)


def condition(code: Json, verified: str = "confirmed", clinical: str = "active", **fields: Any) -> Json:
    status = {
        "verificationStatus": {"coding": [{"code": verified}]},
        "clinicalStatus": {"coding": [{"code": clinical}]},
    }
    return {"resourceType": "Condition", "code": code, **status, **fields}


def bundle(*resources: Json, **fields: Any) -> Json:
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": item} for item in resources],
        **fields,
    }


def reading(names: Names, document: Json, **context: Any) -> ReadResult:
    """What a document is read as."""
    data = json.dumps(document, default=_plain).encode()
    return FHIR.read(data, Context(names, DAY, **context))


def _plain(value: object) -> int | float:
    assert isinstance(value, Decimal)
    return int(value) if value == value.to_integral_value() else float(value)
