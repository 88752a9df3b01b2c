"""The words of questions and claims as stems that their forms share, and what an unknown word stands for."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import snowballstemmer
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from kg.questions.language import QuestionLanguage
from kg.vocabulary.mentions import folded_words, words
from kg.vocabulary.names import fold

SHORTEST: Final = 5
LONG: Final = 8
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)*")
_STEMMER: Final = snowballstemmer.stemmer("english")


@dataclass(frozen=True)
class QuestionToken:
    """A word at [start, end) of a text: as written, folded, and its stem."""

    text: str
    stem: str
    start: int
    end: int

    @property
    def is_number(self) -> bool:
        return _NUMBER.fullmatch(self.text) is not None


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The part of a folded word that its forms share (Porter 2001).

    >>> stem("monitoring") == stem("monitored"), stem("1000")
    (True, '1000')
    """
    found: str = _STEMMER.stemWord(word)
    return found


class Tokenizer:
    """Texts to tokens: words written in haste in full, and those that say nothing told apart.

    `digest` is that of the words that it knows.
    """

    def __init__(self, language: QuestionLanguage) -> None:
        self.short: Mapping[str, tuple[str, ...]] = {
            fold(word): tuple(fold(full).split()) for word, full in language.short.items()
        }
        self.function = frozenset(stem(fold(word)) for word in language.function.split())
        parts = (language.function, *sorted(f"{word}={full}" for word, full in language.short.items()))
        self.digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
        self._stems: dict[str, tuple[str, ...]] = {}

    def __call__(self, text: str) -> tuple[QuestionToken, ...]:
        """All words from left to right."""
        found = []
        for word in words(text):
            for full in self.short.get(word.text, (word.text,)):
                found.append(QuestionToken(full, stem(full), word.start, word.end))
        return tuple(found)

    def content(self, text: str) -> tuple[QuestionToken, ...]:
        """The words that say something."""
        return tuple(token for token in self(text) if token.stem not in self.function)

    def counts(self, texts: Iterable[str]) -> Counter[str]:
        """Stem → how often it stands in some texts, words that say nothing left out."""
        return Counter(form for text in texts for word in folded_words(text) for form in self._content_stems(word))

    def _content_stems(self, word: str) -> tuple[str, ...]:
        """The stems that a folded word stands for and that say something."""
        found = self._stems.get(word)
        if found is None:
            full = map(stem, self.short.get(word, (word,)))
            found = self._stems[word] = tuple(form for form in full if form not in self.function)
        return found


class Spelling:
    """The words that claims and concepts are written with, to find the one that a misspelt word stands for."""

    def __init__(self, known: Iterable[str]) -> None:
        self.known = frozenset(known)

    @cached_property
    def _long(self) -> tuple[str, ...]:
        return tuple(sorted(word for word in self.known if len(word) >= SHORTEST and not word[0].isdigit()))

    @cached_property
    def _stems(self) -> frozenset[str]:
        """The stems of the long words: another form of one of them is spelled rightly."""
        return frozenset(map(stem, self._long))

    def correct(self, word: str) -> str | None:
        """The only known word within one edit of an unknown one, two for a long one, with the same first letter.

        The distance is that of Damerau and Levenshtein, restricted: a letter more, less, other, or two swapped.
        """
        if word in self.known or len(word) < SHORTEST or not word.isalpha() or stem(word) in self._stems:
            return None
        for reach in (1, 2) if len(word) >= LONG else (1,):
            near = extract(word, self._long, scorer=OSA.distance, score_cutoff=reach, limit=8)
            same = sorted({name for name, _, _ in near if name[0] == word[0]})
            if same:
                return same[0] if len({stem(name) for name in same}) == 1 else None
        return None
