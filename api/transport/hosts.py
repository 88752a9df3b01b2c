"""Names under which the service may be asked, if it is told any: a browser that was led here by another name is not."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.transport.problems import BadRequest, problem_of
from kg.errors import Problem


class TrustedHosts:
    """400 for a request whose Host is none of `hosts`; `*.example.org` stands for every name below example.org."""

    def __init__(self, app: ASGIApp, hosts: Sequence[str]) -> None:
        self.app = app
        self.hosts = frozenset(host.lower() for host in hosts if not host.startswith("*."))
        self.below = tuple(host[1:].lower() for host in hosts if host.startswith("*."))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._trusts(Headers(scope=scope).get("host", "")):
            await self.app(scope, receive, send)
            return
        problem = Problem("Host", "is no name of this service.", "--trusted-host names those that are.")
        await problem_of(BadRequest([problem]))(scope, receive, send)

    def _trusts(self, host: str) -> bool:
        # the port, which an address in brackets may have behind it
        name = host.lower().partition("]")[0] + "]" if host.startswith("[") else host.lower().partition(":")[0]
        return name in self.hosts or name.endswith(self.below)
