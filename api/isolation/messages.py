"""Requests and responses of HTTP as the frames (`kg.store.wire`) that go to a worker and come back."""

from __future__ import annotations

import json
import marshal
from dataclasses import dataclass
from typing import Any, Final

from starlette.types import Scope

from kg.store import wire

PARTS: Final = ("method", "path", "raw_path", "query_string", "scheme", "root_path", "http_version")


@dataclass(frozen=True)
class WorkerReply:
    """A response; `route` is the template of the route that gave it. A worker that is `spent` is not used again."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    route: str = ""
    spent: bool = False


def request(scope: Scope, body: bytes) -> bytes:
    """The frame of a request."""
    parts = {name: scope[name] for name in PARTS if scope.get(name) is not None}
    parts["headers"] = [(bytes(name), bytes(value)) for name, value in scope["headers"]]
    parts["server"] = list(scope["server"]) if scope.get("server") else None
    return wire.frame_of(marshal.dumps(parts), body)


def scope_of(head: bytes) -> dict[str, Any]:
    """The scope of a request in a frame."""
    parts = marshal.loads(head)
    server = tuple(parts.pop("server") or ()) or None
    return {"type": "http", "asgi": {"version": "3.0"}, "client": None, "server": server, "state": {}, **parts}


def reply(found: WorkerReply) -> bytes:
    """The frame of a response."""
    headers = [[name.decode("latin-1"), value.decode("latin-1")] for name, value in found.headers]
    head = {"status": found.status, "headers": headers, "route": found.route, "spent": found.spent}
    return wire.frame_of(json.dumps(head).encode(), found.body)


def reply_of(head: bytes, body: bytes) -> WorkerReply:
    """The response in a frame. A worker is not trusted: whatever its head is not raises ValueError or KeyError."""
    found = json.loads(head)
    headers = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in found["headers"])
    return WorkerReply(int(found["status"]), headers, body, str(found["route"]), bool(found["spent"]))
