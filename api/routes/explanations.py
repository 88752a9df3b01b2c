"""Further questions to an assessment over HTTP: contrast, sources, alternatives, counterfactual, stability, retraction,
and its certificate.

The answers are byte for byte those of `warrant explain` and `warrant certificate`.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from api.routes.assessments import Handle
from api.services import services_of
from api.transport.bodies import checked, read_json
from api.transport.limits import check_text
from api.transport.models import TextBody
from api.transport.openapi import forms_of, problems_of
from api.transport.representations import JSON, TEXT, Resource, respond, split
from kg import render
from kg.assess import Assessment
from kg.certificate.canonical import canonical
from kg.certificate.envelope import Refused
from kg.certificate.keys import signing_key, trusted_keys
from kg.certificate.verify import verified
from kg.explanations import stability as numbers
from kg.explanations.counterfactuals import counterfactuals
from kg.render import contrast as contrasts
from kg.render import counterfactuals as flips
from kg.render import explanation
from kg.render import retraction as retractions
from kg.render.verification import verification_json

router = APIRouter(prefix="/v1", tags=["Explanations"])
Answer = tuple[object, str]


class Retract(BaseModel):
    """Sources that are taken out, and whether a claim falls that cites others too."""

    sources: list[str] = Field(min_length=1, examples=[["A0[1]"]])
    mode: Literal["strict", "lenient"] = "lenient"


async def _told(request: Request, handle: str, ask: Callable[[Assessment], Answer], form: str = "") -> Response:
    """The answer to one question as JSON or text; one thread asks an assessment at a time."""
    services = services_of(request)

    def asked() -> Answer:
        session = services.sessions.find(handle)
        return ask(session.plain)

    data, text = asked()
    return await respond(request, Resource({JSON: lambda: explanation.document(data), TEXT: text.encode}), form)


@router.get(
    "/assessments/{handle}/contrast",
    summary="Why one conclusion rather than another",
    responses=forms_of(JSON, TEXT) | problems_of(404, 406, 422),
)
async def contrast(
    request: Request,
    handle: Handle,
    why: Annotated[str, Query(description="a conclusion that follows", examples=["A0-39"])],
    other: Annotated[str, Query(alias="not", description="the other one", examples=["A0-44"])],
) -> Response:
    """What speaks for both, what separates them, what would turn it. The same as `warrant explain --why A --not B`."""

    engine = services_of(request).knowledge.engine

    def ask(assessment: Assessment) -> Answer:
        found = contrasts.contrast(assessment, engine, why, other)
        return contrasts.contrast_json(found), contrasts.contrast_text(found)

    return await _told(request, handle, ask)


@router.get(
    "/assessments/{handle}/sources/{conclusion}",
    summary="The sources that a conclusion rests on",
    responses=forms_of(JSON, TEXT) | problems_of(404, 406),
)
async def sources(request: Request, handle: Handle, conclusion: str) -> Response:
    """The smallest sets of sources from each of which a conclusion follows."""
    identifier, extension = split(conclusion)

    def ask(assessment: Assessment) -> Answer:
        found = retractions.rests_on(assessment, identifier)
        return retractions.rests_on_json(found), retractions.rests_on_text(found)

    return await _told(request, handle, ask, extension)


@router.get(
    "/assessments/{handle}/counterfactual/{conclusion}",
    summary="The smallest changes that flip a conclusion",
    responses=forms_of(JSON, TEXT) | problems_of(404, 406, 422),
)
async def counterfactual(request: Request, handle: Handle, conclusion: str) -> Response:
    """The smallest sets of changes, additions included, each verified by running again; none where there is none."""
    identifier, extension = split(conclusion)
    engine = services_of(request).knowledge.engine

    def ask(assessment: Assessment) -> Answer:
        found = counterfactuals(assessment, engine, identifier)
        return flips.counterfactuals_json(found, identifier), flips.counterfactuals_text(found, identifier)

    return await _told(request, handle, ask, extension)


@router.get(
    "/assessments/{handle}/alternatives/{conclusion}",
    summary="All minimal explanations of a conclusion",
    responses=forms_of(JSON, TEXT) | problems_of(404, 406),
)
async def alternatives(request: Request, handle: Handle, conclusion: str) -> Response:
    """Every minimal set of facts and axioms that proves it, by length and by the state of its sources."""
    identifier, extension = split(conclusion)

    def ask(assessment: Assessment) -> Answer:
        found = flips.alternatives_of(assessment, identifier)
        text = flips.alternatives_text(found, identifier, assessment.ontology)
        return flips.alternatives_json(found, identifier), text

    return await _told(request, handle, ask, extension)


@router.get(
    "/assessments/{handle}/stability",
    summary="Between which numbers the answer stays the same",
    responses=forms_of(JSON, TEXT) | problems_of(404, 406, 422),
)
async def stability(
    request: Request,
    handle: Handle,
    conclusion: Annotated[str, Query(description="one conclusion; all of the answer if not given")] = "",
) -> Response:
    """For each exact value, the age and each start of a treatment, the interval in which nothing changes."""
    engine = services_of(request).knowledge.engine

    def ask(assessment: Assessment) -> Answer:
        found = numbers.stability(assessment, engine, conclusion)
        return flips.stability_json(found, conclusion), flips.stability_text(found, conclusion)

    return await _told(request, handle, ask)


@router.post(
    "/assessments/{handle}/retract",
    summary="What falls without some sources",
    responses=forms_of(JSON, TEXT) | problems_of(404, 406, 413, 415, 422),
    openapi_extra={"requestBody": {"content": {"application/json": {"schema": Retract.model_json_schema()}}}},
)
async def retract(request: Request, handle: Handle) -> Response:
    """The conclusions that no longer follow without some articles, claims, passages, markers or references."""
    body = checked(Retract, await read_json(request))

    def ask(assessment: Assessment) -> Answer:
        found = retractions.retraction(assessment, body.sources, body.mode)
        return retractions.retraction_json(found), retractions.retraction_text(found)

    return await _told(request, handle, ask)


@router.get(
    "/assessments/{handle}/certificate",
    summary="The assessment, proved and signed",
    responses=forms_of(JSON) | problems_of(404, 406),
)
async def certificate(request: Request, handle: Handle) -> Response:
    """A certificate (docs/certificate.md) as `warrant certificate` writes it, signed with the service's key."""
    services = services_of(request)

    def made() -> Resource:
        session = services.sessions.find(handle)
        now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        answer = render.as_json(session.plain, open_claims=False)
        found = canonical(services.knowledge.certificate(session.plain, answer, signing_key(), now))
        return Resource({JSON: lambda: found})

    return await respond(request, made())


@router.post(
    "/verify",
    summary="Whether sentences or a certificate are to be believed",
    responses=forms_of(JSON) | problems_of(406, 413, 415, 422),
    openapi_extra={"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}},
)
async def verify(request: Request) -> Response:
    """Of a certificate `{"valid", "reasons"}`; trusted is the service's own key alone. Of `{"text": "..."}` each
    sentence with its verdict by the claims: entailed, contradicted, not stated."""
    services, envelope = services_of(request), await read_json(request)
    if isinstance(envelope, dict) and "text" in envelope:
        text = check_text(checked(TextBody, envelope).text, services.config.work.text)
        found = verification_json(services.knowledge.verifier.judge(text))
        return await respond(request, Resource({JSON: lambda: explanation.document(found)}))

    def judged() -> Resource:
        reasons: list[str] = []
        try:
            verified(envelope, trusted_keys(), services.knowledge.base)
        except Refused as error:
            reasons.append(str(error))
        data = {"valid": not reasons, "reasons": reasons}
        return Resource({JSON: lambda: explanation.document(data)})

    return await respond(request, judged())
