"""Who may ask, and how often: keys, the login of a browser, a rate; which answers other sites' scripts may read."""

from __future__ import annotations

import time
from collections import OrderedDict
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import parse_qs, urlencode

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.transport.keys import Keys
from api.transport.middleware import OpenCors
from api.transport.negotiation import accepted
from api.transport.problems import TooMany, Unauthorized, problem_of

LOGIN: Final = "/login"
COOKIE: Final = "warrant"
ALWAYS: Final = ("/healthz", "/readyz", LOGIN, "/static/warrant.css", "/static/icon.svg")
FORM_SIZE: Final = 4096
SAID: Final = "Send a key of this service as `Authorization: Bearer KEY` or as `X-API-Key: KEY`."
CDS_HOOKS: Final = "/cds-services"
READ_ONLY: Final = (
    CDS_HOOKS,
    "/v1/claims",
    "/v1/articles",
    "/v1/references",
    "/v1/concepts",
    "/v1/terms",
    "/id",
    "/ontology",
    "/shapes",
    "/.well-known/void",
    "/openapi.json",
)
MINUTE: Final = 60.0
REMEMBERED: Final = 10_000
CALLER: Final = "warrant.caller"


class ApiKey:
    """401 for a request without a key, in `Authorization: Bearer`, in `X-API-Key`, or as the cookie of a login.

    Probes of health need none, nor does the preflight of a browser, which cannot bring one. A person without a key is
    led to the login. `secret` makes the cookies.
    """

    def __init__(self, app: ASGIApp, keys: Keys, secret: bytes) -> None:
        self.app, self.keys, self.secret = app, keys, secret

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["path"] == LOGIN and scope["method"] == "POST":
            await (await self._login(Request(scope, receive)))(scope, receive, send)
        elif (name := self._name(headers, scope["path"])) is not None:
            scope.setdefault("state", {})[CALLER] = f"key {name}"
            await self.app(scope, receive, send)
        elif scope["path"] in ALWAYS or is_preflight(scope, headers):
            await self.app(scope, receive, send)
        else:
            await _refusal(scope, headers)(scope, receive, send)

    def _name(self, headers: Headers, path: str) -> str | None:
        # there, a Bearer token is the client's own
        bearer = "" if path.startswith(CDS_HOOKS) else headers.get("authorization", "")
        scheme, _, token = bearer.partition(" ")
        given = token.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "")
        if given:
            return self.keys.name_of(given)
        ticket = _ticket(headers.get("cookie", ""))
        return self.keys.holder(ticket, self.secret) if ticket else None

    async def _login(self, request: Request) -> Response:
        """The cookie for a key that was typed, and the way to where the person wanted to go."""
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > FORM_SIZE:
                break
        given = parse_qs(body[:FORM_SIZE].decode("latin-1"))
        name = self.keys.name_of(given.get("key", [""])[0].strip())
        wanted = _local(given.get("next", [""])[0])
        if name is None:
            return RedirectResponse(f"{LOGIN}?{urlencode({'next': wanted, 'wrong': 'yes'})}", 303)
        response = RedirectResponse(wanted, 303, {"Cache-Control": "no-store"})
        secure = request.url.scheme == "https"
        ticket = self.keys.ticket(name, self.secret)
        response.set_cookie(COOKIE, ticket, httponly=True, samesite="strict", secure=secure, path="/")
        return response


class RateLimit:
    """429 for a key, or an address where there are no keys, that asks more often than `most` times a minute.

    A caller may save up a minute's worth. Probes of health are not counted.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app, self.most = app, most
        # caller → what is left, and when that was so
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in ALWAYS[:2] or (wait := self._wait(_caller(scope))) <= 0:
            await self.app(scope, receive, send)
            return
        said = f"At most {self.most} requests a minute are answered. Come back in {wait:.0f} s."
        await problem_of(TooMany(said, max(1, round(wait))))(scope, receive, send)

    def _wait(self, caller: str) -> float:
        """Take one request of a caller; seconds until the next one is free where none is left."""
        now = time.monotonic()
        left, since = self._left.pop(caller, (float(self.most), now))
        left = min(self.most, left + (now - since) * self.most / MINUTE)
        self._left[caller] = (left - 1 if left >= 1 else left, now)
        if len(self._left) > REMEMBERED:
            self._left.popitem(last=False)
        return 0 if left >= 1 else (1 - left) * MINUTE / self.most


class PublicCors:
    """Open CORS for what is public and only read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app, self.inside = app, OpenCors(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        here = scope["type"] == "http" and _is_open(scope["path"])
        await (self.inside if here else self.app)(scope, receive, send)


def _is_open(path: str) -> bool:
    return any(path == place or path.startswith(place + "/") for place in READ_ONLY)


def is_preflight(scope: Scope, headers: Headers) -> bool:
    """Whether a browser asks if it may ask."""
    return scope["method"] == "OPTIONS" and "access-control-request-method" in headers


def _refusal(scope: Scope, headers: Headers) -> Response:
    for_person = accepted(headers.get("accept"), ("application/problem+json", "text/html")) == "text/html"
    if not for_person or scope["method"] not in ("GET", "HEAD"):
        return problem_of(Unauthorized(SAID))
    query = scope["query_string"].decode("latin-1")
    wanted = scope["path"] + (f"?{query}" if query else "")
    return RedirectResponse(f"{LOGIN}?{urlencode({'next': wanted})}", 303, {"Cache-Control": "no-store"})


def _local(wanted: str) -> str:
    """A place of this service; nobody is led to another one."""
    return wanted if wanted.startswith("/") and not wanted.startswith(("//", "/\\")) else "/"


def _ticket(cookies: str) -> str:
    try:
        found = SimpleCookie(cookies).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _caller(scope: Scope) -> str:
    known = scope.get("state", {}).get(CALLER)
    return known or (scope["client"][0] if scope.get("client") else "")
