"""The stage of voice: whether a relative tells of the patient, and which parts of a text are about somebody else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kg.readers.text.document import Document, Layers
    from kg.readers.text.segments import Segment


@dataclass(frozen=True)
class Voice:
    """`patient`: the word for the relative who is the patient, if one is; `sex` and `age` as its place says.

    `others` are spans about other people; `second` is where another patient begins, -1 if none does.
    """

    patient: str = ""
    sex: str = ""
    age: tuple[int, int, int] | None = None
    word: tuple[int, int] | None = None
    others: tuple[tuple[int, int], ...] = ()
    second: int = -1

    def of_another(self, place: int) -> bool:
        """Whether a place stands in a part about somebody else."""
        return any(start <= place < end for start, end in self.others)


class VoiceWords:
    """The words of `persons.yaml` as patterns."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        kin = _any([*data["men"], *data["women"], *data["children"]])
        self.sexes = dict.fromkeys(data["men"], "male") | dict.fromkeys(data["women"], "female")
        self.other = _any(data["other"])
        self.kin = re.compile(
            rf"(?:\b(?:my|our)\s+|^\W*)(?!(?:{self.other})\b)(?:\d+[\s-]year[\s-]old\s+)?(?P<kin>{kin})\b(?:\s+[A-Z]\w+)?"
            r"(?:\s*,)?\s*\(?(?:(?:who\s+)?(?:is|was|'s)\s+|aged\s+)?(?P<age>\d{1,3}\b(?!\s*(?:years?\s+ago|weeks?|months?|days?)))?",
            re.IGNORECASE,
        )
        self.self_told = re.compile(rf"\b(?:{_any(data['self'])})", re.IGNORECASE)
        self.self_aged = re.compile(rf"\b(?:{_any(data['aged'])})\s+\d", re.IGNORECASE)
        self.narrator = re.compile(rf"\W{{0,6}}(?:{_any(data['narrator'])})", re.IGNORECASE)
        self.other_kin = re.compile(rf"\W{{0,6}}(?:my|our)\s+(?:{self.other})\b", re.IGNORECASE)
        self.third = re.compile(r"\b(?:she|he|her|his|him|they)\b", re.IGNORECASE)
        self.second = re.compile(rf"(?:^|\n)[ \t*•-]{{0,6}}(?:{_any(data['second_patient'])})\b", re.IGNORECASE)
        self.first = re.compile(rf"(?:^|\n|-\s)[ \t*•-]{{0,6}}(?:{_any(data['first_patient'])})\b", re.IGNORECASE)
        self.letterhead = re.compile(rf"\b(?:{_any(data['letterhead'])})\W*$", re.IGNORECASE)


def voice(document: Document) -> Layers:
    """Who tells of whom."""
    words, text = document.lexicon.language.voice, document.seen
    others = list(_second_patients(words, text))
    second = others[0][0] if others else -1
    kin = words.kin.search(text)
    if kin is None or words.self_told.search(text) or words.self_aged.search(text, 0, kin.start()):
        return {"voice": Voice(others=tuple(others), second=second)}
    others += _narrator(words, text, kin["kin"], document.segments)
    word = kin["kin"].casefold()
    age = (int(kin["age"]), *kin.span("age")) if kin["age"] else None
    found = Voice(word, words.sexes.get(word, ""), age, kin.span("kin"), tuple(sorted(others)), second)
    return {"voice": found}


def _second_patients(words: VoiceWords, text: str) -> Iterator[tuple[int, int]]:
    for match in words.second.finditer(text):
        following = words.first.search(text, match.end())
        yield match.start(), following.start() if following else len(text)


def _narrator(words: VoiceWords, text: str, kin: str, segments: Iterable[Segment]) -> Iterator[tuple[int, int]]:
    """Sentences about the relative who tells, and about other relatives."""
    named = re.compile(rf"\b{re.escape(kin)}\b", re.IGNORECASE)
    for part in segments:
        if words.other_kin.match(text, part.start, part.end):
            yield part.start, part.end
        elif words.narrator.match(text, part.start, part.end):
            third = words.third.search(text, part.start, part.end) or named.search(text, part.start, part.end)
            if third is None:
                yield part.start, part.end


def _any(words: Iterable[str]) -> str:
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ordered)
