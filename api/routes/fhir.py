"""What the service can do with FHIR R4: its CapabilityStatement and the definition of its operation."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.transport.representations import FHIR
from kg import __version__
from kg.readers.fhir.format import READ
from kg.render import dumps

router = APIRouter(prefix="/fhir", tags=["FHIR"])
DATE: Final = "2026-12-01"
JSON_FORMATS: Final = ["application/fhir+json", "json"]
OPERATION: Final = "OperationDefinition/assess"


@router.get("/metadata", summary="The CapabilityStatement")
async def metadata(request: Request) -> Response:
    """What is read and what is answered, as FHIR has it."""
    root = str(request.base_url)
    described = [
        {"type": name, "documentation": "Read in a Bundle that is sent to $assess; not stored."}
        for name in sorted([*READ, "Patient"])
    ]
    return _answered(
        {
            "resourceType": "CapabilityStatement",
            "status": "active",
            "date": DATE,
            "kind": "instance",
            "software": {"name": "Warrant", "version": __version__},
            "implementation": {"description": "Clinical articles as rules with proofs", "url": f"{root}fhir"},
            "fhirVersion": "4.0.1",
            "format": JSON_FORMATS,
            "rest": [
                {
                    "mode": "server",
                    "documentation": f"POST a Bundle or Parameters to {root}v1/assessments as application/fhir+json.",
                    "resource": described,
                    "operation": [{"name": "assess", "definition": f"{root}fhir/{OPERATION}"}],
                }
            ],
        }
    )


@router.get("/OperationDefinition/assess", summary="The operation that assesses a patient")
async def operation(request: Request) -> Response:
    """Its parameters: the record and the day, in; the Bundle of the answer, out."""
    parameters = [
        {
            "name": "record",
            "use": "in",
            "min": 1,
            "max": "1",
            "type": "Bundle",
            "documentation": "the record",
        },
        {"name": "as_of", "use": "in", "min": 0, "max": "1", "type": "date", "documentation": "the day of the record"},
        {"name": "return", "use": "out", "min": 1, "max": "1", "type": "Bundle", "documentation": "the answer"},
    ]
    return _answered(
        {
            "resourceType": "OperationDefinition",
            "id": "assess",
            "url": f"{request.base_url}fhir/{OPERATION}",
            "name": "Assess",
            "status": "active",
            "kind": "operation",
            "date": DATE,
            "code": "assess",
            "system": True,
            "type": False,
            "instance": False,
            "parameter": parameters,
        }
    )


def _answered(data: dict[str, Any]) -> Response:
    return Response(dumps(data), media_type=FHIR, headers={"Cache-Control": "no-cache"})
