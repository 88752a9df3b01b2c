"""Which date a value without one beside it has.

Of the words that open its line, of the list that it stands in, of a line above that says nothing else, of the sentence
before it in its paragraph; of a table or a print-out, the day on which the sample was taken.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

from kg.readers.text.date_words import DateWords
from kg.readers.text.dates import DateHit
from kg.readers.text.document import Document
from kg.readers.text.lexicon import PhraseHit
from kg.readers.text.marks import Mark
from kg.readers.text.named import NamedConcept, Place

_PANEL: Final = frozenset({"analyte", "result", "specimen", "procedure"})
_NEAREST: Final = 24


class Dating:
    """The dates of one text that stand away from the values that they date."""

    def __init__(self, document: Document) -> None:
        assert document.scan is not None
        self.document, self.text, self.scan = document, document.seen, document.scan
        self.words: DateWords = document.lexicon.language.date_words
        self.days = document.days
        self.starts = [day.start for day in self.days]
        self.taken = {day.start for s in self.scan.series.values() for value in s.values for day in value.days}
        self.in_tables = frozenset(document.tables.series)
        self.segment_starts = [segment.start for segment in document.segments]
        self.trailing: dict[PhraseHit, DateHit] = {}
        self.panel: dict[PhraseHit, DateHit] = {}
        self._walk()
        self.collected = self._collected()

    def of(self, named: NamedConcept) -> DateHit | None:
        """The date of a value: its own, that of its line, that of its list, or that of a line above."""
        hit = named.hit
        if hit in self.in_tables:
            return self._above(named) or self.collected
        found = named.day or self._opening(named) or self.trailing.get(hit) or self._above(named)
        return found or self.panel.get(hit) or self._of_print_out()

    def _of_print_out(self) -> DateHit | None:
        """The day of the sample, where no other date stands beside a value."""
        return self.collected if not self.taken and not self.panel else None

    # -- sentence by sentence

    def _walk(self) -> None:
        by_segment: dict[int, list[Place]] = {}
        for place in self.document.places:
            by_segment.setdefault(place.segment.start, []).append(place)
        running: DateHit | None = None
        end = 0
        for segment in self.document.segments:
            places = by_segment.get(segment.start, [])
            named = [place.named for place in places]
            self._trail(named, segment.end)
            if "\n" in self.text[end : segment.start] or any(place.context.heading == "plan" for place in places):
                running = None
            running = self._run(segment.start, segment.end, places, running)
            end = segment.end

    def _trail(self, named: Sequence[NamedConcept], end: int) -> None:
        """`on` a date behind the last of several values dates all before it that have none.

        So does one in brackets that ends the sentence.
        """
        waiting: list[NamedConcept] = []
        for item in (item for item in named if Mark.MEASURED in item.marks):
            values = self.scan.series[item.hit].values
            days = values[-1].days
            if not days:
                waiting.append(item)
                continue
            behind = days[0].start >= values[-1].start + 1
            ends = not self.text[days[-1].end : end].strip(" .;,)]")
            if behind and len(days) == 1 and (ends or self.words.on(self.text, days[0].start)):
                self.trailing |= {other.hit: days[0] for other in waiting}
            waiting = []

    def _run(self, start: int, end: int, places: Sequence[Place], running: DateHit | None) -> DateHit | None:
        """The date that goes on behind a sentence, and the values in it that have it."""
        owners = {day.start: place.named for place in places for day in _days_of(place.named)}
        found = self.days[bisect_left(self.starts, start) : bisect_left(self.starts, end)]
        dates = [day for day in found if self._dates_a_panel(day, owners.get(day.start))]
        measured = [place.named for place in places if Mark.MEASURED in place.named.marks]
        for item in measured:
            before = [day for day in dates if day.start < item.token.start]
            values = self.scan.series[item.hit].values
            value, several = values[0], len({one.days for one in values}) > 1
            if self.words.now_before(self.text, max(start, item.token.start - _NEAREST), value.start):
                running = None
            elif before:
                running = before[-1]
            if value.days and not value.earlier:
                alone = len(value.days) == 1 and not several and value.days[0].day != self.document.today
                running = value.days[0] if alone else None
            elif running and item.hit not in self.trailing:
                self.panel[item.hit] = running
        told = self.words.past_in(self.text, start, end)
        return running if measured and not (told and running and running.day is None) else None

    def _dates_a_panel(self, day: DateHit, owner: NamedConcept | None) -> bool:
        """Whether a date can be that of the values behind it: nothing else has it, and no `since` opens it."""
        if day.start in self.taken or day.loose or (day.day is None and not day.month):
            return False
        if owner is not None and Mark.MEASURED not in owner.marks and not owner.kinds <= _PANEL:
            return False
        return not self.words.other_before(self.text, day.start)

    # -- the line

    def _opening(self, named: NamedConcept) -> DateHit | None:
        """The date directly before a value, or the one that opens its line, such as `3 March 2026: ...`."""
        line = self.text.rfind("\n", 0, named.token.start) + 1
        last = self._between(max(line, named.token.start - _NEAREST), named.token.start)[-1:]
        for day in last:
            if day.start not in self.taken and day.day and not self.text[day.end : named.token.start].strip(" :-–"):
                return day
        opening = [
            day
            for day in self._between(line, named.token.start)
            if day.start not in self.taken and (day.day or day.month) and self._opens(day, line)
        ]
        return opening[-1] if opening else None

    def _between(self, start: int, end: int) -> Sequence[DateHit]:
        return self.days[bisect_left(self.starts, start) : bisect_left(self.starts, end)]

    def _opens(self, day: DateHit, line: int) -> bool:
        number = bisect_right(self.segment_starts, day.start) - 1
        sentence = self.segment_starts[number] if number >= 0 else line
        before = self.text[max(line, sentence) : day.start]
        return self.words.leads(before) or self.text[day.end : day.end + 3].lstrip(" )]").startswith(":")

    def _above(self, named: NamedConcept) -> DateHit | None:
        """The date that is all that a line above says, down to the next blank line."""
        for start, end in self._lines_above(named.token.start):
            for day in self._between(start, end):
                if (
                    day.start not in self.taken
                    and (day.day or day.month)
                    and self.words.fills(self.text, day.start, day.end, start, end)
                ):
                    return day
        return None

    def _lines_above(self, place: int) -> Iterator[tuple[int, int]]:
        lines = self.document.lines
        number = bisect_right(lines, place, key=lambda line: line.start) - 1
        for line in reversed(lines[max(0, number - 40) : max(0, number)]):
            if line.start == line.end:
                return
            yield line.start, line.end

    # -- the sample

    def _collected(self) -> DateHit | None:
        """The day on which the sample was taken: behind a word that says so, else the one full date above the table."""
        said = [day for day in self.days if day.day and self.words.collected_before(self.text, day.start)]
        if said:
            return said[0] if len({day.day for day in said}) == 1 else None
        if not self.in_tables:
            return None
        first = min(hit.start for hit in self.in_tables)
        head = [
            day
            for day in self.days
            if day.day and day.start < first and day.start not in self.taken
            and not self.words.other_before(self.text, day.start)
            and not any(start <= day.start < end for start, end in self.document.tables.covered)
        ]  # fmt: skip
        owned = {day.start for place in self.document.places for day in _days_of(place.named)}
        free = [day for day in head if day.start not in owned]
        return free[0] if len({day.day for day in free}) == 1 else None


def _days_of(named: NamedConcept) -> Sequence[DateHit]:
    return [day for day in (named.day, named.since, named.until) if day]
