"""The stage of mentions: names and cues of a text, and its dates."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from kg.readers.text.cues import Cue
from kg.readers.text.dates import DateHit
from kg.readers.text.document import Document, Layers
from kg.readers.text.lexicon import PhraseHit, look
from kg.readers.text.measurements import quantity_of

_DATED_CUES: Final = (Cue.ENDED, Cue.HISTORY_POST, Cue.DONE)
_DATED: Final = ("condition", "drug", "therapy", "history", "procedure")


def mentions(document: Document) -> Layers:
    """The words of a text, the names and cues among them, and the dates."""
    atoms, hits = look(document.lexicon, document.seen)
    cells = ((cell.start, cell.end) for line in document.lines for cell in line.cells if len(line.cells) > 1)
    days = document.lexicon.language.dates.read(document.seen, document.today, cells)
    kept = tuple(day for day in days if _dates(document, day, hits))
    return {"atoms": atoms, "hits": hits, "days": kept}


def _dates(document: Document, day: DateHit, hits: Sequence[PhraseHit]) -> bool:
    """Whether a date is one: no part of a name, and, for a bare year, behind what can have one and no test."""
    near = _near(hits, day.start)
    if any(hit.start <= day.start < hit.end and hit.entry.concepts for hit in near):
        return False
    if not day.loose:
        return True
    text = document.seen
    before = [hit for hit in near if 0 < day.start - hit.end <= 3 and not text[hit.end : day.start].strip(" ()")]
    dated = any(
        hit.entry.cue in _DATED_CUES or any(concept.kind in _DATED for concept, _ in hit.entry.concepts)
        for hit in before
    )
    return dated and not any(quantity_of(document.lexicon, hit) for hit in before)


def _near(hits: Sequence[PhraseHit], place: int) -> Sequence[PhraseHit]:
    """The names that begin last before a place, which may reach it or end beside it."""
    number = bisect_left(hits, place + 1, key=lambda hit: hit.start)
    return hits[max(0, number - 4) : number]
