"""Articles over HTTP: the list with the review states, and one article with claims and references."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.routes.resources import FOUND, LISTED, USUAL, Cursor, Limit, ListedResource, deferred, entry, listed, single
from api.services import services_of
from api.transport.models import ArticleDetail, ArticleOut, Page
from api.transport.representations import respond, split
from kg.render import knowledge

router = APIRouter()


@router.get(
    "/v1/articles", tags=["Articles"], summary="The articles", response_model=Page[ArticleOut], responses=LISTED
)
async def articles(request: Request, limit: Limit = USUAL, cursor: Cursor = "") -> Response:
    """Every article with its review state."""
    ontology = services_of(request).ontology
    rows = [
        ListedResource(one.id, f"article/{one.id}", deferred(knowledge.article_json, ontology, one))
        for one in ontology.articles.values()
    ]
    return await respond(request, listed(ontology, rows, limit, cursor, "articles"))


@router.get(
    "/v1/articles/{name}", tags=["Articles"], summary="One article", response_model=ArticleDetail, responses=FOUND
)
async def article(request: Request, name: str) -> Response:
    """An article with its claims in the order of the text, and its reference list."""
    identifier, extension = split(name)
    ontology = services_of(request).ontology
    found = entry(identifier, ontology.articles, "article")
    parts = [f"article/{found.id}"]
    parts += [f"claim/{claim.id}" for claim in ontology.claims.values() if claim.article == found.id]
    made = deferred(knowledge.article_detail, ontology, found)
    return await respond(request, single(ontology, parts, made, "article", found), extension)
