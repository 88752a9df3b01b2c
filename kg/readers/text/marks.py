"""Marks that words leave on a name, and the assertion that they amount to, on the axes of ConText."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kg.readers.text.reading import Sense


class Mark(StrEnum):
    """What one word, sign or layout says of a name, which can carry several. Marks of cues are named as the cues."""

    ALLERGY = "allergy"
    ASKED = "asked"
    CANDIDATES = "candidates"
    DONE = "done"
    ENDED = "ended"
    FAMILY = "family"
    HAD = "had"
    HISTORY = "history"
    HYPOTHETICAL = "hypothetical"
    MEASURED = "measured"
    NEG = "neg"
    NEGATED = "negated"
    NEVER = "never"
    OTHER = "other"
    PENDING = "pending"
    PLAN = "plan"
    SHOWS = "shows"
    STARTS = "starts"
    SUSPECTED = "suspected"
    TESTED = "tested"
    TREATED = "treated"
    UNCERTAIN = "uncertain"
    UNCLEAR = "unclear"
    WITHHELD = "withheld"


class Polarity(StrEnum):
    """Whether the text states or denies."""

    AFFIRMED = "affirmed"
    NEGATED = "negated"


class Temporality(StrEnum):
    """When it holds by the text."""

    PRESENT = "present"
    PAST = "past"
    PLANNED = "planned"
    HYPOTHETICAL = "hypothetical"


class ContextCertainty(StrEnum):
    """How sure the text is of it."""

    CERTAIN = "certain"
    SUSPECTED = "suspected"
    UNCERTAIN = "uncertain"


class Experiencer(StrEnum):
    """Of whom it is said."""

    PATIENT = "patient"
    RELATIVE = "relative"


@dataclass(frozen=True)
class ContextAssertion:
    """How a name is meant. What is asked and what only a heading names is not asserted at all."""

    polarity: Polarity = Polarity.AFFIRMED
    temporality: Temporality = Temporality.PRESENT
    certainty: ContextCertainty = ContextCertainty.CERTAIN
    experiencer: Experiencer = Experiencer.PATIENT

    def __str__(self) -> str:
        return " ".join((self.polarity, self.temporality, self.certainty, self.experiencer))


ASSERTIONS: Final[Mapping[Sense, ContextAssertion]] = {
    Sense.ASSERTED: ContextAssertion(),
    Sense.NEGATED: ContextAssertion(polarity=Polarity.NEGATED),
    Sense.FAMILY: ContextAssertion(experiencer=Experiencer.RELATIVE),
    Sense.HISTORY: ContextAssertion(temporality=Temporality.PAST),
    Sense.HYPOTHETICAL: ContextAssertion(temporality=Temporality.HYPOTHETICAL),
    Sense.PLAN: ContextAssertion(temporality=Temporality.PLANNED),
    Sense.SUSPECTED: ContextAssertion(certainty=ContextCertainty.SUSPECTED),
    Sense.UNCERTAIN: ContextAssertion(certainty=ContextCertainty.UNCERTAIN),
    Sense.WITHHELD: ContextAssertion(polarity=Polarity.NEGATED, temporality=Temporality.PLANNED),
}
"""The assertion of each sense; ASKED and HEADING have none."""
