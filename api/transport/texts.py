"""Who sees the texts of the articles: callers of this machine, and callers with a key."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.transport.problems import TextsWithheld, problem_of
from api.transport.security import CALLER

PLACE: Final = "/passages/"
FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
SAID: Final = "Texts of articles are shown to callers of this machine, or with a key of the service."


class ArticleTexts:
    """403 for a page with the text of an article, asked for by anybody else.

    What a proxy passes on comes from this machine and is not of it; nor is what a page asks for under a name that it
    has let point here (DNS rebinding).
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        withheld = scope["type"] == "http" and scope["path"].startswith(PLACE) and not _may_read(scope)
        await (problem_of(TextsWithheld(SAID)) if withheld else self.app)(scope, receive, send)


def _may_read(scope: Scope) -> bool:
    if str(scope.get("state", {}).get(CALLER, "")).startswith("key "):
        return True
    headers = Headers(scope=scope)
    client, host = scope.get("client") or ("",), urlsplit(f"//{headers.get('host', '')}").hostname or ""
    return _is_loopback(client[0]) and _is_loopback(host) and not any(name in headers for name in FORWARDED)


def _is_loopback(host: str) -> bool:
    """Whether an address or a name is this machine's own.

    >>> _is_loopback("127.0.0.1"), _is_loopback("::1"), _is_loopback("localhost"), _is_loopback("example.org")
    (True, True, True, False)
    """
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
