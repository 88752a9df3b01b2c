"""Assessments under a handle: made from facts, kept for a limited time, found again."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import pickle
import secrets
from collections import OrderedDict
from dataclasses import replace

from api.config import Config
from api.sessions.store import SessionStore, memory_file
from api.transport.problems import Expired
from kg.ask import Reply, answer
from kg.assess import Assessment, identifier
from kg.assess.branches import branches
from kg.cache.collector import settled
from kg.errors import Problem
from kg.facts.patient import PatientFacts
from kg.knowledge import Knowledge
from kg.questions import Answer
from kg.readers.text import TextKind, TextReading, read_text


class AssessmentSession:
    """An assessment that can be asked about, and the text it was read from, if it was."""

    def __init__(self, handle: str, assessment: Assessment, reading: TextReading | None) -> None:
        self.handle, self.reading = handle, reading
        self.plain = assessment
        self._branched: Assessment | None = None

    def assessment(self, knowledge: Knowledge, with_branches: bool) -> Assessment:
        """The assessment, with what every open diagnosis and pending result would change if that is asked for."""
        if not with_branches:
            return self.plain
        if self._branched is None:
            self._branched = replace(self.plain, branches=branches(self.plain, knowledge.engine))
            # what was derived is shared, not derived again
            self._branched.__dict__["explainer"] = self.plain.explainer
        return self._branched


class AssessmentSessions:
    """Makes assessments and finds them again by their handles. `store` is one of its own where none is given."""

    def __init__(
        self, config: Config, knowledge: Knowledge, store: SessionStore | None = None, key: bytes | None = None
    ) -> None:
        self.config, self.knowledge = config, knowledge
        self.key = key or config.key or secrets.token_bytes(32)
        self.store = store or SessionStore(memory_file(config.retention.size), config.retention)
        self._ready: OrderedDict[str, AssessmentSession] = OrderedDict()

    def load(self) -> None:
        """Load the ontology, its rules and names, and what the first request would wait for."""
        knowledge = self.knowledge
        knowledge.asker.load()
        read_text("", knowledge.names, datetime.date.min)
        knowledge.assess(PatientFacts(datetime.date.min), with_branches=True)
        settled()

    def answer(self, question: str | TextReading) -> Answer:
        """The answer to a knowledge question."""
        if isinstance(question, str):
            return self.knowledge.asker.answer(question)
        return answer(self.knowledge, question)

    def reply(self, session: AssessmentSession, with_branches: bool) -> Reply | None:
        """The reply to the text that an assessment was read from, or nothing if it was read from a case."""
        if (reading := session.reading) is None:
            return None
        found_answer = self.answer(reading) if reading.kind is TextKind.BOTH else None
        found = session.assessment(self.knowledge, with_branches)
        return Reply(reading, found, found_answer, self.knowledge.ontology.codes)

    # -- assessments

    def handle_of(self, identifier: str, reading: TextReading | None = None) -> str:
        """The handle of an assessment's id: nobody finds it who does not know the facts and the key.

        A text counts as well: of two texts with the same facts, neither is shown to who sent the other.
        """
        known = identifier if reading is None else f"{identifier}\n{reading.text}"
        return hmac.new(self.key, known.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def make(self, facts: PatientFacts, reading: TextReading | None = None) -> AssessmentSession:
        """Assess facts and keep them under their handle; what was sent in just the same way is not assessed again."""
        handle = self.handle_of(identifier(self.knowledge.ontology, facts), reading)
        content = pickle.dumps((facts, reading))
        session = self._ready.get(handle)
        if session is None or self.store.get(handle) != content:
            session = self._made(facts, reading)
        self.store.put(handle, content)
        self._remember(session)
        return session

    def find(self, handle: str) -> AssessmentSession:
        """The assessment under a handle. Raises Expired where there is none, or none any more."""
        content = self.store.get(handle)
        if content is None:
            self._ready.pop(handle, None)
            remedy = f"Send the case again; it is kept for {self.config.retention.seconds / 60:g} minutes."
            raise Expired([Problem(handle, "is no assessment that is kept here.", remedy)])
        if session := self._ready.get(handle):
            self._ready.move_to_end(handle)
            return session
        session = self._made(*pickle.loads(content))
        self._remember(session)
        return session

    def remove(self, handle: str) -> None:
        """Forget the assessment under a handle."""
        self._ready.pop(handle, None)
        self.store.remove(handle)

    def _made(self, facts: PatientFacts, reading: TextReading | None) -> AssessmentSession:
        assessment = self.knowledge.assess(facts)
        return AssessmentSession(self.handle_of(assessment.id, reading), assessment, reading)

    def _remember(self, session: AssessmentSession) -> None:
        self._ready.pop(session.handle, None)
        self._ready[session.handle] = session
        while len(self._ready) > self.config.retention.ready:
            self._ready.popitem(last=False)
