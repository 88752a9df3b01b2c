"""Errors as `application/problem+json` (RFC 9457), from one table of what the project raises."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.services import services_of
from api.transport.negotiation import accepted
from kg import errors
from kg.ontology import terms

MEDIA_TYPE: Final = "application/problem+json"
HTML: Final = "text/html"
FHIR: Final = "application/fhir+json"
# HTTP status → code of http://hl7.org/fhir/R4/valueset-issue-type.html
ISSUE_TYPES: Final = {
    400: "invalid", 401: "login", 403: "forbidden", 404: "not-found", 406: "not-supported", 412: "incomplete",
    413: "too-long", 415: "not-supported", 422: "invalid", 429: "throttled", 500: "exception", 501: "not-supported",
    503: "transient", 504: "timeout",
}  # fmt: skip
MOST_ENTRIES: Final = 100
_PART: Final = re.compile(r"\.([^.\[]+)|\[(\d+)\]")
TYPES: Final = terms.BASE + "problem/"


class ProblemKind(NamedTuple):
    """A kind of problem: HTTP status, last part of its `type`, title."""

    status: int
    slug: str
    title: str


# the most specific class stands first
KINDS: Final[tuple[tuple[type[Exception], ProblemKind], ...]] = (
    (errors.NotFound, ProblemKind(404, "not-found", "There is no such thing")),
    (errors.CaseError, ProblemKind(422, "case", "The case cannot be used")),
    (errors.InputError, ProblemKind(422, "input", "The input cannot be used")),
    (errors.MalformedQuery, ProblemKind(400, "malformed-query", "The query does not parse")),
    (errors.QueryFailed, ProblemKind(400, "query-failed", "The query cannot be evaluated")),
    (errors.QueryRefused, ProblemKind(403, "query-refused", "The query asks for what is never done here")),
    (errors.NotAcceptable, ProblemKind(406, "not-acceptable", "No form of the answer is acceptable")),
    (errors.QueryTooLarge, ProblemKind(422, "query-too-large", "The query is over a limit")),
    (errors.Overloaded, ProblemKind(503, "overloaded", "Too many queries at the moment")),
    (errors.QueryTimeout, ProblemKind(504, "query-timeout", "The query ran longer than its time limit")),
    (errors.PictureError, ProblemKind(501, "no-pictures", "Pictures cannot be drawn here")),
    (errors.ReasonerError, ProblemKind(503, "reasoner", "The reference reasoner failed")),
    (errors.WarrantError, ProblemKind(500, "unusable", "The service cannot use its own data")),
)


class ShownProblem(NamedTuple):
    """A problem as a page shows it: its kind, what is told of it, the entries of `errors`."""

    kind: ProblemKind
    detail: str
    entries: Sequence[Mapping[str, Any]] = ()


class BadRequest(errors.InputError):
    """A request that does not follow its protocol; always status 400."""


class OverLimit(errors.InputError):
    """Input over a limit; `slug` is the last part of the problem's type."""

    def __init__(self, slug: str, problems: Sequence[errors.Problem]) -> None:
        self.slug = slug
        super().__init__(problems)


class Expired(errors.NotFound):
    """An assessment that is kept here no more, or never was."""


class TimeLimit(errors.WarrantError):
    """Reasoning that took longer than a request may."""


class Crashed(errors.WarrantError):
    """The process that worked on a request ended before it was done."""


class Unauthorized(errors.WarrantError):
    """A request without the key that this service asks for."""


class TextsWithheld(errors.WarrantError):
    """Texts of articles, asked for by a caller that may not see them."""


class MissingData(errors.InputError):
    """A call without what it needs to be answered (CDS Hooks: 412 Precondition Failed)."""


class NotInstalled(errors.WarrantError):
    """A part of the service that is not installed here."""


