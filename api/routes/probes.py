"""Routes about the service itself: health, readiness and metrics."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.services import services_of
from api.transport.metrics import CONTENT_TYPE

router = APIRouter(tags=["Service"])


@router.get("/healthz", summary="Whether the process answers")
async def healthz() -> dict[str, str]:
    """Always `{"status": "ok"}`."""
    return {"status": "ok"}


@router.get("/readyz", summary="Whether everything is loaded", responses={503: {"description": "Not yet."}})
async def readyz(request: Request) -> Response:
    """200 when the ontology, the rules and the dataset are loaded, 503 before."""
    services = services_of(request)
    ready = services.ready
    content: dict[str, Any] = {"status": "ready" if ready else "starting"}
    if ready:
        content["ontology_version"] = services.ontology.version
    return JSONResponse(content, 200 if ready else 503, {"Cache-Control": "no-store"})


@router.get("/metrics", summary="Prometheus metrics", response_class=Response)
async def metrics(request: Request) -> Response:
    """Counts and times by route; nothing of a patient."""
    headers = {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"}
    return Response(services_of(request).metrics.text(), headers=headers)
