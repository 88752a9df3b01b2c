"""`POST /v1/assessments` with NDJSON: one case a line in, one assessment or error a line out, streamed.

As many lines are worked on at a time as there are workers; no more is read from the client until it has taken what was
answered, so neither the cases nor the answers ever lie here as a whole.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.isolation.messages import WorkerReply
from api.isolation.remote import KEPT, Isolated, MatchedRoute
from api.transport.connection import STREAMED
from api.transport.negotiation import media_type
from api.transport.problems import BodyTooLarge, problem_of
from kg.errors import Overloaded, WarrantError

NDJSON: Final = "application/x-ndjson"
PATH: Final = KEPT.rstrip("/")
LINE: Final = {"content-type": "application/json", "accept": "application/json"}
ROUTE: Final = MatchedRoute(PATH)


class Batch:
    """Answers batches; every other request goes on to `app`. A line has at most `limit` bytes."""

    def __init__(self, app: ASGIApp, isolated: Isolated, limit: int, seconds: float) -> None:
        self.app, self.isolated, self.limit, self.seconds = app, isolated, limit, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_batch(scope):
            await self.app(scope, receive, send)
            return
        scope["route"] = ROUTE
        scope.setdefault("state", {})[STREAMED] = True
        try:
            self.isolated.pool.admit()
        except Overloaded as error:
            await problem_of(error)(scope, receive, send)
            return
        headers = [(b"content-type", NDJSON.encode()), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        try:
            await self._stream(scope, receive, send)
        except ClientDisconnect:
            return
        finally:
            self.isolated.pool.leave()
        await send({"type": "http.response.body", "body": b""})

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers in the order of the lines."""
        at_once, asked = self.isolated.pool.limits.processes, deque[asyncio.Task[bytes]]()
        try:
            async for line in self._lines(receive):
                asked.append(asyncio.create_task(self._answer(line, scope["query_string"])))
                if len(asked) >= at_once:
                    await send(_piece(await asked[0]))
                    asked.popleft()
            while asked:
                await send(_piece(await asked[0]))
                asked.popleft()
        finally:
            for task in asked:
                task.cancel()

    async def _lines(self, receive: Receive) -> AsyncIterator[bytes | None]:
        """The lines of a body, `None` for one that is too long. Raises ClientDisconnect where the client goes away,
        or sends nothing for the time that a body may take."""
        rest, skipping = bytearray(), False
        async for piece in _pieces(receive, self.seconds):
            *lines, last = piece.split(b"\n")
            for line in lines:
                rest += line
                if skipping or len(rest) > self.limit:
                    yield None
                else:
                    yield bytes(rest)
                rest.clear()
                skipping = False
            rest += last
            if len(rest) > self.limit:
                rest.clear()
                skipping = True
        if skipping:
            yield None
        elif rest.strip():
            yield bytes(rest)

    async def _answer(self, line: bytes | None, query: bytes) -> bytes:
        try:
            if line is None:
                raise BodyTooLarge(f"A line has at most {self.limit} bytes.")
            reply = await self.isolated.ask("POST", PATH, LINE, line, query)
        except WarrantError as error:
            return bytes(problem_of(error).body)
        return _body(reply)


def _is_batch(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] != PATH:
        return False
    given = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    return media_type(given.decode("latin-1"))[0] == NDJSON


async def _pieces(receive: Receive, seconds: float) -> AsyncIterator[bytes]:
    more = True
    while more:
        try:
            async with asyncio.timeout(seconds):
                message = await receive()
        except TimeoutError:
            raise ClientDisconnect from None
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        more = message.get("more_body", False)
        yield message.get("body", b"")


def _body(reply: WorkerReply) -> bytes:
    """The body of a response on one line."""
    return reply.body if b"\n" not in reply.body else json.dumps(json.loads(reply.body), ensure_ascii=False).encode()


def _piece(line: bytes) -> Message:
    return {"type": "http.response.body", "body": line + b"\n", "more_body": True}
