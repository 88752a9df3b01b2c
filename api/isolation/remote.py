"""An ASGI application that has each request answered by a worker."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from api.isolation import messages
from api.isolation.messages import WorkerReply
from api.isolation.pool import RequestPool
from api.transport.problems import answer_of
from kg.errors import WarrantError

KEPT: Final = "/v1/assessments/"
_HANDLE: Final = re.compile(rf"{KEPT}([0-9a-f]{{64}})")


@dataclass(frozen=True)
class MatchedRoute:
    """The template of the route that a worker found, for the metrics."""

    path: str


class Isolated:
    """Sends requests to the workers of a pool. One is admitted before its body is read."""

    def __init__(self, pool: RequestPool) -> None:
        self.pool = pool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            reply = await self._reply(scope, request)
        except ClientDisconnect:
            return
        except WarrantError as error:
            await (await answer_of(request, error))(scope, receive, send)
            return
        if reply.route:
            scope["route"] = MatchedRoute(reply.route)
        await send({"type": "http.response.start", "status": reply.status, "headers": list(reply.headers)})
        await send({"type": "http.response.body", "body": reply.body})

    async def _reply(self, scope: Scope, request: Request) -> WorkerReply:
        self.pool.admit()
        try:
            body = await request.body()
            reply = await self.pool.run(messages.request(scope, body), _topic(scope["path"]))
        finally:
            self.pool.leave()
        if scope["method"] == "DELETE" and reply.status < 300:
            self.pool.renew()
        return reply

    async def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"", query: bytes = b""
    ) -> WorkerReply:
        """The response to a request of the service's own. Waits for its turn: it is never refused."""
        scope: dict[str, Any] = {
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query,
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "scheme": "http",
            "http_version": "1.1",
        }
        return await self.pool.run(messages.request(scope, body), _topic(path))


def _topic(path: str) -> str:
    found = _HANDLE.match(path)
    return found[1] if found else ""
