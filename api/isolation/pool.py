"""Processes that answer requests, one each at a time: turns, deadlines, replacement, overload."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Coroutine, Sequence
from typing import Any, Final

from api.config import Work
from api.isolation.messages import WorkerReply, reply_of
from api.transport.problems import Crashed, TimeLimit
from kg.errors import Overloaded, WarrantError
from kg.store.processes import END, Job, Nursery, Worker

RETRY_AFTER: Final = 1
REMEMBERED: Final = 4096
TRIES: Final = 2
PAUSE: Final = 0.05


class RequestPool:
    """Workers that are forked from one process. Use it in one event loop, between `start` and `close`.

    A worker that is still at work at the deadline of a request is killed. A request whose worker ended is given to
    another one, once: it may not have been its fault.
    """

    def __init__(self, command: Sequence[str], setup: bytes, keep: Sequence[int], limits: Work) -> None:
        self.limits = limits
        self._nursery = Nursery(command, self, "The service cannot load its data.", setup, keep)
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._old: set[Worker] = set()
        self._waiting: deque[Job] = deque()
        # who answered about a handle last has most of it ready
        self._knows: OrderedDict[str, Worker] = OrderedDict()
        self._topics: dict[Job, str] = {}
        self._coming = 0
        self._admitted = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    async def start(self) -> None:
        """Load what workers need and fork them. Raises OntologyError where it cannot be loaded."""
        for _ in range(self.limits.processes):
            self._idle.append(await self._nursery.fork())

    @property
    def zygote(self) -> int | None:
        """The process that the workers are forked from."""
        return self._nursery.zygote

    async def close(self) -> None:
        """End all workers. What they were asked meanwhile fails."""
        self._closed = True
        for job in [*self._waiting, *(job for worker in self._busy for job in worker.jobs)]:
            job.fail(Overloaded("The service is being stopped. Come back in a moment.", RETRY_AFTER))
        self._waiting.clear()
        for worker in [*self._idle, *self._busy]:
            worker.close()
        self._idle.clear()
        self._busy.clear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._nursery.close()

    def admit(self) -> None:
        """Let a request in, which `leave` ends. Raises Overloaded where there are too many."""
        if self._closed or self._admitted >= self.limits.processes + self.limits.queue:
            raise Overloaded("Too many requests are being worked on. Come back in a moment.", RETRY_AFTER)
        self._admitted += 1

    def leave(self) -> None:
        self._admitted -= 1

    async def run(self, request: bytes, topic: str = "") -> WorkerReply:
        """The response to a request that was admitted; those of one topic go to one worker if it is free.

        Raises Overloaded, TimeLimit, or Crashed where two workers ended over it.
        """
        for _ in range(TRIES):
            try:
                return await self._run(request, topic)
            except Crashed as error:
                crash = error
                # another that ended at the same time is known to have by then
                await asyncio.sleep(PAUSE)
        raise crash

    def renew(self) -> None:
        """Have new workers in the place of all: what they remember is forgotten."""
        for worker in list(self._idle):
            self._end(worker)
        self._old |= self._busy

    async def _run(self, request: bytes, topic: str) -> WorkerReply:
        loop = asyncio.get_running_loop()
        reply: asyncio.Future[tuple[bytes, bytes]] = loop.create_future()
        seconds = self.limits.seconds
        job = Job(request, False, seconds, loop.time() + seconds, reply)
        self._topics[job] = topic
        self._waiting.append(job)
        job.at(job.deadline, self._expire, job)
        self._dispatch()
        self._refill()
        try:
            return reply_of(*await reply)
        finally:
            job.rest()
            self._topics.pop(job, None)
            if job in self._waiting:
                self._waiting.remove(job)

    # -- turns

    def _dispatch(self) -> None:
        while self._waiting and self._idle:
            job = self._waiting.popleft()
            known = self._knows.get(self._topics[job])
            worker = known if known is not None and known in self._idle else self._idle[0]
            self._idle.remove(worker)
            self._busy.add(worker)
            worker.ask(job)

    def _expire(self, job: Job) -> None:
        worker = job.worker
        if worker is None:
            job.fail(Overloaded("No process became free within the time limit. Come back in a moment.", RETRY_AFTER))
            return
        job.fail(TimeLimit(f"The answer was not ready within {self.limits.seconds:g} s. Send less."))
        self._end(worker)

    def replied(self, worker: Worker, head: bytes, body: bytes) -> None:
        """A worker is done with its request."""
        job = worker.jobs.popleft()
        job.rest()
        if not job.reply.done():
            job.reply.set_result((head, body))
        self._busy.discard(worker)
        if b'"spent": true' in head or worker in self._old:
            self._end(worker)
            return
        self._idle.append(worker)
        self._remember(self._topics.get(job, ""), worker)
        self._dispatch()

    def lost(self, worker: Worker) -> None:
        """A worker has ended by itself."""
        for job in worker.jobs:
            job.worker = None
            job.fail(Crashed("The process that worked on this request ended. Send it again, or less."))
        self._end(worker)

    def _remember(self, topic: str, worker: Worker) -> None:
        if topic:
            self._knows[topic] = worker
            self._knows.move_to_end(topic)
            if len(self._knows) > REMEMBERED:
                self._knows.popitem(last=False)

    # -- processes

    def _end(self, worker: Worker) -> None:
        worker.jobs.clear()
        worker.close()
        self._nursery.tell(END, worker)
        for group in (self._busy, self._old):
            group.discard(worker)
        if worker in self._idle:
            self._idle.remove(worker)
        self._refill()

    def _refill(self) -> None:
        while not self._closed and len(self._idle) + len(self._busy) + self._coming < self.limits.processes:
            self._coming += 1
            self._spawn(self._add())

    async def _add(self) -> None:
        try:
            worker = await self._nursery.fork()
            if not worker.closed:
                self._idle.append(worker)
        except (WarrantError, OSError):
            asyncio.get_running_loop().call_later(RETRY_AFTER, self._refill)
        finally:
            self._coming -= 1
        self._dispatch()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
