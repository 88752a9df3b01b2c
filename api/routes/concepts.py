"""Concepts over HTTP: the vocabulary with its filters, and one concept."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.routes.filters import CONCEPTS, require_known
from api.routes.resources import (
    FOUND,
    LISTED,
    USUAL,
    Cursor,
    Limit,
    ListedResource,
    concept_named,
    deferred,
    listed,
    single,
)
from api.services import services_of
from api.transport.models import ConceptDetail, ConceptOut, Page
from api.transport.representations import respond, split
from kg.errors import InputError, NotFound
from kg.ontology.model import Concept
from kg.render import knowledge

router = APIRouter()


@router.get(
    "/v1/concepts", tags=["Concepts"], summary="The vocabulary", response_model=Page[ConceptOut], responses=LISTED
)
async def concepts(
    request: Request,
    kind: Annotated[str, Query(examples=["condition"])] = "",
    parent: Annotated[str, Query(description="any name of a concept: those anywhere below it, and itself")] = "",
    text: Annotated[str, Query(description="a part of the label or of a synonym")] = "",
    limit: Limit = USUAL,
    cursor: Cursor = "",
) -> Response:
    """Concepts that pass every filter, in the order of their codes."""
    services = services_of(request)
    ontology = services.ontology
    require_known(ontology, CONCEPTS, kind=kind)
    below = ontology.descendants(concept_named(services.names, parent, "parent").name) if parent else None
    found = sorted(ontology.concepts.values(), key=lambda one: one.code)
    rows = [
        ListedResource(one.code, one.name, deferred(knowledge.concept_json, ontology, one))
        for one in found
        if kind in ("", one.kind) and (below is None or one.name in below) and _named(one, text.casefold())
    ]
    return await respond(request, listed(ontology, rows, limit, cursor, "concepts"))


def _named(concept: Concept, text: str) -> bool:
    return not text or any(text in name.casefold() for name in (concept.label, *concept.synonyms))


@router.get(
    "/v1/concepts/{name:path}",
    tags=["Concepts"],
    summary="One concept",
    response_model=ConceptDetail,
    responses=FOUND,
)
async def concept(request: Request, name: str) -> Response:
    """A concept by its code or any other name, with the claims about it."""
    identifier, extension = split(name)
    services = services_of(request)
    try:
        found = concept_named(services.names, identifier, identifier)
    except InputError as error:
        raise NotFound(error.problems) from error
    made = deferred(knowledge.concept_detail, services.ontology, found)
    return await respond(request, single(services.ontology, [found.name], made, "concept", found), extension)
