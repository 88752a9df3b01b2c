"""The SPARQL endpoint: SPARQL 1.1 Protocol, query side."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.pages import sparql as pages
from api.services import State, state_of
from api.sparql import description as service
from api.sparql.protocol import Operation, operation
from api.transport import problems
from api.transport.middleware import RESULT_PROTECTION
from api.transport.negotiation import accepted, takes_gzip
from api.transport.problems import problem, problem_of
from kg.errors import NotAcceptable, WarrantError
from kg.store.evaluate import Answer, Query
from kg.store.forms import GRAPHS, OFFERED, TABLE, Kind
from kg.store.pool import Limits
from kg.store.tokens import may_vary

HTML: Final = "text/html"
CHARSETS: Final = {"text/csv": "; charset=utf-8; header=present", "text/tab-separated-values": "; charset=utf-8"}
NOT_ALLOWED: Final = problems.Kind(405, "method-not-allowed", "Method Not Allowed")
_takes_gzip: Final = lru_cache(256)(takes_gzip)
METHODS: Final = ("GET", "HEAD", "POST", "OPTIONS")


class Result(Response):
    """A response that is ready: its head is not made of text again."""

    def __init__(self, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        self.status_code, self.raw_headers, self.body, self.background = 200, headers, body, None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body})


async def sparql(scope: Scope, receive: Receive, send: Send) -> None:
    """The endpoint over the public dataset, as an ASGI application."""
    request = Request(scope, receive)
    try:
        response = await _response(request)
    except WarrantError as error:
        response = problem_of(error)
    await response(scope, receive, send)


async def _response(request: Request) -> Response:
    if request.method not in METHODS:
        said = f"{request.method} has no meaning here. Ask with GET or POST."
        return problem(NOT_ALLOWED, said, Allow=", ".join(METHODS))
    if request.method == "OPTIONS":
        return Response(status_code=204, headers={"Allow": ", ".join(METHODS)})
    state = state_of(request)
    return await answer(request, state, identity=state.location.digest)


async def answer(request: Request, state: State, extra: bytes = b"", identity: str = "") -> Response:
    """The response to a protocol request over the dataset and `extra` (N-Quads), which nobody else sees.

    `identity` names the data, for conditional requests; without it nothing may be stored on the way.
    """
    forms = _forms(_given(request, b"accept"))
    for_person = HTML in forms.values()
    asked: Operation | None = None
    try:
        asked = await operation(request)
        if asked is None:
            return await _described(request, state)
        return await _answered(request, state, asked, forms, extra, identity)
    except WarrantError as error:
        if for_person:
            return await pages.failed(request, state, asked, error)
        raise


async def _answered(
    request: Request, state: State, asked: Operation, forms: Mapping[Kind, str], extra: bytes, identity: str
) -> Response:
    if not forms:
        offered = dict.fromkeys(name for names in OFFERED.values() for name in names)
        raise NotAcceptable(f"A result is available as {', '.join(offered)}.")
    limits, tag = state.pool.limits, _tag(asked, forms, identity)
    if tag and request.method != "POST" and _matches(_given(request, b"if-none-match"), tag):
        return Response(status_code=304, headers=_headers(limits, identity, tag))
    compress = _takes_gzip(_given(request, b"accept-encoding"))
    found = state.answers.get(tag, compress) if tag else None
    if found is None:
        query = _query(asked, forms, state, compress)
        found = await state.pool.run(query, extra, asked.seconds, lambda: _gone(request))
        if tag:
            state.answers.keep(tag, compress, found)
    if found.media_type == TABLE:
        return await pages.answered(request, state, asked, found, _headers(limits, identity, tag))
    return _written(found, limits, identity, tag)


def _given(request: Request, name: bytes) -> str | None:
    """A header of a request, the first of its name."""
    for one, value in request.scope["headers"]:
        if one == name:
            return str(value, "latin-1")
    return None


async def _gone(request: Request) -> None:
    """Done when the client has closed its connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _query(asked: Operation, forms: Mapping[Kind, str], state: State, compress: bool) -> Query:
    """What a worker is asked; for a person it is a table that the page shows."""
    return Query(
        asked.text,
        asked.default_graphs,
        asked.named_graphs,
        forms={kind: TABLE if form == HTML else form for kind, form in forms.items()},
        limit=state.pool.limits.result,
        compress=compress and HTML not in forms.values(),
    )


def _headers(limits: Limits, identity: str, tag: str) -> dict[str, str]:
    headers = {
        "Vary": "Accept, Accept-Encoding",
        "Cache-Control": "no-cache" if identity else "no-store",
        "X-Warrant-Result-Limit": f"{limits.result} bytes",
        "X-Warrant-Time-Limit": f"{limits.seconds:g} s",
    }
    return headers | ({"ETag": tag} if tag else {})


def _written(found: Answer, limits: Limits, identity: str, tag: str) -> Result:
    headers = [*_head(limits, identity, found.media_type, found.encoding), (b"content-length", b"%d" % len(found.body))]
    if tag:
        headers.append((b"etag", tag.encode()))
    return Result(headers, found.body)


@lru_cache(256)
def _head(limits: Limits, identity: str, media_type: str, encoding: str) -> list[tuple[bytes, bytes]]:
    """What the results of a form have in common."""
    headers = _headers(limits, identity, "") | {"Content-Type": media_type + CHARSETS.get(media_type, "")}
    headers |= {"Content-Encoding": encoding} if encoding else {}
    return [*RESULT_PROTECTION, *((name.lower().encode(), value.encode()) for name, value in headers.items())]


async def _described(request: Request, state: State) -> Response:
    """The service description, or for a browser the editor."""
    form = accepted(request.headers.get("accept"), (*GRAPHS, HTML))
    if form is None:
        raise NotAcceptable(f"The service description is available as {', '.join(GRAPHS)}.")
    if form == HTML:
        return await pages.editor(request, state)
    triples = await service.description(state.pool, str(request.url.replace(query="")))
    headers = {"Vary": "Accept, Accept-Encoding", "Cache-Control": "no-cache", "Content-Type": form}
    return Response(service.write(triples, form), headers=headers)


@lru_cache(256)
def _forms(accept: str | None) -> Mapping[Kind, str]:
    """The form that a client likes best for each kind of result; kinds without an acceptable one are left out."""
    best = {kind: accepted(accept, (*names, HTML)) for kind, names in OFFERED.items()}
    return {kind: form for kind, form in best.items() if form is not None}


def _tag(asked: Operation, forms: Mapping[Kind, str], identity: str) -> str:
    """A weak entity tag: the same query over the same data, in the same form. None where two runs may differ."""
    if not identity or may_vary(asked.text):
        return ""
    said = "\0".join(
        (identity, *forms, *forms.values(), *asked.default_graphs, "", *asked.named_graphs, "", asked.text)
    )
    return f'W/"{hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()}"'


def _matches(header: str | None, tag: str) -> bool:
    """If-None-Match by weak comparison."""
    given = [item.strip().removeprefix("W/") for item in (header or "").split(",")]
    return "*" in given or tag.removeprefix("W/") in given
