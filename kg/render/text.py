"""The answer on a terminal: plain text of a given width, with colour only when asked for."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Final

from kg.assess import Assessment
from kg.render.document import AnswerDocument, AnswerLine, Section, document

BOLD, RED, DIM, PLAIN = "\x1b[1m", "\x1b[31m", "\x1b[2m", "\x1b[0m"
NARROWEST: Final = 40
MARGIN: Final = 10


def as_text(assessment: Assessment, width: int = 100, colour: bool = False, command: str = "") -> str:
    """The whole assessment as text, lines of at most `width` characters (40 at least); ANSI colours with `colour`.

    A command to copy stays on one line however long it is. `command` is that of kg.render.document.
    """
    return "\n".join(_lines(document(assessment, command), max(width, NARROWEST), colour)) + "\n"


def as_screen(assessment: Assessment, width: int = 100, colour: bool = False, command: str = "") -> str:
    """What of the assessment fits a screen: the first lines, their reasons, the notice. Arguments as for `as_text`."""
    page, columns = document(assessment, command), max(width, NARROWEST)
    return (
        "\n".join([*_opening(page, columns, colour), "", *_small_print(page.small_print[-1:], columns, colour)]) + "\n"
    )


def wrapped(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """Lines of at most `width` characters; a name with a hyphen is not broken."""
    return textwrap.wrap(text, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)


def _lines(page: AnswerDocument, width: int, colour: bool) -> Iterator[str]:
    yield from _opening(page, width, colour)
    for section in page.sections:
        yield ""
        yield from section_lines(section, width, colour)
    yield ""
    yield from _small_print(page.small_print, width, colour)


def _opening(page: AnswerDocument, width: int, colour: bool) -> Iterator[str]:
    for section in page.lead:
        yield from _brief(section, width, colour)
    yield ""
    for section in page.summary:
        yield from _brief(section, width, colour)


def _small_print(lines: Iterable[str], width: int, colour: bool) -> Iterator[str]:
    for line in lines:
        yield from (_styled(part, DIM, colour) for part in wrapped(line, width))


def _style(section: Section) -> str:
    return BOLD + RED if section.pressing else BOLD


def _row_lines(row: AnswerLine, width: int, margin: str) -> list[str]:
    return [margin + row.text] if row.whole else wrapped(row.text, width, margin, margin + "  ")


def _brief(section: Section, width: int, colour: bool) -> Iterator[str]:
    """A section of the summary: its heading in the margin."""
    margin = " " * MARGIN
    lines = [line for row in section.rows for line in _row_lines(row, width, margin)]
    first, *rest = lines
    yield _styled(section.heading.ljust(MARGIN), _style(section), colour) + first.removeprefix(margin)
    yield from rest


def section_lines(section: Section, width: int, colour: bool) -> Iterator[str]:
    """The lines of a section, its heading first."""
    yield _styled(section.heading, _style(section), colour)
    for row in section.rows:
        mark = f"{row.number:>3} " if row.number else "  • "
        yield from wrapped(_with_claims(row), width, mark, "    ")
        for detail in row.details:
            yield from (_styled(line, DIM, colour) for line in wrapped(detail, width, "      ", "        "))


def _with_claims(row: AnswerLine) -> str:
    return f"{row.text} [{', '.join(row.claims)}]" if row.claims else row.text


def _styled(text: str, style: str, colour: bool) -> str:
    return f"{style}{text}{PLAIN}" if colour else text
