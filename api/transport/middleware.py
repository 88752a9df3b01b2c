"""What every request passes: a limit on its body, protection of browsers, compression, open CORS, no talkative log."""

from __future__ import annotations

import asyncio
import logging
import traceback
from typing import Final

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.transport.problems import BodyTooLarge, BodyTooSlow, kind_of, problem, problem_of

LOG: Final = logging.getLogger("warrant.api")
EXPOSED: Final = ("ETag", "Retry-After", "X-Warrant-Result-Limit", "X-Warrant-Time-Limit")
PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PROTECTION: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": PAGE_POLICY,
}
_RAW_PROTECTION: Final = [(name.lower().encode(), value.encode()) for name, value in PROTECTION.items()]
NO_PAGE_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
RESULT_PROTECTION: Final = [*_RAW_PROTECTION[:-1], (b"content-security-policy", NO_PAGE_POLICY.encode())]
"""For what no browser shows as a page."""


class ErrorBoundary:
    """500 for what was not foreseen; the log gets the place in the program, never a message, which may quote data."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            if scope["type"] != "http":
                raise
            places = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
            LOG.error("%s at %s", type(error).__name__, " < ".join(reversed(places)))
            said = "The request could not be answered. Nothing of it was kept."
            answer = problem(kind_of(error), said)
        else:
            return
        try:
            await answer(scope, receive, send)
        except Exception:
            # a server lets no answer begin twice
            raise RuntimeError("the response was cut short") from None


class BodyLimit:
    """413 for a body over a number of bytes, announced or not; 408 for one that takes longer than a time."""

    def __init__(self, app: ASGIApp, limit: int, seconds: float) -> None:
        self.app, self.limit, self.seconds = app, limit, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self.app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdecimal() and int(announced) > self.limit:
            await problem_of(self._refusal())(scope, receive, send)
            return
        await self.app(scope, self._counted(receive), send)

    def _counted(self, receive: Receive) -> Receive:
        seen, more = 0, True
        until = asyncio.get_running_loop().time() + self.seconds

        async def counted() -> Message:
            nonlocal seen, more
            if not more:
                return await receive()
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError:
                raise BodyTooSlow(f"A request body takes at most {self.seconds:g} s.") from None
            more = message.get("more_body", False)
            seen += len(message.get("body", b""))
            if seen > self.limit:
                raise self._refusal()
            return message

        return counted

    def _refusal(self) -> BodyTooLarge:
        return BodyTooLarge(f"A request body has at most {self.limit} bytes.")


class SecurityHeaders:
    """Headers that keep a browser from guessing types, framing pages or loading anything from elsewhere."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.setdefault("headers", [])
                if _RAW_PROTECTION[0] not in headers:
                    given = {name for name, _ in headers}
                    message["headers"] = [*headers, *(pair for pair in _RAW_PROTECTION if pair[0] not in given)]
            await send(message)

        await self.app(scope, receive, protected if scope["type"] == "http" else send)


class HeadAsGet:
    """HEAD answered as GET, without the body (RFC 9110, section 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self.app({**scope, "method": "GET"}, receive, without_body)


class PathMount:
    """An application of its own at one path, before any other route is looked at."""

    def __init__(self, app: ASGIApp, path: str, inside: ASGIApp) -> None:
        self.app, self.path, self.inside = app, path, inside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        here = scope["type"] == "http" and scope["path"] == self.path
        await (self.inside if here else self.app)(scope, receive, send)


class OpenCors:
    """CORS without credentials for any origin, with preflight. What is answered does not depend on the origin."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.inside = CORSMiddleware(
            app,
            allow_origins=["*"],
            allow_methods=["GET", "HEAD", "POST", "OPTIONS"],
            allow_headers=["*"],
            expose_headers=EXPOSED,
            max_age=86400,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        for name, _ in scope.get("headers", ()):
            if name == b"origin":
                await self.inside(scope, receive, send)
                return
        await self.app(scope, receive, send)
