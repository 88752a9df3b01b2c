"""Processes that answer requests: ended at their deadline, replaced when they die, no more than there is room for."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

import pytest

from api.config import Work
from api.isolation import messages
from api.isolation.messages import WorkerReply
from api.isolation.pool import RequestPool
from api.transport.problems import Crashed, TimeLimit
from kg.errors import OntologyError, Overloaded
from processes import children, eventually, running

T = TypeVar("T")
# answers /echo with the body, sleeps for /sleep, holds the interpreter for /hold, dies for /die
PROGRAM = """
import contextlib, os, pickle, socket, time
from api.config import Config, Work
from api.isolation.worker import serve
from kg.store.forking import ForkServer

async def app(scope, receive, send):
    body = (await receive())["body"]
    if scope["path"] == "/sleep": time.sleep(float(body))
    if scope["path"] == "/hold": (10 ** 9) ** 9999999
    if scope["path"] == "/die": os._exit(1)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-pid", b"%d" % os.getpid())]})
    await send({"type": "http.response.body", "body": body})

with socket.socket(fileno=os.dup(0)) as control:
    config = Config(work=Work(requests=pickle.loads(control.recv(1000))))
    with contextlib.suppress(BrokenPipeError):
        ForkServer(control, lambda channel: serve(app, channel, config)).run()
"""


def request(path: str, body: bytes = b"") -> bytes:
    scope: dict[str, Any] = {"method": "POST", "path": path, "query_string": b"", "headers": []}
    return messages.request(scope, body)


def with_pool(work: Callable[[RequestPool], Awaitable[T]], limits: Work | None = None, program: str = PROGRAM) -> T:
    """What `work` gives over a pool of its own; afterwards no process of it is left."""
    import pickle  # noqa: PLC0415 - for this helper alone

    async def whole() -> T:
        chosen = limits or Work(processes=2, seconds=5)
        pool = RequestPool((sys.executable, "-c", program), pickle.dumps(chosen.requests), (), chosen)
        await pool.start()
        assert pool.zygote is not None
        started = {pool.zygote, *children(pool.zygote)}
        try:
            return await work(pool)
        finally:
            await pool.close()
            assert await asyncio.to_thread(eventually, lambda: not running(started))

    return asyncio.run(whole())


def test_a_request_is_answered_by_a_process_of_its_own() -> None:
    async def work(pool: RequestPool) -> WorkerReply:
        return await pool.run(request("/echo", b"text"))

    found = with_pool(work)
    assert (found.status, found.body) == (200, b"text")
    assert int(dict(found.headers)[b"x-pid"]) != os.getpid()


@pytest.mark.parametrize("path", ["/sleep", "/hold"])
def test_a_process_ends_at_its_deadline_whatever_it_does(path: str) -> None:
    async def work(pool: RequestPool) -> float:
        start = time.monotonic()
        with pytest.raises(TimeLimit, match=r"within 0\.5 s"):
            await pool.run(request(path, b"60"))
        took = time.monotonic() - start
        # and others are answered as before
        assert (await asyncio.wait_for(pool.run(request("/echo", b"1")), 5)).body == b"1"
        return took

    assert with_pool(work, Work(processes=1, seconds=0.5)) < 2


def test_others_are_answered_while_processes_are_held() -> None:
    async def work(pool: RequestPool) -> bytes:
        held = asyncio.ensure_future(pool.run(request("/hold")))
        await asyncio.sleep(0.1)
        found = [(await pool.run(request("/echo", b"%d" % number))).body for number in range(20)]
        held.cancel()
        return b"".join(found)

    assert with_pool(work) == b"".join(b"%d" % number for number in range(20))


def test_who_comes_when_all_are_busy_is_told_when_to_come_back() -> None:
    async def work(pool: RequestPool) -> Overloaded:
        for _ in range(3):
            pool.admit()
        with pytest.raises(Overloaded) as error:
            pool.admit()
        pool.leave()
        pool.admit()
        return error.value

    assert with_pool(work, Work(processes=1, queue=2)).retry_after == 1


def test_a_request_whose_process_is_killed_is_answered_by_another() -> None:
    async def work(pool: RequestPool) -> bytes:
        asked = asyncio.ensure_future(pool.run(request("/sleep", b"0.4")))
        await asyncio.sleep(0.1)
        assert pool.zygote is not None
        for pid in children(pool.zygote):
            os.kill(pid, signal.SIGKILL)
        return (await asked).body

    assert with_pool(work) == b"0.4"


def test_a_request_that_ends_its_process_twice_is_not_tried_again() -> None:
    async def work(pool: RequestPool) -> bytes:
        with pytest.raises(Crashed):
            await pool.run(request("/die"))
        return (await pool.run(request("/echo", b"alive"))).body

    assert with_pool(work) == b"alive"


def test_the_process_they_are_forked_from_is_replaced() -> None:
    async def work(pool: RequestPool) -> float:
        first = pool.zygote
        assert first is not None
        os.kill(first, signal.SIGKILL)
        start = time.monotonic()
        while time.monotonic() < start + 20:
            with suppress(Crashed, Overloaded):
                assert (await pool.run(request("/echo", b"again"))).body == b"again"
                break
            await asyncio.sleep(0.05)
        # a worker that was forked before may have answered
        while pool.zygote == first and time.monotonic() < start + 20:
            await asyncio.sleep(0.05)
        assert pool.zygote != first
        return time.monotonic() - start

    assert with_pool(work) < 10


def test_a_process_is_replaced_after_so_many_requests_and_when_all_are_renewed() -> None:
    async def pids(pool: RequestPool, count: int) -> list[bytes]:
        return [dict((await pool.run(request("/echo"))).headers)[b"x-pid"] for _ in range(count)]

    async def by_number(pool: RequestPool) -> list[bytes]:
        return await pids(pool, 6)

    async def renewed(pool: RequestPool) -> list[bytes]:
        before = await pids(pool, 3)
        pool.renew()
        return [*before, *await pids(pool, 3)]

    assert len(set(with_pool(by_number, Work(processes=1, requests=2)))) == 3
    assert len(set(with_pool(renewed, Work(processes=1)))) == 2


def test_what_cannot_be_loaded_is_told_at_the_start() -> None:
    async def work(pool: RequestPool) -> None:
        raise AssertionError("it started")

    with pytest.raises(OntologyError):
        with_pool(work, program="raise SystemExit(1)")
