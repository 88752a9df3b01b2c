"""The SPARQL endpoint: the query side of the SPARQL 1.1 Protocol over the workers of the dataset."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from contextlib import AsyncExitStack
from functools import lru_cache
from typing import Final, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.config import Config
from api.sparql import description as service
from api.sparql.protocol import Operation, operation
from api.sparql.result_cache import ResultCache
from api.transport import problems
from api.transport.middleware import RESULT_PROTECTION
from api.transport.negotiation import accepted, takes_gzip
from api.transport.problems import problem, problem_of
from kg.errors import NotAcceptable, NotFound, Problem, QueryRefused, WarrantError
from kg.store.dataset import prepare
from kg.store.emptiness import EmptyPart, why_empty
from kg.store.evaluate import ParsedQuery, StoreResult
from kg.store.forms import GRAPHS, OFFERED, TABLE, Kind
from kg.store.location import Location
from kg.store.pool import Limits, Pool
from kg.store.tokens import may_vary

HTML: Final = "text/html"
CHARSETS: Final = {"text/csv": "; charset=utf-8; header=present", "text/tab-separated-values": "; charset=utf-8"}
NOT_ALLOWED: Final = problems.ProblemKind(405, "method-not-allowed", "Method Not Allowed")
_takes_gzip: Final = lru_cache(256)(takes_gzip)
PER_PART: Final = 1.0
"""Seconds for each small query that looks for the reason of an empty result."""
METHODS: Final = ("GET", "HEAD", "POST", "OPTIONS")


class PreparedResponse(Response):
    """A response that is ready: its head is not made of text again."""

    def __init__(self, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        self.status_code, self.raw_headers, self.body, self.background = 200, headers, body, None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body})


class QueryPage(Protocol):
    """How queries and their results are shown in a browser."""

    async def editor(self, request: Request) -> Response:
        """The editor without a result."""

    async def answered(
        self,
        request: Request,
        asked: Operation,
        answer: StoreResult,
        headers: Mapping[str, str],
        empty: tuple[EmptyPart, ...],
    ) -> Response:
        """A query with its result, which has the form TABLE, and what leaves it without a row."""

    async def failed(self, request: Request, asked: Operation | None, error: Exception) -> Response:
        """A query, if it could be read, with why it has no answer."""


class SparqlEndpoint:
    """The endpoint, an ASGI application; it owns the dataset's workers and the results that are kept.

    `page` shows results to people. `start` must be awaited before the first request.
    """

    def __init__(self, config: Config, page: QueryPage) -> None:
        self.config, self.page = config, page
        self.results = ResultCache(config.answers)
        self._ends = AsyncExitStack()
        self.pool: Pool
        self.location: Location

    async def start(self) -> None:
        """Make the dataset if it is not there, and start its workers."""
        self.location = await asyncio.to_thread(prepare, self.config.ontology, self.config.store)
        self._ends.callback(self.location.discard)
        self.pool = Pool(self.location, self.config.limits)
        self._ends.push_async_callback(self.pool.close)
        await self.pool.start()

    async def close(self) -> None:
        """End what was started, as far as it was."""
        await self._ends.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request over the public dataset."""
        request = Request(scope, receive)
        try:
            response = await self.answered_to(request, identity=self.location.digest)
        except WarrantError as error:
            response = problem_of(error)
        await response(scope, receive, send)

    async def answered_to(self, request: Request, extra: bytes = b"", identity: str = "") -> Response:
        """The response to a request over the dataset and `extra` (N-Quads), which nobody else sees.

        `identity` names the data, for conditional requests; without it nothing may be stored on the way.
        """
        if request.method not in METHODS:
            said = f"{request.method} has no meaning here. Ask with GET or POST."
            return problem(NOT_ALLOWED, said, Allow=", ".join(METHODS))
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": ", ".join(METHODS)})
        return await self._answer(request, extra, identity)

    async def _answer(self, request: Request, extra: bytes, identity: str) -> Response:
        forms = _forms(_given(request, b"accept"))
        for_person = HTML in forms.values()
        asked: Operation | None = None
        try:
            asked = await operation(request)
            if asked is None:
                return await self._described(request)
            return await self._answered(request, asked, forms, extra, identity)
        except WarrantError as error:
            if for_person:
                return await self.page.failed(request, asked, error)
            raise

    async def _answered(
        self, request: Request, asked: Operation, forms: Mapping[Kind, str], extra: bytes, identity: str
    ) -> Response:
        if not forms:
            offered = dict.fromkeys(name for names in OFFERED.values() for name in names)
            raise NotAcceptable(f"A result is available as {', '.join(offered)}.")
        limits, tag = self.pool.limits, _tag(asked, forms, identity)
        if tag and request.method != "POST" and _matches(_given(request, b"if-none-match"), tag):
            return Response(status_code=304, headers=_headers(limits, identity, tag))
        compress = _takes_gzip(_given(request, b"accept-encoding"))
        found = self.results.get(tag, compress) if tag else None
        if found is None:
            query = _query(asked, forms, limits.result, compress)
            try:
                found = await self.pool.run(query, extra, asked.seconds, lambda: _gone(request))
            except QueryRefused as error:
                if asked.graph:
                    raise NotFound([Problem("graph", str(error), "Ask for one of those.")]) from error
                raise
            if tag:
                self.results.keep(tag, compress, found)
        if found.media_type == TABLE:
            empty = await self._why_empty(asked, found, extra)
            return await self.page.answered(request, asked, found, _headers(limits, identity, tag), empty)
        return _written(found, limits, identity, tag)

    async def _why_empty(self, asked: Operation, found: StoreResult, extra: bytes) -> tuple[EmptyPart, ...]:
        """For a person: what in a query leaves no row."""
        table = json.loads(found.body)
        if table["rows"] or table["boolean"] is not None:
            return ()

        async def ask(text: str) -> bool:
            query = ParsedQuery(text, asked.default_graphs, asked.named_graphs, base=asked.base or None)
            answer = await self.pool.run(query, extra, PER_PART)
            return bool(json.loads(answer.body)["boolean"])

        return await why_empty(asked.text, ask)

    async def _described(self, request: Request) -> Response:
        """The service description, or for a browser the editor."""
        form = accepted(request.headers.get("accept"), (*GRAPHS, HTML))
        if form is None:
            raise NotAcceptable(f"The service description is available as {', '.join(GRAPHS)}.")
        if form == HTML:
            return await self.page.editor(request)
        triples = await service.description(self.pool, str(request.url.replace(query="")))
        headers = {"Vary": "Accept, Accept-Encoding", "Cache-Control": "no-cache", "Content-Type": form}
        return Response(service.write(triples, form), headers=headers)


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


