"""Who may ask: an API key, if the service is told to want one; and which answers scripts of other sites may read."""

from __future__ import annotations

import hmac
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.transport.middleware import OpenCors
from api.transport.problems import Unauthorized, problem_of

ALWAYS: Final = ("/healthz", "/readyz")
READ_ONLY: Final = (
    "/v1/claims",
    "/v1/articles",
    "/v1/references",
    "/v1/concepts",
    "/v1/terms",
    "/id",
    "/ontology",
    "/openapi.json",
)


class ApiKey:
    """401 for a request without the key, in `Authorization: Bearer` or `X-API-Key`; probes of health need none."""

    def __init__(self, app: ASGIApp, key: str) -> None:
        self.app, self.key = app, key.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in ALWAYS or self._knows(Headers(scope=scope)):
            await self.app(scope, receive, send)
            return
        said = "Send the key of this service as `Authorization: Bearer KEY` or as `X-API-Key: KEY`."
        await problem_of(Unauthorized(said))(scope, receive, send)

    def _knows(self, headers: Headers) -> bool:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        given = token.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "")
        return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), self.key)


class PublicCors:
    """Open CORS for what is public and only read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app, self.inside = app, OpenCors(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        here = scope["type"] == "http" and _is_open(scope["path"])
        await (self.inside if here else self.app)(scope, receive, send)


def _is_open(path: str) -> bool:
    return any(path == place or path.startswith(place + "/") for place in READ_ONLY)
