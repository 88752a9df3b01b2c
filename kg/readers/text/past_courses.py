"""Treatments that are named with a disease of the past, or with the number of their cycles, are past ones.

`breast cancer 2013 (surgery, chemo)` says that chemotherapy was given then, `FLOT x 8` that it is over. Which of them
belong to which diseases is data (`past_courses` of `language.yaml`), the words are those of `patterns.yaml`. One of
which the text says more (`on`, a date, a plan, a heading of its own) is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from kg.readers.text.document import Document
from kg.readers.text.marks import Mark
from kg.readers.text.named import Place
from kg.readers.text.reading import Sense

_REACH: Final = 160
_AROUND: Final = 32
_NEAR: Final = 12
_HEADINGS: Final = frozenset({"treatments", "plan", "allergy", "family"})


def told_of_the_past(document: Document, places: Sequence[Place]) -> tuple[Place, ...]:
    """The places, those of treatments that are told with the past in the sense of history."""
    return tuple(_PastCourses(document, places).read())


class _PastCourses:
    def __init__(self, document: Document, places: Sequence[Place]) -> None:
        self.document, self.text, self.places = document, document.seen, places
        self.patterns = document.lexicon.language.patterns
        ontology, said = document.lexicon.names.ontology, document.lexicon.customs.past_courses
        self.treatments = _below(ontology.descendants, said["treatments"])
        self.diseases = _below(ontology.descendants, said["diseases"])

    def read(self) -> Iterator[Place]:
        past: Place | None = None
        for place in self.places:
            past = place if self._past_disease(place) else None if self._present_disease(place) else past
            if self._counted_over(place) or (self._unplaced(place) and past and self._with(past, place)):
                place.named.marks.add(Mark.HISTORY)
                yield replace(place, sense=Sense.HISTORY)
            else:
                yield place

    def _names(self, place: Place) -> frozenset[str]:
        return frozenset(concept.name for concept, _ in place.named.hit.entry.concepts)

    def _past_disease(self, place: Place) -> bool:
        """A disease that is history, or has a year before this one of which nothing says that it still runs."""
        day = place.named.day
        year = place.context.today.year
        dated = place.sense is Sense.ASSERTED and day is not None and (day.year or year) < year
        old = dated and not place.context.diagnosed
        return (place.sense is Sense.HISTORY or old) and not self.diseases.isdisjoint(self._names(place))

    def _present_disease(self, place: Place) -> bool:
        return place.sense is Sense.ASSERTED and not self.diseases.isdisjoint(self._names(place))

    def _unplaced(self, place: Place) -> bool:
        """A treatment of which nothing says whether it runs, ran or is planned."""
        named, context = place.named, place.context
        told = named.marks or context.taken or context.gives or named.day or named.since or named.until
        listed = context.heading in _HEADINGS
        return (
            place.sense is Sense.ASSERTED
            and not (told or listed)
            and not self.treatments.isdisjoint(self._names(place))
        )

    def _counted_over(self, place: Place) -> bool:
        """Whether a course is counted whole; one under a word such as `Rx` too, unless `on` says that it runs."""
        named = place.named
        listed = named.marks == {Mark.TREATED} or (not named.marks and place.context.heading == "treatments")
        told = named.day or named.since or named.until or place.sense is not Sense.ASSERTED
        if listed and not told and self._is_listed(place):
            running = self.patterns["running_before"].search(self.text, max(0, named.start - _NEAR), named.start)
            return running is None and self.patterns["course_behind"].match(self.text, named.end) is not None
        return self._unplaced(place) and self._counted(place)

    def _is_listed(self, place: Place) -> bool:
        return not self.treatments.isdisjoint(self._names(place))

    def _counted(self, place: Place) -> bool:
        """Whether the number of cycles, or the aim of a course that is over, stands beside the name."""
        start, end = place.named.start, place.named.end
        before = self.patterns["course_before"].search(self.text, max(0, start - _AROUND), start)
        return before is not None or self.patterns["course_behind"].match(self.text, end) is not None

    def _with(self, past: Place, place: Place) -> bool:
        """Whether a treatment is told in the same breath as a disease of the past."""
        start, end = past.named.end, place.named.start
        between = self.text[start:end]
        return (
            0 <= end - start <= _REACH
            and "\n" not in between.strip()
            and self.patterns["of_today"].search(between) is None
        )


def _below(descendants: Callable[[str], frozenset[str]], names: Iterable[str]) -> frozenset[str]:
    return frozenset(below for name in names for below in descendants(name))
