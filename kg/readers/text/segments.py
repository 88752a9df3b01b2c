"""Sentences, headings, and which parts of a text ask."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

_END: Final = re.compile(r"[.!?]+(?=[\s\"”'’)\]]|$)|;|\?+(?!\w)|\n+|…")
_SHORT: Final = re.compile(
    r"(?:\b(?:e\.g|i\.e|vs|approx|dr|mr|mrs|ms|prof|st|i\.v|p\.o|s\.c|i\.m|cf|etc|max|min|incl|resp|conc|ref|y\.o|b\.d|t\.d\.s|o\.d))$",
    re.IGNORECASE,
)
_INITIAL: Final = re.compile(r"(?:(?<![\w/’'.-])|(?<=\w\.))(?<!\d\s)[A-Z]$")
_CAPITAL: Final = re.compile(r"(?:^|\b[A-Z][\w'’-]*\.?)\s*$")
_SMALL: Final = re.compile(r"\.\s+[a-z]")
_BLANK_LINE: Final = re.compile(r"\n[^\S\n]*\n")
_ASKING: Final = r"what|which|how|why|whom|whose"
_PREPOSITIONS: Final = r"(?:by|to|at|in|on|for|from|with|of|under|below|above|over|within|until|since|after|before)"
_VERBS: Final = r"is|are|was|were|does|do|did|can|could|should|may|might|would|will|shall|must|am|has|have"
_SUBJECTS: Final = r"it|this|that|there|she|he|they|i|we|you|an?(?!\s+\d)|the|any|my|her|his"
_WANTED: Final = r"(?:dose|dosage|regimen|limit|threshold|cut-?off|target|definition|mechanism|contraindications?)"
_ASKS: Final = re.compile(
    rf"[\s\"“'(*•-]{{0,9}}(?:(?:and|so|but|also|then|ok|okay|hi|hello|please|thanks|now|in general|generally),?\s+)*"
    rf"(?:(?:{_ASKING})(?:['’]s)?\b(?!\s+\d)|(?:{_VERBS})\s+(?:{_SUBJECTS})\b|"
    r"(?:tell|explain|describe|define|list|compare|summari[sz]e|show|give\s+me|suggest|advise|please|wondering|wonder|i\s+(?:would|want|need)|"
    r"i['’]d\s+like|can\s+you|could\s+you|any\s+(?:advice|suggestions?|thoughts|evidence)|"
    r"next\s+steps?|best\s+(?:next\s+)?(?:step|treatment|test)|(?:(?:most\s+)?likely\s+|differential\s+)?diagnosis\s*\?|"
    r"(?:dose|dosage|dosing|definition|meaning|mechanism|effect\s+size|contraindications?|monitoring|sources?|references?|evidence|"
    r"causes?|management|treatment|interpretation|threshold|cut-?off|prevalence|side\s+effects|risks?|limit|target|"
    r"odds\s+ratio|hazard\s+ratio|relative\s+risk)\s+(?:of|for|in|to)\b)\b|"
    rf"(?:[\w-]+\s+){{1,4}}{_WANTED}\s+(?:of|for|in|with|under)\s+(?:[\w-]+\s*){{1,6}}\??\s*$)",
    re.IGNORECASE,
)
_OPENS: Final = re.compile(
    rf"[\s\"“'(*•-]{{0,9}}(?:(?:and|so|but|also|then)\s+)?(?:{_VERBS}|when|who|where|{_PREPOSITIONS}\s+(?:{_ASKING}))\b",
    re.IGNORECASE,
)
_STRONG: Final = re.compile(
    r"(?:[,:–—]|\s-|\band\b|\bso\b|\bbut\b)\s*(?:and\s+|so\s+)?(?=(?:what|how|why)\b|(?:which|when|where|who)\s+(?:is|are|should|can|do|does|next|test|tests|step|steps|treatment|drug|would|could|will|shall|must|other|else|further|one)\b"
    r"|(?:is|are|was|does|do|did|can|could|should|may|might|would|will|shall|must|has)\s+(?:it|this|that|there|she|he|they|i|we|you|the|an?|her|his|my)\b"
    r"|(?:next\s+step|diagnosis\s*\?|any\s+(?:advice|suggestion)|best\s+next|please|advice\b|management\s*\?|treatment\s*\?))",
    re.IGNORECASE,
)
MAY_IT: Final = r"(?:contraindicated|indicated|safe|ok(?:ay)?|allowed|permitted|appropriate|advisable|acceptable)"
_MAY_IT: Final = re.compile(rf"\b{MAY_IT}\s*\?\W*$", re.IGNORECASE)
_AND_ASKS: Final = re.compile(
    r",?\s*\band\s+(?=(?:what|how|why|which)\b|(?:should|can|may|could|is|are|does)\s+(?:i|we|she|he|it|this|there|the|you)\b)",
    re.IGNORECASE,
)
_HEADING: Final = re.compile(
    r"(?:^|(?<=[\n.;]))[ \t*•#>=-]*(?P<name>[A-Za-z][A-Za-z/& ]{0,40}?)"
    r"\s*(?:(?P<colon>:)|(?P<line>[ \t=]*$)|(?<=\b\w)\))",
    re.MULTILINE,
)


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


def segments(text: str, first: int = 0, last: int | None = None) -> tuple[Segment, ...]:
    """The sentences of a text or a part of it, those that tell and then ask in two parts."""
    last = len(text) if last is None else last
    return tuple(part for start, end in _sentences(text, first, last) for part in _parts(text, start, end))


def _sentences(text: str, first: int, last: int) -> Iterator[tuple[int, int]]:
    start = first
    for match in _END.finditer(text, first, last):
        if match[0] == "." and _abbreviated(text, match.start()):
            continue
        if match[0] == "?" and not text[start : match.start()].strip():
            # a doubt about what follows
            continue
        end = match.start() if match[0].startswith("\n") else match.end()
        if text[start:end].strip():
            yield start, end
        start = match.end()
    if text[start:last].strip():
        yield start, last


def _abbreviated(text: str, stop: int) -> bool:
    """Whether a stop ends an abbreviation or an initial (`J. Smith`, `E. coli`), and no unit or letter (`ng/L.`)."""
    if _SHORT.search(text, max(0, stop - 8), stop):
        return True
    if not _INITIAL.search(text, max(0, stop - 1), stop) or _ASKS.match(text, stop + 1):
        return False
    return bool(_SMALL.match(text, stop) or _CAPITAL.search(text[max(0, stop - 40) : stop - 1]))


def _parts(text: str, start: int, end: int) -> Iterator[Segment]:
    mark = text[start:end].rstrip(" \"”'’)]").endswith("?")
    opening = (
        _ASKS.match(text, start, end)
        or (_MAY_IT.search(text, start, end) if mark else None)
        or (_OPENS.match(text, start, end) if mark else None)
    )
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


def headings(text: str, categories: Mapping[str, str]) -> tuple[Heading, ...]:
    """Known headings with what they govern: the rest of the line; also the lines below where the line is empty.

    A title that fills a line governs down to the next title; one before a colon, down to the next blank line.
    """
    found = []
    named = ((match, categories.get(_title(match["name"]))) for match in _HEADING.finditer(text))
    marks = [(match, category) for match, category in named if category]
    for number, (match, category) in enumerate(marks):
        following = marks[number + 1][0].start() if number + 1 < len(marks) else len(text)
        line = text.find("\n", match.end())
        end = len(text) if line < 0 else line
        if not text[match.end() : end].strip():
            blank = None if match["line"] is not None else _BLANK_LINE.search(text, match.end() + 1)
            end = blank.start() if blank else len(text)
        found.append(Heading(category, match.end(), min(end, following), match.start("name")))
    return tuple(found)


def _title(name: str) -> str:
    return " ".join(name.casefold().split())
