"""The form of a text before its words: lines, and the cells of lines that have columns.

Cells are parted by bars, tabs, semicolons or commas that make as many cells in line after line, by two blanks and
more, or by dots that lead from one column to the next. A line with columns is tabular where one of its cells holds a
number, or where it stands over such a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_WIDE: Final = re.compile(r"(?<![.!?;])(?:[ ]{2,}|[ ]*\.{3,}[ ]*|[ ]*_{3,}[ ]*)")
_BARE_LINE: Final = re.compile(r"[\s|+=_.:*-]*")
_QUOTED: Final = re.compile(r'"(?:[^"]|"")*"')
_VALUE: Final = re.compile(
    r"(?:[<>≤≥~=]\s*)?=?\d[\d.,' ]*(?:\s?[*+↑↓-]+|\s[HLN]{1,2}\b)?|[(\[{<>≤≥]?\s*\d[\d.,]*\s*[-–—]\s*\d.*"
)
_LABEL: Final = re.compile(r"[^\d\s|][^|\t]{0,60}")
_SPACED: Final = re.compile(r"[,;]\s")
LONGEST_CELL: Final = 40
NEAR: Final = 3


class Parted(StrEnum):
    """What parts the cells of a line."""

    NOTHING = ""
    BAR = "|"
    TAB = "\t"
    SEMICOLON = ";"
    COMMA = ","
    WIDTH = "width"


@dataclass(frozen=True, slots=True)
class Cell:
    """[start, end) without the blanks, quotes and bars around it; empty where nothing is printed."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Line:
    """[start, end) of a line, and its cells if it has columns; a line of prose has one cell at most."""

    start: int
    end: int
    cells: tuple[Cell, ...]
    parted: Parted
    tabular: bool = False


def lines_of(text: str) -> tuple[Line, ...]:
    """Every line of a text in order, with its columns."""
    spans = list(_spans(text))
    separated = _separated(text, spans)
    lines = [_line(text, start, end, separated.get(number)) for number, (start, end) in enumerate(spans)]
    return tuple(_tabular(text, lines))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.split("\n"):
        yield start, start + len(line)
        start += len(line) + 1


def _separated(text: str, spans: Sequence[tuple[int, int]]) -> dict[int, Parted]:
    """The lines whose cells are parted by commas or semicolons: two and more in a row with as many of them."""
    found: dict[int, Parted] = {}
    for parted in (Parted.SEMICOLON, Parted.COMMA):
        counts = [_count(text, start, end, parted) for start, end in spans]
        for number, count in enumerate(counts):
            near = (*counts[max(0, number - 1) : number], *counts[number + 1 : number + 2])
            if count >= 2 and (
                count in near or (count >= 3 and any(abs(count - other) <= 2 for other in near if other >= 3))
            ):
                found.setdefault(number, parted)
    return found


def _count(text: str, start: int, end: int, parted: Parted) -> int:
    line = _QUOTED.sub(lambda match: "x" * len(match[0]), text[start:end])
    return 0 if _SPACED.search(line) else line.count(parted)


def _line(text: str, start: int, end: int, separated: Parted | None) -> Line:
    line = text[start:end]
    if not line.strip() or _BARE_LINE.fullmatch(line):
        return Line(start, end, (), Parted.NOTHING)
    if separated:
        return Line(start, end, _split(text, start, end, separated), separated)
    for parted in (Parted.BAR, Parted.TAB):
        if parted in line.strip():
            return Line(start, end, _split(text, start, end, parted), parted)
    cells = tuple(_wide(text, start, end))
    return Line(start, end, cells, Parted.WIDTH if len(cells) > 1 else Parted.NOTHING)


def _split(text: str, start: int, end: int, parted: str) -> tuple[Cell, ...]:
    if parted == Parted.BAR:
        while start < end and text[start] == " ":
            start += 1
        start += text.startswith(Parted.BAR, start)
        while end > start and text[end - 1] in " |":
            end -= 1
    cells, at, quoted = [], start, False
    for place in range(start, end):
        if text[place] == '"':
            quoted = not quoted
        elif text[place] == parted and not quoted:
            cells.append(_trimmed(text, at, place))
            at = place + 1
    return (*cells, _trimmed(text, at, end))


def _wide(text: str, start: int, end: int) -> Iterator[Cell]:
    at = start
    while at < end and text[at] == " ":
        at += 1
    for match in _WIDE.finditer(text, at, end):
        if match.end() < end and match.start() > at:
            yield _trimmed(text, at, match.start())
            at = match.end()
    if at < end:
        yield _trimmed(text, at, end)


def _trimmed(text: str, start: int, end: int) -> Cell:
    while start < end and text[start] in ' "':
        start += 1
    while end > start and text[end - 1] in ' "':
        end -= 1
    return Cell(start, end)


def _tabular(text: str, lines: Sequence[Line]) -> Iterator[Line]:
    valued = [_holds_a_value(text, line) for line in lines]
    for number, line in enumerate(lines):
        below = any(valued[number + 1 : number + 1 + NEAR])
        beside = below or any(valued[max(0, number - NEAR) : number])
        delimited = line.parted not in (Parted.NOTHING, Parted.WIDTH)
        short = all(cell.end - cell.start <= LONGEST_CELL for cell in line.cells)
        table = len(line.cells) > 1 and (valued[number] or (beside and (delimited or short)))
        yield Line(line.start, line.end, line.cells, line.parted, table)


def _holds_a_value(text: str, line: Line) -> bool:
    return len(line.cells) > 1 and any(_VALUE.fullmatch(text, cell.start, cell.end) for cell in line.cells)
