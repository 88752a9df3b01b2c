"""The stage of time and person: who the text is about, by its words and by the columns of its tables."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Final

from kg.readers.text.cues import Cue
from kg.readers.text.document import Document, Layers
from kg.readers.text.hl7v2 import FieldSpan, Message
from kg.readers.text.people import OLDEST, MentionedPerson, Said, ages, sex_of_kin, sexes, told_in_cells
from kg.readers.text.several import patient_parts
from kg.readers.text.table_words import ColumnRole

DIGITS: Final = 8


def persons(document: Document) -> Layers:
    """Age and sex of the patient, each with its place, and what contradicts itself."""
    family = (*_family_spans(document), *document.voice.others)
    cells = told_in_cells(document.seen, document.tables.said)
    age = (*ages(document.seen, family), *(said for said in cells if isinstance(said.value, int)))
    sex = (
        *sexes(document.seen, family, _sexes_of_others(document)),
        *(said for said in cells if isinstance(said.value, str)),
    )
    told = document.voice
    if told.patient and told.sex and told.word:
        sex = (Said(told.sex, *told.word),)
    if told.age:
        age = (Said(told.age[0], *told.age[1:]),)
    message = document.message
    coded = tuple((role, span.start, span.end) for role, span in _coded(message)) if message else ()
    sex = (*sex, *(said for said in told_in_cells(document.seen, coded) if isinstance(said.value, str)))
    sound = [said for said in age if not said.doubt]
    parts = () if message else patient_parts(document.seen, document.lexicon.language.patterns["patient"], sound, sex)
    return {"person": MentionedPerson(age or tuple(_by_birth(document)), sex), "patients": parts}


def _coded(message: Message) -> Iterator[tuple[ColumnRole, FieldSpan]]:
    if message.sex:
        yield ColumnRole.SEX, message.sex


def _by_birth(document: Document) -> Iterator[Said]:
    """The age at the assessment by the day of birth, of a message or behind a word for it."""
    message, words = document.message, document.lexicon.language.date_words
    if message and message.born:
        said = document.seen[message.born.start : message.born.end]
        if len(said) >= DIGITS and said[:DIGITS].isdigit():
            yield from _age(document, f"{said[:4]}-{said[4:6]}-{said[6:8]}", message.born.start, message.born.end)
    for day in document.days:
        if day.day and words.birth_before(document.seen, day.start):
            yield from _age(document, day.day.isoformat(), day.start, day.end)


def _age(document: Document, born: str, start: int, end: int) -> Iterator[Said]:
    try:
        day = datetime.date.fromisoformat(born)
    except ValueError:
        return
    today = document.today
    years = today.year - day.year - ((today.month, today.day) < (day.month, day.day))
    if 0 <= years <= OLDEST:
        yield Said(years, start, end)


def _sexes_of_others(document: Document) -> frozenset[str]:
    """The sexes of the people who are named beside the patient."""
    kin = [hit.phrase for hit in document.hits if hit.entry.cue is Cue.FAMILY and hit.phrase != document.voice.patient]
    other = document.voice.others or document.of_kin
    return frozenset().union(*map(sex_of_kin, kin), sex_of_kin("") if other and not kin else ())


def _family_spans(document: Document) -> tuple[tuple[int, int], ...]:
    """What is said of relatives: from the word for one to the end of its sentence."""
    patient = document.voice.patient
    kin = [hit.start for hit in document.hits if hit.entry.cue is Cue.FAMILY and hit.phrase != patient]
    spans = []
    for segment in document.segments:
        inside = [start for start in kin if segment.start <= start < segment.end]
        if inside:
            spans.append((inside[0], segment.end))
    return (*spans, *document.of_kin)
