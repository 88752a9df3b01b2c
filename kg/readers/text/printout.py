"""Print-outs brought into the form that prose has, character for character: no place in the text moves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_RAISED_DOT: Final = re.compile(r"(?<=\d)·(?=\d)(?!10)")
_SEPARATED: Final = re.compile(r"[^,;|\t\n]*(?:,[^,\n]*){2,}")
_SPACED: Final = re.compile(r",\s")
_LABEL: Final = re.compile(r"(?:^|(?<=[\n.;]))[ \t]*[A-Za-z][A-Za-z/ ]{1,30} [-–—] (?=[A-Za-z])", re.MULTILINE)
_SEGMENT: Final = re.compile(r"\s*OBX\|")
_NAME, _VALUE, _LAST = 3, 5, 8


def evened(text: str) -> str:
    """A text of the same length: apostrophes straight, raised dots as points, the dash behind the first words
    of a line as a colon, commas between columns as bars.

    Lines of a laboratory message (HL7 v2, OBX segments: 3 identifier^name^system, 5 value, 6 unit, 7 range, 8 flag)
    keep the name and the fields from 5 to 8.

    >>> evened("Hb,9·8,g/dL\\nPlt,88,K/uL")
    'Hb|9.8|g/dL\\nPlt|88|K/uL'
    """
    text = _RAISED_DOT.sub(".", text.replace("’", "'"))
    text = _LABEL.sub(lambda match: match[0][:-2] + ": ", text)
    lines = text.split("\n")
    separated = _separated(lines)
    return "\n".join(_line(line, number in separated) for number, line in enumerate(lines))


def _separated(lines: list[str]) -> frozenset[int]:
    """The lines whose columns are parted by commas: two or more in a row with as many columns each, no comma spaced."""
    counts = [line.count(",") if _SEPARATED.fullmatch(line) and not _SPACED.search(line) else 0 for line in lines]
    return frozenset(
        number
        for number, count in enumerate(counts)
        if count and count in (*counts[max(0, number - 1) : number], *counts[number + 1 : number + 2])
    )


def _line(line: str, separated: bool) -> str:
    if _SEGMENT.match(line):
        return "".join(_fields(line))
    return line.replace(",", "|") if separated else line


def _fields(line: str) -> Iterator[str]:
    for number, field in enumerate(line.split("|")):
        bar = "|" if number else ""
        if number == _NAME:
            code, _, rest = field.partition("^")
            name, _, _ = rest.partition("^")
            kept = " " * (len(code) + 1) + name if rest else field
            yield bar.replace("|", " ") + kept.ljust(len(field))
        elif _VALUE <= number <= _LAST:
            yield bar + field
        else:
            yield " " * (len(bar) + len(field))
