"""Pairs of questions that ask the same, with a typo, a synonym, other spelling or order, politeness or filler."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from kg.ontology.compiled import Ontology
from kg.vocabulary.mentions import Table

LONG: Final = 8
POLITE: Final = (
    "Could you please tell me: {}",
    "{} Thank you very much!",
    "Hello, {}",
    "I was wondering: {}",
    "Good morning. {} Many thanks in advance.",
)
FILLER: Final = ("Well, um, {}", "Actually, {}", "So, you know, {}", "By the way, {}", "{} Just out of curiosity.")
SPELLINGS: Final = (
    ("anemia", "anaemia"), ("hemoglobin", "haemoglobin"), ("leukemia", "leukaemia"), ("tumor", "tumour"),
    ("hematolog", "haematolog"), ("thalassemia", "thalassaemia"), ("leukopenia", "leucopenia"),
    ("hemolysis", "haemolysis"),
    ("color", "colour"), ("center", "centre"),
)  # fmt: skip
_TAIL: Final = re.compile(r"^(?P<head>\w.*\w) (?P<tail>(?:in|with|after|during|under) [\w -]{4,40})\?$")
_WORD: Final = re.compile(rf"[A-Za-z]{{{LONG},}}")


@dataclass(frozen=True)
class SameQuestion:
    """A question and the same in other words."""

    kind: str
    first: str
    second: str


def pairs(questions: Iterable[str], ontology: Ontology, names: Table[str]) -> Iterator[SameQuestion]:
    """Every change that fits each question."""
    for number, question in enumerate(questions):
        yield SameQuestion("politeness", question, POLITE[number % len(POLITE)].format(question))
        yield SameQuestion("filler", question, FILLER[number % len(FILLER)].format(question))
        for kind, other in (
            ("typo", _mistyped(question)),
            ("spelling", _respelled(question)),
            ("word order", _reordered(question)),
            ("synonym", _renamed(question, ontology, names)),
        ):
            if other and other != question:
                yield SameQuestion(kind, question, other)


def _mistyped(question: str) -> str | None:
    """Two letters in the middle of the longest word swapped."""
    found = max(_WORD.finditer(question), key=lambda hit: len(hit.group()), default=None)
    if found is None:
        return None
    middle = found.start() + len(found.group()) // 2
    return question[:middle] + question[middle + 1] + question[middle] + question[middle + 2 :]


def _respelled(question: str) -> str | None:
    """American spelling made British, or the other way round."""
    for american, british in SPELLINGS:
        for one, other in ((british, american), (american, british)):
            if one in question:
                return question.replace(one, other)
    return None


def _reordered(question: str) -> str | None:
    """The last phrase of place or time put first."""
    found = _TAIL.match(question)
    if found is None:
        return None
    head, tail = found["head"], found["tail"]
    return f"{tail[0].upper()}{tail[1:]}, {head[0].lower() if head[1].islower() else head[0]}{head[1:]}?"


def _renamed(question: str, ontology: Ontology, names: Table[str]) -> str | None:
    """The first name of one concept replaced by the label of that concept, or the label by another name."""
    for hit in names.find(question):
        if len(hit.meanings) == 1 and hit.end - hit.start > 2:
            concept, written = ontology.concepts[hit.meanings[0]], question[hit.start : hit.end]
            same = (concept.label, *concept.synonyms)
            if written.casefold() not in {name.casefold() for name in same}:
                continue  # a narrower or a related term: another question
            for name in same:
                if name.casefold() != written.casefold() and len(names.find(name)) == 1:
                    return question[: hit.start] + name + question[hit.end :]
    return None
