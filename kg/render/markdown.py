"""The answer as Markdown (CommonMark)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.assess import Assessment
from kg.render.document import Row, document


def as_markdown(assessment: Assessment) -> str:
    """The assessment as a Markdown document; what comes from the record or the ontology is escaped."""
    return "\n".join(_lines(assessment)) + "\n"


def _lines(assessment: Assessment) -> Iterator[str]:
    page = document(assessment)
    yield "# Assessment"
    yield ""
    for line in page.headline:
        label, _, rest = line.partition(": ")
        yield f"- **{escape(label)}**{': ' + escape(rest) if rest else ''}"
    for section in page.sections:
        yield ""
        yield f"## {escape(section.heading)}"
        yield ""
        for row in section.rows:
            yield f"- {_with_claims(row)}"
            for detail in row.details:
                yield f"  - {escape(detail)}"
    yield ""
    for line in page.small_print:
        yield f"*{escape(line)}*"
        yield ""


def _with_claims(row: Row) -> str:
    return escape(row.text) + (
        f" [{', '.join(row.claims)}]".replace("[", "\\[").replace("]", "\\]") if row.claims else ""
    )


def escape(text: str) -> str:
    """Text in which no character has a meaning of its own in CommonMark."""
    return re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", text)
