"""A text asked: a patient's case, a question about medicine, or both (docs/contract.md, "Case or question")."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kg.assess import Assessment
from kg.errors import InputError, Problem
from kg.knowledge import Knowledge
from kg.readers.text import TextKind, TextReading, question_alone, read_text

if TYPE_CHECKING:
    from kg.facts.patient import PatientFacts
    from kg.questions import Answer
    from kg.questions.patient import PatientAnswer


@dataclass(frozen=True)
class Reply:
    """What a text was read as, the assessment if it is a case, and the answer if it asks about medicine."""

    reading: TextReading
    assessment: Assessment | None
    answer: Answer | None
    codes: Mapping[str, str]
    then: tuple[PatientAnswer, ...] = ()


def ask(
    knowledge: Knowledge,
    text: str,
    today: datetime.date,
    with_branches: bool = True,
    defaults: bool = True,
    with_features: bool = False,
) -> Reply:
    """The reply to a text; without `defaults` no reference interval judges a value.

    `with_features` puts beside each claim of an answer what each feature added to its chance.

    Raises InputError for a text that is empty or cannot be used.
    """
    if not text.strip():
        raise InputError([Problem("question", "is empty", "Write a case or a question in words.")])
    reading = read(knowledge, text, today)
    case, question = reading.kind is not TextKind.QUESTION, reading.kind is not TextKind.CASE
    facts = replace(reading.facts, defaults=defaults)
    return Reply(
        reading=reading,
        assessment=knowledge.assess(facts, with_branches=with_branches) if case else None,
        answer=answer(knowledge, reading, with_features) if question else None,
        codes=knowledge.ontology.codes,
    )


def then(knowledge: Knowledge, assessment: Assessment, questions: Sequence[str]) -> tuple[PatientAnswer, ...]:
    """The answers to questions asked one after the other about an assessed patient."""
    from kg.questions.patient import PatientAsker  # noqa: PLC0415 - only conversations need it

    def supposed(text: str, patient: Assessment) -> PatientFacts:
        return read_text(text, knowledge.names, patient.record.facts.as_of, of_patient=True).facts

    asker = knowledge.asker
    names, about = asker.stages.listener.names, asker.stages.index.about
    found = PatientAsker(knowledge.ontology, knowledge.engine, names, supposed, about, asker.answer)
    return found.ask(assessment, questions)


def read(knowledge: Knowledge, text: str, today: datetime.date, patient: str = "") -> TextReading:
    """A text, read, with its kind; of a text of several patients what is said of `patient`.

    One that only asks about medicine has no facts to read.
    """
    if knowledge.asker.router.only_asks(text):
        return question_alone(text, today)
    return routed(knowledge, read_text(text, knowledge.names, today, patient))


def routed(knowledge: Knowledge, reading: TextReading) -> TextReading:
    """A reading with its kind decided by whether the text asserts something of one person.

    A text with values or the age of a patient that asks nothing is a case, however its sentences look: a table, a
    message of a laboratory, "woman of 62".
    """
    if reading.patients:
        return reading
    kind = knowledge.asker.router.route(reading.text).kind
    facts = reading.facts
    told = (bool(facts.measurements) or facts.age is not None) and not reading.questions
    return replace(reading, kind=reading.kind if kind is TextKind.QUESTION and told else kind)


def answer(knowledge: Knowledge, reading: TextReading, with_features: bool = False) -> Answer:
    """The answer to the part of a text that asks about medicine."""
    return knowledge.asker.answer(knowledge.asker.router.route(reading.text).question, with_features)
