"""Routes about the service itself: health, readiness, metrics, and the manual of the API."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.pages import page
from api.transport.metrics import CONTENT_TYPE, Metrics

router = APIRouter(tags=["Service"])
DOCS_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def assets() -> Path:
    """The folder of Swagger UI, which comes with the package fastapi-offline."""
    return Path(str(files("fastapi_offline"))) / "static"


@router.get("/healthz", summary="Whether the process answers")
async def healthz() -> dict[str, str]:
    """Always `{"status": "ok"}`."""
    return {"status": "ok"}


@router.get("/readyz", summary="Whether everything is loaded", responses={503: {"description": "Not yet."}})
async def readyz(request: Request) -> Response:
    """200 when the ontology, the rules and the dataset are loaded, 503 before."""
    ready = bool(getattr(request.app.state, "ready", False))
    content: dict[str, Any] = {"status": "ready" if ready else "starting"}
    if ready:
        content["ontology_version"] = request.app.state.warrant.ontology.version
    return JSONResponse(content, 200 if ready else 503, {"Cache-Control": "no-store"})


@router.get("/metrics", summary="Prometheus metrics", response_class=Response)
async def metrics(request: Request) -> Response:
    """Counts and times by route; nothing of a patient."""
    found: Metrics = request.app.state.metrics
    return Response(found.text(), headers={"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"})


@router.get("/docs", include_in_schema=False)
async def docs() -> Response:
    """The manual of the API, made from /openapi.json in the browser; nothing comes from another server."""
    return page("docs.html", headers={"Content-Security-Policy": DOCS_POLICY})
