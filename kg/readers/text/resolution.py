"""The stage of resolution: names in a sense, and values, to the entries of a case."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from kg.facts.origins import JsonPath, Origin, TextSpan, origin_key
from kg.facts.patient import DataIssue, PatientFacts, Reason
from kg.ontology.model import Concept
from kg.readers.case.reader import CaseReader
from kg.readers.text.dating import Dating
from kg.readers.text.document import Document, Layers
from kg.readers.text.entries import Draft
from kg.readers.text.lexicon import PhraseHit
from kg.readers.text.marks import Mark
from kg.readers.text.meaning import Meaning
from kg.readers.text.measure import Measurer
from kg.readers.text.measurements import quantity_of
from kg.readers.text.named import NamedConcept, Place
from kg.readers.text.patient import addressed, completeness
from kg.readers.text.reading import Mention, Sense, Span
from kg.readers.text.resolved import Resolved
from kg.readers.text.tokens import Token
from kg.readers.text.values import Series

NOT_SAID = "says too little to state a fact"


def resolution(document: Document) -> Layers:
    """The case that a text states, its facts, and what could not become one."""
    return {"resolved": _Resolution(document).resolve()}


_PAST: Final = frozenset({Mark.HISTORY, Mark.HAD})


class _Resolution:
    """One document being resolved."""

    def __init__(self, document: Document) -> None:
        assert document.scan is not None
        self.document, self.text, self.scan = document, document.seen, document.scan
        self.names, self.today, self.lexicon = document.lexicon.names, document.today, document.lexicon
        self.segments, self.headings = document.segments, document.headings
        self.draft = Draft(self.text)
        self.measurer = Measurer(self.names, self.lexicon.customs, self.draft, self.today)
        self.meaning = Meaning(self.lexicon, self.draft)
        self.mentions: list[Mention] = []
        self.dating = Dating(document)

    def resolve(self) -> Resolved:
        places = self.document.places
        self.draft.unread += self.document.unmeasured
        assert self.document.person is not None
        self.draft.take(self.document.person)
        told = [place.named for place in places if place.sense is not Sense.ASKED]
        about = self.document.of_patient or addressed(self.text, self.segments, self.draft, self.scan, told)
        self.draft.complete |= completeness(self.text, self.headings)
        self._write(places, about)
        self.draft.settle()
        self._date_starts()
        case, origins, facts = self._facts()
        return Resolved(case, origins, facts, tuple(sorted(set(self.mentions))), self.draft, about)

    def _write(self, places: Sequence[Place], about: bool) -> None:
        asserted = (place.named for place in places if place.sense in (Sense.ASSERTED, Sense.HISTORY))
        self.meaning.present = frozenset(c.name for named in asserted for c, _ in named.hit.entry.concepts)
        present: set[str] = set()
        late: list[Place] = []
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
        self._message({place.named.hit for place in places})
        for place in late:
            if about and place.named.position and place.sense is Sense.ASSERTED:
                self.meaning.examined(place.named, frozenset(present))

    def _negative_results(self, places: Sequence[Place]) -> frozenset[Token]:
        """Write the finding of a test that is said to show none of some conditions; the names that say it."""
        settled: set[Token] = set()
        by_segment: dict[int, list[Place]] = {}
        for place in places:
            by_segment.setdefault(place.segment.start, []).append(place)
        for item in self.lexicon.customs.negative_results:
            for inside in by_segment.values():
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

    def _one(self, place: Place, about: bool) -> tuple[bool, Concept | None]:
        named, context = place.named, place.context
        series = self.scan.series.get(named.hit)
        concept = (
            quantity_of(self.lexicon, named.hit) if series and series.values else self.meaning.choose(named, context)
        )
        meant = place.sense
        may_be_given = context.gives or not place.segment.asks
        if meant is Sense.ASKED and may_be_given and concept and concept.kind in ("drug", "therapy"):
            meant = Sense.PLAN
        meant = self._lasting(named, meant)
        used = about and self._use(place, concept, meant, series)
        for other in [concept] if concept else [c for c, _ in named.hit.entry.concepts]:
            exact = self.meaning.exact(named, other)
            self.mentions.append(Mention(named.start, named.end, other.name, meant, used, exact))
        return used, concept

    def _lasting(self, named: NamedConcept, meant: Sense) -> Sense:
        """A treatment whose length is told up to now runs, from the day on which it must have begun."""
        told = named.since or named.day or named.until or Mark.ENDED in named.marks or not named.treats
        if told or meant not in (Sense.ASSERTED, Sense.HISTORY):
            return meant
        length = self.lexicon.language.lengths.of(self.text, named.hit.start, named.hit.end, self.today)
        if length is None or (meant is Sense.HISTORY and not length.until_now):
            return meant
        named.since = length.start
        named.marks -= _PAST
        return Sense.ASSERTED

    def _date_starts(self) -> None:
        """An earlier value without a day that is told as the first of a course has the day on which that began."""
        stated, opens = self.draft.stated, self.lexicon.language.lengths.opens_course
        starts = {item.entry["started"] for item in stated if item.list == "treatments" and "started" in item.entry}
        if len(starts) != 1:
            return
        (start,) = starts
        earlier = f"../{self.today - datetime.timedelta(days=1)}"
        for item in stated:
            if item.entry.get("date") == earlier and opens(self.text, item.span.end):
                item.entry["date"] = start

    def _use(self, place: Place, concept: Concept | None, meant: Sense, series: Series | None) -> bool:
        named = place.named
        if concept is None:
            if meant in (Sense.ASKED, Sense.HEADING):
                return False
            both = " or ".join(sorted({c.label for c, _ in named.hit.entry.concepts}))
            return self.draft.leave(named.token.start, named.token.end, f"can mean {both}")
        if named.hit.entry.denies and (meant is Sense.NEGATED or not named.hit.entry.states_presence):
            return self._denied(place, meant)
        if series and series.values:
            return self._measured(place, meant, series)
        return self.meaning.state(named, concept, meant, place.context)

    def _denied(self, place: Place, meant: Sense) -> bool:
        """Broader words: where what they mean is absent, each concept below it is; their presence says nothing."""
        named, entry = place.named, place.named.hit.entry
        says_absent = meant is Sense.ASSERTED and entry.states_absence
        if meant is not Sense.NEGATED and not says_absent:
            listed = any(s.start <= named.start < s.end for s in self.draft.complete.values())
            asks = listed or meant in (Sense.ASKED, Sense.HEADING)
            return False if asks else self.draft.leave(named.start, named.end, NOT_SAID, Reason.AMBIGUOUS)
        if meant is Sense.NEGATED and entry.states_absence:
            return self.draft.leave(named.start, named.end, NOT_SAID, Reason.AMBIGUOUS)
        used = [self.meaning.absent(named, self.names.ontology.concepts[name]) for name in entry.denies]
        return all(used)

    def _message(self, named: set[PhraseHit]) -> None:
        """The values of a message: their names stand in no sentence."""
        for hit, series in self.scan.series.items():
            quantity = quantity_of(self.lexicon, hit)
            if hit not in named and quantity:
                for value in series.values:
                    self.measurer.measure(quantity, hit, value, self.dating.collected, value.start)

    def _measured(self, place: Place, meant: Sense, series: Series) -> bool:
        named = place.named
        end = series.values[-1].end
        if meant in (Sense.FAMILY, Sense.HYPOTHETICAL):
            return self.draft.leave(named.token.start, end, "not stated of the patient")
        if meant is Sense.ASKED:
            return False
        leading = None
        if not any(value.days for value in series.values):
            leading = self.dating.of(named)
        past = bool(named.marks & _PAST) and leading is None and not any(v.days for v in series.values)
        values = [replace(value, earlier=value.earlier or (past and not value.now)) for value in series.values]
        starts = [values[0].start if series.apart else named.start, *(value.start for value in values[1:])]
        quantity = quantity_of(self.lexicon, named.hit)
        assert quantity is not None
        used = [
            self.measurer.measure(quantity, named.hit, value, None if value.now else leading, start)
            for start, value in zip(starts, values, strict=True)
        ]
        named_too = [c for c, _ in named.hit.entry.concepts if c.kind in ("finding", "history")]
        if named.position:
            named_too = [c for c in [quantity_of(self.lexicon, named.hit)] if c]
        used += [self.meaning.state(named, concept, meant, place.context) for concept in named_too]
        return any(used)

    def _facts(self) -> tuple[dict[str, Any], dict[str, Span], PatientFacts]:
        """The case that the case reader accepts; what it cannot use is taken out and reported."""
        case, origins = self.draft.case(self.today)
        facts = CaseReader(self.names, self.today, lenient=True).read(case)
        for item in sorted(facts.unread, key=lambda item: origin_key(item.origin), reverse=True):
            assert isinstance(item.origin, JsonPath)
            self.draft.drop(item.origin.path, item.message, item.reason)
        placed = self._placed(replace(facts, unread=()), origins)
        return (*self.draft.case(self.today), placed) if facts.unread else (case, origins, placed)

    def _placed(self, facts: PatientFacts, origins: Mapping[str, Span]) -> PatientFacts:
        spelled = [(hit.start, self.text[hit.start : hit.end]) for hit in self.scan.hits if hit.corrected]

        def origin(given: Origin | None) -> TextSpan:
            assert isinstance(given, JsonPath)
            span = origins[given.path]
            return TextSpan(span.start, span.end)

        def corrected(given: Origin | None) -> str:
            span = origin(given) if spelled else None
            return next((said for start, said in spelled if span and span.start <= start < span.end), "")

        issues: tuple[DataIssue, ...] = (*facts.issues, *self.measurer.issues)
        return replace(
            facts,
            facts=tuple(
                replace(fact, origin=origin(fact.origin), corrected_from=corrected(fact.origin)) for fact in facts.facts
            ),
            measurements=tuple(
                replace(item, origin=origin(item.origin), corrected_from=corrected(item.origin))
                for item in facts.measurements
            ),
            issues=issues,
            unread=tuple(replace(item, origin=origin(item.origin)) for item in facts.unread),
        ).ordered()
