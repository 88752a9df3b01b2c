"""The sentence of an article that a claim was read from, marked in its paragraph, beside our own sentence.

The words come from the folder that the service was given. They stand on this page alone, one paragraph at a time, for
callers of this machine or with a key (`api.transport.texts`); no script of another site can read it.
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.pages import page
from api.pages.answer import PRIVATE
from api.routes.resources import entry
from api.services import services_of
from kg.check.quotation import Refusal, TextQuote, quoted
from kg.render.phrases import wording

router = APIRouter(include_in_schema=False)


@router.get("/passages/{claim}")
async def passage(request: Request, claim: str) -> Response:
    """The passage of a claim."""
    services = services_of(request)
    ontology = services.ontology
    found = entry(claim, ontology.claims, "claim")
    article = ontology.articles[found.article]
    quote = quoted(article, found.passage, services.config.articles)
    ids = list(ontology.claims)
    place = ids.index(claim)
    return page(
        "passage.html",
        200,
        PRIVATE,
        here="/v1/claims",
        claim=found,
        article=article,
        quote=quote if isinstance(quote, TextQuote) else None,
        changed=quote is Refusal.CHANGED,
        references=ontology.references,
        explained=wording(ontology).explained,
        before=ids[place - 1] if place else "",
        after=ids[place + 1] if place + 1 < len(ids) else "",
    )
