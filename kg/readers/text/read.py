"""Free text to the facts of a patient, each with the characters that say it.

Sentences, then phrases and values, then what they mean by what stands around them, then the entries of a case, which
the case reader turns into facts. A text that states a fact of one patient is a case; what it asks is left to the
question reader (INTERFACE, "Case or question").
"""

from __future__ import annotations

import datetime
import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from kg.errors import CaseError
from kg.facts.patient import DataIssue, Origin, PatientFacts
from kg.ontology.model import Concept
from kg.readers.case.reader import CaseReader
from kg.readers.text.cues import Cue
from kg.readers.text.dates import DateHit, dates
from kg.readers.text.dating import Dating
from kg.readers.text.entries import Draft
from kg.readers.text.lexicon import Hit, Lexicon, lexicon_of, look, parted
from kg.readers.text.meaning import REASONS, Context, Meaning
from kg.readers.text.measure import Measurer
from kg.readers.text.named import Named, sense
from kg.readers.text.numbers import decimal_commas
from kg.readers.text.patient import Addressed, addressed, completeness, identify
from kg.readers.text.people import KIN, kin_of, specific_introduction
from kg.readers.text.printout import evened
from kg.readers.text.reading import Kind, Mention, Sense, Span, TextReading, Unread
from kg.readers.text.revisions import Hindsight
from kg.readers.text.scopes import Scoper
from kg.readers.text.segments import Heading, Segment, headings, segments, unwrapped
from kg.readers.text.slashes import slashed
from kg.readers.text.tables import TableReader
from kg.readers.text.tokens import Scan, Token
from kg.readers.text.unread import apart, leftover
from kg.readers.text.values import Series, Value, ValueReader
from kg.vocabulary.names import Names, fold

_FREQUENCY: Final = re.compile(
    r"[\s,(]*(?:\d[\d.,]*\s*\w+\s+)?(?:(?:tablets?|injections?|infusions?|once|twice|three\s+times|every|each|\d\s*x)\s+)*"
    r"(?:daily|weekly|monthly|nightly|od|bd|tds|qds|prn|a\s+day|per\s+day|every\s+\w+|day|week|month|since)\b",
    re.IGNORECASE,
)
_DATED_CUES: Final = (Cue.ENDED, Cue.HISTORY_POST, Cue.DONE)
_DATED: Final = ("condition", "drug", "therapy", "history", "procedure")
_VALUED: Final = ("analyte", "drug", "therapy", "finding")
_NEW_TURN: Final = re.compile(
    r"[\s\W]*(?:now|today|currently|presents?|presented|presenting|referred|seen|admitted|complains|c/o|o/e|on\s+exam|"
    r"(?:she|he|patient|the\s+patient|pt)\b(?!['\w])|\d{1,3}[\s-]*(?:[FM]\b|y))",
    re.IGNORECASE,
)
_DOUBT: Final = re.compile(r"\s*(?:[(\[]\s*\?|:\s*\?)")
_MINUS: Final = re.compile(r"\s*(?:\(\s*(?:[-–−]|-?ve)\s*\)|\s[-–−](?=\s*(?:[,;.\n]|$)))")
_PLUS: Final = re.compile(r"\s*(?:\(\s*\+{1,3}\s*\)|\+{1,3}(?=\s*(?:[,;.\n]|$)))")
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
_COLON: Final = re.compile(r"\s*:")
_LINE_END: Final = re.compile(r"\n|[.;?!](?=\s|$)")
_KIN: Final = re.compile(rf"\b(?P<whose>her|his|my)\s+(?:\w+\s+)?(?P<who>{KIN})\b", re.IGNORECASE)
_PRONOUN: Final = re.compile(r"\b(he|his|him|she|her|i|my|patient)\b", re.IGNORECASE)
_DIAGNOSED: Final = re.compile(r"\b(?:diagnosed|diagnosis|dx|found|known|detected|(?<!free )since)\b", re.IGNORECASE)


def read_text(text: str, names: Names, today: datetime.date) -> TextReading:
    """The reading of any text. Nothing is raised: what cannot be used stands in `not_understood`."""
    return _Reader(text, names, today).read()


