"""Assessments over HTTP: made from a case or a text, and asked why, why not and what if."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.isolation.batch import NDJSON
from api.services import Services, services_of
from api.sessions.service import AssessmentSession
from api.transport.bodies import checked, read_json, read_text_body
from api.transport.limits import check_entries, check_facts, check_text
from api.transport.models import CASE, PatientQuestionBody, TextCase
from api.transport.openapi import body_of, forms_of, problems_of
from api.transport.representations import (
    FHIR,
    JSON,
    JSON_LD,
    MARKDOWN,
    N_QUADS,
    RDF,
    SVG,
    TEXT,
    TURTLE,
    Resource,
    respond,
    split,
)
from kg import render
from kg.ask import Reply, routed, then
from kg.assess import Assessment
from kg.errors import CaseError, Problem
from kg.explanations import differences
from kg.readers.case.formats import JSON as JSON_CASE
from kg.readers.case.formats import read_case
from kg.readers.case.parsing import parse_json
from kg.readers.protocol import Context, ReadResult
from kg.readers.registry import READERS
from kg.readers.text import TextKind
from kg.readers.text.format import TEXT as PLAIN
from kg.render import explanation, rdf, wire
from kg.render.cards import ServicePlace
from kg.render.contract import AssessmentModel, DifferenceModel, ExplanationModel, WhyNotModel
from kg.render.contract_answers import PatientAnswerModel
from kg.render.fhir_answer import answer_bundle
from kg.render.picture import as_svg
from kg.render.reply import reply_markdown, reply_text

ALL: Final = (JSON, TURTLE, JSON_LD, N_QUADS, MARKDOWN, TEXT)
FORMS: Final = (*ALL, FHIR)
router = APIRouter(prefix="/v1/assessments", tags=["Assessments"])
Handle = Annotated[str, Path(description="the handle that the assessment came with", examples=["5f1d"])]
Proofs = Annotated[Literal["ids", "full"], Query(description="`full`: every proof too, by id, in `proofs`")]
OpenClaims = Annotated[
    Literal["nearest", "all"], Query(description="which undetermined claims are listed where there are very many")
]
Branches = Annotated[bool, Query(description="what each open diagnosis and pending result would change")]
Unknown = Annotated[
    Literal["error", "report"], Query(description="`report`: what cannot be used is listed in `not_understood`")
]
Defaults = Annotated[bool, Query(description="whether reference intervals judge what nothing else does")]
AsOf = Annotated[
    datetime.date | None, Query(description="the day of the assessment; a case that names one goes before it")
]
PatientKey = Annotated[str, Query(description="whose rows of a table are read, where it has those of several")]
FRAGMENT: Final = {"list": "findings", "entry": {"concept": "MONDO:0003785"}}


@router.post(
    "",
    summary="Assess a patient",
    response_model=AssessmentModel,
    responses=forms_of(*FORMS) | problems_of(406, 413, 415, 422, 503, 504),
    openapi_extra=body_of(
        ["Case", "TextCase"],
        {"case": CASE, "text": {"text": "62F, Hb 9.8 g/dL, MCV 104 fL"}},
        [*(name for name in READERS.media_types if name != JSON), NDJSON],
    ),
)
async def assess(
    request: Request,
    proofs: Proofs = "ids",
    branches: Branches = True,
    unknown: Unknown = "error",
    defaults: Defaults = True,
    as_of: AsOf = None,
    patient: PatientKey = "",
) -> Response:
    """What the articles say of a patient: a case (`warrant schema case`) in JSON or YAML, `{"text": "..."}`, the words
    themselves as text/plain, HL7 FHIR R4 as application/fhir+json, laboratory results as text/csv, a phenopacket, or
    rows of OMOP.

    As application/x-ndjson it is one case a line, and so is the answer.

    The answer is kept in memory for a limited time under its `handle`, which the addresses below take.
    """
    services = services_of(request)
    media_type, text = await read_text_body(request, READERS.media_types)
    today = as_of or datetime.date.today()
    context = Context(services.names, today, lenient=unknown == "report", as_of=as_of, patient=patient)
    session = _made(services, media_type, text, context, defaults)
    return await respond(request, _assessment(services, session, proofs, branches, str(request.base_url)))


@router.get(
    "/{handle}",
    summary="An assessment that is kept",
    response_model=AssessmentModel,
    responses=forms_of(*FORMS) | problems_of(404, 406),
)
async def assessment(
    request: Request,
    handle: Handle,
    proofs: Proofs = "ids",
    branches: Branches = True,
    open_claims: OpenClaims = "nearest",
) -> Response:
    """The assessment again, while it is kept. With .ttl, .jsonld, .md or .txt at the end, in that form."""
    name, extension = split(handle)
    services = services_of(request)
    session = services.sessions.find(name)
    every = open_claims == "all"
    found = _assessment(services, session, proofs, branches, str(request.base_url), every)
    return await respond(request, found, extension)


@router.get(
    "/{handle}/proofs/{conclusion}",
    summary="Why something follows",
    response_model=ExplanationModel,
    responses=forms_of(*ALL, SVG) | problems_of(404, 406, 501),
)
async def proof(
    request: Request,
    handle: Handle,
    conclusion: Annotated[
        str, Path(description="a claim or an entry by its id", examples=["A0-39", "next_step:x.svg"])
    ],
) -> Response:
    """The proof of a claim that applies or is excluded, or of an entry of a list.

    The JSON is byte for byte that of `warrant explain --conclusion`. The forms are chosen by Accept or by an
    extension: .json, .ttl, .jsonld, .md, .txt, .svg.
    """
    identifier, extension = split(conclusion)
    services = services_of(request)

    def explained() -> tuple[AssessmentSession, explanation.Explanation]:
        session = services.sessions.find(handle)
        return session, explanation.explain(session.plain, identifier)

    session, found = explained()
    return await respond(request, _proof(session, found), extension)


@router.get(
    "/{handle}/why-not/{claim}",
    summary="Why a claim does not apply",
    response_model=WhyNotModel,
    responses=forms_of(JSON, TEXT) | problems_of(404, 406),
)
async def why_not(request: Request, handle: Handle, claim: str) -> Response:
    """What is missing for a claim, and what contradicts it."""
    identifier, extension = split(claim)
    services = services_of(request)

    def hindered() -> Resource:
        session = services.sessions.find(handle)
        found = explanation.why_not(session.plain, identifier)
        data = explanation.document(explanation.why_not_data(session.plain, found))
        forms = {JSON: lambda: data, TEXT: lambda: explanation.why_not_text(found).encode()}
        return Resource(forms, "why-not", (session, found))

    return await respond(request, hindered(), extension)


@router.post(
    "/{handle}/what-if",
    summary="What another fact would change",
    response_model=DifferenceModel,
    responses=forms_of(JSON, TEXT) | problems_of(404, 406, 413, 415, 422),
    openapi_extra=body_of(["WhatIf"], {"fact": FRAGMENT}),
)
async def what_if(request: Request, handle: Handle) -> Response:
    """What would be otherwise with a fact (a fragment of a case) or a list of them; one about the same concept in the
    same list, or a value of the same day, is replaced, and `"status": "unknown"` takes a fact out."""
    services, data = services_of(request), await read_json(request)

    def changed() -> Resource:
        session, knowledge = services.sessions.find(handle), services.knowledge
        check_entries({"": data}, services.config.work.facts)
        change = check_facts(explanation.facts_of(data, knowledge.names, session.plain), services.config.work.facts)
        found = differences.what_if(session.plain, knowledge.engine, change)
        forms = {
            JSON: lambda: explanation.document(explanation.difference_json(found)),
            TEXT: lambda: explanation.difference_text(found).encode(),
        }
        return Resource(forms, "what-if", (session, change, found))

    return await respond(request, changed())


@router.delete("/{handle}", summary="Forget an assessment", status_code=204, responses=problems_of(404))
async def forget(request: Request, handle: Handle) -> Response:
    """Every copy of the facts and of what was derived from them is removed."""
    sessions = services_of(request).sessions
    sessions.find(handle)
    sessions.remove(handle)
    return Response(status_code=204)


@router.post(
    "/{handle}/questions",
    summary="Ask about this patient",
    response_model=PatientAnswerModel,
    responses=problems_of(404, 406, 413, 415, 422, 503, 504),
    openapi_extra=body_of(["PatientQuestionBody"], {"question": {"question": "What if the result is normal?"}}),
)
async def asked(request: Request, handle: Handle) -> Response:
    """The answer about the patient, from the assessment; `before` are the questions that it follows."""
    services = services_of(request)
    body = checked(PatientQuestionBody, await read_json(request))
    texts = [check_text(text, services.config.work.text, "question") for text in (*body.before, body.question)]

    def answered() -> Resource:
        session = services.sessions.find(handle)
        data = then(services.knowledge, session.plain, texts)[-1].to_json()
        return Resource({JSON: lambda: render.dumps(data).encode() + b"\n"}, "patient-answer", data)

    return await respond(request, answered())


# -- reading


def _made(services: Services, media_type: str, text: str, context: Context, defaults: bool) -> AssessmentSession:
    found = read(services, media_type, text, context)
    facts = replace(found.facts, defaults=defaults)
    return services.sessions.make(check_facts(facts, services.config.work.facts), found.text)


def read(services: Services, media_type: str, text: str, context: Context) -> ReadResult:
    """What a body of a media type that READERS knows holds. Raises CaseError or OverLimit."""
    if media_type in PLAIN.media_types:
        return _in_words(services, text, context)
    if media_type not in JSON_CASE.media_types:
        reader = READERS.of_type(media_type)
        assert reader is not None
        return reader.read(text.encode(), context)
    data = parse_json(text)
    check_entries(data, services.config.work.facts)
    if not isinstance(data, dict) or "text" not in data:
        return read_case(data, context)
    body = checked(TextCase, data)
    return _in_words(services, body.text, replace(context, today=_day(body.as_of, context.today)))


def _in_words(services: Services, text: str, context: Context) -> ReadResult:
    found = PLAIN.words(check_text(text, services.config.work.text), context)
    found = replace(found, text=routed(services.knowledge, found.text) if found.text else None)
    if found.text and found.text.kind is TextKind.QUESTION:
        remedy = "Send a question about medicine to /v1/questions."
        raise CaseError([Problem("$.text", "states no fact of one patient.", remedy)])
    return found


def _day(text: str | None, today: datetime.date) -> datetime.date:
    try:
        return today if text is None else datetime.date.fromisoformat(text)
    except ValueError as error:
        raise CaseError([Problem("$.as_of", f"{text!r} is not a date.", "Write YYYY-MM-DD.")]) from error


# -- writing


def _assessment(
    services: Services, session: AssessmentSession, proofs: str, branches: bool, root: str, every: bool = False
) -> Resource:
    def told() -> Assessment:
        return session.assessment(services.knowledge, branches)

    def reply() -> Reply | None:
        return services.sessions.reply(session, branches)

    def said(of_reply: Callable[[Reply], str], of_case: Callable[[Assessment], str]) -> bytes:
        found = reply()
        return (of_case(told()) if found is None else of_reply(found)).encode("utf-8", "surrogatepass")

    forms = {
        JSON: lambda: wire.assessment(told(), proofs == "full", session.handle, _beside(reply()), every),
        TURTLE: lambda: rdf.serialize(rdf.assessment_graph(told()), "turtle"),
        JSON_LD: lambda: rdf.serialize(rdf.assessment_graph(told()), "json-ld"),
        N_QUADS: lambda: rdf.serialize(rdf.assessment_graph(told()), "n-quads"),
        MARKDOWN: lambda: said(reply_markdown, render.as_markdown),
        TEXT: lambda: said(reply_text, render.as_text),
        FHIR: lambda: _as_fhir(services, session, root),
    }
    place = f"/v1/assessments/{session.handle}"
    return Resource(forms, "assessment", session, headers={"Content-Location": place})


def _as_fhir(services: Services, session: AssessmentSession, root: str) -> bytes:
    found = AssessmentModel.model_validate(render.as_json(session.plain))
    day = session.plain.record.facts.as_of.isoformat()
    bundle = answer_bundle(services.ontology, found, day, ServicePlace(root, session.handle))
    return render.dumps(bundle).encode() + b"\n"


def _beside(reply: Reply | None) -> dict[str, Any]:
    """What a text adds to an assessment: the answer to its question."""
    return {"answer": reply.answer.to_json(reply.codes)} if reply and reply.answer else {}


def _proof(session: AssessmentSession, found: explanation.Explanation) -> Resource:
    forms = {
        JSON: lambda: explanation.document(explanation.explanation_json(found)),
        **{name: _triples(found, form) for name, form in RDF.items() if name in ALL},
        MARKDOWN: lambda: explanation.explanation_markdown(found).encode(),
        TEXT: lambda: explanation.explanation_text(found).encode(),
        SVG: lambda: as_svg(found.proof, found.ontology, lambda claim: f"/v1/claims/{claim.id}"),
    }
    return Resource(forms, "proof", (session, found))


def _triples(found: explanation.Explanation, form: str) -> Callable[[], bytes]:
    return lambda: rdf.serialize(rdf.proof_triples(found.proof, found.ontology), form)
