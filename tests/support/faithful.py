"""What a sentence of an answer adds to the claims behind it: figures, negations, modal verbs, concepts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from kg.ontology.model import Claim
from kg.questions.language import QuestionLanguage
from kg.vocabulary.mentions import Table

NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)*")
NEGATION: Final = re.compile(r"\b(?:no|not|never|none|without|cannot|nor)\b", re.IGNORECASE)
MODAL: Final = re.compile(r"\b(?:must|should|may|might|can|could|need|needs|required|consider)\b", re.IGNORECASE)


def added(text: str, claims: Iterable[Claim], names: Table[str], language: QuestionLanguage) -> Iterator[str]:
    """What a sentence says that none of its claims says; the phrases of the language before it are no statements."""
    for phrase in sorted(language.phrases.values(), key=len, reverse=True):
        text = text.removeprefix(f"{phrase}: ")
    behind = " ".join(claim.sentence for claim in claims)
    for what, pattern in (("figure", NUMBER), ("negation", NEGATION), ("modal", MODAL)):
        said = {found.group().lower() for found in pattern.finditer(text)}
        stated = {found.group().lower() for found in pattern.finditer(behind)}
        yield from (f"{what} {one}" for one in sorted(said - stated))
    named, stated_names = _concepts(text, names), _concepts(behind, names)
    yield from (f"concept {one}" for one in sorted(named - stated_names))


def _concepts(text: str, names: Table[str]) -> set[str]:
    return {name for hit in names.find(text) for name in hit.meanings}
