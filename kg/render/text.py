"""The answer on a terminal: plain text of a given width, with colour only when asked for."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Final

from kg.assess import Assessment
from kg.render.document import Document, Row, Section, document

BOLD, RED, DIM, PLAIN = "\x1b[1m", "\x1b[31m", "\x1b[2m", "\x1b[0m"
NARROWEST: Final = 40


def as_text(assessment: Assessment, width: int = 100, colour: bool = False) -> str:
    """The assessment as text, lines of at most `width` characters (40 at least); ANSI colours with `colour`."""
    return "\n".join(_lines(document(assessment), max(width, NARROWEST), colour)) + "\n"


def _lines(page: Document, width: int, colour: bool) -> Iterator[str]:
    for line in page.headline:
        for wrapped in textwrap.wrap(line, width, subsequent_indent="  "):
            yield _styled(wrapped, BOLD, colour)
    for section in page.sections:
        yield ""
        yield _styled(section.heading, BOLD + RED if section.pressing else BOLD, colour)
        yield from _section(section, width, colour)
    yield ""
    for line in page.small_print:
        for wrapped in textwrap.wrap(line, width):
            yield _styled(wrapped, DIM, colour)


def _section(section: Section, width: int, colour: bool) -> Iterator[str]:
    for row in section.rows:
        yield from textwrap.wrap(_with_claims(row), width, initial_indent="  • ", subsequent_indent="    ")
        for detail in row.details:
            wrapped = textwrap.wrap(detail, width, initial_indent="      ", subsequent_indent="      ")
            yield from (_styled(line, DIM, colour) for line in wrapped)


def _with_claims(row: Row) -> str:
    return f"{row.text} [{', '.join(row.claims)}]" if row.claims else row.text


def _styled(text: str, style: str, colour: bool) -> str:
    return f"{style}{text}{PLAIN}" if colour else text
