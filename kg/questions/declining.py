"""Why the articles do not answer: which detail is not printed, of what, and the kind of source that would have it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kg.questions.claim_index import ClaimIndex
from kg.questions.decide import Decision
from kg.questions.language import Figure, QuestionLanguage
from kg.questions.understand import UnderstoodQuestion

NAMED: Final = 3
THING: Final = 0.5


class Declining:
    """Writes the reasons of one language; `thing` gives the chance that a word names a thing."""

    def __init__(self, index: ClaimIndex, language: QuestionLanguage, thing: Callable[[str], float] | None) -> None:
        self.index, self.language, self.thing = index, language, thing
        self.figures = {figure.name: figure for figure in language.figures}

    def reason(self, asked: UnderstoodQuestion, decision: Decision) -> str:
        """The figure that is not printed and of what, else the things that nobody names, else the detail not said."""
        phrases = self.language.phrases
        if (figure := self._missing(asked, decision)) is not None:
            key = "figure_missing_of" if asked.concepts else "figure_missing"
            said = phrases[key].format(figure=figure.said, concepts=self._labels(asked))
        elif unknown := self._unknown(asked):
            said = phrases["unknown"].format(words=", ".join(f"“{word}”" for word in unknown))
        elif asked.concepts:
            treated = any(name in self.index.concept_frequency for name in asked.concepts)
            said = phrases["detail_missing" if treated else "not_treated"].format(concepts=self._labels(asked))
        else:
            return f"{phrases['not_stated']}."
        return f"{phrases['not_stated']}. {said}."

    def elsewhere(self, asked: UnderstoodQuestion, decision: Decision) -> str:
        """The kind of source in which such a figure stands, else where the subject is treated."""
        figure, phrases = self._missing(asked, decision), self.language.phrases
        return phrases["look"].format(source=figure.source) if figure else phrases["elsewhere"]

    def _missing(self, asked: UnderstoodQuestion, decision: Decision) -> Figure | None:
        """The first figure asked for, where none of its kind is printed in the claim that comes nearest."""
        if asked.figures and decision.evidence["figure_missing"]:
            return self.figures[asked.figures[0]]
        return None

    def _labels(self, asked: UnderstoodQuestion) -> str:
        return " or ".join(dict.fromkeys(self.index.ontology.label(name) for name in asked.concepts[:NAMED]))

    def _unknown(self, asked: UnderstoodQuestion) -> tuple[str, ...]:
        """The unknown words that name things; without the word model all of them."""
        return tuple(word for word in asked.unknown if self.thing is None or self.thing(word) >= THING)
