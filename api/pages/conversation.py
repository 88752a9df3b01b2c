"""Questions about an assessed patient one after the other, and the letter that tells the next clinician of them."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.pages import page
from api.pages.answer import PRIVATE, known, linker
from api.pages.changes import one, read_form
from api.services import services_of
from api.transport.limits import check_text
from kg.ask import then
from kg.assess import Action, Assessment
from kg.errors import CaseError, Problem
from kg.render.letter import letter
from kg.render.phrases import phrase

router = APIRouter(prefix="/v1/assessments", include_in_schema=False)
MOST: Final = 12
NOTHING: Final = Problem("the question", "is empty.", "Ask something about the patient.")


@router.post("/{handle}/conversation")
async def ask(request: Request, handle: str) -> Response:
    """The answers so far and to one more question; `before` are the questions that it follows."""
    services, pairs = services_of(request), await read_form(request)
    session, question = services.sessions.find(handle), one(pairs, "question")
    if not question:
        raise CaseError([NOTHING])
    asked = [*(value for key, value in pairs if key == "before"), question][-MOST:]
    texts = [check_text(text, services.config.work.text, "question") for text in asked]
    answers = then(services.knowledge, session.plain, texts)
    assessments = (session.plain, *(found.assessment for found in answers))
    place = f"/v1/assessments/{session.handle}"
    return page(
        "conversation.html",
        200,
        PRIVATE,
        here="/",
        place=place,
        answers=answers,
        asked=texts,
        linked=linker(session.plain, place),
        labels={name: _said(found, name) for found in assessments for name in found.items},
        first=session.plain,
        held=known(session.plain),
        supposed=[text for text in known(answers[-1].assessment) if text not in known(session.plain)],
    )


@router.get("/{handle}/letter")
async def written(request: Request, handle: str) -> Response:
    """The letter, to be copied."""
    services = services_of(request)
    session = services.sessions.find(handle)
    place = f"/v1/assessments/{session.handle}"
    return page("letter.html", 200, PRIVATE, here="/", place=place, letter=letter(session.plain))


def _said(assessment: Assessment, name: str) -> str:
    item = assessment.items[name]
    return phrase(assessment.ontology, item) if isinstance(item, Action) else item.label