class TooMany(errors.WarrantError):
    """More requests of one caller than are answered; `retry_after` is in whole seconds."""

    def __init__(self, message: str, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class UnsupportedType(errors.WarrantError):
    """A request body of a type that is not taken here; `taken` are those that are."""

    def __init__(self, message: str, taken: Sequence[str]) -> None:
        self.taken = tuple(taken)
        super().__init__(message)


class BodyTooSlow(errors.WarrantError):
    """A request body that did not come in time."""


class BodyTooLarge(errors.WarrantError):
    """A request body over the limit."""


KINDS_OF_REQUESTS: Final[tuple[tuple[type[Exception], ProblemKind], ...]] = (
    (BadRequest, ProblemKind(400, "bad-request", "The request does not follow the protocol")),
    (Expired, ProblemKind(404, "no-assessment", "There is no such assessment")),
    (OverLimit, ProblemKind(422, "over-limit", "The input is over a limit")),
    (TimeLimit, ProblemKind(504, "time-limit", "The answer took too long")),
    (Crashed, ProblemKind(503, "interrupted", "The work on this request was interrupted")),
    (Unauthorized, ProblemKind(401, "unauthorized", "A key is needed")),
    (TextsWithheld, ProblemKind(403, "texts-withheld", "Texts of articles are not shown to this caller")),
    (MissingData, ProblemKind(412, "missing-data", "The call lacks data that it needs")),
    (NotInstalled, ProblemKind(501, "not-installed", "This part of the service is not installed")),
    (TooMany, ProblemKind(429, "too-many-requests", "Too many requests of one caller")),
    (BodyTooSlow, ProblemKind(408, "body-too-slow", "The body of the request did not come in time")),
    (BodyTooLarge, ProblemKind(413, "body-too-large", "The body of the request is too large")),
    (UnsupportedType, ProblemKind(415, "unsupported-type", "The body has a type that is not taken here")),
)


def kind_of(error: Exception) -> ProblemKind:
    """Which kind of problem an error of the project is."""
    for table in (KINDS_OF_REQUESTS, KINDS):
        for cls, kind in table:
            if isinstance(error, cls):
                return kind
    return ProblemKind(500, "internal", "Something went wrong inside")


def problem(kind: ProblemKind, detail: str, found: Sequence[Mapping[str, Any]] = (), **headers: str) -> Response:
    """A problem as a response; `found` are the entries of `errors`: path, message, suggestions."""
    content = {
        "type": TYPES + kind.slug,
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "errors": [{**entry, "pointer": pointer_of(entry["path"])} for entry in found],
    }
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps(content, ensure_ascii=False).encode()
    return Response(body, kind.status, {"Cache-Control": "no-store", **named}, MEDIA_TYPE)


def pointer_of(path: str) -> str | None:
    """A path such as `$.measurements[0].value` as JSON Pointer (RFC 6901); None where it names no part of a body.

    >>> pointer_of("$.measurements[0].value"), pointer_of("$"), pointer_of("concept")
    ('/measurements/0/value', '', None)
    """
    if not path.startswith("$"):
        return None
    parts = [name or index for name, index in _PART.findall(path)]
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


def problem_of(error: Exception) -> Response:
    """The response to an error of the project."""
    kind, headers = kind_of(error), {}
    match error:
        case OverLimit():
            kind = kind._replace(slug=error.slug)
        case Unauthorized():
            headers = {"WWW_Authenticate": "Bearer"}
        case errors.Overloaded() | Crashed() | TooMany():
            headers = {"Retry_After": str(getattr(error, "retry_after", 1))}
        case UnsupportedType():
            headers = {"Accept_Post": ", ".join(error.taken)}
    return problem(kind, detail(error), entries(error), **headers)


def detail(error: Exception) -> str:
    """What an error says; of many things that are wrong, the first ones."""
    if isinstance(error, errors.InputError) and len(error.problems) > MOST_ENTRIES:
        return "\n".join(map(str, error.problems[:MOST_ENTRIES])) + "\n..."
    return str(error)


def entries(error: Exception) -> list[dict[str, Any]]:
    """What an error says, one entry for each thing that is wrong."""
    match error:
        case errors.InputError():
            found = [
                {
                    "path": item.where,
                    "message": ". ".join(filter(None, (item.message.rstrip("."), item.remedy))),
                    "suggestions": list(item.suggestions),
                }
                for item in error.problems[:MOST_ENTRIES]
            ]
            if (more := len(error.problems) - len(found)) > 0:
                found.append({"path": "$", "message": f"{more} more things are wrong.", "suggestions": []})
            return found
        case errors.MalformedQuery():
            entry = {"path": "query", "message": str(error), "suggestions": []}
            return [entry | {"line": error.line, "column": error.column}]
    return []


def as_asked(request: Request, response: Response) -> Response:
    """A problem as an OperationOutcome of FHIR R4, for whoever asks for FHIR; else as it is."""
    if accepted(request.headers.get("accept"), (MEDIA_TYPE, FHIR)) != FHIR:
        return response
    found = json.loads(bytes(response.body))
    told = found["errors"] or [{"path": "$", "message": found["detail"]}]
    code = ISSUE_TYPES.get(response.status_code, "processing")
    issues = [
        {"severity": "error", "code": code, "details": {"text": found["title"]}, "diagnostics": item["message"]}
        | ({"expression": [item["path"].removeprefix("$.")]} if item["path"].startswith("$.") else {})
        for item in told
    ]
    body = json.dumps({"resourceType": "OperationOutcome", "issue": issues}, ensure_ascii=False).encode()
    same = {name: value for name, value in response.headers.items() if name not in ("content-length", "content-type")}
    return Response(body, response.status_code, same, FHIR)


async def page_of(request: Request, shown: ShownProblem) -> Response | None:
    """The page `problem` of the application, for whoever likes a page better than a problem."""
    made = services_of(request).pages.get("problem")
    wants = accepted(request.headers.get("accept"), (MEDIA_TYPE, HTML)) == HTML
    return await made(request, shown) if made and wants else None


async def answer_of(request: Request, error: Exception) -> Response:
    """The response to an error of the project: a page for a person, a problem or an OperationOutcome for a program."""
    shown = ShownProblem(kind_of(error), detail(error), entries(error))
    return await page_of(request, shown) or as_asked(request, problem_of(error))


def install(app: FastAPI) -> None:
    """Answer every foreseen error of an application with a problem, as a page where a person asked."""

    async def of_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        status = HTTPStatus(error.status_code)
        kind = ProblemKind(status, status.phrase.lower().replace(" ", "-"), status.phrase)
        detail = error.detail if error.detail != status.phrase else f"{request.method} {request.url.path}"
        response = await page_of(request, ShownProblem(kind, detail)) or as_asked(request, problem(kind, detail))
        response.headers.update(error.headers or {})
        return response

    async def of_validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        found = [
            {"path": ".".join(map(str, item["loc"])), "message": item["msg"], "suggestions": []}
            for item in error.errors()
        ]
        kind = ProblemKind(422, "input", "The input cannot be used")
        return as_asked(request, problem(kind, "The request does not validate.", found))

    app.add_exception_handler(errors.WarrantError, answer_of)
    app.add_exception_handler(HTTPException, of_http)
    app.add_exception_handler(RequestValidationError, of_validation)
