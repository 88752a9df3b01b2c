"""The stage of sentences: prose by its stops, tables cell by cell."""

from __future__ import annotations

from kg.readers.text.document import Document, Layers
from kg.readers.text.segments import segments


def sentences(document: Document) -> Layers:
    """The sentences of a text, those that tell and then ask in two parts."""
    text, message = document.seen, document.message
    if message is None:
        return {"segments": segments(text)}
    told = [part for span in message.told for part in segments(text, span.start, span.end)]
    lines = [(line.start, line.end) for line in message.lines]
    free = zip([0, *(end for _, end in lines)], [*(start for start, _ in lines), len(text)], strict=True)
    prose = [part for start, end in free if start < end for part in segments(text, start, end)]
    return {"segments": tuple(sorted([*told, *prose], key=lambda part: part.start))}
