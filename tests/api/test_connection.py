"""The transport of `warrant serve`: the head and the body of a small answer leave in one write, in order, none lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from api.transport.connection import LARGE, Gathering


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
