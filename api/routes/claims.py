"""Claims over HTTP: the list with its filters, and one claim."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.routes.filters import CLAIMS, marker_states, require_known
from api.routes.resources import (
    FOUND,
    LISTED,
    USUAL,
    Cursor,
    Limit,
    ListedResource,
    concept_named,
    deferred,
    entry,
    listed,
    single,
)
from api.services import services_of
from api.transport.models import ClaimDetail, ClaimOut, Page
from api.transport.representations import respond, split
from kg.render import claim_json, knowledge

router = APIRouter()


@router.get(
    "/v1/claims", tags=["Claims"], summary="The claims of the articles", response_model=Page[ClaimOut], responses=LISTED
)
async def claims(
    request: Request,
    article: Annotated[str, Query(examples=["A0"])] = "",
    kind: Annotated[str, Query(examples=["contraindication"])] = "",
    concept: Annotated[str, Query(description="any name of a concept that they conclude something of")] = "",
    marker_state: Annotated[str, Query(description="a state that a marker of theirs has, or `uncited`")] = "",
    limit: Limit = USUAL,
    cursor: Cursor = "",
) -> Response:
    """Claims that pass every filter, in the order of their ids."""
    services = services_of(request)
    ontology = services.ontology
    require_known(ontology, CLAIMS, article=article, kind=kind, marker_state=marker_state)
    target = concept_named(services.names, concept, "concept").name if concept else ""
    rows = [
        ListedResource(claim.id, f"claim/{claim.id}", deferred(claim_json, claim))
        for claim in ontology.claims.values()
        if article in ("", claim.article)
        and kind in ("", claim.kind)
        and (not target or any(target == one for _, one in claim.conclusions))
        and (not marker_state or marker_state in marker_states(claim))
    ]
    return await respond(request, listed(ontology, rows, limit, cursor, "claims"))


@router.get("/v1/claims/{name}", tags=["Claims"], summary="One claim", response_model=ClaimDetail, responses=FOUND)
async def claim(request: Request, name: str) -> Response:
    """A claim with its passage, markers, doubts, formal reading, exceptions and what it conflicts with."""
    identifier, extension = split(name)
    ontology = services_of(request).ontology
    found = entry(identifier, ontology.claims, "claim")
    made = deferred(knowledge.claim_detail, ontology, found)
    return await respond(request, single(ontology, [f"claim/{found.id}"], made, "claim", found), extension)
