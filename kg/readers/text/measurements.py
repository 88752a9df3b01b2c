"""The stage of measurements: numbers with their tests, in tables by the form of a row, in prose by its words."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Final

from kg.facts.patient import Reason
from kg.facts.units import units_of
from kg.ontology.model import Concept
from kg.readers.text.document import Document, Layers
from kg.readers.text.lexicon import Lexicon, PhraseHit, parted
from kg.readers.text.numbers import decimal_commas
from kg.readers.text.observed import observed
from kg.readers.text.pieces import Scanner
from kg.readers.text.reading import UnreadSpan
from kg.readers.text.slashes import slashed
from kg.readers.text.tables import OTHER_SPECIMEN, TableReader, Tables
from kg.readers.text.tokens import Scan
from kg.readers.text.values import ReadValue, Series, ValueReader
from kg.vocabulary.names import fold

_VALUED: Final = ("analyte", "drug", "therapy", "finding")


def measurements(document: Document) -> Layers:
    """The values behind each name, and what tables say."""
    return _Measuring(document).read()


def quantity_of(lexicon: Lexicon, hit: PhraseHit) -> Concept | None:
    """The quantity that a name stands for or is a position of."""
    ontology = lexicon.names.ontology
    for concept, _ in hit.entry.concepts:
        if concept.name in ontology.quantities:
            return concept
    for concept, _ in hit.entry.concepts:
        for name in sorted(ontology.ancestors(concept.name)):
            axis = ontology.concepts[name].axis
            if axis and concept.kind == "finding":
                return ontology.concepts[axis[0]]
    return None


class _Measuring:
    """The measurements of one document."""

    def __init__(self, document: Document) -> None:
        self.document, self.text, self.lexicon = document, document.seen, document.lexicon
        self.commas = decimal_commas(self.text)
        self.named = [hit for hit in document.hits if hit.entry.concepts or hit.entry.absent or hit.entry.other]
        self.unread: list[UnreadSpan] = []
        self.specimens = self.lexicon.language.tables.specimens(self.text)
        self.sentences = [segment.start for segment in document.segments]

    def read(self) -> Layers:
        names = {hit.start: hit for hit in reversed(self.named)}
        days = {day.start: day for day in self.document.days}
        scanner = Scanner(self.text, names, days, self.commas)
        tests = frozenset(hit for hit in self.named if self._is_test(hit))
        tables = self._tables(scanner, tests)
        message = observed(self.document, scanner, tests)
        self.unread += message.unread
        series = self._prose(tables) | tables.series | message.series
        scan = Scan(self.text, self.document.atoms, self.document.hits, self.document.days, series)
        return {"tables": tables, "scan": scan, "unmeasured": tuple(self.unread)}

    def _leave(self, start: int, end: int, reason: str, code: Reason = Reason.UNSUPPORTED) -> None:
        self.unread.append(UnreadSpan(start, end, self.text[start:end], reason, code))

    # -- tables

    def _tables(self, scanner: Scanner, tests: frozenset[PhraseHit]) -> Tables:
        tables = TableReader(self.text, self.document.lines, scanner, self.lexicon.language.tables, tests).read()
        for item in tables.unused:
            code = Reason.OTHER_SPECIMEN if item.foreign else Reason.UNKNOWN_NAME
            self._leave(item.start, item.end, item.reason, code)
        return tables

    def _is_test(self, hit: PhraseHit) -> bool:
        concept = quantity_of(self.lexicon, hit)
        return concept is not None and concept.name in {found.name for found, _ in hit.entry.concepts}

    # -- prose

    def _prose(self, tables: Tables) -> dict[PhraseHit, Series]:
        message = self.document.message
        lines = [(line.start, line.end) for line in message.lines] if message else []
        covered = _Covered([*tables.covered, *lines])
        reader = ValueReader(self.text, self.document.days, self.commas)
        named = [hit for hit in self.named if hit not in tables.series and not covered.holds(hit.start)]
        joined = slashed(text=self.text, named=named, measures=self._measures, reader=reader)
        series = {hit: found for hit, found in joined.series.items() if found.values}
        for start, end, reason in joined.unused:
            self._leave(start, end, reason)
        starts = sorted({*(hit.start for hit in self.named), *(start for start, _ in tables.covered)})
        for hit in named:
            if hit in joined.series or not any(c.kind in _VALUED for c, _ in hit.entry.concepts):
                continue
            later = bisect_left(starts, hit.end)
            limit = starts[later] if later < len(starts) else len(self.text)
            found = reader.after(hit.start, hit.end, limit, self._units(hit))
            if found.values and self._in_another_specimen(hit, found.values[0].start):
                self._leave(hit.start, found.values[-1].end, OTHER_SPECIMEN, Reason.OTHER_SPECIMEN)
                continue
            if found.unused:
                self._leave(*found.unused)
            if found.dose or (found.values and self._takes_value(hit, found.values[0])):
                series[hit] = found
        return series

    def _in_another_specimen(self, hit: PhraseHit, value: int) -> bool:
        """Whether the sentence says before a test, or between it and its value, that it was not measured in blood."""
        number = bisect_right(self.sentences, hit.start) - 1
        start = self.sentences[number] if number >= 0 else 0
        last = bisect_left(self.specimens, (value, "")) - 1
        return last >= 0 and self.specimens[last][0] >= start and self.specimens[last][1] == "other"

    def _units(self, hit: PhraseHit) -> frozenset[str]:
        """The units of the test that a name stands for."""
        concept = quantity_of(self.lexicon, hit) if self._is_test(hit) else None
        return frozenset(units_of(self.lexicon.names.ontology.quantities[concept.name])) if concept else frozenset()

    def _measures(self, hit: PhraseHit) -> bool:
        return quantity_of(self.lexicon, hit) is not None

    def _takes_value(self, hit: PhraseHit, value: ReadValue) -> bool:
        """Whether a number behind a name is its value: a test, or a finding that has a test in its name or a unit."""
        concept = quantity_of(self.lexicon, hit)
        if concept is None:
            return False
        if concept.name in {found.name for found, _ in hit.entry.concepts}:
            return True
        words = set(hit.phrase.split())
        names = (parted(fold(name)) for name in (concept.label, *concept.synonyms))
        return bool(value.unit) or any(set(name.split()) <= words for name in names)


class _Covered:
    """Spans that are read already."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        joined: list[tuple[int, int]] = []
        for start, end in sorted(spans):
            if joined and start <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        self.spans = joined
        self.starts = [start for start, _ in joined]

    def holds(self, place: int) -> bool:
        """Whether a place lies in one of them."""
        number = bisect_left(self.starts, place + 1) - 1
        return number >= 0 and place < self.spans[number][1]
