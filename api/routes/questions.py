"""Knowledge questions over HTTP."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.services import services_of
from api.transport.bodies import checked, read_json
from api.transport.limits import check_text
from api.transport.models import QuestionBody
from api.transport.openapi import body_of, problems_of
from api.transport.representations import JSON, Resource, respond
from kg import render
from kg.render.contract_answers import AnswerModel

router = APIRouter(prefix="/v1/questions", tags=["Questions"])
EXAMPLE = {"question": "Which markers does the claim on biopsy cite?"}


@router.post(
    "",
    summary="Ask what the articles say",
    response_model=AnswerModel,
    responses=problems_of(406, 413, 415, 422, 503, 504),
    openapi_extra=body_of(["QuestionBody"], {"question": EXAMPLE}),
)
async def ask(request: Request, features: bool = False) -> Response:
    """The claims that answer a question, with the query that found them. What no claim says is `"covered": false`.

    `?features=true` puts beside each claim what each feature added to the log-odds that it answers.
    """
    services = services_of(request)
    body = checked(QuestionBody, await read_json(request))
    question = check_text(body.question, services.config.work.text, "question")
    found = services.sessions.answer(question, features)
    data = found.to_json(services.knowledge.ontology.codes)
    return await respond(request, Resource({JSON: lambda: render.dumps(data).encode() + b"\n"}, "answer", found))
