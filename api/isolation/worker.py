"""A worker: answers requests from a socket with an ASGI application, one after the other, under the kernel's limits."""

from __future__ import annotations

import asyncio
import os
import resource
import select
import socket
import sys
from typing import Final

from starlette.types import ASGIApp, Message

from api.config import Config
from api.isolation import messages
from api.isolation.messages import WorkerReply
from kg.store import wire

PIECE: Final = 1 << 18
NICE: Final = 5
GROWTH: Final = 192 << 20


def serve(app: ASGIApp, channel: socket.socket, config: Config) -> None:
    """Answer until the socket closes, or until nothing was asked for as long as assessments are kept."""
    confine(config.work.memory)
    first, count = peak(), 0
    received = bytearray()
    with asyncio.Runner() as runner:
        while select.select([channel], [], [], config.retention.seconds)[0] and (piece := channel.recv(PIECE)):
            received += piece
            while (request := wire.split(received)) is not None:
                found = runner.run(answer(app, *request))
                count += 1
                spent = count >= config.work.requests or peak() > first + GROWTH
                channel.sendall(messages.reply(WorkerReply(**{**vars(found), "spent": spent})))


def confine(memory: int) -> None:
    """Limit the data of this process to `memory` bytes; let the process that takes requests go first; no core dumps."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    allowed = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (allowed, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICE)


def peak() -> int:
    """The most memory that this process has had, in bytes."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else used << 10


async def answer(app: ASGIApp, head: bytes, body: bytes) -> WorkerReply:
    """The response of an application to a request in a frame."""
    scope = messages.scope_of(head)
    asked = iter([{"type": "http.request", "body": body, "more_body": False}])
    said: list[Message] = []

    async def receive() -> Message:
        return next(asked, {"type": "http.disconnect"})

    async def send(message: Message) -> None:
        said.append(message)

    await app(scope, receive, send)
    start = next(message for message in said if message["type"] == "http.response.start")
    parts = (message.get("body", b"") for message in said if message["type"] == "http.response.body")
    headers = tuple((bytes(name), bytes(value)) for name, value in start["headers"])
    return WorkerReply(start["status"], headers, b"".join(parts), str(getattr(scope.get("route"), "path", "")))
