"""The workers of one dataset, seen from an event loop: turns, time limits, replacement, overload.

A query takes a turn on one of a few workers. One that has run for longer than `patience` is moved aside: its process
gets the lowest priority and its turn goes to somebody else. So a runaway query costs others next to nothing until its
time is over. A worker that was moved aside, or that was given quads of its own, is not used again.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, cast

from kg import terms
from kg.errors import OntologyError, Overloaded, QueryTimeout, QueryTooLarge
from kg.store import wire
from kg.store.evaluate import Answer, Query
from kg.store.location import Location
from kg.store.zygote import MESSAGE, REPLY, Settings

RETRY_AFTER: Final = 1


@dataclass(frozen=True)
class Limits:
    """What queries may use: `seconds` from request to answer, bytes of `memory` (address space) and of a `result`.

    `workers` answer at the same time, and besides them at most `aside` queries that have run for longer than
    `patience` seconds; `queue` more may wait.
    """

    seconds: float = 10.0
    memory: int = 1 << 30
    result: int = 32 << 20
    workers: int = min(4, os.cpu_count() or 1)
    aside: int = 4
    queue: int = 128
    patience: float = 0.25


class _Worker(asyncio.Protocol):
    """The near end of a worker's socket: one request, then its reply."""

    def __init__(self, zygote: subprocess.Popen[bytes] | None, pid: int) -> None:
        self.zygote, self.pid = zygote, pid
        self._received = bytearray()
        self._reply: asyncio.Future[tuple[dict[str, Any], bytes]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def ask(self, request: bytes) -> asyncio.Future[tuple[dict[str, Any], bytes]]:
        self._reply = asyncio.get_running_loop().create_future()
        if self._transport.is_closing():
            self._reply.set_exception(ConnectionError())
        self._transport.write(request)
        return self._reply

    def data_received(self, data: bytes) -> None:
        self._received += data
        start = wire.HEAD.size
        if len(self._received) < start or self._reply is None:
            return
        head, body = wire.HEAD.unpack_from(self._received)
        if len(self._received) == start + head + body and not self._reply.done():
            content = bytes(self._received)
            self._received.clear()
            self._reply.set_result((json.loads(content[start : start + head]), content[start + head :]))

    def connection_lost(self, error: Exception | None) -> None:
        if self._reply is not None and not self._reply.done():
            self._reply.set_exception(ConnectionError())

    @property
    def alive(self) -> bool:
        return not self._transport.is_closing()

    def close(self) -> None:
        if self._reply is not None:
            self._reply.cancel()
        self._transport.close()


class Pool:
    """Workers over the dataset at a location. Use it in one event loop, between `start` and `close`."""

    def __init__(self, location: Location, limits: Limits | None = None) -> None:
        self.location, self.limits = location, limits or Limits()
        self._idle: list[_Worker] = []
        self._waiting = self._aside = 0
        self._zygote: subprocess.Popen[bytes] | None = None
        self._control: socket.socket

    async def start(self) -> None:
        """Load the dataset and fork the first workers. Raises OntologyError where it cannot be loaded."""
        self._turns = asyncio.Semaphore(self.limits.workers)
        self._forking = asyncio.Lock()
        await self._load()
        self._idle = [await self._fork() for _ in range(self.limits.workers)]

    @property
    def zygote(self) -> int | None:
        """The process that the workers are forked from."""
        return self._zygote.pid if self._zygote is not None else None

    async def close(self) -> None:
        """End all workers. What they were asked meanwhile fails."""
        for worker in self._idle:
            worker.close()
        self._idle.clear()
        if self._zygote is not None:
            self._control.close()
            await asyncio.to_thread(self._zygote.wait)
            self._zygote = None

    async def run(self, query: Query, extra: bytes = b"", seconds: float | None = None) -> Answer:
        """The answer to a query over the dataset and `extra` (N-Quads), which nobody else ever sees.

        `seconds` may only lower the time limit. Raises a QueryError.
        """
        allowed = min(seconds, self.limits.seconds) if seconds is not None else self.limits.seconds
        turn = _Turn(asyncio.get_running_loop().time() + allowed, allowed)
        await self._enter(turn)
        try:
            worker = await self._take(fresh=bool(extra))
            again = False
            try:
                head, body = await self._asked(worker, wire.request(query, extra), turn)
                again = not extra and not turn.lowered
            except ConnectionError:
                raise QueryTooLarge(
                    f"The query was ended because it needs more than {self.limits.memory >> 20} MiB of memory, or is "
                    "nested too deeply. Ask for less, or put the most selective pattern first."
                ) from None
            finally:
                if again:
                    self._idle.append(worker)
                else:
                    self._end(worker)
        finally:
            self._leave(turn)
        return wire.answer_of(head, body)

    # -- turns

    async def _enter(self, turn: _Turn) -> None:
        """Wait for a turn. Raises Overloaded where too many wait already, or none comes in time."""
        if not self._turns.locked():
            await self._turns.acquire()
            return
        if self._waiting >= self.limits.queue:
            raise Overloaded(f"{self._waiting} queries are waiting already. Come back in a moment.", RETRY_AFTER)
        self._waiting += 1
        try:
            async with asyncio.timeout_at(turn.deadline):
                await self._turns.acquire()
        except TimeoutError:
            message = "No worker became free within the time limit. Come back in a moment."
            raise Overloaded(message, RETRY_AFTER) from None
        finally:
            self._waiting -= 1

    def _leave(self, turn: _Turn) -> None:
        if turn.aside:
            self._aside -= 1
        else:
            self._turns.release()

    async def _asked(self, worker: _Worker, request: bytes, turn: _Turn) -> tuple[dict[str, Any], bytes]:
        """A worker's reply. Raises QueryTimeout, and ConnectionError if the worker ends."""
        loop, reply = asyncio.get_running_loop(), worker.ask(request)
        patience = min(turn.deadline, loop.time() + self.limits.patience)
        turn.timer = loop.call_at(patience, self._move_aside, worker, turn, reply)
        try:
            return await reply
        finally:
            turn.timer.cancel()

    def _move_aside(self, worker: _Worker, turn: _Turn, reply: asyncio.Future[Any]) -> None:
        turn.timer = asyncio.get_running_loop().call_at(turn.deadline, turn.expire, reply)
        self._tell(b"N", worker)
        turn.lowered = True
        if self._aside < self.limits.aside:
            self._aside += 1
            turn.aside = True
            self._turns.release()

    # -- processes

    async def _take(self, fresh: bool) -> _Worker:
        while self._idle and not fresh:
            worker = self._idle.pop()
            if worker.alive:
                return worker
            self._end(worker)
        forking = asyncio.ensure_future(self._fork())
        try:
            return await asyncio.shield(forking)
        except asyncio.CancelledError:
            forking.add_done_callback(self._end_forked)
            raise

    async def _fork(self) -> _Worker:
        async with self._forking:
            try:
                return await self._ask_for_fork()
            except ConnectionError:
                await self._load()
                return await self._ask_for_fork()

    async def _ask_for_fork(self) -> _Worker:
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self._control, [MESSAGE.pack(b"F", 0)], [theirs.fileno()])
            pid = await self._heard()
        except BaseException:
            ours.close()
            raise
        zygote = self._zygote
        _, worker = await loop.create_unix_connection(lambda: _Worker(zygote, pid), sock=ours)
        return worker

    def _end_forked(self, forking: asyncio.Future[_Worker]) -> None:
        if forking.exception() is None:
            self._end(forking.result())

    def _end(self, worker: _Worker) -> None:
        worker.close()
        self._tell(b"K", worker)

    def _tell(self, kind: bytes, worker: _Worker) -> None:
        """Workers of a zygote that has ended have ended with it."""
        if worker.zygote is self._zygote:
            with suppress(OSError):
                self._control.send(MESSAGE.pack(kind, worker.pid))

    async def _heard(self) -> int:
        said = await asyncio.get_running_loop().sock_recv(self._control, REPLY.size)
        if len(said) < REPLY.size:
            raise ConnectionError
        return int(REPLY.unpack(said)[0])

    async def _load(self) -> None:
        """Start a zygote, in the place of one that has ended."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        prefixes = dict(terms.PREFIXES)
        settings = Settings(str(self.location.path), self.location.on_disk, self.limits.memory, prefixes)
        if self._zygote is not None:
            self._control.close()
            await asyncio.to_thread(self._zygote.wait)
        with theirs:
            command = [sys.executable, "-m", "kg.store.zygote", settings.text()]
            self._zygote = subprocess.Popen(command, stdin=theirs.fileno(), stdout=subprocess.DEVNULL)
        self._control = ours
        try:
            await self._heard()
        except ConnectionError:
            place = self.location.path
            raise OntologyError(f"{place}: this dataset cannot be loaded; remove it, and it is made anew") from None


@dataclass
class _Turn:
    """Somebody's turn: when it is over, how many seconds that is, whether its worker was moved aside."""

    deadline: float
    allowed: float
    timer: asyncio.TimerHandle | None = None
    lowered: bool = False
    aside: bool = False

    def expire(self, reply: asyncio.Future[Any]) -> None:
        if not reply.done():
            reply.set_exception(
                QueryTimeout(
                    f"The query ran for {self.allowed:g} s, its time limit, and was ended. "
                    "Ask for less, or put the most selective pattern first."
                )
            )
