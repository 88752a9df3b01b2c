"""The answer as Markdown (CommonMark)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.assess import Assessment
from kg.render.document import AnswerDocument, AnswerLine, document


def as_markdown(assessment: Assessment, command: str = "") -> str:
    """The assessment as a Markdown document; what comes from the record or the ontology is escaped.

    `command` is that of kg.render.document.
    """
    return "\n".join(_lines(document(assessment, command))) + "\n"


def _lines(page: AnswerDocument) -> Iterator[str]:
    yield "# Assessment"
    yield ""
    for sections in (page.lead, page.summary):
        for section in sections:
            first, *rest = section.rows
            yield f"- **{escape(section.heading)}:** {escape(first.text)}"
            yield from (f"  - {escape(row.text)}" for row in rest)
        yield ""
    for section in page.sections:
        yield f"## {escape(section.heading)}"
        yield ""
        for row in section.rows:
            yield f"{f'{row.number}.' if row.number else '-'} {_with_claims(row)}"
            indent = " " * (len(str(row.number)) + 2 if row.number else 2)
            yield from (f"{indent}- {escape(detail)}" for detail in row.details)
        yield ""
    for line in page.small_print:
        yield f"*{escape(line)}*"
        yield ""


def _with_claims(row: AnswerLine) -> str:
    return escape(f"{row.text} [{', '.join(row.claims)}]" if row.claims else row.text)


def escape(text: str) -> str:
    """Text in which no character has a meaning of its own in CommonMark."""
    return re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", text)
