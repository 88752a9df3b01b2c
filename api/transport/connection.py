"""HTTP connections of `warrant serve`: limits on head, time and number; upgrades that are ignored; small answers in one
write.

uvicorn writes the head and the body of an answer one after the other, each with a system call: for an answer of a
millisecond that is a tenth of the work of the process.
"""

from __future__ import annotations

import asyncio
import json
import resource
from collections import OrderedDict
from http import HTTPStatus
from typing import Any, ClassVar, Final

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.transport.problems import MEDIA_TYPE, TYPES

LARGE: Final = 64 << 10
HEAD_BYTES: Final = 32 << 10
HEAD_SECONDS: Final = 10.0
BODY_SECONDS: Final = 60.0
STREAMED: Final = "warrant.streamed"
"""In the state of a request whose body may take any time."""
LINGER: Final = 1.0
RESERVED: Final = 256
FEWEST: Final = 64


class Gathering:
    """A transport that writes what one turn of the event loop gives it at once; what is large goes out directly."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport, self._parts = transport, list[bytes]()
        self._call_soon = asyncio.get_running_loop().call_soon

    def write(self, data: bytes) -> None:
        if not self._parts:
            self._call_soon(self._flush)
        self._parts.append(data)
        if len(data) >= LARGE:
            self._flush()

    def write_eof(self) -> None:
        self._flush()
        self._transport.write_eof()

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._flush()
        self._transport.set_protocol(protocol)

    def _flush(self) -> None:
        if self._parts and not self._transport.is_closing():
            self._transport.write(b"".join(self._parts))
        self._parts.clear()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


def most_connections() -> int:
    """How many connections a process holds: what its limit of open files leaves, besides a reserve."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(FEWEST, soft - RESERVED)


class Connection(HttpToolsProtocol):
    """uvicorn's connection with limits.

    A head has at most HEAD_BYTES and takes at most HEAD_SECONDS, a body at most BODY_SECONDS unless it is STREAMED. Of
    too many connections the one is closed that has waited longest for a request. `Upgrade` is ignored, as RFC 9110
    (section 7.8) allows: the request is answered in HTTP/1.1, its body included.
    """

    waiting: ClassVar[OrderedDict[Connection, None]] = OrderedDict()
    most: ClassVar[int | None] = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._in_head, self._head, self._resuming, self._refused = True, 0, False, False
        self._timer: asyncio.TimerHandle | None = None
        super().connection_made(Gathering(transport))  # type: ignore[arg-type]
        self._wait()
        if Connection.most is None:
            Connection.most = most_connections()
        if len(self.connections) > Connection.most:
            oldest, _ = self.waiting.popitem(last=False)
            oldest.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        self.waiting.pop(self, None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._unset_keepalive_if_required()
        if self._in_head and self._timer is None:
            self._start(HEAD_SECONDS)
        while data and not (self._refused or self.transport.is_closing()):
            piece = data[:HEAD_BYTES] if self._in_head else data
            data = data[len(piece) :]
            self._head += len(piece)
            data = self._feed(piece) + data
            if self._in_head and self._head > HEAD_BYTES and not self._refused:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"A head has at most {HEAD_BYTES} bytes.")

    def _feed(self, piece: bytes) -> bytes:
        """Parse a piece; what the parser leaves of it because of an upgrade."""
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade as upgrade:
            self._resume()
            return piece[upgrade.args[0] :]
        except httptools.HttpParserError:
            self._refuse(HTTPStatus.BAD_REQUEST, "This is no HTTP request.")
        return b""

    def _resume(self) -> None:
        """Go on with a new parser, in the body of the request whose upgrade made the last one stop."""
        self.parser = httptools.HttpRequestParser(self)
        if framing := self._framing():
            self._resuming = True
            self.parser.feed_data(b"POST / HTTP/1.1\r\n" + framing + b"\r\n\r\n")
            self._resuming = False

    def _framing(self) -> bytes:
        """The header that says how long the body is, empty where there is none."""
        given = dict(self.headers)
        for name in (b"transfer-encoding", b"content-length"):
            if given.get(name, b"0") != b"0":
                return name + b": " + given[name]
        return b""

    # -- what the parser calls

    def on_message_begin(self) -> None:
        if not self._resuming:
            super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        if not self._resuming:
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._resuming:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if not self._resuming:
            self._in_head = False
            self.waiting.pop(self, None)
            self._start(BODY_SECONDS)
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade() and self._framing():
            return
        self._rest()
        self._in_head, self._head = True, 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._in_head:
            self._wait()

    def _should_upgrade(self) -> bool:
        return False

    # -- time

    def _wait(self) -> None:
        self.waiting[self] = None
        if self._timer is None and self.cycle is None:
            self._start(HEAD_SECONDS)

    def _start(self, seconds: float) -> None:
        self._rest()
        self._timer = self.loop.call_later(seconds, self._expire)

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _expire(self) -> None:
        self._timer = None
        answering = self.cycle is not None and not self.cycle.response_complete
        if self._in_head and answering:
            self._start(HEAD_SECONDS)
        elif not self._in_head and self.scope["state"].get(STREAMED):
            return
        elif self._in_head and self._head:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, f"A head takes at most {HEAD_SECONDS:g} s.")
        else:
            self.transport.close()

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        """Answer a request that never reaches the application, and close the connection."""
        slug = status.phrase.lower().replace(" ", "-")
        content = {"type": TYPES + slug, "title": status.phrase, "status": status, "detail": detail, "errors": []}
        body = json.dumps(content).encode()
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\n"
        )
        self.transport.write(head.encode() + b"cache-control: no-store\r\nconnection: close\r\n\r\n" + body)
        # what is still on its way would reset the connection before the answer is read
        self.transport.write_eof()
        self._refused = True
        self._rest()
        self._timer = self.loop.call_later(LINGER, self.transport.close)
