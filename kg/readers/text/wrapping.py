"""Lines that were broken for their length only: the edits that join them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Final

from kg.readers.text.characters import Edit
from kg.readers.text.layout import Line, Parted

LONG_LINE: Final = 60
NARROW: Final = 30
BROAD: Final = 160
MOST_OPEN: Final = 0.2
_NEW_ITEM: Final = re.compile(r"\s*(?:[-*•#|]|\d+[.)]\s|[\w/ ]{0,40}:|$)")
_SMALL_WORD: Final = re.compile(
    r"\b(?:a|an|the|and|or|nor|of|on|in|at|to|from|by|for|with|without|is|was|are|were|no|not|has|have|had|her|his|my)$",
    re.IGNORECASE,
)
_DOTS: Final = re.compile(r"\.{2,}|_{3,}")
_ELLIPSIS: Final = 3
_LABEL: Final = re.compile(
    r"(?:^|(?<=[\n.;]))[ \t]*[A-Za-z][A-Za-z/ ]{1,30} (?P<dash>[-–—]) (?=[A-Za-z])", re.MULTILINE
)
_WORD: Final = re.compile(r"\s*(\S+)")


def joined_lines(text: str, lines: Sequence[Line]) -> Iterator[Edit]:
    """A line end becomes a blank where the line goes on in the next one.

    It goes on where no blank line, table, list or heading follows, and the line ends in a comma or a small word, or is
    long and the next one begins with a small letter, a digit or a bracket; or where all lines of a paragraph are as
    full as its width allows.
    """
    for paragraph in _paragraphs(lines):
        full = _filled(text, paragraph)
        for line, following in itertools.pairwise(paragraph):
            if _goes_on(text, line, following) or (full and not _NEW_ITEM.match(text, following.start, following.end)):
                yield Edit(line.end, line.end + 1, " ")


def separated(text: str, lines: Sequence[Line]) -> Iterator[Edit]:
    """Commas and semicolons between cells become bars, and the quotes around cells blanks."""
    for line in lines:
        if line.parted not in (Parted.COMMA, Parted.SEMICOLON):
            continue
        quoted = False
        for place in range(line.start, line.end):
            if text[place] == '"':
                quoted = not quoted
                yield Edit(place, place + 1, " ")
            elif text[place] == line.parted and not quoted:
                yield Edit(place, place + 1, Parted.BAR)


def leaders(text: str, lines: Sequence[Line]) -> Iterator[Edit]:
    """Rows of dots that lead from one column to the next become blanks."""
    for line in lines:
        runs = list(_DOTS.finditer(text, line.start, line.end))
        if len(runs) > 1 or any(len(run[0]) > _ELLIPSIS for run in runs):
            for run in runs:
                yield Edit(run.start(), run.end(), " " * max(2, len(run[0])))


def labels(text: str) -> Iterator[Edit]:
    """The dash behind the first words of a line becomes a colon."""
    for match in _LABEL.finditer(text):
        yield Edit(match.start("dash"), match.end("dash"), ":")


def _paragraphs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    paragraph: list[Line] = []
    for line in lines:
        if line.tabular or not line.cells or line.parted not in (Parted.NOTHING, Parted.WIDTH):
            yield paragraph
            paragraph = []
        else:
            paragraph.append(line)
    yield paragraph


def _filled(text: str, paragraph: Sequence[Line]) -> bool:
    """Whether the next word would have fitted on almost none of the lines: they were wrapped at a width."""
    if len(paragraph) < 2:
        return False
    if len(paragraph) == 2 and not text[paragraph[1].start : paragraph[1].end].lstrip()[:1].islower():
        return False
    width = max(line.end - line.start for line in paragraph)
    broken = 0
    for line, following in itertools.pairwise(paragraph):
        word = _WORD.match(text, following.start, following.end)
        broken += word is None or line.end - line.start + 1 + len(word[1]) <= width
    return NARROW <= width <= BROAD and broken <= MOST_OPEN * (len(paragraph) - 1)


def _goes_on(text: str, line: Line, following: Line) -> bool:
    said = text[line.start : line.end].rstrip()
    if _NEW_ITEM.match(text, following.start, following.end):
        return False
    if said.endswith(",") or _SMALL_WORD.search(said):
        return True
    first = text[following.start : following.end].lstrip()[:1]
    return len(said) > LONG_LINE and said[-1] not in ".!?:;" and (first.islower() or first in "(0123456789")
