"""The start page: a case or a question is typed, and answered on a page of its own."""

from __future__ import annotations

import datetime
import re
from functools import lru_cache
from typing import Any, Final, NamedTuple

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.pages import page
from api.pages.answer import PRIVATE, question_page
from api.pages.changes import one, read_form
from api.services import Services, services_of
from api.sessions.service import AssessmentSession
from api.transport.limits import check_entries, check_facts, check_text
from api.transport.problems import kind_of
from kg.ask import read
from kg.errors import CaseError, InputError, Problem
from kg.ontology.compiled import Ontology
from kg.questions import Answer
from kg.readers.case.parsing import parse_json, parse_yaml
from kg.readers.case.reader import TOP
from kg.readers.text import TextKind
from kg.record.examples import paths
from kg.render.phrases import wording

router = APIRouter(include_in_schema=False)
FIELD: Final = re.compile(r"([a-z_]+)\s*:")
NOTHING: Final = Problem("the text", "is empty.", "Write about a patient, or ask a question.")


class Example(NamedTuple):
    """A case that the project brings: its name, what it is about, its YAML."""

    name: str
    title: str
    text: str


@lru_cache(maxsize=2)
def examples(ontology: Ontology) -> tuple[Example, ...]:
    """The example patients; the comment that each file begins with says what it is about."""
    found = ((path.stem, path.read_text(encoding="utf-8")) for path in paths(ontology.folder))
    return tuple(Example(name, text.partition("\n")[0].removeprefix("#").strip(), text) for name, text in found)


@router.get("/")
async def start(request: Request) -> Response:
    """The page, with the example that `example` names in its field."""
    ontology = services_of(request).knowledge.ontology
    name = request.query_params.get("example", "")
    text = next((item.text for item in examples(ontology) if item.name == name), "")
    return page("start.html", headers={"Vary": "Accept"}, **_values(ontology, text))


@router.post("/")
async def ask(request: Request) -> Response:
    """A case leads to its assessment, a question is answered here; neither ever stands in an address."""
    services, pairs = services_of(request), await read_form(request)
    text = one(pairs, "text").replace("\r\n", "\n")
    try:
        found = _asked(services, text, one(pairs, "as_of"), one(pairs, "patient"))
    except InputError as error:
        values = _values(services.knowledge.ontology, text) | {"problems": error.problems, "as_of": one(pairs, "as_of")}
        return page("start.html", kind_of(error).status, PRIVATE, **values)
    if isinstance(found, AssessmentSession):
        return RedirectResponse(f"/v1/assessments/{found.handle}", 303, PRIVATE)
    return await question_page(request, found)


def _values(ontology: Ontology, text: str) -> dict[str, Any]:
    known = {item.name: item for item in examples(ontology)}
    return {
        "here": "/",
        "tour": [(stop, known[stop.example]) for stop in wording(ontology).tour if stop.example in known],
        "text": text,
        "as_of": "",
        "examples": examples(ontology),
        "articles": list(ontology.articles.values()),
        "claims": len(ontology.claims),
        "problems": (),
    }


def _asked(services: Services, text: str, as_of: str, patient: str) -> AssessmentSession | Answer:
    """The assessment of a case or a text about a patient, the answer to anything else. Raises InputError."""
    if not text:
        raise CaseError([NOTHING])
    check_text(text, services.config.work.text, "the text")
    today = _day(as_of)
    if text.startswith("{"):
        return _case(services, parse_json(text), today)
    if is_yaml(text):
        return _case(services, parse_yaml(text), today)
    reading = read(services.knowledge, text, today, patient)
    if reading.kind is TextKind.QUESTION:
        return services.sessions.answer(reading)
    return services.sessions.make(check_facts(reading.facts, services.config.work.facts), reading)


def _case(services: Services, case: Any, today: datetime.date) -> AssessmentSession:
    check_entries(case, services.config.work.facts)
    return services.sessions.make(check_facts(services.knowledge.read_case(case, today), services.config.work.facts))


def is_yaml(text: str) -> bool:
    """Whether a text is a case in YAML: its lines at the margin are fields, the first one a field of a case.

    >>> is_yaml("sex: female\\nfindings:\\n  - {concept: x}"), is_yaml("Sex: female, tired. Hb 9.8")
    (True, False)
    """
    lines = [line for line in text.splitlines() if line.strip() and line[0] not in " \t#-]}"]
    fields = [FIELD.match(line) for line in lines]
    return bool(fields) and all(fields) and fields[0] is not None and fields[0][1] in TOP


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text) if text else datetime.date.today()
    except ValueError as error:
        raise CaseError([Problem("as of", f"{text!r} is not a date.", "Write YYYY-MM-DD.")]) from error
