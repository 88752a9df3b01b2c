"""What words behind a name take back: a diagnosis revised to another one, a word that only names a fear."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kg.readers.text.marks import Mark
from kg.readers.text.named import NamedConcept
from kg.readers.text.people import KIN
from kg.readers.text.segments import Segment

_REVISED: Final = re.compile(
    r"\b(?:revised|reclassified|amended|corrected|changed|re-?labelled|re-?labeled|updated)\s+(?:\w+\s+){0,3}?(?:to|as|into)\b"
    r"|\b(?:turned\s+out|proved)\s+to\s+be\b",
    re.IGNORECASE,
)
_REVISION_OF: Final = re.compile(r"\b(?:revised|reclassified|amended|corrected|changed)\s+from\b", re.IGNORECASE)
_IT: Final = re.compile(r"\b(?:diagnosis|dx|it|this|which|that|label)\b", re.IGNORECASE)
_OF_KIN: Final = re.compile(rf"\b(?:is|was)\s+what\s+(?:her|his|my|the)\s+(?:\w+\s+)?(?:{KIN})\b", re.IGNORECASE)
_WHOSE: Final = r"(?:his|her|their|my|the\s+(?:patient|family)['’]?s)"
_WHO: Final = r"(?:he|she|they|i|the\s+(?:patient|family)|(?:his|her|my)\s+\w+)"
_FEARED: Final = re.compile(
    rf"\b(?:is|was)\s+(?:what\s+(?:{_WHO}\s+)?(?:most\s+|really\s+)?(?:fear|dread|worr|scare|frighten|suspect|think)\w*"
    rf"|{_WHOSE}\s+(?:\w+\s+){{0,2}}(?:fear|worry|concern|dread|anxiety)\b"
    rf"|(?:feared|dreaded)\s+by\b)",
    re.IGNORECASE,
)


class Hindsight:
    """Reads the sentences of one text in turn."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.last: Sequence[NamedConcept] = ()

    def read(self, segment: Segment, names: Sequence[NamedConcept]) -> None:
        """Mark what the sentence takes back, be it named in it or, if it names nothing before, in an earlier one."""
        told = [name for name in names if "condition" in name.kinds]
        for match in _REVISED.finditer(self.text, segment.start, segment.end):
            if any(name.start >= match.end() for name in told):
                _mark(self._revised(segment, names, match.start()), Mark.UNCERTAIN)
        for match in _REVISION_OF.finditer(self.text, segment.start, segment.end):
            _mark([name for name in told if name.start >= match.end()][:1], Mark.UNCERTAIN)
        for pattern, mark in ((_FEARED, Mark.HYPOTHETICAL), (_OF_KIN, Mark.FAMILY)):
            for match in pattern.finditer(self.text, segment.start, segment.end):
                _mark([name for name in names if name.end <= match.start()][-1:], mark)
        self.last = told[-1:] or self.last

    def _revised(self, segment: Segment, names: Sequence[NamedConcept], place: int) -> Sequence[NamedConcept]:
        """The condition named last before a place; nothing where that name is of another kind."""
        before = [name for name in names if name.end <= place]
        if before:
            return [name for name in before[-1:] if "condition" in name.kinds]
        return self.last if _IT.search(self.text, segment.start, place) else ()


def _mark(names: Sequence[NamedConcept], mark: Mark) -> None:
    for name in names:
        name.marks.add(mark)
