"""Whether a word names a thing, such as a drug, a disease or a test, or only belongs to the phrasing of a question.

A logistic model over sentence vectors of single words, fitted to the words of concept names against the other words of
questions. Its weights, and its values for the words that claims are written with, stand in the ontology's `asks.npz`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import exp
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kg.ontology.compiled import Ontology
from kg.questions.claim_index import ClaimIndex
from kg.vocabulary.mentions import words

if TYPE_CHECKING:
    from kg.questions.embedding import Encoder, Floats

SHORTEST: Final = 3


@dataclass(frozen=True)
class Things:
    """Word → the chance that it names a thing; `known` are those worked out before."""

    encoder: Encoder
    weights: Floats
    bias: float
    known: Mapping[str, float]

    def __call__(self, word: str) -> float:
        """The chance for a folded word."""
        found = self.known.get(word)
        if found is None:
            found = 1 / (1 + exp(-(self.bias + float(self.encoder(word) @ self.weights))))
        return found


def open_things(path: Path, encoder: Encoder) -> Things:
    """The model in the file of vectors."""
    import numpy as np  # noqa: PLC0415 - comes with the extra `semantic`

    with np.load(path) as kept:
        known = dict(zip(kept["words"].tolist(), kept["word_chances"].astype(float).tolist(), strict=True))
        return Things(encoder, kept["word_weights"].astype(np.float32), float(kept["word_bias"]), known)


def words_of_things(ontology: Ontology) -> frozenset[str]:
    """The words of the names of all concepts."""
    names = (name for c in ontology.concepts.values() for name in (c.label, *c.synonyms, *c.related))
    return frozenset(_letters(names))


def words_of_questions(index: ClaimIndex) -> frozenset[str]:
    """The words of the questions of all claims that say something."""
    tokens = (t for d in index.documents for text in d.claim.asks for t in index.tokenizer.content(text))
    return frozenset(token.text for token in tokens if token.text.isalpha() and len(token.text) >= SHORTEST)


def words_of_terms(index: ClaimIndex) -> frozenset[str]:
    """The words of the index terms of all claims."""
    return frozenset(_letters(term for document in index.documents for term in document.claim.index_terms))


def _letters(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from (word.text for word in words(text) if word.text.isalpha() and len(word.text) >= SHORTEST)
