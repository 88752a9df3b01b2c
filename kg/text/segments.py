"""Sentences, headings, and which parts of a text ask."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from kg.text.cues import HEADINGS

_END: Final = re.compile(r"[.!?]+(?=[\s\"”'’)\]]|$)|;|\?+(?!\w)|\n+|…")
_SHORT: Final = re.compile(
    r"(?:\b(?:e\.g|i\.e|vs|approx|dr|mr|mrs|ms|prof|st|i\.v|p\.o|s\.c|i\.m|cf|etc|max|min|incl|resp|conc|ref|y\.o|b\.d|t\.d\.s|o\.d)|\b[A-Z])$",
    re.IGNORECASE,
)
_ASKING: Final = r"what|which|how|why|whom|whose"
_VERBS: Final = r"is|are|was|were|does|do|did|can|could|should|may|might|would|will|shall|must|am|has|have"
_SUBJECTS: Final = r"it|this|that|there|she|he|they|i|we|you|an?(?!\s+\d)|the|any|my|her|his"
_ASKS: Final = re.compile(
    rf"[\s\"“'(*•-]*(?:(?:and|so|but|also|then|ok|okay|hi|hello|please|thanks|now|in general|generally),?\s+)*"
    rf"(?:(?:{_ASKING})(?:['’]s)?\b(?!\s+\d)|(?:{_VERBS})\s+(?:{_SUBJECTS})\b|"
    r"(?:tell|explain|describe|define|list|compare|summari[sz]e|show|give\s+me|suggest|advise|please|wondering|wonder|i\s+(?:would|want|need)|"
    r"i['’]d\s+like|can\s+you|could\s+you|any\s+(?:advice|suggestions?|thoughts|evidence)|"
    r"next\s+steps?|best\s+(?:next\s+)?(?:step|treatment|test)|(?:likely\s+|most\s+likely\s+|differential\s+)?diagnosis\s*\?|"
    r"(?:dose|dosage|dosing|definition|meaning|mechanism|effect\s+size|contraindications?|monitoring|sources?|references?|evidence|"
    r"causes?|management|treatment|interpretation|threshold|cut-?off|prevalence|side\s+effects|risks?)\s+(?:of|for|in|to)\b)\b)",
    re.IGNORECASE,
)
_OPENS: Final = re.compile(
    rf"[\s\"“'(*•-]*(?:(?:and|so|but|also|then)\s+)?(?:{_VERBS}|when|who|where)\b", re.IGNORECASE
)
_STRONG: Final = re.compile(
    r"(?:[,:–—]|\s-|\band\b|\bso\b|\bbut\b)\s*(?:and\s+|so\s+)?(?=(?:what|how|why)\b|(?:which|when|where|who)\s+(?:is|are|should|can|do|does|next|test|tests|step|steps|treatment|drug|would|could|will|shall|must|other|else|further|one)\b"
    r"|(?:is|are|was|does|do|did|can|could|should|may|might|would|will|shall|must|has)\s+(?:it|this|that|there|she|he|they|i|we|you|the|an?|her|his|my)\b"
    r"|(?:next\s+step|diagnosis\s*\?|any\s+(?:advice|suggestion)|best\s+next|please|advice\b|management\s*\?|treatment\s*\?))",
    re.IGNORECASE,
)
_AND_ASKS: Final = re.compile(
    r",?\s*\band\s+(?=(?:what|how|why|which)\b|(?:should|can|may|could|is|are|does)\s+(?:i|we|she|he|it|this|there|the|you)\b)",
    re.IGNORECASE,
)
_HEADING: Final = re.compile(r"(?:^|(?<=[\n.;]))[\s*•#>-]*(?P<name>[A-Za-z][A-Za-z/ ]{0,40}?)\s*:", re.MULTILINE)
_CATEGORY: Final[Mapping[str, str]] = {name: category for category, names in HEADINGS.items() for name in names}


@dataclass(frozen=True)
class Segment:
    """[start, end) of a sentence or a part of one; `asks` if it is a question; `mark` if it ends in a question mark."""

    start: int
    end: int
    asks: bool
    mark: bool


@dataclass(frozen=True)
class Heading:
    """What stands under a heading: its category, [start, end) of the text it governs, and its own place."""

    category: str
    start: int
    end: int
    name_start: int


def segments(text: str) -> tuple[Segment, ...]:
    """The sentences of a text, those that tell and then ask in two parts."""
    return tuple(part for start, end in _sentences(text) for part in _parts(text, start, end))


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _END.finditer(text):
        if match[0].startswith(".") and _SHORT.search(text, max(0, match.start() - 8), match.start()):
            continue
        if match[0].startswith("\n") and _wrapped(text, start, match):
            continue
        end = match.start() if match[0].startswith("\n") else match.end()
        if text[start:end].strip():
            yield start, end
        start = match.end()
    if text[start:].strip():
        yield start, len(text)


def _wrapped(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether a line goes on in the next one: one newline, a long line or a comma before it, small letters after it."""
    before, after = text[start : match.start()], text[match.end() :].lstrip(" \t")
    line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
    open_end = before.rstrip().endswith(",") or len(line) > 50
    return len(match[0]) == 1 and open_end and after[:1].islower() and not re.match(r"[\w/ ]{0,30}:", after)


def _parts(text: str, start: int, end: int) -> Iterator[Segment]:
    mark = text[start:end].rstrip(" \"”'’)]").endswith("?")
    opening = _ASKS.match(text, start, end) or (_OPENS.match(text, start, end) if mark else None)
    if opening:
        restart = _AND_ASKS.search(text, opening.end(), end)
        if restart is None:
            yield Segment(start, end, True, mark)
        else:
            yield Segment(start, restart.start(), True, mark)
            yield from _parts(text, restart.end(), end)
        return
    restart = _STRONG.search(text, start, end)
    if restart is None:
        yield Segment(start, end, False, mark)
        return
    if text[start : restart.start()].strip():
        yield Segment(start, restart.start(), False, False)
    yield Segment(restart.end(), end, True, mark)


def headings(text: str) -> tuple[Heading, ...]:
    """Known headings with what they govern: the rest of the line; also the lines below where the line is empty."""
    found = []
    marks = [match for match in _HEADING.finditer(text) if " ".join(match["name"].casefold().split()) in _CATEGORY]
    for number, match in enumerate(marks):
        category = _CATEGORY[" ".join(match["name"].casefold().split())]
        following = marks[number + 1].start() if number + 1 < len(marks) else len(text)
        line = text.find("\n", match.end())
        end = len(text) if line < 0 else line
        if not text[match.end() : end].strip():
            blank = re.search(r"\n[^\S\n]*\n", text[match.end() + 1 :])
            end = match.end() + 1 + blank.start() if blank else len(text)
        found.append(Heading(category, match.end(), min(end, following), match.start("name")))
    return tuple(found)
