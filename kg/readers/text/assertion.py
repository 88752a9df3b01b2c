"""The stage of assertion: how each name is meant, by the words, the heading and the layout around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from kg.readers.text.cues import Cue
from kg.readers.text.document import Document, Layers
from kg.readers.text.hindsight import Hindsight
from kg.readers.text.lexicon import LexiconEntry
from kg.readers.text.marks import Mark
from kg.readers.text.measurements import quantity_of
from kg.readers.text.named import NameContext, NamedConcept, Place, sense
from kg.readers.text.past_courses import told_of_the_past
from kg.readers.text.patient import Addressed
from kg.readers.text.people import KIN, kin_of, specific_introduction
from kg.readers.text.scopes import Scoper
from kg.readers.text.segments import Segment
from kg.readers.text.tokens import Token
from kg.readers.text.values import Series

_FREQUENCY: Final = re.compile(
    r"[\s,(]*(?:\d[\d.,]*\s*\w+\s+)?(?:(?:tablets?|injections?|infusions?|once|twice|three\s+times|every|each|\d\s*x)\s+)*"
    r"(?:daily|weekly|monthly|nightly|od|bd|tds|qds|prn|a\s+day|per\s+day|every\s+\w+|day|week|month|since)\b",
    re.IGNORECASE,
)
_DOUBT: Final = re.compile(r"\s*(?:[(\[]\s*\?|:\s*\?)")
_MINUS: Final = re.compile(r"\s*(?:\(\s*(?:[-–−]|-?ve)\s*\)|\s[-–−](?=\s*(?:[,;.\n]|$)))")
_PLUS: Final = re.compile(r"\s*(?:\(\s*\+{1,3}\s*\)|\+{1,3}(?=\s*(?:[,;.\n]|$)))")
_NEAR: Final = 40
_IS: Final = r"\s*(?:[:=]|\b(?:was|were|is|are|of|at)\b)?\s*"
_NOUGHT: Final = r"(?<![\d.,])0(?:\.0+)?(?![\d.]|,\d|\s*[-–—]\s*\d)"
_BOUND: Final = r"(?:<=?|≤|=<|less than|below|under|up to)\s*\d[\d.,]*\s*(?:%|per\s?cent\b)"
_ENDING: Final = r"\s*(?:[,;.)]|$|\n|(?:and|but|or|on|in|by|with)\b)"
_NONE: Final = re.compile(rf"{_IS}{_NOUGHT}\s*(?:%|/\s*\d+|kg\b|per\s+\w+)?{_ENDING}", re.IGNORECASE)
_NUMBERED: Final = re.compile(rf"{_IS}[<>≤≥~]?=?\s*\d")
_NONE_OF: Final = re.compile(rf"{_NOUGHT}\s*%\s+(?:of\s+)?$", re.IGNORECASE)
_AT_MOST: Final = re.compile(rf"{_IS}(?:{_BOUND}|{_NOUGHT}\s*%|0\s*[-–—]\s*\d)", re.IGNORECASE)
_AT_MOST_OF: Final = re.compile(rf"{_BOUND}\s+(?:of\s+)?$", re.IGNORECASE)
_EMPTY_BOX: Final = re.compile(r"(?:\[\s*\]|☐|□)\s*$")
_ANY_BOX: Final = re.compile(r"\[\s*[xX✓✔]?\s*\]|[☐☑☒□]")
_EMPTY_BOX_BEHIND: Final = re.compile(r"\s*:?\s*(?:\[\s*\]|☐|□)")
_KIN: Final = re.compile(rf"\b(?P<whose>her|his|my)\s+(?:\w+\s+)?(?P<who>{KIN})\b", re.IGNORECASE)
_PRONOUN: Final = re.compile(r"\b(he|his|him|she|her|i|my|patient)\b", re.IGNORECASE)
_DIAGNOSED: Final = re.compile(r"\b(?:diagnosed|diagnosis|dx|found|known|detected|(?<!free )since)\b", re.IGNORECASE)


def assertion(document: Document) -> Layers:
    """Every name with its sense, and the sentences that go on about a relative."""
    return _Assertion(document).read()


class _Assertion:
    """The names of one document in order of its sentences; what one sentence says bears on those behind it."""

    def __init__(self, document: Document) -> None:
        assert document.scan is not None
        self.document, self.text, self.scan = document, document.seen, document.scan
        self.lexicon, self.headings = document.lexicon, document.headings
        self.measured = frozenset(hit for hit, series in self.scan.series.items() if series.values)
        self.hindsight = Hindsight(self.text)
        self.last_treatment: NamedConcept | None = None
        self.last_tests: Sequence[NamedConcept] = ()
        self.kin: frozenset[str] = frozenset()
        self.of_kin: list[tuple[int, int]] = []

    def read(self) -> Layers:
        first = [place for segment in self.document.segments for place in self._places(segment)]
        places = tuple(replace(p, sense=sense(p.named, p.context.heading, p.context.asked)) for p in first)
        return {"places": told_of_the_past(self.document, places), "of_kin": tuple(self.of_kin)}

    def _places(self, segment: Segment) -> list[Place]:
        found = [self._as_patient(token) for token in self.scan.between(segment.start, segment.end)]
        heading = self._heading(segment)
        introduced = specific_introduction(self.text, segment.start, segment.end)
        if heading == "history" and introduced >= 0:
            heading = ""  # `History: a 66-year-old man with ...` tells of the present illness
        named = Scoper(self.lexicon, self.measured, introduced).read(found)
        gives = any(token.hit and token.hit.entry.cue in (Cue.GIVE, Cue.PLAN) for token in found)
        diagnosed = _DIAGNOSED.search(self.text, segment.start, segment.end) is not None
        ask = Addressed(self.text, segment, self.lexicon.language.patterns)
        gives = gives and not ask.of_a_rule
        self._end_of_treatment(found, named)
        self._awaited(found, named)
        self.hindsight.read(segment, named)
        self._ticked(segment, named)
        of_kin = self._of_kin(segment) and not segment.asks
        letterhead = self._letterhead(segment)
        for name in named:
            if of_kin or self.document.voice.of_another(name.start):
                name.marks.add(Mark.FAMILY)
            if letterhead:
                name.marks.add(Mark.ASKED)
        places = []
        for name in named:
            asked = ask.asks_about(name)
            if ask.asks_of_a_value(name):
                name.position = ""
            series = self.scan.series.get(name.hit)
            context = NameContext(
                heading, self._taken(name, series), gives and asked, asked, diagnosed, self.document.today
            )
            places.append(Place(name, segment, sense(name, heading, asked), context))
        return places

    def _as_patient(self, token: Token) -> Token:
        """The word for the relative who is the patient is no word for a relative."""
        if token.word != self.document.voice.patient or token.hit is None or token.hit.entry.cue is not Cue.FAMILY:
            return token
        return replace(token, hit=replace(token.hit, entry=LexiconEntry(cue=Cue.SUBJECT)))

    def _letterhead(self, segment: Segment) -> bool:
        """Whether a line names a place or a kind of letter: `... CLINIC`, in capitals, alone in its line."""
        line = self.text[segment.start : segment.end]
        alone = self.text[segment.end : segment.end + 1] in ("", "\n") and "\n" not in line
        return alone and line.isupper() and self.lexicon.language.voice.letterhead.search(line) is not None

    def _end_of_treatment(self, found: Sequence[Token], named: Sequence[NamedConcept]) -> None:
        """A sentence that ends a treatment without naming one ends the last one named (`Stopped in May.`)."""
        treated = [name for name in named if name.concept and name.concept.kind in ("drug", "therapy")]
        ended = [token for token in found if token.hit and token.hit.entry.cue is Cue.ENDED]
        if ended and not treated and self.last_treatment:
            days = [token.day for token in found if token.day and token.start > ended[0].start]
            self.last_treatment.marks.add(Mark.ENDED)
            self.last_treatment.until = self.last_treatment.until or (days[0] if days else None)
        self.last_treatment = treated[-1] if treated else self.last_treatment

    def _awaited(self, found: Sequence[Token], named: Sequence[NamedConcept]) -> None:
        """A sentence about awaited results that names none speaks of the tests before it (`These are awaited.`)."""
        tests = [name for name in named if name.kinds & {"procedure", "analyte"}]
        if not tests and any(token.hit and token.hit.entry.cue is Cue.PENDING for token in found):
            for name in self.last_tests:
                name.marks.add(Mark.PENDING)
        self.last_tests = tests

    def _ticked(self, segment: Segment, named: Sequence[NamedConcept]) -> None:
        """A minus or a count of none behind a finding denies it, a plus states it.

        An empty box before or behind it, or the most that there can be of it, leaves it open.
        """
        box = _ANY_BOX.search(self.text, segment.start, segment.end)
        before = bool(box and named and box.start() < named[0].token.start)
        for name in named:
            start, end = name.token.start, name.token.end
            if name.kinds & {"finding", "condition"}:
                name.marks |= {Mark.NEGATED} if _MINUS.match(self.text, end) else set()
                name.marks -= {Mark.NEG, Mark.UNCLEAR} if _PLUS.match(self.text, end) else set()
                name.marks |= {Mark.UNCERTAIN} if _DOUBT.match(self.text, end) else set()
                self._counted(name, segment)
            empty = _EMPTY_BOX.search(self.text, max(segment.start, start - 6), start)
            if (empty if before else box and _EMPTY_BOX_BEHIND.match(self.text, end)) is not None and box:
                name.marks.add(Mark.UNCLEAR)

    def _counted(self, name: NamedConcept, segment: Segment) -> None:
        """How much there is of a finding that no test measures: none denies it, a most leaves it open."""
        if "finding" not in name.kinds or quantity_of(self.lexicon, name.hit) is not None:
            return
        start = max(segment.start, name.token.start - _NEAR)
        before, end = self.text[start : name.token.start], name.token.end
        numbered = _NUMBERED.match(self.text, end) is not None
        if _NONE.match(self.text, end) or (not numbered and _NONE_OF.search(before)):
            name.marks.add(Mark.NEGATED)
        elif _AT_MOST.match(self.text, end) or (not numbered and _AT_MOST_OF.search(before)):
            name.marks.add(Mark.UNCERTAIN)

    def _of_kin(self, segment: Segment) -> bool:
        """Whether a sentence goes on about a relative: its pronoun is the relative's and not the patient's."""
        own = _KIN.search(self.text, segment.start, segment.end)
        if own and own["who"].casefold() != self.document.voice.patient:
            self.kin = kin_of(own["whose"], own["who"])
            return False
        pronoun = _PRONOUN.search(self.text, segment.start, segment.end)
        goes_on = bool(pronoun and self.kin and pronoun[1].casefold() in self.kin)
        self.kin = self.kin if goes_on else frozenset()
        if goes_on:
            self.of_kin.append((segment.start, segment.end))
        return goes_on

    def _taken(self, named: NamedConcept, series: Series | None) -> bool:
        """Whether a dose or a frequency stands behind a name."""
        return (series is not None and series.dose is not None) or _FREQUENCY.match(
            self.text, named.token.end
        ) is not None

    def _heading(self, segment: Segment) -> str:
        """The heading over a sentence; one on the same line ends where the patient's story goes on."""
        over = [item for item in self.headings if item.name_start < segment.end and segment.start < item.end]
        if not over:
            return ""
        behind = over[-1].start < segment.start and "\n" not in self.text[over[-1].start : segment.start].strip()
        return (
            ""
            if behind and self.lexicon.language.patterns["new_turn"].match(self.text, segment.start, segment.end)
            else over[-1].category
        )
