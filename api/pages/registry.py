"""Pages by the name that a route gives to what it found (`api.transport.representations.Resource.page`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter

from api.pages import conversation, knowledge, login, manual, passage, pictures, sparql, start, suppose
from api.pages.answer import assessment_page, question_page
from api.pages.problem import problem_page
from api.pages.proof import proof_page
from api.pages.suppose import why_not_page
from api.services import Page

PAGES: Final[Mapping[str, Page]] = {
    **knowledge.PAGES,
    "answer": question_page,
    "assessment": assessment_page,
    "problem": problem_page,
    "proof": proof_page,
    "why-not": why_not_page,
}
ROUTERS: Final[tuple[APIRouter, ...]] = (
    start.router,
    suppose.router,
    passage.router,
    pictures.router,
    conversation.router,
    sparql.router,
    manual.router,
    login.router,
)
