"""The stage of sections: headings and what they govern."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from kg.readers.text.document import Document, Layers
from kg.readers.text.patient import completeness
from kg.readers.text.segments import Heading, headings

_COLON: Final = re.compile(r"\s*:")
_LINE_END: Final = re.compile(r"\n|[.;?!](?=\s|$)")


def sections(document: Document) -> Layers:
    """The headings of a text, and the lists in it that are declared complete."""
    titled = headings(document.seen, document.lexicon.language.sections)
    found = (*_coded(document), *_rows(document), *titled, *_declared(document.seen))
    return {"headings": tuple(sorted(found, key=lambda heading: heading.name_start))}


def _rows(document: Document) -> Iterator[Heading]:
    """Cells of tables that are titles, each over the cells behind it."""
    titles, text = document.lexicon.language.sections, document.seen
    for line in document.lines:
        for cell, following in pairwise(line.cells):
            category = titles.get(" ".join(text[cell.start : cell.end].strip(" :").casefold().split()))
            if category and following.start < following.end:
                yield Heading(category, following.start, line.end, cell.start)


def _coded(document: Document) -> Iterator[Heading]:
    """The diagnoses of a message, each as under a heading of its own."""
    message = document.message
    for span in message.diagnoses if message else ():
        yield Heading("diagnoses", span.start, span.end, span.start)


def _declared(text: str) -> tuple[Heading, ...]:
    """A list that is declared complete and then told behind a colon governs the rest of its line."""
    found = []
    for name, span in completeness(text, ()).items():
        colon = _COLON.match(text, span.end)
        if colon:
            end = _LINE_END.search(text, colon.end())
            found.append(Heading(name, colon.end(), end.start() if end else len(text), span.start))
    return tuple(found)
