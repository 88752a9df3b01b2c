"""The stages of the text reader, in order, and the reading of a text through them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Final

from kg.readers.text.assertion import assertion
from kg.readers.text.characters import composed, even
from kg.readers.text.document import Component, Document, Layers, Pipeline
from kg.readers.text.hl7v2 import message_in
from kg.readers.text.layout import lines_of
from kg.readers.text.ledger import ledger
from kg.readers.text.lexicon import lexicon_of
from kg.readers.text.measurements import measurements
from kg.readers.text.mentions import mentions
from kg.readers.text.persons import persons
from kg.readers.text.reading import TextReading
from kg.readers.text.resolution import resolution
from kg.readers.text.sections import sections
from kg.readers.text.sentences import sentences
from kg.readers.text.several import PatientPart, alone, chosen, of_none, of_one
from kg.readers.text.voice import voice
from kg.readers.text.wrapping import joined_lines, labels, leaders, separated
from kg.vocabulary.names import Names


def characters(document: Document) -> Layers:
    """The text with one form of each character, and numerals for number words."""
    text, rounds = document.text, [list(even(document.text))]
    plain = composed(text, rounds).text
    rounds.append(list(document.lexicon.language.numbers.edits(plain)))
    plain = composed(text, rounds).text
    rounds.append(list(leaders(plain, lines_of(plain))))
    plain = composed(text, rounds).text
    lines = lines_of(plain)
    rounds.append([*joined_lines(plain, lines), *separated(plain, lines), *labels(plain)])
    return {"view": composed(text, rounds)}


def layout(document: Document) -> Layers:
    """The lines of a text and their columns, and the message in it."""
    lines = lines_of(document.seen)
    message = message_in(document.seen, lines)
    inside = frozenset(message.lines) if message else frozenset()
    return {"lines": tuple(line for line in lines if line not in inside), "message": message}


PIPELINE: Final = Pipeline((
    Component("characters", (), ("view",), characters),
    Component("layout", ("view",), ("lines", "message"), layout),
    Component("sections", ("view", "lines", "message"), ("headings",), sections),
    Component("sentences", ("view", "message"), ("segments",), sentences),
    Component("voice", ("view", "segments"), ("voice",), voice),
    Component("mentions", ("view", "lines"), ("atoms", "hits", "days"), mentions),
    Component(
        "measurements",
        ("lines", "message", "segments", "atoms", "hits", "days"),
        ("tables", "scan", "unmeasured"),
        measurements,
    ),
    Component("assertion", ("segments", "voice", "headings", "scan"), ("places", "of_kin"), assertion),
    Component(
        "time and person",
        ("segments", "voice", "tables", "scan", "places", "of_kin"),
        ("person", "patients"),
        persons,
    ),
    Component("resolution", ("places", "person", "scan", "unmeasured"), ("resolved",), resolution),
    Component("ledger", ("resolved", "places", "segments", "headings"), ("reading",), ledger),
))  # fmt: skip


def read_text(
    text: str, names: Names, today: datetime.date, patient: str = "", of_patient: bool = False
) -> TextReading:
    """The reading of any text. Nothing is raised: what cannot be used stands in `not_understood`.

    Of a text of several patients what is said of `patient` is read, by the label in the text or the number of the
    place; where none is named nothing is used, and the reading asks which.
    `of_patient` says that the text is known to tell of the patient, as a supposition does.
    """
    document = PIPELINE(Document(text, today, lexicon_of(names), of_patient))
    assert document.reading is not None
    if not document.patients:
        return document.reading
    given = document.view.given
    parts = [PatientPart(part.label, *given(part.start, part.end)) for part in document.patients]
    part = chosen(parts, patient)
    if part is None:
        return of_none(document.reading, parts)
    reading = PIPELINE(Document(alone(text, part), today, lexicon_of(names), of_patient)).reading
    assert reading is not None
    return of_one(reading, text, part, parts)


def trace_text(text: str, names: Names, today: datetime.date) -> Iterator[tuple[Component, Document]]:
    """Each stage with the document as it leaves it."""
    return PIPELINE.trace(Document(text, today, lexicon_of(names)))
