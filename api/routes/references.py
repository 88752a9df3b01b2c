"""References over HTTP: what the articles cite, as their lists print it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.routes.filters import REFERENCES, require_known
from api.routes.resources import FOUND, LISTED, USUAL, Cursor, Limit, ListedResource, deferred, entry, listed, single
from api.services import services_of
from api.transport.models import Page
from api.transport.representations import respond, split
from kg.render.claims import reference_json
from kg.render.contract_facts import ReferenceModel

router = APIRouter()


@router.get(
    "/v1/references",
    tags=["Articles"],
    summary="The reference lists",
    response_model=Page[ReferenceModel],
    responses=LISTED,
)
async def references(
    request: Request, article: Annotated[str, Query()] = "", limit: Limit = USUAL, cursor: Cursor = ""
) -> Response:
    """What the articles cite, as their lists print it."""
    ontology = services_of(request).ontology
    require_known(ontology, REFERENCES, article=article)
    found = sorted(ontology.references.values(), key=lambda one: (one.article, one.position))
    rows = [
        ListedResource(f"{one.article}-R{one.position}", one.iri, deferred(reference_json, one))
        for one in found
        if article in ("", one.article)
    ]
    return await respond(request, listed(ontology, rows, limit, cursor, "references"))


@router.get(
    "/v1/references/{name}",
    tags=["Articles"],
    summary="One entry of a reference list",
    response_model=ReferenceModel,
    responses=FOUND,
)
async def reference(request: Request, name: str) -> Response:
    """A reference by its id, such as `A0-R1`."""
    identifier, extension = split(name)
    ontology = services_of(request).ontology
    known = {f"{one.article}-R{one.position}": one for one in ontology.references.values()}
    found = entry(identifier, known, "reference")
    made = deferred(reference_json, found)
    return await respond(request, single(ontology, [found.iri], made, "reference", found), extension)
