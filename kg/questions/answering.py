"""Answers questions about one ontology: understand, retrieve, rank, decide, compose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from kg.ontology.compiled import Ontology
from kg.questions.answer import Answer
from kg.questions.claim_index import ClaimIndex
from kg.questions.compose import Composer
from kg.questions.decide import Decision, combine, decide
from kg.questions.features import Candidate, Features
from kg.questions.language import read_language
from kg.questions.rank import Models, Ranked, rank, read_models
from kg.questions.retrieve import Ask, Retriever
from kg.questions.tokens import Tokenizer
from kg.questions.understand import Listener, Understood
from kg.questions.vectors import Meaning, open_meaning

PARTS = 3


@dataclass(frozen=True)
class Trace:
    """What each stage made of a question."""

    asked: Understood
    ranking: tuple[Ranked, ...]
    decision: Decision

    def reasons(self, models: Models) -> Mapping[str, Mapping[str, float]]:
        """Claim → what each feature adds to the log-odds that it answers."""
        return {item.id: models.claims.parts(item.candidate.features) for item in self.decision.near}


class Stages:
    """The parts that questions pass through; made once, shared by all questions."""

    def __init__(self, ontology: Ontology, meaning: bool = True) -> None:
        self.ontology, self.language = ontology, read_language(ontology)
        self.tokenizer = Tokenizer(self.language)
        self.index = ClaimIndex(ontology, self.tokenizer)
        self.listener = Listener(self.index, self.language, self.tokenizer)
        self.retriever = Retriever(self.index, open_meaning(self.index) if meaning else None)
        self.features = Features(self.index, self.language, self.retriever)

    def candidates(self, asked: Understood, without: Ask | None = None) -> tuple[Candidate, ...]:
        """Every claim with its features; `without` leaves one of their questions out."""
        return self.features.candidates(asked, self.retriever.scores(asked, without))


class Asker:
    """Answers questions about one ontology."""

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology

    @cached_property
    def stages(self) -> Stages:
        return Stages(self.ontology)

    @cached_property
    def models(self) -> Models:
        return read_models(self.ontology.folder, semantic=self.stages.retriever.meaning is not None)

    @cached_property
    def composer(self) -> Composer:
        return Composer(self.stages.index, self.stages.language)

    def answer(self, question: str) -> Answer:
        """The answer. What the articles do not say is not covered: never a guess."""
        trace = self.trace(question)
        return self.composer.compose(trace.asked, trace.decision)

    def trace(self, question: str) -> Trace:
        """What every stage made of a question."""
        asked = self.stages.listener.listen(question)
        ranking = self._ranked(asked)
        if asked.parts:
            ranking = combine(ranking, [self._ranked(part) for part in asked.parts[:PARTS]])
        return Trace(asked, ranking, decide(self.models, asked, ranking, self.stages.index))

    def _ranked(self, asked: Understood) -> tuple[Ranked, ...]:
        return rank(self.models.claims, self.stages.candidates(asked))


__all__ = ["Asker", "Meaning", "Stages", "Trace"]
