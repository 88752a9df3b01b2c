"""Whether the claims say what a sentence says: entailed, contradicted, or not stated.

A sentence is entailed by a claim that is about the same things, prints its numbers, is as firm, denies what it denies
and says high where it says high. One that is about the same and differs there is contradicted; `differs_in` says in
what. For the rest nothing is stated. The comparison is by words and concepts: it refuses rather than guesses.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import ClassVar, Final

from kg.ontology.compiled import Ontology
from kg.ontology.model import Claim
from kg.questions.answering import Asker
from kg.questions.language import STRICT, read_data
from kg.questions.tokens import stem
from kg.vocabulary.mentions import Table
from kg.vocabulary.names import fold

FILE: Final = "verification.yaml"
LOOKED_AT: Final = 6
# shares of the weight of words: of the sentence's in the claim, of the claim's in the sentence
SAME: Final = 0.72
ABOUT: Final = 0.5
WHOLE: Final = 0.45
NEAR: Final = 0.55
ALTERED: Final = frozenset(["number", "negation", "strength", "direction"])
Side = tuple[int, int]
_NUMBER: Final = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*")
_GROUPED: Final = re.compile(r"(?<=\d),(?=\d{3}(?:\D|$))")
_SENTENCE: Final = re.compile(r"(?<=[.!?;])\s+|\n+")
_RANGE: Final = re.compile(r"(?<=\d)\s*[-–]\s*(?=\d)")


class SentenceVerdict(StrEnum):
    """What the claims say of a sentence."""

    ENTAILED = "entailed"
    CONTRADICTED = "contradicted"
    NOT_STATED = "not_stated"


@dataclass(frozen=True)
class JudgedSentence:
    """A sentence with its verdict, the claims that it rests on, and in what it differs from them."""

    text: str
    verdict: SentenceVerdict
    claims: tuple[Claim, ...] = ()
    differs_in: tuple[str, ...] = ()


@dataclass(frozen=True)
class VerificationWords:
    """The file as data; its head describes the fields."""

    __pydantic_config__: ClassVar = STRICT

    necessity: tuple[str, ...]
    possibility: tuple[str, ...]
    negations: tuple[str, ...]
    opposites: tuple[tuple[tuple[str, ...], ...], ...]
    numbers: Mapping[str, int]


@dataclass(frozen=True)
class Content:
    """What is compared of a text."""

    numbers: frozenset[Decimal]
    firm: frozenset[str]
    denies: bool
    directions: Counter[Side]
    concepts: frozenset[frozenset[str]]
    words: frozenset[str]


class Verifier:
    """Judges sentences by the claims of one ontology."""

    def __init__(self, ontology: Ontology, asker: Asker) -> None:
        self.ontology, self.asker = ontology, asker
        self.wording: VerificationWords = read_data(ontology, FILE, VerificationWords)
        stages = asker.stages
        self.index, self.tokenizer, self.names = stages.index, stages.tokenizer, stages.listener.names
        wording = self.wording
        pairs = [
            ("necessity", wording.necessity),
            ("possibility", wording.possibility),
            ("negation", wording.negations),
        ]
        self._cues = Table([(word, kind) for kind, words in pairs for word in words])
        sides = [
            (place, side, word)
            for place, pair in enumerate(wording.opposites)
            for side, words in enumerate(pair)
            for word in words
        ]
        self._sides = Table([(word, (place, side)) for place, side, word in sides])

    def judge(self, text: str) -> tuple[JudgedSentence, ...]:
        """Every sentence of a text with its verdict."""
        return tuple(self.sentence(part) for item in _SENTENCE.split(text) if (part := item.strip()))

    def sentence(self, text: str) -> JudgedSentence:
        """One sentence. Of claims that differ, the one that differs least is named."""
        said = self._content(text)
        entailing: list[Claim] = []
        differing: list[tuple[int, int, Claim, tuple[str, ...]]] = []
        for rank, (claim, near) in enumerate(self._nearest(text)):
            about = self._share(said.words, self._known[claim.id])
            named = self._stems_of(frozenset[str]().union(*said.concepts))
            whole = self._share(self._contents[claim.id].words, said.words | named)
            if about < ABOUT or (whole < WHOLE and near < NEAR):
                continue
            found = tuple(self._differences(said, claim))
            if not found and about >= SAME:
                entailing.append(claim)
            elif found and ALTERED.issuperset(found):
                differing.append((len(found), rank, claim, found))
        if entailing:
            return JudgedSentence(text, SentenceVerdict.ENTAILED, tuple(entailing))
        if differing:
            _, _, claim, found = min(differing, key=lambda item: item[:2])
            return JudgedSentence(text, SentenceVerdict.CONTRADICTED, (claim,), found)
        return JudgedSentence(text, SentenceVerdict.NOT_STATED)

    def _nearest(self, text: str) -> Iterator[tuple[Claim, float]]:
        """The claims that are nearest to a sentence, by words and by meaning."""
        asked = self.asker.stages.listener.listen(text)
        scores = self.asker.stages.retriever.scores(asked)
        meaning = scores.sentence or scores.covered
        ranked = sorted(
            range(len(self.index.documents)),
            key=lambda number: -(scores.words[number] + scores.covered[number] + 2 * meaning[number]),
        )
        for number in ranked[:LOOKED_AT]:
            yield self.index.documents[number].claim, float(meaning[number])

    # -- what is compared

    def _differences(self, said: Content, claim: Claim) -> Iterator[str]:
        own = self._contents[claim.id]
        if not said.numbers <= own.numbers:
            yield "number"
        if said.denies != own.denies:
            yield "negation"
        if said.firm != own.firm:
            yield "strength"
        for (pair, side), count in said.directions.items():
            other = (pair, 1 - side)
            if count > own.directions[pair, side] and own.directions[other] > said.directions[other]:
                yield "direction"
                break
        about = self.index.documents[self.index.place[claim.id]].concepts.union(*own.concepts)
        if any(self._related(names).isdisjoint(about) for names in said.concepts):
            yield "concept"
        named = frozenset[str]().union(*said.concepts)
        if any(self._related(names).isdisjoint(named) for names in own.concepts):
            yield "population"

    def _related(self, names: frozenset[str]) -> frozenset[str]:
        return frozenset[str]().union(*map(self.asker.stages.retriever.related, names))

    @cached_property
    def _contents(self) -> Mapping[str, Content]:
        return {claim.id: self._content(claim.sentence) for claim in self.ontology.claims.values()}

    @cached_property
    def _known(self) -> Mapping[str, frozenset[str]]:
        """Claim → the stems of everything that is said of it."""
        return {
            document.claim.id: frozenset(
                word for counts in (*document.fields.values(), *document.asks) for word in counts
            )
            for document in self.index.documents
        }

    def _content(self, text: str) -> Content:
        plain = _RANGE.sub(" ", _GROUPED.sub("", text))
        words = fold(plain).split()
        numbers = {Decimal(found.replace(",", ".")) for found in _NUMBER.findall(plain) if found.count(",") < 2}
        numbers |= {Decimal(self.wording.numbers[word]) for word in words if word in self.wording.numbers}
        kinds = [kind for hit in self._cues.find(plain) for kind in hit.meanings]
        # of a name with several meanings, any may be meant
        concepts = {frozenset(hit.meanings) for hit in self.names.find(plain)}
        return Content(
            numbers=frozenset(numbers),
            firm=frozenset(kinds) - {"negation"},
            denies=kinds.count("negation") % 2 == 1,
            directions=Counter(side for hit in self._sides.find(plain) for side in hit.meanings),
            concepts=frozenset(concepts),
            words=frozenset(token.stem for token in self.tokenizer.content(plain) if not token.is_number),
        )

    def _share(self, words: frozenset[str], known: frozenset[str]) -> float:
        """The share of the weight of some words that is known."""
        most = sum(map(self.index.weight, words)) or 1.0
        return sum(self.index.weight(word) for word in words & known) / most

    def _stems_of(self, concepts: frozenset[str]) -> frozenset[str]:
        """The stems of the names of concepts: a synonym says the same."""
        found = self.ontology.concepts
        names = [text for name in concepts for text in (found[name].label, *found[name].synonyms)]
        return frozenset(stem(word) for name in names for word in fold(name).split())