@dataclass(frozen=True)
class _Place:
    """A name in its segment, with the sense that was read."""

    named: Named
    segment: Segment
    sense: Sense
    context: Context


class _Reader:
    """One text being read."""

    def __init__(self, text: str, names: Names, today: datetime.date) -> None:
        self.given, self.names, self.today = text, names, today
        text = unwrapped(evened(text))
        self.text = text
        self.lexicon: Lexicon = lexicon_of(names)
        self.draft = Draft(self.given)
        self.commas = decimal_commas(text)
        self.measurer = Measurer(names, self.lexicon.customs, self.draft, today, self.commas)
        self.meaning = Meaning(self.lexicon, self.draft)
        self.mentions: list[Mention] = []
        self.last_treatment: Named | None = None
        self.hindsight = Hindsight(text)
        self.kin: frozenset[str] = frozenset()
        self.of_kin: list[tuple[int, int]] = []
        self.headings = (*headings(text), *self._declared(text))
        self.segments = segments(text)
        self.scan = self._scan()
        self.measured = frozenset(hit for hit, series in self.scan.series.items() if series.values)
        self.dating = Dating(self.scan, self.segments)

    def read(self) -> TextReading:
        first = [place for segment in self.segments for place in self._places(segment)]
        places = [replace(p, sense=sense(p.named, p.context.heading, p.context.asked)) for p in first]
        identify(self.text, self.draft, self._family_spans(places))
        told = [place.named for place in places if place.sense is not Sense.ASKED]
        about = addressed(self.text, self.segments, self.draft, self.scan, told)
        self._write(places, about)
        self.draft.complete |= completeness(self.text, self.headings)
        case, origins, facts = self._facts()
        unread = apart((*self.draft.unread, *self._leftover(about)))
        general = self._general(places)
        # whoever is brought in by a question and of whom nothing is said is nobody in particular
        remarks = all(item.reason == REASONS[Sense.HYPOTHETICAL] for item in unread)
        about = about and not (facts.says_nothing and remarks and all(part.asks for part in self.segments))
        return TextReading(
            text=self.given,
            case=case,
            origins=origins,
            facts=replace(facts, unread=tuple(item.fact for item in unread)) if about else facts,
            not_understood=unread if about else (),
            mentions=tuple(sorted(set(self.mentions))),
            kind=Kind.QUESTION if not about else Kind.BOTH if general else Kind.CASE,
            questions=tuple(Span(s.start, s.end) for s in self.segments if s.asks or s.mark),
            general=general,
        )

    def _declared(self, text: str) -> tuple[Heading, ...]:
        """A list that is declared complete and then told behind a colon governs the rest of its line."""
        found = []
        for name, span in completeness(text, ()).items():
            colon = _COLON.match(text, span.end)
            if colon:
                end = _LINE_END.search(text, colon.end())
                found.append(Heading(name, colon.end(), end.start() if end else len(text), span.start))
        return tuple(found)

    # -- finding

    def _scan(self) -> Scan:
        words, hits = look(self.lexicon, self.text)
        days = dates(self.text, self.today)
        days = tuple(day for day in days if self._dates(day, hits))
        reader = ValueReader(self.text, days, self.commas)
        named = [hit for hit in hits if hit.entry.concepts or hit.entry.absent or hit.entry.other]
        joined = slashed(text=self.text, named=named, measures=self._measures, reader=reader)
        series = {hit: found for hit, found in joined.series.items() if found.values}
        for start, end, reason in joined.unused:
            self.draft.leave(start, end, reason)
        starts = [hit.start for hit in named]
        for hit in named:
            if hit not in joined.series and any(c.kind in _VALUED for c, _ in hit.entry.concepts):
                later = bisect_left(starts, hit.end)
                found = reader.after(hit.start, hit.end, starts[later] if later < len(starts) else len(self.text))
                if found.unused:
                    self.draft.leave(*found.unused)
                if found.dose or (found.values and self._takes_value(hit, found.values[0])):
                    series[hit] = found
        tables = TableReader(self.text, [hit for hit in named if self.measurer.quantity(hit)], days, reader).read()
        for start, end in tables.misfits:
            self.draft.leave(start, end, "a row of a table with other columns than its head")
        return Scan(self.text, words, hits, days, series | tables.series)

    def _measures(self, hit: Hit) -> bool:
        return self.measurer.quantity(hit) is not None

    def _dates(self, day: DateHit, hits: Sequence[Hit]) -> bool:
        """Whether a date is one: no part of a name, and, for a bare year, behind what can have one and no test."""
        if any(hit.start <= day.start < hit.end and hit.entry.concepts for hit in hits):
            return False
        if not day.loose:
            return True
        before = [
            hit for hit in hits if 0 < day.start - hit.end <= 3 and not self.text[hit.end : day.start].strip(" ()")
        ]
        dated = any(
            hit.entry.cue in _DATED_CUES or any(concept.kind in _DATED for concept, _ in hit.entry.concepts)
            for hit in before
        )
        return dated and not any(self.measurer.quantity(hit) for hit in before)

    def _takes_value(self, hit: Hit, value: Value) -> bool:
        """Whether a number behind a name is its value: a test, or a finding that has a test in its name or a unit."""
        concept = self.measurer.quantity(hit)
        if concept is None:
            return False
        if concept.name in {found.name for found, _ in hit.entry.concepts}:
            return True
        words = set(hit.phrase.split())
        names = (parted(fold(name)) for name in (concept.label, *concept.synonyms))
        return bool(value.unit) or any(set(name.split()) <= words for name in names)

    # -- senses

    def _places(self, segment: Segment) -> list[_Place]:
        found = self.scan.between(segment.start, segment.end)
        heading = self._heading(segment)
        introduced = specific_introduction(self.text, segment.start, segment.end)
        named = Scoper(self.lexicon, self.measured, introduced).read(found)
        gives = any(token.hit and token.hit.entry.cue in (Cue.GIVE, Cue.PLAN) for token in found)
        diagnosed = _DIAGNOSED.search(self.text, segment.start, segment.end) is not None
        ask = Addressed(self.text, segment)
        gives = gives and not ask.of_a_rule
        self._end_of_treatment(found, named)
        self.hindsight.read(segment, named)
        self.dating.close(named)
        self._ticked(segment, named)
        if self._of_kin(segment) and not segment.asks:
            for name in named:
                name.marks.add("family")
        places = []
        for name in named:
            asked = ask.asks_about(name)
            if ask.asks_of_a_value(name):
                name.position = ""
            series = self.scan.series.get(name.hit)
            context = Context(heading, self._taken(name, series), gives and asked, asked, diagnosed, self.today)
            places.append(_Place(name, segment, sense(name, heading, asked), context))
        return places

    def _end_of_treatment(self, found: Sequence[Token], named: Sequence[Named]) -> None:
        """A sentence that ends a treatment without naming one ends the last one named (`Stopped in May.`)."""
        treated = [name for name in named if name.concept and name.concept.kind in ("drug", "therapy")]
        ended = [token for token in found if token.hit and token.hit.entry.cue is Cue.ENDED]
        if ended and not treated and self.last_treatment:
            days = [token.day for token in found if token.day and token.start > ended[0].start]
            self.last_treatment.marks.add("ended")
            self.last_treatment.until = self.last_treatment.until or (days[0] if days else None)
        self.last_treatment = treated[-1] if treated else self.last_treatment

    def _ticked(self, segment: Segment, named: Sequence[Named]) -> None:
        """A minus or a count of none behind a finding denies it, a plus states it.

        An empty box before or behind it, or the most that there can be of it, leaves it open.
        """
        box = _ANY_BOX.search(self.text, segment.start, segment.end)
        before = bool(box and named and box.start() < named[0].token.start)
        for name in named:
            start, end = name.token.start, name.token.end
            if name.kinds & {"finding", "condition"}:
                name.marks |= {"negated"} if _MINUS.match(self.text, end) else set()
                name.marks -= {"neg", "unclear"} if _PLUS.match(self.text, end) else set()
                name.marks |= {"uncertain"} if _DOUBT.match(self.text, end) else set()
                self._counted(name, segment)
            empty = _EMPTY_BOX.search(self.text, max(segment.start, start - 6), start)
            if (empty if before else box and _EMPTY_BOX_BEHIND.match(self.text, end)) is not None and box:
                name.marks.add("unclear")

    def _counted(self, name: Named, segment: Segment) -> None:
        """How much there is of a finding that no test measures: none denies it, a most leaves it open."""
        if "finding" not in name.kinds or self.measurer.quantity(name.hit) is not None:
            return
        before, end = self.text[segment.start : name.token.start], name.token.end
        numbered = _NUMBERED.match(self.text, end) is not None
        if _NONE.match(self.text, end) or (not numbered and _NONE_OF.search(before)):
            name.marks.add("negated")
        elif _AT_MOST.match(self.text, end) or (not numbered and _AT_MOST_OF.search(before)):
            name.marks.add("uncertain")

    def _of_kin(self, segment: Segment) -> bool:
        """Whether a sentence goes on about a relative: its pronoun is the relative's and not the patient's."""
        own = _KIN.search(self.text, segment.start, segment.end)
        if own:
            self.kin = kin_of(own["whose"], own["who"])
            return False
        pronoun = _PRONOUN.search(self.text, segment.start, segment.end)
        goes_on = bool(pronoun and self.kin and pronoun[1].casefold() in self.kin)
        self.kin = self.kin if goes_on else frozenset()
        if goes_on:
            self.of_kin.append((segment.start, segment.end))
        return goes_on

    def _taken(self, named: Named, series: Series | None) -> bool:
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
        return "" if behind and _NEW_TURN.match(self.text, segment.start, segment.end) else over[-1].category

    def _family_spans(self, places: Sequence[_Place]) -> tuple[tuple[int, int], ...]:
        kin = [hit.start for hit in self.scan.hits if hit.entry.cue is Cue.FAMILY]
        spans = []
        for segment in self.segments:
            inside = [start for start in kin if segment.start <= start < segment.end]
            if inside:
                spans.append((inside[0], segment.end))
        return (*spans, *self.of_kin)

    # -- writing

    def _write(self, places: Sequence[_Place], about: bool) -> None:
        asserted = (place.named for place in places if place.sense in (Sense.ASSERTED, Sense.HISTORY))
        self.meaning.present = frozenset(c.name for named in asserted for c, _ in named.hit.entry.concepts)
        present: set[str] = set()
        late: list[_Place] = []
        settled = self._negative_results(places) if about else frozenset()
        for place in places:
            if place.named.token in settled:
                continue
            if place.named.hit.entry.absent:
                late.append(place)
                continue
            used, concept = self._one(place, about)
            if used and concept and place.sense is Sense.ASSERTED:
                present.add(concept.name)
        for place in late:
            if about and place.named.position and place.sense is Sense.ASSERTED:
                self.meaning.examined(place.named, frozenset(present))

    def _negative_results(self, places: Sequence[_Place]) -> frozenset[Token]:
        """Write the finding of a test that is said to show none of some conditions; the names that say it."""
        settled: set[Token] = set()
        for item in self.lexicon.customs.negative_results:
            for segment in self.segments:
                inside = [place for place in places if place.segment is segment]
                denied = [
                    (place.named, concept.name)
                    for place in inside
                    for concept, _ in place.named.hit.entry.concepts
                    if place.sense is Sense.NEGATED and place.named.test and concept.name in item.absent
                ]
                tests = {concept.name for place in inside for concept, _ in place.named.hit.entry.concepts}
                if {name for _, name in denied} == item.absent and tests & item.tests:
                    span = Span(min(named.start for named, _ in denied), max(named.end for named, _ in denied))
                    self.draft.add("findings", {"concept": self.names.ontology.concepts[item.finding].code}, span)
                    self.mentions += [Mention(n.start, n.end, name, Sense.NEGATED, True) for n, name in denied]
                    settled |= {named.token for named, _ in denied}
        return frozenset(settled)

    def _one(self, place: _Place, about: bool) -> tuple[bool, Concept | None]:
        named, context = place.named, place.context
        series = self.scan.series.get(named.hit)
        concept = self.measurer.quantity(named.hit) if series and series.values else self.meaning.choose(named, context)
        meant = place.sense
        may_be_given = context.gives or not place.segment.asks
        if meant is Sense.ASKED and may_be_given and concept and concept.kind in ("drug", "therapy"):
            meant = Sense.PLAN
        used = about and self._use(place, concept, meant, series)
        for other in [concept] if concept else [c for c, _ in named.hit.entry.concepts]:
            exact = self.meaning.exact(named, other)
            self.mentions.append(Mention(named.start, named.end, other.name, meant, used, exact))
        return used, concept

    def _use(self, place: _Place, concept: Concept | None, meant: Sense, series: Series | None) -> bool:
        named = place.named
        if concept is None:
            if meant in (Sense.ASKED, Sense.HEADING):
                return False
            both = " or ".join(sorted({c.label for c, _ in named.hit.entry.concepts}))
            return self.draft.leave(named.token.start, named.token.end, f"can mean {both}")
        if series and series.values:
            return self._measured(place, meant, series)
        return self.meaning.state(named, concept, meant, place.context)

    def _measured(self, place: _Place, meant: Sense, series: Series) -> bool:
        named = place.named
        end = series.values[-1].end
        if meant in (Sense.FAMILY, Sense.HYPOTHETICAL):
            return self.draft.leave(named.token.start, end, "not stated of the patient")
        if meant is Sense.ASKED:
            return False
        leading = None
        if not any(value.days for value in series.values):
            leading = self.dating.of(named)
        past = bool(named.marks & {"history", "had"}) and leading is None and not any(v.days for v in series.values)
        values = [replace(value, earlier=value.earlier or (past and not value.now)) for value in series.values]
        starts = [values[0].start if series.apart else named.start, *(value.start for value in values[1:])]
        used = [
            self.measurer.measure(named.hit, value, leading, start) for start, value in zip(starts, values, strict=True)
        ]
        named_too = [c for c, _ in named.hit.entry.concepts if c.kind in ("finding", "history")]
        if named.position:
            named_too = [c for c in [self.measurer.quantity(named.hit)] if c]
        used += [self.meaning.state(named, concept, meant, place.context) for concept in named_too]
        return any(used)

    # -- the end

    def _facts(self) -> tuple[dict[str, Any], dict[str, Span], PatientFacts]:
        """The case that the case reader accepts; what it refuses is taken out and reported."""
        reader = CaseReader(self.names, self.today)
        while True:
            case, origins = self.draft.case(self.today)
            try:
                facts = reader.read(case)
                break
            except CaseError as error:
                for path in sorted({problem.where for problem in error.problems}, reverse=True):
                    reason = "; ".join(problem.message for problem in error.problems if problem.where == path)
                    self.draft.drop(path, reason)
        return case, origins, self._placed(facts, origins)

    def _placed(self, facts: PatientFacts, origins: Mapping[str, Span]) -> PatientFacts:
        def origin(given: Origin) -> Origin:
            span = origins[given.path]
            return Origin(given.path, span.start, span.end)

        issues: tuple[DataIssue, ...] = (*facts.issues, *self.measurer.issues)
        return replace(
            facts,
            facts=tuple(replace(fact, origin=origin(fact.origin)) for fact in facts.facts),
            measurements=tuple(replace(item, origin=origin(item.origin)) for item in facts.measurements),
            issues=issues,
        ).ordered()

    def _general(self, places: Sequence[_Place]) -> tuple[Span, ...]:
        """The sentences that ask about medicine and not about the patient."""
        own = {mention.start for mention in self.mentions if mention.sense is Sense.ASKED}
        asked = dict.fromkeys(
            place.segment for place in places if place.sense is Sense.ASKED and place.named.token.start in own
        )
        return tuple(
            Span(segment.start, segment.end)
            for segment in asked
            if segment.asks and not Addressed(self.text, segment).of_the_patient
        )

    def _leftover(self, about: bool) -> tuple[Unread, ...]:
        if not about:
            return ()
        return leftover(self.lexicon, self.scan, self.draft, self.segments, self.headings)
