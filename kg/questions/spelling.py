"""Misspelt words of a question: the one name or cue that differs in a letter or two.

Cues may differ in two letters where they are long. Words of names differ in one: two drugs may differ in two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from kg.questions.question_language import Customs
from kg.vocabulary.mentions import words
from kg.vocabulary.names import Names

SHORTEST: Final = 6
LONG: Final = 9


class Spelling:
    """The words that questions are made of; made once."""

    def __init__(self, names: Names, customs: Customs) -> None:
        self.cues = frozenset(_long(_cues(customs)))
        self.names = frozenset(_long(_names(names, customs)))

    def correct(self, word: str) -> str | None:
        """The word that is meant: the only one as near as that, with the same first letter.

        Distance is that of Damerau and Levenshtein, restricted (a letter more, less, other, or two swapped).
        """
        found = words(word)
        if len(found) != 1 or len(found[0].text) < SHORTEST:
            return None
        return self._nearest(found[0].text, 1, self.cues | self.names) or (
            self._nearest(found[0].text, 2, self.cues) if len(found[0].text) >= LONG else None
        )

    @staticmethod
    def _nearest(word: str, reach: int, known: Iterable[str]) -> str | None:
        near = extract(word, sorted(known), scorer=OSA.distance, score_cutoff=reach, limit=None)
        same = [name for name, _, _ in near if name[0] == word[0] and name != word]
        return same[0] if len(same) == 1 else None


def _long(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from (word.text for word in words(text) if len(word.text) >= SHORTEST)


def _cues(customs: Customs) -> Iterator[str]:
    for intent in customs.intents:
        yield from (*intent.cues, *intent.weak, *intent.telling)


def _names(names: Names, customs: Customs) -> Iterator[str]:
    for concept in names.ontology.concepts.values():
        yield from (concept.label, *concept.synonyms)
    for group in customs.names.values():
        yield from group
