"""Observations of an HL7 v2 message as values of tests."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field

from kg.facts.patient import Reason
from kg.readers.text.dates import DateHit
from kg.readers.text.document import Document
from kg.readers.text.hl7v2 import IN_ERROR, Observation
from kg.readers.text.lexicon import LexiconEntry, PhraseHit
from kg.readers.text.pieces import Scanner, TextPiece
from kg.readers.text.reading import UnreadSpan
from kg.readers.text.table_words import ColumnRole
from kg.readers.text.tables import NO_NAME, OTHER_SPECIMEN
from kg.readers.text.values import ReadValue, Series
from kg.vocabulary.names import SYNONYM, AmbiguousName, UnknownName


@dataclass
class Observed:
    """The values of a message by a name that stands for the test, and what was not used."""

    series: dict[PhraseHit, Series] = field(default_factory=dict)
    unread: list[UnreadSpan] = field(default_factory=list)


def observed(document: Document, scanner: Scanner, tests: frozenset[PhraseHit]) -> Observed:
    """The observations of a document's message."""
    found = Observed()
    for item in document.message.observations if document.message else ():
        _read(document, scanner, tests, item, found)
    return found


def _read(
    document: Document, scanner: Scanner, tests: frozenset[PhraseHit], item: Observation, found: Observed
) -> None:
    text = document.seen
    pieces = scanner.pieces(item.value.start, item.value.end, ColumnRole.VALUE)
    amount = next((piece for piece in pieces if piece.amount), None)
    if amount is None or amount.amount is None:
        return

    def leave(reason: str, code: Reason) -> None:
        start, end = item.name.start, item.value.end
        found.unread.append(UnreadSpan(start, end, text[start:end], reason, code))

    words = document.lexicon.language.tables
    if item.status in IN_ERROR:
        leave("withdrawn by the laboratory", Reason.ENTERED_IN_ERROR)
        return
    specimen = words.specimen_at(text[item.name.start : item.name.end]) or words.specimen_at(item.specimen)
    if specimen == "other" and words.specimen_at(text[item.name.start : item.name.end]) != "blood":
        leave(OTHER_SPECIMEN, Reason.OTHER_SPECIMEN)
        return
    hit = _hit(document, scanner, tests, item)
    if hit is None:
        leave(NO_NAME, Reason.OUTSIDE_ARTICLES if item.code else Reason.UNKNOWN_NAME)
        return
    limits = next(
        (piece.range for piece in scanner.pieces(item.range.start, item.range.end, ColumnRole.RANGE) if piece.range),
        None,
    )
    flag = item.flag if item.flag in ("H", "L", "N", "HH", "LL") else ""
    value = ReadValue(
        item.value.start, item.value.end, amount.amount.values, amount.amount.comparator, item.unit, limits, flag[:1],
        tuple(_day(item)),
    )  # fmt: skip
    known = found.series.get(hit)
    found.series[hit] = Series((*(known.values if known else ()), value), apart=True)


def _day(item: Observation) -> Iterator[DateHit]:
    if item.day:
        try:
            yield DateHit(item.value.start, item.value.end, datetime.date.fromisoformat(item.day))
        except ValueError:
            return


def _hit(document: Document, scanner: Scanner, tests: frozenset[PhraseHit], item: Observation) -> PhraseHit | None:
    """The test of an observation: by its LOINC code, else by its name where that says no more than the test."""
    names = document.lexicon.names
    if item.code:
        try:
            concept = names.find(f"LOINC:{item.code}", "measurements").concept
            return PhraseHit(-1, -1, item.name.start, item.name.end, concept.label, LexiconEntry(((concept, SYNONYM),)))
        except (UnknownName, AmbiguousName):
            pass
    pieces: tuple[TextPiece, ...] = scanner.pieces(item.name.start, item.name.end, ColumnRole.NONE)
    hit = next((piece.name for piece in pieces if piece.name in tests), None)
    strange = [p for p in pieces if p.word and not document.lexicon.language.tables.qualifies(p.word)]
    return None if strange else hit
