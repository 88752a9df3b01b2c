"""Pictures of an assessment as SVG, for its page (`kg.render.charts`)."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.pages.answer import PRIVATE
from api.services import services_of
from kg.errors import NotFound, Problem
from kg.render.charts import CHARTS, chart, svg
from kg.vocabulary.nearest import closest

router = APIRouter(prefix="/v1/assessments", include_in_schema=False)
SVG: Final = ".svg"


@router.get("/{handle}/pictures/{name}")
async def picture(request: Request, handle: str, name: str) -> Response:
    """One picture; with `narrow` as it fits a phone."""
    services = services_of(request)
    session, known = services.sessions.find(handle), name.removesuffix(SVG)
    found = chart(session.plain, known, "narrow" in request.query_params) if known in CHARTS else None
    if found is None:
        known_ones = ", ".join(CHARTS)
        raise NotFound(
            [Problem(name, "is no picture of this answer.", f"There are {known_ones}.", closest(known, CHARTS))]
        )
    return Response(svg(found), 200, PRIVATE, "image/svg+xml")
