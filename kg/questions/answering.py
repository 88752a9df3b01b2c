"""Answers questions about one ontology: understand, retrieve, rank, decide, compose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from kg.ontology.compiled import Ontology
from kg.questions.answer import Answer
from kg.questions.claim_index import ClaimIndex
from kg.questions.compose import Composer
from kg.questions.decide import AnswerFeatures, Decision, decide
from kg.questions.features import Candidate, Features
from kg.questions.language import read_language
from kg.questions.rank import Models, Ranked, rank, read_models
from kg.questions.retrieve import Ask, Retriever
from kg.questions.routing import Router
from kg.questions.sets import Sets
from kg.questions.things import open_things
from kg.questions.tokens import Tokenizer
from kg.questions.understand import Listener, UnderstoodQuestion
from kg.questions.vectors import FILE as VECTORS
from kg.questions.vectors import open_meaning

if TYPE_CHECKING:
    import pyoxigraph as ox


@dataclass(frozen=True)
class Trace:
    """What each stage made of a question."""

    asked: UnderstoodQuestion
    ranking: tuple[Ranked, ...]
    decision: Decision
    sparql: str = ""

    def reasons(self, models: Models) -> Mapping[str, Mapping[str, float]]:
        """Claim → what each feature adds to the log-odds that it answers."""
        looked_at = {item.id: item for item in (*self.decision.near, *self.decision.shown)}
        return {name: models.claims.parts(item.candidate.features) for name, item in looked_at.items()}


class Stages:
    """The parts that questions pass through; made once, shared by all questions."""

    def __init__(self, ontology: Ontology, meaning: bool = True) -> None:
        self.ontology, self.language = ontology, read_language(ontology)
        self.tokenizer = Tokenizer(self.language)
        self.index = ClaimIndex(ontology, self.tokenizer)
        self.listener = Listener(self.index, self.language, self.tokenizer)
        self.retriever = Retriever(self.index, open_meaning(self.index) if meaning else None)
        self.features = Features(self.index, self.language, self.retriever)

    @cached_property
    def coverage(self) -> AnswerFeatures:
        """What the decision to answer rests on."""
        meaning = self.retriever.meaning
        things = open_things(self.ontology.folder / VECTORS, meaning.encoder) if meaning else None
        return AnswerFeatures(self.index, self.retriever.related, things)

    def candidates(self, asked: UnderstoodQuestion, without: Ask | None = None) -> tuple[Candidate, ...]:
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
    def router(self) -> Router:
        stages = self.stages
        return Router(self.ontology, stages.language, stages.tokenizer, stages.listener.names)

    @cached_property
    def sets(self) -> Sets:
        return Sets(self.ontology, self.stages.language, cache(self._store))

    def _store(self) -> ox.Store:
        from kg.store.dataset import open_kept  # noqa: PLC0415 - a tenth of a cold start that few questions need

        return open_kept(self.ontology.folder)

    @cached_property
    def models(self) -> Models:
        return read_models(self.ontology.folder, semantic=self.stages.retriever.meaning is not None)

    @cached_property
    def composer(self) -> Composer:
        return Composer(self.stages.index, self.stages.language, self.stages.coverage.things)

    def load(self) -> None:
        """Work out what the first questions would wait for, by asking some: of nothing, of a figure, of an article."""
        figures, articles = self.stages.language.figures, self.ontology.articles.values()
        titles = [article.title for article in articles][:1]
        for question in ("", *(cue for figure in figures for cue in figure.cues[:1]), *titles):
            self.trace(question)

    def answer(self, question: str, with_features: bool = False) -> Answer:
        """The answer, on demand with what each feature of a claim added. What the articles do not say is no guess."""
        trace = self.trace(question)
        found = self.composer.compose(trace.asked, trace.decision, trace.sparql)
        return found.with_features(trace.reasons(self.models)) if with_features else found

    def trace(self, question: str) -> Trace:
        """What every stage made of a question."""
        asked = self.stages.listener.listen(question)
        ranking = rank(self.models.claims, self.stages.candidates(asked))
        whole = self.sets.find(asked)
        decision = decide(self.models, asked, ranking, self.stages.coverage, whole.claims if whole else ())
        return Trace(asked, ranking, decision, whole.sparql if whole else "")


__all__ = ["Asker", "Stages", "Trace"]
