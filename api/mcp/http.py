"""The MCP server over streamable HTTP, at `/mcp`: started when it is first asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from api.isolation.messages import WorkerReply
from api.isolation.remote import Isolated
from api.sparql.endpoint import SparqlEndpoint
from api.transport.problems import NotInstalled, problem_of
from kg.store.evaluate import ParsedQuery

PATH: Final = "/mcp"
LOCAL: Final = ("127.0.0.1", "localhost", "[::1]")


class StreamableHttp:
    """Answers MCP over HTTP without sessions. `hosts` are the names, beside loopback, under which it may be asked.

    A request with the Origin of another site is refused, so that a page in a browser cannot use a service on its
    machine.
    """

    def __init__(self, isolated: Isolated, sparql: SparqlEndpoint, hosts: Sequence[str]) -> None:
        self.isolated, self.sparql, self.hosts = isolated, sparql, tuple(hosts)
        self._app: ASGIApp | None = None
        self._starting = asyncio.Lock()
        self._end = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if find_spec("mcp") is None:
            said = "The MCP server is not installed here: pip install 'warrant[mcp]'."
            await problem_of(NotInstalled(said))(scope, receive, send)
            return
        async with self._starting:
            app = self._app or await self._started()
        await app(scope, receive, send)

    async def close(self) -> None:
        """End what was started."""
        self._end.set()
        if self._running is not None:
            await self._running

    async def ask(self, method: str, path: str, headers: dict[str, str], body: bytes, query: bytes) -> WorkerReply:
        """The response of the service to a request of an agent; queries go to the workers of the dataset."""
        if path != "/sparql":
            place, _, given = path.partition("?")
            return await self.isolated.ask(method, place, headers, body, given.encode() or query)
        found = await self.sparql.pool.run(ParsedQuery(body.decode()))
        return WorkerReply(200, ((b"content-type", found.media_type.encode()),), found.body)

    async def _started(self) -> ASGIApp:
        from mcp.server.transport_security import TransportSecuritySettings  # noqa: PLC0415 - half a second

        from api.mcp.tools import server  # noqa: PLC0415 - the same

        found = server(self.ask)
        names = [*LOCAL, *self.hosts]
        allowed = TransportSecuritySettings(
            enable_dns_rebinding_protection=True,
            allowed_hosts=[*names, *(f"{name}:*" for name in names)],
            allowed_origins=[
                f"{scheme}://{name}{port}" for scheme in ("http", "https") for name in names for port in ("", ":*")
            ],
        )
        app = found.streamable_http_app(
            streamable_http_path=PATH, json_response=True, stateless_http=True, transport_security=allowed
        )
        ready = asyncio.Event()

        async def run() -> None:
            async with found.session_manager.run():
                ready.set()
                await self._end.wait()

        self._running = asyncio.create_task(run())
        await ready.wait()
        self._app = app
        return app
