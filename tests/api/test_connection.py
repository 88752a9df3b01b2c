"""Connections of `warrant serve`: what is written leaves in order, too much is refused, upgrades are ignored."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress

import httpx2 as httpx
import pytest

from api.transport import connection
from api.transport.connection import HEAD_BYTES, LARGE, Connection, Gathering
from endpoint import Endpoint


class Recorded(asyncio.Transport):
    """A transport that keeps what was written."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1)})
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


def after_a_turn(act: Callable[[Gathering], None]) -> Recorded:
    """What a transport was given by an act, once the event loop has gone round."""

    async def run() -> Recorded:
        below = Recorded()
        act(Gathering(below))
        await asyncio.sleep(0)
        return below

    return asyncio.run(run())


def test_what_is_written_in_one_turn_leaves_in_one_write() -> None:
    def act(transport: Gathering) -> None:
        transport.write(b"head ")
        transport.write(b"body")

    assert after_a_turn(act).written == [b"head body"]


def test_what_is_large_goes_out_at_once_behind_what_waits() -> None:
    body = bytes(LARGE)

    def act(transport: Gathering) -> None:
        transport.write(b"head")
        transport.write(body)
        assert transport.get_extra_info("peername") == ("127.0.0.1", 1)
        transport.write(b"more")

    assert after_a_turn(act).written == [b"head" + body, b"more"]


def test_what_waits_leaves_before_the_connection_closes() -> None:
    def act(transport: Gathering) -> None:
        transport.write(b"last")
        transport.close()
        transport.write(b"too late")

    below = after_a_turn(act)
    assert below.written == [b"last"]
    assert below.closed


# -- a server


def talk(endpoint: Endpoint, *parts: bytes, pause: float = 0.0, timeout: float = 20) -> bytes:
    """Everything that comes back on a connection on which these parts are sent."""
    host, _, port = endpoint.root.removeprefix("http://").partition(":")
    received = b""
    with socket.create_connection((host, int(port)), timeout=timeout) as client:
        with suppress(OSError):
            for part in parts:
                client.sendall(part)
                time.sleep(pause)
        with suppress(OSError):
            while piece := client.recv(1 << 16):
                received += piece
    return received


def post(path: str, kind: str, body: bytes, *headers: str) -> bytes:
    given = "".join(f"{header}\r\n" for header in headers)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{given}\r\n"
    return head.encode() + body


UPGRADE = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQB")
CLOSE = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_an_upgrade_is_ignored_and_the_body_is_read(endpoint: Endpoint, size: int) -> None:
    # given what the client of Java sends, in pieces of any size, with another request behind it
    sent = post("/sparql", "application/sparql-query", b"ASK { ?s ?p ?o }", *UPGRADE) + CLOSE
    found = talk(endpoint, *(sent[place : place + size] for place in range(0, len(sent), size)))
    # then both are answered
    assert found.count(b"HTTP/1.1 200 OK") == 2, found
    assert b"true" in found


def test_an_upgrade_of_a_body_in_chunks_is_ignored(endpoint: Endpoint) -> None:
    head = post("/sparql", "application/sparql-query", b"", *UPGRADE).replace(
        b"Content-Length: 0", b"Transfer-Encoding: chunked"
    )
    found = talk(endpoint, head + b"3\r\nASK\r\n3\r\n {}\r\n0\r\n\r\n" + CLOSE)
    assert found.count(b"HTTP/1.1 200 OK") == 2, found


def test_an_upgrade_without_a_body_is_ignored(endpoint: Endpoint) -> None:
    upgrade = "\r\n".join(UPGRADE)
    found = talk(endpoint, f"GET /healthz HTTP/1.1\r\nHost: x\r\n{upgrade}\r\n\r\n".encode() + CLOSE)
    assert found.count(b"HTTP/1.1 200 OK") == 2, found


@pytest.mark.parametrize(
    "head",
    [
        b"GET /healthz HTTP/1.1\r\nX: " + b"x" * (1 << 20),
        b"GET /" + b"a" * (1 << 20),
        b"GET /healthz HTTP/1.1\r\n" + b"X: 1\r\n" * 200_000,
    ],
    ids=["a long header", "a long address", "many headers"],
)
def test_a_head_that_is_too_long_is_refused(endpoint: Endpoint, head: bytes) -> None:
    found = talk(endpoint, head)
    assert found.startswith(b"HTTP/1.1 431 "), found[:200]
    assert b"application/problem+json" in found


def test_a_head_that_is_long_enough_is_taken(endpoint: Endpoint) -> None:
    sent = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: " + b"x" * (HEAD_BYTES - 100) + b"\r\n\r\n"
    assert talk(endpoint, sent).startswith(b"HTTP/1.1 200 OK")


def test_what_is_no_http_is_refused(endpoint: Endpoint) -> None:
    assert talk(endpoint, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03").startswith(b"HTTP/1.1 400 ")


def test_who_does_not_finish_a_head_or_a_body_is_let_go(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr(connection, "BODY_SECONDS", 0.3)
    head = b"GET /healthz HTTP/1.1\r\n"
    body = post("/v1/questions", "application/json", b"{" + b" " * 100)[:-50]
    for sent, expected in ((b"", b""), (head, b"HTTP/1.1 408 "), (body, b"")):
        start = time.monotonic()
        host, _, port = endpoint.root.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=20) as client:
            client.sendall(sent)
            assert client.recv(1 << 16).startswith(expected)
        assert time.monotonic() - start < 10


def test_connections_that_wait_make_room_for_others(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a server that holds 20 connections
    monkeypatch.setattr(Connection, "most", 20)
    host, _, port = endpoint.root.removeprefix("http://").partition(":")
    with ExitStack() as opened:
        # when somebody opens many and sends nothing
        for _ in range(60):
            opened.enter_context(socket.create_connection((host, int(port)), timeout=20))
        # then others are answered
        assert httpx.get(endpoint.root + "/healthz").status_code == 200
        assert len(Connection.waiting) <= 25