def _query(asked: Operation, forms: Mapping[Kind, str], limit: int, compress: bool) -> ParsedQuery:
    """What a worker is asked; for a person it is a table that the page shows."""
    return ParsedQuery(
        asked.text,
        asked.default_graphs,
        asked.named_graphs,
        forms={kind: TABLE if form == HTML else form for kind, form in forms.items()},
        limit=limit,
        compress=compress and HTML not in forms.values(),
        base=asked.base or None,
    )


def _headers(limits: Limits, identity: str, tag: str) -> dict[str, str]:
    headers = {
        "Vary": "Accept, Accept-Encoding",
        "Cache-Control": "no-cache" if identity else "no-store",
        "X-Warrant-Result-Limit": f"{limits.result} bytes",
        "X-Warrant-Time-Limit": f"{limits.seconds:g} s",
    }
    return headers | ({"ETag": tag} if tag else {})


def _written(found: StoreResult, limits: Limits, identity: str, tag: str) -> PreparedResponse:
    headers = [*_head(limits, identity, found.media_type, found.encoding), (b"content-length", b"%d" % len(found.body))]
    if tag:
        headers.append((b"etag", tag.encode()))
    return PreparedResponse(headers, found.body)


@lru_cache(256)
def _head(limits: Limits, identity: str, media_type: str, encoding: str) -> list[tuple[bytes, bytes]]:
    """What the results of a form have in common."""
    headers = _headers(limits, identity, "") | {"Content-Type": media_type + CHARSETS.get(media_type, "")}
    headers |= {"Content-Encoding": encoding} if encoding else {}
    return [*RESULT_PROTECTION, *((name.lower().encode(), value.encode()) for name, value in headers.items())]


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
        (identity, asked.base, *forms, *forms.values(), *asked.default_graphs, "", *asked.named_graphs, "", asked.text)
    )
    return f'W/"{hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()}"'


def _matches(header: str | None, tag: str) -> bool:
    """If-None-Match by weak comparison."""
    given = [item.strip().removeprefix("W/") for item in (header or "").split(",")]
    return "*" in given or tag.removeprefix("W/") in given
