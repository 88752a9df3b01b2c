"""Routes about the service itself: health, readiness and metrics."""

from __future__ import annotations

import asyncio
import datetime
import json
import time
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.isolation.remote import Isolated
from api.services import front_of, services_of
from api.sparql.endpoint import SparqlEndpoint
from api.transport.metrics import CONTENT_TYPE
from kg.assess.outcomes import Outcome
from kg.errors import WarrantError
from kg.readers.case.parsing import parse_yaml
from kg.record.examples import paths
from kg.store.evaluate import ParsedQuery

router = APIRouter(tags=["Service"])
# answered where the routes are
trial = APIRouter(include_in_schema=False)
TRIAL: Final = "/trial"
FRESH: Final = 1.0
EMPTY: Final = ParsedQuery("ASK {}")
READY: Final = "ready"


class Readiness:
    """Whether the service can do its work, tried out at most once in FRESH seconds."""

    def __init__(self, isolated: Isolated, sparql: SparqlEndpoint) -> None:
        self.isolated, self.sparql = isolated, sparql
        self._found: tuple[float, dict[str, Any]] | None = None
        self._trying = asyncio.Lock()

    async def found(self) -> dict[str, Any]:
        """`status` is `ready` where it can, with the version of the ontology."""
        async with self._trying:
            now = time.monotonic()
            if self._found is None or now - self._found[0] > FRESH:
                self._found = (now, await self._tried())
            return self._found[1]

    async def _tried(self) -> dict[str, Any]:
        try:
            assessed = await self.isolated.ask("GET", TRIAL, {})
            await self.sparql.pool.run(EMPTY)
        except WarrantError:
            return {"status": "busy"}
        if assessed.status != 200:
            return {"status": "failing"}
        return {"status": READY, **json.loads(assessed.body)}


@router.get("/healthz", summary="Whether the process answers")
async def healthz() -> dict[str, str]:
    """Always `{"status": "ok"}`."""
    return {"status": "ok"}


@router.get(
    "/readyz", summary="Whether patients and queries are answered", responses={503: {"description": "Not now."}}
)
async def readyz(request: Request) -> Response:
    """200 when an example patient has been assessed and a query answered within the last second, 503 otherwise."""
    services = front_of(request)
    content = await services.readiness.found() if services.ready else {"status": "starting"}
    return JSONResponse(content, 200 if content["status"] == READY else 503, {"Cache-Control": "no-store"})


@router.get("/metrics", summary="Prometheus metrics", response_class=Response)
async def metrics(request: Request) -> Response:
    """Counts and times by route; nothing of a patient."""
    headers = {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"}
    return Response(front_of(request).metrics.text(), headers=headers)


@trial.get(TRIAL)
async def assess_an_example(request: Request) -> Response:
    """Assess an example patient anew. Nothing of it is kept."""
    services = services_of(request)
    example = paths(services.ontology.folder)[0].read_text(encoding="utf-8")
    found = services.knowledge.assess_case(parse_yaml(example), datetime.date.today())
    works = bool(found.outcomes.ids(Outcome.APPLICABLE))
    return JSONResponse({"ontology_version": services.ontology.version}, 200 if works else 500)
