"""A name in a text with all that bears on its meaning, and the one sense that this amounts to."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from kg.ontology.model import Concept
from kg.readers.text.cues import Cue
from kg.readers.text.dates import DateHit
from kg.readers.text.lexicon import PhraseHit
from kg.readers.text.marks import ASSERTIONS, ContextAssertion, Mark
from kg.readers.text.reading import Sense
from kg.readers.text.segments import Segment
from kg.readers.text.tokens import Token

POSITIONS: Final[Mapping[Cue, str]] = {Cue.LOW: "Low", Cue.NORMAL: "Normal", Cue.HIGH: "High"}
TREATMENTS: Final = ("drug", "therapy", "intent")


@dataclass
class NamedConcept:
    """A name with the marks that the words around it leave, its position on a scale, and its dates."""

    token: Token
    concept: Concept | None
    marks: set[Mark] = field(default_factory=set)
    position: str = ""
    degree: str = ""
    day: DateHit | None = None
    since: DateHit | None = None
    until: DateHit | None = None
    test: bool = False
    join: str = ""
    carried: bool = False
    stated: bool = False
    start: int = -1
    end: int = -1

    def __post_init__(self) -> None:
        self.start, self.end = self.token.start, self.token.end

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of all concepts that the name can mean."""
        return frozenset(concept.kind for concept, _ in self.hit.entry.concepts)

    @property
    def hit(self) -> PhraseHit:
        assert self.token.hit is not None
        return self.token.hit

    @property
    def normal(self) -> bool:
        """Whether the name itself says that something is normal."""
        return self.position == "Normal" or self.hit.phrase.startswith("normal ")

    @property
    def treats(self) -> bool:
        """Whether the name can mean a treatment."""
        return not self.kinds.isdisjoint(TREATMENTS)

    @property
    def placeable(self) -> bool:
        """Whether the name can be low, normal or high."""
        return bool(self.kinds & {"analyte", "procedure"} or self.hit.entry.absent)

    def date(self, day: DateHit, cue: str) -> None:
        """Take a date as the day, or, by the word before it, as the day from which or until which the name holds."""
        if (cue == "until" and self.since) or (cue == "since" and Mark.ENDED in self.marks):
            self.until = day
        elif cue == "since" or Mark.STARTS in self.marks:
            self.since = day
        elif cue == "until" or (Mark.ENDED in self.marks and self.day is None):
            self.until = day
        elif self.day is None:
            self.day = day


@dataclass(frozen=True)
class NameContext:
    """What the reader knows of the place of a name: heading, dose, question, day of the assessment."""

    heading: str
    taken: bool
    gives: bool
    asked: bool
    diagnosed: bool
    today: datetime.date


@dataclass(frozen=True)
class Place:
    """A name in its segment, with the sense that was read."""

    named: NamedConcept
    segment: Segment
    sense: Sense
    context: NameContext

    @property
    def assertion(self) -> ContextAssertion | None:
        """The sense on the axes of ConText; None where nothing is asserted."""
        return ASSERTIONS.get(self.sense)


# The most restrictive sense first: a mark on a name, a heading over it, and what follows from either.
_SENSES: Final[tuple[tuple[frozenset[Mark], str, Sense], ...]] = (
    (frozenset({Mark.FAMILY}), "family", Sense.FAMILY),
    (frozenset({Mark.ALLERGY}), "allergy", Sense.UNCERTAIN),
    (frozenset({Mark.ASKED}), "", Sense.ASKED),
    (frozenset({Mark.HYPOTHETICAL}), "", Sense.HYPOTHETICAL),
    (frozenset({Mark.UNCLEAR}), "", Sense.UNCERTAIN),
    (frozenset({Mark.WITHHELD}), "", Sense.WITHHELD),
    (frozenset({Mark.NEG, Mark.NEVER, Mark.NEGATED}), "", Sense.NEGATED),
    (frozenset({Mark.UNCERTAIN}), "", Sense.UNCERTAIN),
    (frozenset({Mark.SUSPECTED, Mark.CANDIDATES}), "uncertain", Sense.SUSPECTED),
    (frozenset({Mark.PLAN}), "plan", Sense.PLAN),
    (frozenset({Mark.HISTORY, Mark.HAD, Mark.ENDED}), "history", Sense.HISTORY),
)


# what nobody plans: under a heading of assessment and plan it is stated
_STATES: Final = frozenset({"condition", "finding"})
_DONE: Final = frozenset({Mark.DONE, Mark.SHOWS, Mark.PENDING})


def sense(named: NamedConcept, heading: str, asked: bool) -> Sense:
    """The one sense that marks, heading and question amount to."""
    if not named.marks and not asked and not heading:
        return Sense.ASSERTED
    marks = named.marks | ({Mark.ASKED} if asked else set())
    marks = marks - {Mark.PLAN} if marks & _DONE else marks
    states = heading == "plan" and Mark.PLAN not in marks and not named.kinds.isdisjoint(_STATES) and not named.treats
    over_it = "" if heading == "plan" and (marks & _DONE or states) else heading
    for wanted, over, found in _SENSES:
        if wanted & marks or (over and over == over_it):
            return found
    return Sense.ASSERTED
