"""The stage of sections: headings and what they govern."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kg.readers.text.document import Document, Layers
from kg.readers.text.patient import completeness
from kg.readers.text.segments import Heading, headings

_COLON: Final = re.compile(r"\s*:")
_LINE_END: Final = re.compile(r"\n|[.;?!](?=\s|$)")


def sections(document: Document) -> Layers:
    """The headings of a text, and the lists in it that are declared complete."""
    return {"headings": (*_coded(document), *headings(document.seen), *_declared(document.seen))}


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
