"""Assessments at work: made from facts, kept under a handle for a while, reasoned about in threads in limited time."""

from __future__ import annotations

import asyncio
import datetime
import hashlib
import hmac
import pickle
import secrets
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Lock
from typing import Final, TypeVar

from starlette.requests import Request

from api.config import Config
from api.sessions.store import LocalShelf, Shelf, shared_shelf
from api.transport.problems import Expired, TimeLimit
from kg.ask import Reply
from kg.assess import Assessment, identifier
from kg.assess.branches import branches
from kg.cache.collector import settled
from kg.errors import Overloaded, Problem
from kg.facts.patient import PatientFacts
from kg.knowledge import Knowledge
from kg.questions import Answer
from kg.readers.text import Kind, TextReading, read_text
from kg.render import rdf

T = TypeVar("T")
RETRY_AFTER: Final = 1


class Kept:
    """An assessment that can be asked about, and the text it was read from, if it was. One thread asks at a time."""

    def __init__(self, handle: str, assessment: Assessment, reading: TextReading | None) -> None:
        self.handle, self.reading = handle, reading
        self.plain = assessment
        self.lock = Lock()
        self._branched: Assessment | None = None
        self._graph: bytes | None = None

    def assessment(self, knowledge: Knowledge, with_branches: bool) -> Assessment:
        """The assessment, with what every open diagnosis and pending result would change if that is asked for."""
        if not with_branches:
            return self.plain
        if self._branched is None:
            self._branched = replace(self.plain, branches=branches(self.plain, knowledge.engine))
            # what was derived is shared, not derived again
            self._branched.__dict__["explainer"] = self.plain.explainer
        return self._branched

    def graph(self) -> bytes:
        """The assessment with its proofs as N-Quads."""
        with self.lock:
            if self._graph is None:
                self._graph = rdf.serialize(rdf.assessment_graph(self.plain), "n-quads")
            return self._graph


class Desk:
    """Makes assessments and finds them again."""

    def __init__(self, config: Config, knowledge: Knowledge) -> None:
        self.config, self.knowledge = config, knowledge
        self.key = config.key or secrets.token_bytes(32)
        self.shelf: Shelf = LocalShelf(config.retention)
        if config.shelf is not None:
            self.shelf = shared_shelf(config.shelf, self.key)
        self._ready: OrderedDict[str, Kept] = OrderedDict()
        self._lock, self._asking = Lock(), Lock()
        self._threads = ThreadPoolExecutor(config.work.threads, thread_name_prefix="reasoning")
        self._busy = 0

    def load(self) -> None:
        """Load the ontology, its rules and names, and what the first request would wait for."""
        knowledge = self.knowledge
        read_text("", knowledge.names, datetime.date.min)
        knowledge.assess(PatientFacts(datetime.date.min), with_branches=True)
        settled()

    def answer(self, question: str | TextReading) -> Answer:
        """The answer to a knowledge question; one at a time."""
        with self._asking:
            return self.knowledge.asker.answer(question)

    def reply(self, kept: Kept, with_branches: bool) -> Reply | None:
        """The reply to the text that an assessment was read from, or nothing if it was read from a case."""
        if (reading := kept.reading) is None:
            return None
        answer = self.answer(reading) if reading.kind is Kind.BOTH else None
        found = kept.assessment(self.knowledge, with_branches)
        return Reply(reading, found, answer, self.knowledge.ontology.codes)

    # -- turns

    async def run(self, work: Callable[[], T]) -> T:
        """The result of some work in a thread. Raises Overloaded, or TimeLimit when the answer takes too long."""
        limits = self.config.work
        if self._busy >= limits.threads + limits.queue:
            raise Overloaded("Too many requests are being reasoned about. Come back in a moment.", RETRY_AFTER)
        self._busy += 1
        future = asyncio.get_running_loop().run_in_executor(self._threads, work)
        future.add_done_callback(self._done)
        try:
            return await asyncio.wait_for(asyncio.shield(future), limits.seconds)
        except TimeoutError:
            raise TimeLimit(f"The answer was not ready within {limits.seconds:g} s. Send fewer facts.") from None

    def _done(self, future: asyncio.Future[T]) -> None:
        self._busy -= 1
        if not future.cancelled():
            future.exception()

    def close(self) -> None:
        """End the threads; what waits is dropped."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    # -- assessments

    def handle_of(self, identifier: str, reading: TextReading | None = None) -> str:
        """The handle of an assessment's id: nobody finds it who does not know the facts and the key.

        A text counts as well: of two texts with the same facts, neither is shown to who sent the other.
        """
        known = identifier if reading is None else f"{identifier}\n{reading.text}"
        return hmac.new(self.key, known.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def make(self, facts: PatientFacts, reading: TextReading | None = None) -> Kept:
        """Assess facts and keep them under their handle; what was sent in just the same way is not assessed again."""
        handle = self.handle_of(identifier(self.knowledge.ontology, facts), reading)
        content = pickle.dumps((facts, reading))
        with self._lock:
            kept = self._ready.get(handle)
        if kept is None or self.shelf.get(handle) != content:
            kept = self._made(facts, reading)
        self.shelf.put(handle, content)
        self._remember(kept)
        return kept

    def find(self, handle: str) -> Kept:
        """The assessment under a handle. Raises Expired where there is none, or none any more."""
        content = self.shelf.get(handle)
        if content is None:
            remedy = f"Send the case again; it is kept for {self.config.retention.seconds / 60:g} minutes."
            raise Expired([Problem(handle, "is no assessment that is kept here.", remedy)])
        with self._lock:
            if kept := self._ready.get(handle):
                self._ready.move_to_end(handle)
                return kept
        kept = self._made(*pickle.loads(content))
        self._remember(kept)
        return kept

    def _made(self, facts: PatientFacts, reading: TextReading | None) -> Kept:
        assessment = self.knowledge.assess(facts)
        return Kept(self.handle_of(assessment.id, reading), assessment, reading)

    def _remember(self, kept: Kept) -> None:
        with self._lock:
            self._ready.pop(kept.handle, None)
            self._ready[kept.handle] = kept
            while len(self._ready) > self.config.retention.ready:
                self._ready.popitem(last=False)


def desk_of(request: Request) -> Desk:
    """The desk of the application that a request came to."""
    desk = request.app.state.desk
    assert isinstance(desk, Desk)
    return desk
