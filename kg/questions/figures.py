"""The figures that a question asks for, and those that a text prints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from kg.ontology.compiled import Ontology
from kg.ontology.kinds import ConceptKind
from kg.questions.language import Figure, QuestionLanguage
from kg.vocabulary.mentions import NameHit, Table, singular, words

WHICH: Final = frozenset({"which", "what"})
SPACE: Final = 2
ANALYTE: Final = ConceptKind.ANALYTE
DURATION: Final = "duration"
_NUMBER: Final = re.compile(r"\d")
_NUMBER_BEFORE: Final = re.compile(r"\d\s*(?:to\s*\d+\s*)?$")


class Figures:
    """Finds the kinds of figures in questions and texts."""

    def __init__(self, ontology: Ontology, language: QuestionLanguage) -> None:
        self.ontology, self.language = ontology, language
        self.cues = Table([(cue, figure.name) for figure in language.figures for cue in figure.cues])

    def asked(self, text: str, mentions: Sequence[NameHit[str]]) -> tuple[str, ...]:
        """The kinds of figures that a question asks for; `mentions` are the concepts that it names."""
        found = [name for hit in self.cues.find(text) if not _of_several(text, hit) for name in hit.meanings]
        found += self._behind_which(text, mentions)
        found += [figure.name for figure in self.language.figures if _asks_in(text, figure)]
        return tuple(dict.fromkeys(found))

    def _behind_which(self, text: str, mentions: Sequence[NameHit[str]]) -> Iterator[str]:
        """The figures of a quantity right behind `which` or `what`, one that stands for no others."""
        starts = {word.end for word in words(text) if word.text in WHICH}
        for hit in mentions:
            behind = any(0 < hit.start - start <= SPACE for start in starts)
            if behind and any(self._is_quantity(name) for name in hit.meanings):
                yield from (figure.name for figure in self.language.figures if figure.of_quantities)

    def _is_quantity(self, name: str) -> bool:
        ontology = self.ontology
        return ontology.concepts[name].kind == ANALYTE and not ontology.descendants(name) - {name}

    def units(self, text: str) -> frozenset[str]:
        """The units of measurement that a text names, in small letters."""
        return frozenset(
            hit[0].lower() for figure in self.language.figures for hit in _units(text, figure) if "/" in hit[0]
        )

    def printed(self, text: str) -> frozenset[str]:
        """The kinds of figures that a text prints."""
        has_number = _NUMBER.search(text) is not None
        return frozenset(
            figure.name
            for figure in self.language.figures
            if (has_number or figure.name == DURATION) and any(_units(text, figure))
        )


def _of_several(text: str, hit: NameHit[str]) -> bool:
    """Whether a cue such as `which level` stands in the plural: that asks for several things, not for a figure."""
    form = [word.text for word in words(text[hit.start : hit.end])]
    return form[0] in WHICH and form[-1] != singular(form[-1])


def _units(text: str, figure: Figure) -> Iterator[re.Match[str]]:
    """Where a text names a unit of a figure."""
    for unit in figure.units:
        yield from re.finditer(rf"(?<![\w/]){re.escape(unit)}(?![\w/])", text, re.IGNORECASE)


def _asks_in(text: str, figure: Figure) -> bool:
    """Whether a text names a unit of measurement of a figure with no number before it."""
    found = [hit for hit in _units(text, figure) if "/" in hit[0] or hit[0].lower() in figure.spelled]
    return bool(found) and not any(_NUMBER_BEFORE.search(text[: hit.start()]) for hit in found)
