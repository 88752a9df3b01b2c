"""The claims as documents: words of their fields, of every question they answer, and the concepts they are about."""

from __future__ import annotations

import marshal
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from math import log, sqrt
from typing import Final

from kg.cache.checked_file import CheckedFile
from kg.ontology.compiled import Ontology
from kg.ontology.model import Claim
from kg.questions.tokens import Tokenizer

SAID: Final = ("sentence", "means", "reason", "purpose", "scope", "window", "substanceNote", "strength")
NOT_SUBJECTS: Final = ("asks", "indexTerm", "claimsOf", "marker", "sentence", "hasDoubt", "hasReading", "hasEffect")
FIELDS: Final[Mapping[str, float]] = {"said": 1.0, "terms": 1.0, "names": 0.6, "section": 0.4}
MADE_BY: Final = ("cache", "ontology", "vocabulary", "questions")
Counted = tuple[dict[str, dict[str, int]], tuple[dict[str, int], ...], tuple[str, ...]]
K1: Final = 1.2
B: Final = 0.5


@dataclass(frozen=True)
class ClaimDocument:
    """One claim: the words of each field, of each question that it answers, and its concepts."""

    claim: Claim
    fields: Mapping[str, Mapping[str, int]]
    asks: tuple[Mapping[str, int], ...]
    concepts: frozenset[str]


class ClaimIndex:
    """All documents with how telling each word is; made once for an ontology."""

    def __init__(self, ontology: Ontology, tokenizer: Tokenizer) -> None:
        self.ontology, self.tokenizer = ontology, tokenizer
        claims = ontology.claims.values()
        self.documents = tuple(
            ClaimDocument(claim, fields, asks, frozenset(concepts))
            for claim, (fields, asks, concepts) in zip(claims, self._kept(), strict=True)
        )
        self.place = {document.claim.id: number for number, document in enumerate(self.documents)}

    def _kept(self) -> list[Counted]:
        """The words of every claim, from the cache or counted and kept."""
        file = CheckedFile("words", MADE_BY, f"{self.ontology.digest} {self.tokenizer.digest}")
        if (data := file.read()) is not None:
            kept: list[Counted] = marshal.loads(data)
            return kept
        found = list(map(self._counted, self.ontology.claims.values()))
        file.write(partial(marshal.dump, found))
        return found

    def _counted(self, claim: Claim) -> Counted:
        """The words of a claim's fields, of each of its questions, and its concepts."""
        concepts = tuple(sorted(set(self._concepts(claim))))
        texts = {
            "said": said(claim, self.ontology),
            "terms": claim.index_terms,
            "names": (name for concept in concepts for name in self._names(concept)),
            "section": [claim.passage.section],
        }
        counts = self.tokenizer.counts
        fields = {name: dict(counts(found)) for name, found in texts.items()}
        return fields, tuple(dict(counts([text])) for text in claim.asks), concepts

    def _concepts(self, claim: Claim) -> Iterator[str]:
        """What a claim is about: the subjects it is compiled with, what it concludes, and concepts of its fields."""
        subjects = self.ontology.index.values(
            f"https://w3id.org/warrant/claim/{claim.id}", "http://purl.org/dc/terms/subject"
        )
        values = (value for name, found in claim.fields.items() if name not in NOT_SUBJECTS for value in found)
        for name in (*(iri.rpartition("/")[2] for iri in subjects), *values):
            if name in self.ontology.concepts:
                yield name
        yield from (phase.substance for phase in claim.regimen)
        yield from (effect.outcome for effect in claim.effects if effect.outcome)

    def _names(self, concept: str) -> tuple[str, ...]:
        found = self.ontology.concepts.get(concept)
        return (found.label, *found.synonyms) if found else ()

    # -- how telling a word is

    @cached_property
    def frequency(self) -> Mapping[str, int]:
        """Stem → in how many claims it stands."""
        found: Counter[str] = Counter()
        for document in self.documents:
            found.update({word for counts in (*document.fields.values(), *document.asks) for word in counts})
        return found

    def weight(self, word: str) -> float:
        """The inverse document frequency of a stem; that of a word that no claim has is the highest."""
        count = self.frequency.get(word, 0)
        return log(1 + (len(self.documents) - count + 0.5) / (count + 0.5))

    def concept_weight(self, concept: str) -> float:
        """The inverse document frequency of a concept."""
        return log(1 + len(self.documents) / (0.5 + self.concept_frequency.get(concept, 0)))

    @cached_property
    def concept_frequency(self) -> Mapping[str, int]:
        return Counter(name for document in self.documents for name in document.concepts)

    def about(self, concepts: Iterable[str]) -> tuple[str, ...]:
        """The claims that are about one of some concepts."""
        named = frozenset(concepts)
        return tuple(document.claim.id for document in self.documents if not named.isdisjoint(document.concepts))

    # -- postings

    @cached_property
    def claims_with(self) -> Mapping[str, tuple[tuple[int, float], ...]]:
        """Stem → documents with its weighted frequency there, for BM25F (Robertson and Zaragoza 2009)."""
        lengths = {name: [sum(d.fields[name].values()) for d in self.documents] for name in FIELDS}
        means = {name: max(sum(found) / len(found), 1.0) for name, found in lengths.items()}
        found: dict[str, dict[int, float]] = {}
        for number, document in enumerate(self.documents):
            for name, boost in FIELDS.items():
                norm = 1 - B + B * lengths[name][number] / means[name]
                for word, count in document.fields[name].items():
                    row = found.setdefault(word, {})
                    row[number] = row.get(number, 0.0) + boost * count / norm
        return {word: tuple(row.items()) for word, row in found.items()}

    @cached_property
    def asks_with(self) -> Mapping[str, tuple[tuple[int, int], ...]]:
        """Stem → (document, number of the question) of every question with it."""
        found: dict[str, list[tuple[int, int]]] = {}
        for number, document in enumerate(self.documents):
            for place, words in enumerate(document.asks):
                for word in words:
                    found.setdefault(word, []).append((number, place))
        return {word: tuple(places) for word, places in found.items()}

    @cached_property
    def ask_lengths(self) -> tuple[tuple[float, ...], ...]:
        """The length of each question as a vector of its words' weights."""
        return tuple(tuple(self.length(words) for words in document.asks) for document in self.documents)

    def length(self, words: Iterable[str]) -> float:
        """The Euclidean length of the weights of some stems; never zero."""
        return sqrt(sum(self.weight(word) ** 2 for word in set(words))) or 1.0


def said(claim: Claim, ontology: Ontology) -> Iterator[str]:
    """What a claim says in words, its figures and doses as printed included."""
    yield from (text for name in SAID for text in claim.fields.get(name, ()))
    for phase in claim.regimen:
        parts = (phase.dose, phase.unit, phase.route, phase.frequency, phase.duration, phase.until, phase.phase)
        yield " ".join((ontology.label(phase.substance), *parts))
    for effect in claim.effects:
        yield f"{effect.measure} {effect.printed} {effect.unit}"


__all__ = ["ClaimDocument", "ClaimIndex", "said"]
