"""What reading a text yields: a case, facts with their spans, and what was left out with the reason."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kg.facts.origins import TextSpan
from kg.facts.patient import PatientFacts, Reason, Unread


class Sense(StrEnum):
    """How a concept is named. Only asserted, negated, history, plan and suspected ones become facts."""

    ASSERTED = "asserted"
    NEGATED = "negated"
    FAMILY = "family"
    HISTORY = "history"
    HYPOTHETICAL = "hypothetical"
    PLAN = "plan"
    SUSPECTED = "suspected"
    UNCERTAIN = "uncertain"
    WITHHELD = "withheld"
    ASKED = "asked"
    HEADING = "heading"


class TextKind(StrEnum):
    """docs/contract.md, "Case or question"."""

    CASE = "case"
    QUESTION = "question"
    BOTH = "both"


@dataclass(frozen=True, order=True)
class Span:
    """[start, end) in code points of the text."""

    start: int
    end: int


@dataclass(frozen=True, order=True)
class Mention:
    """A concept named in the text; `used` when a fact of the case came of it.

    Not `exact` is a name of something narrower than the concept, or near it, or a brand of it.
    """

    start: int
    end: int
    concept: str
    sense: Sense
    used: bool
    exact: bool = True


@dataclass(frozen=True, order=True)
class UnreadSpan:
    """A span that looks clinical and gave no fact, with the reason in words and as a code.

    `concept` is what the span names, where a concept was recognised.
    """

    start: int
    end: int
    text: str
    reason: str
    code: Reason = Reason.UNKNOWN_NAME
    concept: str = ""

    @property
    def fact(self) -> Unread:
        """The same as a part of the patient's facts."""
        return Unread(self.text, self.code, self.reason, TextSpan(self.start, self.end), self.concept)


@dataclass(frozen=True)
class TextReading:
    """One text, read.

    `case` is the equivalent structured case (docs/contract.md, "A case"); `origins` leads from its JSON paths to spans.
    The origins of `facts` are spans of `text`. `general` are those of the `questions` that ask about medicine and not
    about the patient.
    """

    text: str
    case: Mapping[str, Any]
    origins: Mapping[str, Span]
    facts: PatientFacts
    not_understood: tuple[UnreadSpan, ...]
    mentions: tuple[Mention, ...]
    kind: TextKind
    questions: tuple[Span, ...]
    general: tuple[Span, ...]
    patients: tuple[Span, ...] = ()


def question_alone(text: str, today: datetime.date) -> TextReading:
    """The reading of a text that only asks about medicine: no facts of anybody, nothing left out."""
    return TextReading(text, {}, {}, PatientFacts(today), (), (), TextKind.QUESTION, (), ())
