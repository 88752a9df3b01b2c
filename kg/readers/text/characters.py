"""The characters of a text as the later stages see them, each with its place in the text as given.

The text itself never changes. The view leaves out what nobody sees (zero-width characters, soft hyphens), has one form
of each blank, digit and line end, and numerals for number words; every place in it leads back to the text as given.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

_BLANKS: Final = dict.fromkeys(map(chr, (0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)), " ")
_UNSEEN: Final = frozenset(map(chr, (0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x200E, 0x200F)))
_SAME: Final = {
    **_BLANKS, **dict.fromkeys(_UNSEEN, ""), **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    "’": "'", "‘": "'", "\r": "\n", "\x0b": "\n", "\x0c": "\n", "\u2028": "\n", "\u2029": "\n", "\u0085": "\n",
}  # fmt: skip
_FORMS: Final = re.compile("\r\n|[" + re.escape("".join(_SAME)) + "]|(?<=\\d)·(?=\\d)(?!10)")


@dataclass(frozen=True, slots=True)
class Edit:
    """The characters [start, end) replaced by others."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class View:
    """A text with edits: `text` is what is read; `edits` are those that led from the text as given to it.

    `places` are, for each edit, where it begins in `text`; `shifts` what to add to a place behind it to lead back.
    """

    text: str
    edits: tuple[Edit, ...] = ()
    places: tuple[int, ...] = ()

    def given(self, start: int, end: int) -> tuple[int, int]:
        """[start, end) of the view as a span of the text as given; what an edit wrote leads to all it replaced."""
        return self._back(start, False), max(self._back(end - 1, True) + 1, self._back(start, False) + 1)

    def _back(self, place: int, last: bool) -> int:
        number = bisect_right(self.places, place) - 1
        while number >= 0 and not self.edits[number].text and self.places[number] == place and not last:
            return self.edits[number].end + (place - self.places[number])
        if number < 0:
            return place
        edit, start = self.edits[number], self.places[number]
        if place < start + len(edit.text):
            if len(edit.text) == edit.end - edit.start:
                return edit.start + place - start
            return edit.end - 1 if last else edit.start
        return edit.end + place - start - len(edit.text)


def edited(text: str, edits: Iterable[Edit]) -> View:
    """A text with edits applied; of edits that overlap, the first counts.

    >>> view = edited("Hb nine", [Edit(3, 7, "9")])
    >>> view.text, view.given(3, 4)
    ('Hb 9', (3, 7))
    """
    parts: list[str] = []
    kept: list[Edit] = []
    places: list[int] = []
    at = length = 0
    for edit in sorted(edits, key=lambda item: (item.start, -item.end)):
        if edit.start < at:
            continue
        parts += [text[at : edit.start], edit.text]
        length += edit.start - at
        kept.append(edit)
        places.append(length)
        length += len(edit.text)
        at = edit.end
    parts.append(text[at:])
    return View("".join(parts), tuple(kept), tuple(places))


def even(text: str) -> tuple[Edit, ...]:
    """The edits that give each character its one form."""
    return tuple(Edit(match.start(), match.end(), _form(match[0])) for match in _FORMS.finditer(text))


def _form(found: str) -> str:
    if found == "\r\n":
        return "\n"
    return "." if found == "·" else _SAME[found]


def composed(text: str, rounds: Sequence[Iterable[Edit]]) -> View:
    """Edits of a text and edits of what came of it, as one view of the text as given."""
    view = edited(text, rounds[0])
    for edits in rounds[1:]:
        later = [Edit(*view.given(edit.start, edit.end), edit.text) for edit in edits]
        overlapped = [(edit.start, edit.end) for edit in later]
        starts = [start for start, _ in overlapped]
        kept = [edit for edit in view.edits if not _inside(edit, starts, overlapped)]
        view = edited(text, [*kept, *later])
    return view


def _inside(edit: Edit, starts: Sequence[int], spans: Sequence[tuple[int, int]]) -> bool:
    number = bisect_right(starts, edit.start) - 1
    return number >= 0 and edit.end <= spans[number][1]
