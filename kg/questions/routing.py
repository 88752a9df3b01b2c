"""Whether a text is a case, a question about medicine, or both (docs/contract.md, "Case or question").

A text is a case when it asserts something of one person: an age, a value, a relative or patient who has something, or
findings set down without a sentence. People in general, "a patient" or "somebody" alone, never make one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kg.ontology.compiled import Ontology
from kg.ontology.kinds import ConceptKind
from kg.questions.language import QuestionLanguage
from kg.questions.tokens import Tokenizer
from kg.readers.text import TextKind
from kg.vocabulary.mentions import NameHit, Table

ANALYTE: Final = ConceptKind.ANALYTE
FEW: Final = 2
CLOSE: Final = 14
BEFORE: Final = 80
_SENTENCE: Final = re.compile(r"(?<=[.?!;\n])\s+|\n|(?<!\s)\s+[-–—]\s+|(?<=:)\s+(?=[a-z])")
_AGE: Final = re.compile(
    r"\b\d{1,3}\s*-?\s*(?:years?|yrs?|y)\b\.?\s*-?\s*(?:old|o\b)?|\b\d{1,3}\s?y/?o\b|\b\d{2,3}\s?[FM]\b|\b[FM]\s?\d{2}\b"
    r"|\baged?\s+\d{1,3}\b|\b(?:he|she)\s+is\s+\d{1,3}\b"
)
_VALUE: Final = re.compile(r"\W*(?:(?:of|is|was|at|level|count|value|now|still|only|ca\.?|~|[<>=≤≥])\W*){0,3}\d")
_AMOUNT: Final = re.compile(r"\b(?:which|what|how|over|above|below|under|least|than|between)\b", re.IGNORECASE)
_POSSESSIVE: Final = re.compile(r"\b(?:my|her|his)\s+$", re.IGNORECASE)
_NOT_TOLD: Final = re.compile(
    r"(?:\b(?:an?|any|some|every|each)\s+(?:[\w-]+\s+){0,2}|\b(?:do|does|did|can|could|may|might|should|shall|if|when|would)\s+)$",
    re.IGNORECASE,
)
_YEAR: Final = re.compile(r"\b(?:19|20)\d\d\b")


@dataclass(frozen=True)
class TextRoute:
    """What a text is, and the part of it that asks about medicine."""

    kind: TextKind
    question: str


class Router:
    """Routes texts by the language of one ontology and the names of its concepts."""

    def __init__(self, ontology: Ontology, language: QuestionLanguage, tokenizer: Tokenizer, names: Table[str]) -> None:
        self.ontology, self.language, self.tokenizer, self.names = ontology, language, tokenizer, names
        people, asking = language.people, language.asking
        self.general = Table([(word, word) for word in people.general])
        self.cues = Table([(cue, cue) for reading in language.readings for cue in reading.telling])
        persons = "|".join(map(re.escape, (*people.relatives, *people.patients)))
        verbs = "|".join(map(re.escape, people.verbs))
        pronouns = "|".join(people.pronouns)
        self.person = re.compile(
            rf"\b(?:(?:my|our|this|the|his|her)\s+(?:[\w-]+\s+){{0,2}}?(?:{persons})|{pronouns}|patient)"
            rf"(?:\s+[\w-]+){{0,2}}?\s+(?:{verbs}|with)\b",
            re.IGNORECASE,
        )
        leads, openings = ("|".join(map(re.escape, found)) for found in (asking.leads, asking.openings))
        self.opening = re.compile(rf"\W*(?:(?:{leads})\W+)*(?:{openings})\b", re.IGNORECASE)
        self.phrase = re.compile(rf"\b(?:{'|'.join(map(re.escape, asking.phrases))})\b", re.IGNORECASE)

    def route(self, text: str) -> TextRoute:
        """The kind of a text with the part that asks."""
        parts = [part for part in _SENTENCE.split(text) if part and part.strip()]
        asserted = [part for part in parts if self._asserts(part)]
        asking = [part for part in parts if self._asks(part)]
        if not asserted:
            return TextRoute(TextKind.QUESTION, text)
        own = [part for part in asking if self._says_something(part)]
        if not own:
            return TextRoute(TextKind.CASE, "")
        return TextRoute(TextKind.BOTH, " ".join(own))

    def only_asks(self, text: str) -> bool:
        """Whether every sentence of a text asks and none asserts anything of one person."""
        parts = [part for part in _SENTENCE.split(text) if part and part.strip()]
        return bool(parts) and all(self._asks(part) and not self._asserts(part) for part in parts)

    def _asks(self, part: str) -> bool:
        return part.rstrip().endswith("?") or bool(self.opening.match(part) or self.phrase.search(part))

    def _says_something(self, part: str) -> bool:
        """Whether a question has a subject of its own, or only asks of the person told of."""
        return bool(self.names.find(part)) or len(self.tokenizer.content(part)) >= FEW

    def _asserts(self, part: str) -> bool:
        """Whether a sentence tells something of one person."""
        mentions = self.names.find(part)
        asks = self._asks(part)
        opened = bool(self.opening.match(part))
        if _AGE.search(part) and (mentions or not asks):
            return True
        if any(self._tells_of_person(part, hit.start()) for hit in self.person.finditer(part) if mentions):
            return True
        if not opened and any(_POSSESSIVE.search(_before(part, hit.start)) for hit in mentions):
            return True
        if not opened and self._has_value(part, mentions) and not _AMOUNT.search(part):
            return True
        return not asks and self._is_fragment(part, mentions)

    def _tells_of_person(self, part: str, start: int) -> bool:
        """Whether a person stands with a concept behind, and no article of people in general before."""
        return bool(self.names.find(part[start:])) and not _NOT_TOLD.search(_before(part, start))

    def _has_value(self, part: str, mentions: Sequence[NameHit[str]]) -> bool:
        """Whether a number stands right behind a quantity."""
        concepts = self.ontology.concepts
        return any(
            _VALUE.match(part[hit.end : hit.end + CLOSE])
            and any(concepts[name].axis or concepts[name].kind == ANALYTE for name in hit.meanings)
            for hit in mentions
        )

    def _is_fragment(self, part: str, mentions: Sequence[NameHit[str]]) -> bool:
        """Whether findings are set down without a sentence: several, or one with a year, and nothing that asks."""
        if self.general.find(part) or self.cues.find(part):
            return False
        several = len(mentions) > FEW or (len(mentions) == FEW and bool(re.search(r"[,;]", part)))
        return several or (bool(mentions) and bool(_YEAR.search(part)))


def _before(part: str, start: int) -> str:
    """The last characters before a place: enough for an article and two words, however long the part is."""
    return part[max(0, start - BEFORE) : start]


__all__ = ["Router", "TextRoute"]
