"""Processes that answer queries, seen from an event loop: the process they are forked from, and the near end of each.

A worker answers what it is asked one after the other, so several queries may be on the way to it: what is asked within
one turn of the event loop goes out in one piece.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import subprocess
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, cast

from kg.errors import OntologyError
from kg.store import wire
from kg.store.forking import MESSAGE, REPLY

END: Final = b"K"
LOWER: Final = b"N"


@dataclass(eq=False, slots=True)
class Job:
    """A query on its way: the frame of its request, and where its reply (head and body) is awaited.

    `deadline` is in the time of the event loop, `allowed` the seconds until then when it was asked. A `private` one
    brings quads that only a worker of its own may see. `abandoned` waits until nobody wants the answer any more.
    `tried`: a worker was lost as soon as it had the job, which was not the fault of the job.
    """

    request: bytes
    private: bool
    allowed: float
    deadline: float
    reply: asyncio.Future[tuple[bytes, bytes]]
    abandoned: Callable[[], Awaitable[object]] | None = None
    worker: Worker | None = None
    timer: asyncio.TimerHandle | None = None
    tried: bool = False

    def at(self, when: float, call: Callable[..., object], *arguments: object) -> None:
        """Call something at a time, in the place of what was to be called before."""
        self.rest()
        self.timer = asyncio.get_running_loop().call_at(when, call, *arguments)

    def rest(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def fail(self, error: Exception) -> None:
        self.rest()
        if not self.reply.done():
            self.reply.set_exception(error)


class WorkerOwner(Protocol):
    """Who is told what workers do."""

    def replied(self, worker: Worker, head: bytes, body: bytes) -> None: ...

    def lost(self, worker: Worker) -> None:
        """A worker has ended by itself."""


class Worker(asyncio.Protocol):
    """The near end of a worker's socket. `jobs` are what it was asked; it is at work on the first.

    It is at it `since` then, in the time of the event loop, and `watched` when somebody is going to look how long that
    is. It is `busy` for long when it takes nothing more for now, `spent` when it is not used again after this job, and
    `closed` when its owner has parted with it.
    """

    def __init__(self, parent: subprocess.Popen[bytes], pid: int, owner: WorkerOwner) -> None:
        self.parent, self.pid, self.owner = parent, pid, owner
        self.jobs: deque[Job] = deque()
        self.busy = self.spent = self.watched = self.closed = False
        self.since = 0.0
        self._out: list[bytes] = []
        self._in = bytearray()

    def ask(self, job: Job) -> None:
        job.worker = self
        self.jobs.append(job)
        if not self._out:
            asyncio.get_running_loop().call_soon(self._flush)
        self._out.append(job.request)

    def close(self) -> None:
        """Part with the worker; its owner hears of it no more."""
        self._transport.abort()
        self.closed = True

    def processor_time(self) -> float:
        """Seconds of processor time that the worker has used; those of the clock where the system does not tell."""
        # what clock_getcpuclockid(3) gives on Linux
        clock = (~self.pid << 3) | 2
        try:
            return time.clock_gettime(clock)
        except OSError:
            return time.monotonic()

    def _flush(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(b"".join(self._out))
        self._out.clear()

    # -- what the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        self._in += data
        while not self.closed and (found := wire.split(self._in)) is not None:
            self.owner.replied(self, *found)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.closed:
            self.owner.lost(self)


class Nursery:
    """Forks workers from a process that has loaded what they need, and starts that process again when it has ended.

    `command` starts it (`kg.store.forking`), `setup` is what it reads first, and it inherits the descriptors `keep`.
    `broken` says what is wrong where it cannot be started.
    """

    def __init__(
        self, command: Sequence[str], owner: WorkerOwner, broken: str, setup: bytes = b"", keep: Sequence[int] = ()
    ) -> None:
        self.command, self.owner, self.broken = tuple(command), owner, broken
        self._setup, self._keep = setup, tuple(keep)
        self._zygote: subprocess.Popen[bytes] | None = None
        self._control: socket.socket
        self._untold: deque[bytes] = deque()
        self._forking = asyncio.Lock()

    @property
    def zygote(self) -> int | None:
        """The process id of the process that workers are forked from."""
        return self._zygote.pid if self._zygote is not None else None

    async def fork(self) -> Worker:
        """A new worker. Raises OntologyError where what it needs cannot be loaded, OSError where there is no room."""
        async with self._forking:
            if self._zygote is None:
                await self._start()
            try:
                return await self._forked()
            except ConnectionError:
                await self.close()
                await self._start()
                return await self._forked()

    def tell(self, kind: bytes, worker: Worker) -> None:
        """END or LOWER the priority of a worker. Workers of a process that has ended have ended with it."""
        if worker.parent is not self._zygote:
            return
        self._untold.append(MESSAGE.pack(kind, worker.pid))
        if len(self._untold) == 1:
            self._tell_on()

    def _tell_on(self) -> None:
        """Say what there is to say, as far as the socket takes it; the rest when it takes more."""
        loop = asyncio.get_running_loop()
        try:
            while self._untold:
                self._control.send(self._untold[0])
                self._untold.popleft()
        except BlockingIOError:
            loop.add_writer(self._control, self._tell_on)
            return
        except OSError:
            self._untold.clear()
        loop.remove_writer(self._control)

    async def close(self) -> None:
        """End the process and with it every worker."""
        if self._zygote is not None:
            zygote, self._zygote = self._zygote, None
            self._untold.clear()
            asyncio.get_running_loop().remove_writer(self._control)
            self._control.close()
            await asyncio.to_thread(zygote.wait)

    async def _start(self) -> None:
        self._control, theirs = socket.socketpair()
        self._control.setblocking(False)
        with theirs:
            self._zygote = subprocess.Popen(
                self.command, stdin=theirs.fileno(), stdout=subprocess.DEVNULL, pass_fds=self._keep
            )
        try:
            if self._setup:
                await asyncio.get_running_loop().sock_sendall(self._control, self._setup)
            await self._heard()
        except ConnectionError:
            await self.close()
            raise OntologyError(self.broken) from None

    async def _forked(self) -> Worker:
        assert self._zygote is not None
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self._control, [MESSAGE.pack(b"F", 0)], [theirs.fileno()])
            pid = await self._heard()
            if pid == 0:
                raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        except BaseException:
            ours.close()
            raise
        worker = Worker(self._zygote, pid, self.owner)
        await asyncio.get_running_loop().create_unix_connection(lambda: worker, sock=ours)
        return worker

    async def _heard(self) -> int:
        said = await asyncio.get_running_loop().sock_recv(self._control, REPLY.size)
        if len(said) < REPLY.size:
            raise ConnectionError
        return int(REPLY.unpack(said)[0])
