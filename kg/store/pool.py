"""The workers of one dataset, shared among queries: turns, time limits, replacement, overload.

A few workers take turns. While queries are quick, several are on the way to each, so that none of the processes has to
be woken for every one. A worker that needs longer than `SOON` takes no more, and what waits behind its query goes to
another; one that is still at it after `patience`, and did not only wait for a processor, is moved aside: its process
gets a low priority and its turn goes to somebody else. So a runaway query costs others next to nothing until its
time is over. A worker that was moved aside, that had to give away what waited behind, or that was given quads of its
own, is not used again.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, cast

from kg.errors import Overloaded, QueryTimeout, QueryTooLarge, WarrantError
from kg.ontology import terms
from kg.store import wire
from kg.store.evaluate import ParsedQuery, StoreResult
from kg.store.location import Location
from kg.store.processes import END, LOWER, Job, Nursery, Worker
from kg.store.zygote import Settings

RETRY_AFTER: Final = 1
SOON: Final = 0.05
AT_ONCE: Final = 0.05
BUSY: Final = 0.5
DEPTH: Final = 8
REMEDY: Final = "Ask for less, or put the most selective pattern first."
STOPPING: Final = "The service is being stopped. Come back in a moment."


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


class Pool:
    """Workers over the dataset at a location. Use it in one event loop, between `start` and `close`."""

    def __init__(self, location: Location, limits: Limits | None = None) -> None:
        self.location, self.limits = location, limits or Limits()
        settings = Settings(str(location.path), location.on_disk, self.limits.memory, dict(terms.PREFIXES))
        command = [sys.executable, "-m", "kg.store.zygote", settings.text()]
        broken = f"{location.path}: this dataset cannot be loaded; remove it, and it is made anew"
        self._nursery = Nursery(command, self, broken)
        self._waiting: deque[Job] = deque()
        # a worker is in one of these: it takes turns, has a private job, or is moved aside
        self._lanes: list[Worker] = []
        self._alone: set[Worker] = set()
        self._aside: set[Worker] = set()
        # lanes, and workers for private jobs, that are being forked
        self._coming = 0
        self._starting: set[Job] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    async def start(self) -> None:
        """Load the dataset and fork the first workers. Raises OntologyError where it cannot be loaded."""
        for _ in range(self.limits.workers):
            self._lanes.append(await self._fork())

    @property
    def zygote(self) -> int | None:
        """The process that the workers are forked from."""
        return self._nursery.zygote

    async def close(self) -> None:
        """End all workers. What they were asked meanwhile fails."""
        self._closed = True
        workers = [*self._lanes, *self._alone, *self._aside]
        for job in [*self._waiting, *self._starting, *(job for worker in workers for job in worker.jobs)]:
            job.fail(Overloaded(STOPPING, RETRY_AFTER))
        self._waiting.clear()
        for worker in workers:
            worker.close()
        self._lanes.clear()
        self._alone.clear()
        self._aside.clear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._nursery.close()

    async def run(
        self,
        query: ParsedQuery,
        extra: bytes = b"",
        seconds: float | None = None,
        abandoned: Callable[[], Awaitable[object]] | None = None,
    ) -> StoreResult:
        """The answer to a query over the dataset and `extra` (N-Quads), which nobody else ever sees.

        `seconds` may only lower the time limit. A query that was moved aside is ended when what `abandoned` gives is
        done: nobody waits for the answer any more. Raises a QueryError.
        """
        loop = asyncio.get_running_loop()
        allowed = min(seconds, self.limits.seconds) if seconds is not None else self.limits.seconds
        reply: asyncio.Future[tuple[bytes, bytes]] = loop.create_future()
        job = Job(wire.request(query, extra), bool(extra), allowed, loop.time() + allowed, reply, abandoned)
        self._enter(job)
        try:
            return wire.answer_of(*await reply)
        finally:
            if reply.cancelled():
                self._drop(job)

    # -- turns

    def _enter(self, job: Job) -> None:
        """Give a job to a worker, or let it wait. Raises Overloaded where too many wait already."""
        if self._closed:
            raise Overloaded(STOPPING, RETRY_AFTER)
        self._waiting.append(job)
        self._dispatch()
        if job.worker is not None:
            return
        if job in self._starting:
            job.at(job.deadline, self._give_up, job)
            return
        if len(self._waiting) > self.limits.queue:
            self._waiting.remove(job)
            count = len(self._waiting)
            raise Overloaded(f"{count} queries are waiting already. Come back in a moment.", RETRY_AFTER)
        job.at(job.deadline, self._give_up, job)
        self._refill()

    def _dispatch(self) -> None:
        """Give those who wait to workers, in their order, as far as there are turns."""
        while self._waiting:
            job = self._waiting[0]
            alone = len(self._alone) + len(self._starting)
            free = alone + sum(1 for worker in self._lanes if worker.jobs) < self.limits.workers
            if job.private and free:
                self._starting.add(job)
                self._spawn(self._serve_alone(job))
            elif not job.private and (worker := self._lane(free)) is not None:
                self._ask(worker, job)
            else:
                return
            self._waiting.popleft()

    def _lane(self, free: bool) -> Worker | None:
        """The worker with the least to do, where one takes anything."""
        taking = [w for w in self._lanes if len(w.jobs) < DEPTH and not w.busy and (w.jobs or free)]
        return min(taking, key=_load, default=None)

    def _ask(self, worker: Worker, job: Job) -> None:
        job.rest()
        worker.ask(job)
        if len(worker.jobs) == 1:
            self._began(worker)

    def _began(self, worker: Worker) -> None:
        """A worker is at work on the first of its jobs now. One look at it is ahead, however many jobs it does."""
        loop = asyncio.get_running_loop()
        worker.since = loop.time()
        if not worker.watched:
            worker.watched = True
            loop.call_at(self._soon(worker), self._look_at, worker)

    def _soon(self, worker: Worker) -> float:
        """When a worker may be looked at next: nothing is at work for long before."""
        return min(worker.jobs[0].deadline, worker.since + min(SOON, self.limits.patience))

    def _look_at(self, worker: Worker) -> None:
        loop = asyncio.get_running_loop()
        worker.watched = bool(worker.jobs) and loop.time() < self._soon(worker)
        if worker.watched:
            loop.call_at(self._soon(worker), self._look_at, worker)
        elif worker.jobs:
            self._slow(worker, worker.jobs[0], worker.since + self.limits.patience)

    def _slow(self, worker: Worker, job: Job, patience: float) -> None:
        """Give away what waits behind a job."""
        worker.busy = True
        # the worker would go on with what another answers
        worker.spent |= len(worker.jobs) > 1
        self._give_away(worker)
        if job.reply.done():
            self._end(worker)
            return
        if job.abandoned is not None:
            self._spawn(self._watch(worker, job, job.abandoned))
        job.at(min(job.deadline, patience), self._move_aside, worker, job, worker.processor_time())
        self._dispatch()

    def _give_away(self, worker: Worker) -> None:
        """What waits behind the first job of a worker is the first to wait for another."""
        while len(worker.jobs) > 1:
            self._wait_again(worker.jobs.pop())

    def _wait_again(self, job: Job) -> None:
        if not job.reply.done():
            job.worker = None
            self._waiting.appendleft(job)
            job.at(job.deadline, self._give_up, job)

    def _just_began(self, worker: Worker) -> bool:
        return not worker.jobs[0].private and asyncio.get_running_loop().time() - worker.since < AT_ONCE

    def _move_aside(self, worker: Worker, job: Job, used: float) -> None:
        """Let a query go on beside the others, unless it only waits for a processor: that is no fault of its own."""
        now = asyncio.get_running_loop().time()
        if worker.processor_time() - used < self.limits.patience * BUSY and now < job.deadline:
            job.at(min(job.deadline, now + self.limits.patience), self._move_aside, worker, job, used)
            return
        job.at(job.deadline, self._expire, worker, job)
        self._nursery.tell(LOWER, worker)
        worker.spent = True
        if len(self._aside) < self.limits.aside:
            self._aside.add(worker)
            self._give_back_turn(worker)

    async def _watch(self, worker: Worker, job: Job, abandoned: Callable[[], Awaitable[object]]) -> None:
        """End a job that nobody waits for any more."""
        watching: asyncio.Future[Any] = asyncio.ensure_future(abandoned())
        try:
            await asyncio.wait((watching, cast("asyncio.Future[Any]", job.reply)), return_when=asyncio.FIRST_COMPLETED)
        finally:
            watching.cancel()
        if not job.reply.done():
            job.fail(QueryTimeout("Nobody waits for the answer any more; the query was ended."))
            self._end(worker)

    def _expire(self, worker: Worker, job: Job) -> None:
        job.fail(QueryTimeout(f"The query ran for {job.allowed:g} s, its time limit, and was ended. {REMEDY}"))
        self._end(worker)

    def _give_up(self, job: Job) -> None:
        """Nobody was free until the time of a job was over."""
        if job in self._waiting:
            self._waiting.remove(job)
        job.fail(Overloaded("No worker became free within the time limit. Come back in a moment.", RETRY_AFTER))

    def _drop(self, job: Job) -> None:
        """Nobody wants the answer any more: a worker that is at work on it for long is ended, as `_slow` does."""
        if job in self._waiting:
            job.rest()
            self._waiting.remove(job)
        elif (worker := job.worker) is not None and worker.busy and worker.jobs and worker.jobs[0] is job:
            job.rest()
            self._end(worker)

    # -- what workers do

    def replied(self, worker: Worker, head: bytes, body: bytes) -> None:
        """The first job of a worker is done."""
        job = worker.jobs.popleft()
        job.rest()
        if not job.reply.done():
            job.reply.set_result((head, body))
        if worker.spent:
            self._end(worker)
            return
        worker.busy = False
        if worker.jobs:
            self._began(worker)
        self._dispatch()

    def lost(self, worker: Worker) -> None:
        """A worker has ended: its first job was too much for it, the others go to another.

        A job that it had for no time at all goes to another too, once: the worker was gone before.
        """
        self._give_away(worker)
        if worker.jobs and not (job := worker.jobs[0]).tried and self._just_began(worker):
            job.tried = True
            self._wait_again(worker.jobs.popleft())
        if worker.jobs:
            said = f"The query was ended because it needs more than {self.limits.memory >> 20} MiB of memory, or is "
            worker.jobs[0].fail(QueryTooLarge(f"{said}nested too deeply. {REMEDY}"))
        self._end(worker)

    # -- processes

    def _end(self, worker: Worker) -> None:
        """End a worker, and have another in its place."""
        worker.jobs.clear()
        worker.close()
        self._nursery.tell(END, worker)
        self._aside.discard(worker)
        self._give_back_turn(worker)

    def _give_back_turn(self, worker: Worker) -> None:
        """Let somebody else have the turn of a worker, if it has one."""
        if worker in self._lanes:
            self._lanes.remove(worker)
        self._alone.discard(worker)
        self._refill()
        self._dispatch()

    def _refill(self) -> None:
        while not self._closed and len(self._lanes) + self._coming < self.limits.workers:
            self._coming += 1
            self._spawn(self._add_lane())

    async def _add_lane(self) -> None:
        try:
            self._lanes.append(await self._fork())
        except WarrantError as error:
            for job in self._waiting:
                job.fail(error)
            self._waiting.clear()
            # whatever kept it from starting may pass
            asyncio.get_running_loop().call_later(RETRY_AFTER, self._refill)
        finally:
            self._coming -= 1
        self._dispatch()

    async def _serve_alone(self, job: Job) -> None:
        """Run a job that brings quads of its own on a worker that is used for nothing else."""
        try:
            worker = await self._fork()
            worker.spent = True
            self._alone.add(worker)
        except WarrantError as error:
            job.fail(error)
            return
        finally:
            self._starting.discard(job)
            self._dispatch()
        if job.reply.done():
            self._end(worker)
        else:
            self._ask(worker, job)

    async def _fork(self) -> Worker:
        """A new worker. Raises OntologyError, or Overloaded where the system has no room for one."""
        try:
            worker = await self._nursery.fork()
        except OSError as error:
            message = f"No worker can be started: {error.strerror}. Come back in a moment."
            raise Overloaded(message, RETRY_AFTER) from error
        if worker.closed:
            raise Overloaded("A worker ended as soon as it was started. Come back in a moment.", RETRY_AFTER)
        return worker

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _load(worker: Worker) -> int:
    return len(worker.jobs)
