"""Every claim scored for a question: by words, by the questions that it answers, by meaning, by the graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from kg.ontology.model import Claim
from kg.questions.claim_index import K1, ClaimIndex
from kg.questions.understand import UnderstoodQuestion

if TYPE_CHECKING:
    from kg.questions.vectors import SentenceVectors

NEAREST: Final = 3
NEAR: Final = 0.6
Ask = tuple[int, int]


@dataclass(frozen=True)
class Scores:
    """Claim → score, one list a way, in the order of the index; all between nothing and about one.

    `words` is BM25F as a share of what the question could reach; `asks` and `best_ask` the similarity to the claim's
    own questions by words (mean of the three nearest, and the nearest); `meaning`, `best_meaning` the same by sentence
    embeddings, `sentence` that of the claim's sentence, `topic` whether it is of this field at all, `answerable`
    whether questions of this kind are answered, the same for every claim; `covered` the weight of the question's words
    that the claim has anywhere; `concepts` that of its concepts.
    """

    words: Sequence[float]
    asks: Sequence[float]
    best_ask: Sequence[float]
    covered: Sequence[float]
    concepts: Sequence[float]
    meaning: Sequence[float] | None
    best_meaning: Sequence[float] | None
    sentence: Sequence[float] | None
    topic: Sequence[float] | None
    answerable: Sequence[float] | None


class Retriever:
    """Scores the claims of one index. `meaning` is absent where no embedding model is installed."""

    def __init__(self, index: ClaimIndex, meaning: SentenceVectors | None = None) -> None:
        self.index, self.meaning = index, meaning

    def scores(self, asked: UnderstoodQuestion, without: Ask | None = None) -> Scores:
        """The scores of all claims; `without` leaves one of their own questions out, as training does."""
        asks = self._asks(asked, without)
        vectors = self.meaning.similar(asked.core, without) if self.meaning else None
        return Scores(
            words=self._words(asked),
            asks=[sum(row[:NEAREST]) / NEAREST for row in asks],
            best_ask=[row[0] if row else 0.0 for row in asks],
            covered=self._covered(asked, without),
            concepts=self._concepts(asked),
            meaning=vectors.mean if vectors else None,
            best_meaning=vectors.best if vectors else None,
            sentence=vectors.sentence if vectors else None,
            topic=vectors.topic if vectors else None,
            answerable=[vectors.answerable] * len(asks) if vectors else None,
        )

    def _words(self, asked: UnderstoodQuestion) -> list[float]:
        """BM25F over the fields of each claim, divided by what a claim with all words often would reach."""
        found = [0.0] * len(self.index.documents)
        most = sum(self.index.weight(word) for word in asked.words) or 1.0
        for word in asked.words:
            weight = self.index.weight(word)
            for number, count in self.index.claims_with.get(word, ()):
                found[number] += weight * count / (count + K1) / most
        return found

    def _asks(self, asked: UnderstoodQuestion, without: Ask | None) -> list[list[float]]:
        """For each claim the cosines of its own questions with this one, nearest first."""
        index = self.index
        dots: dict[Ask, float] = {}
        for word in asked.words:
            square = index.weight(word) ** 2
            for place in index.asks_with.get(word, ()):
                dots[place] = dots.get(place, 0.0) + square
        own = index.length(asked.words)
        found: list[list[float]] = [[] for _ in index.documents]
        for place, dot in dots.items():
            if place != without:
                found[place[0]].append(dot / (own * index.ask_lengths[place[0]][place[1]]))
        for row in found:
            row.sort(reverse=True)
        return found

    def _covered(self, asked: UnderstoodQuestion, without: Ask | None) -> list[float]:
        """The share of the weight of the question's words that each claim has anywhere."""
        index = self.index
        most = sum(index.weight(word) for word in asked.words) or 1.0
        found = [0.0] * len(index.documents)
        for word in asked.words:
            weight = index.weight(word) / most
            holders = {number for number, _ in index.claims_with.get(word, ())}
            holders |= {place[0] for place in index.asks_with.get(word, ()) if place != without}
            for number in holders:
                found[number] += weight
        return found

    def _concepts(self, asked: UnderstoodQuestion) -> list[float]:
        """The share of the question's concepts that each claim is about, by weight; a broader or narrower one less."""
        index = self.index
        named = {*asked.concepts, *asked.denied}
        most = sum(map(index.concept_weight, named)) or 1.0
        found = [0.0] * len(index.documents)
        for name in named:
            weight = index.concept_weight(name) / most
            for number, document in enumerate(index.documents):
                if name in document.concepts:
                    found[number] += weight
                elif not self._related[name].isdisjoint(document.concepts):
                    found[number] += NEAR * weight
        return found

    @cached_property
    def _related(self) -> Mapping[str, frozenset[str]]:
        """Concept → those above and below it in the hierarchy."""
        ontology = self.index.ontology
        return {name: ontology.ancestors(name) | ontology.descendants(name) for name in ontology.concepts}

    def related(self, concept: str) -> frozenset[str]:
        """A concept, those above and below it, and the findings that a quantity shows."""
        return self._related[concept] | self._shown.get(concept, frozenset()) | {concept}

    @cached_property
    def _shown(self) -> Mapping[str, frozenset[str]]:
        """Quantity → the findings that its values show."""
        found: dict[str, set[str]] = {}
        for concept in self.index.ontology.concepts.values():
            if concept.axis:
                found.setdefault(concept.axis[0], set()).add(concept.name)
        return {name: frozenset(shown) for name, shown in found.items()}

    # -- the graph

    @cached_property
    def neighbours(self) -> tuple[tuple[int, ...], ...]:
        """For each claim those tied to it: in tension, excepted, qualified, of one conclusion, next in its section."""
        place, claims = self.index.place, [document.claim for document in self.index.documents]
        ties: list[set[int]] = [set() for _ in claims]
        for number, claim in enumerate(claims):
            linked = (
                *claim.doubted_with,
                *claim.exceptions,
                *_claims(claim, "qualifiedBy", "meetsExceptionTo", "after"),
            )
            for other in linked:
                if other in place:
                    ties[number].add(place[other])
                    ties[place[other]].add(number)
        for first, second in zip(range(len(claims)), range(1, len(claims)), strict=False):
            if claims[first].passage.section == claims[second].passage.section and _same_article(claims, first, second):
                ties[first].add(second)
                ties[second].add(first)
        return tuple(tuple(sorted(found)) for found in ties)


def _claims(claim: Claim, *names: str) -> Iterable[str]:
    return (value.removeprefix("claim/") for name in names for value in claim.fields.get(name, ()))


def _same_article(claims: Sequence[Claim], first: int, second: int) -> bool:
    return claims[first].article == claims[second].article
