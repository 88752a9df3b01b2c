"""Number words as numerals, and the signs that a person who dictates says in words: edits of a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from kg.readers.text.characters import Edit

_WORD: Final = re.compile(r"[^\W\d_]+|\d+(?:\.\d+)?|[^\w\s]")
_GAP: Final = re.compile(r"[ \t-]+")
_SIGN: Final = re.compile(r"[.,;:?!](?=\s|$)")
MANY: Final = 120
SMALL: Final = 10
LONGEST: Final = 12


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    said: str


class SpokenNumbers:
    """Finds numbers in words, with a language's words (`numbers.yaml`)."""

    def __init__(self, data: Mapping[str, Any], months: Iterable[str]) -> None:
        self.ones: Mapping[str, int] = data["ones"]
        self.teens: Mapping[str, int] = data["teens"]
        self.tens: Mapping[str, int] = data["tens"]
        self.multipliers: Mapping[str, int] = data["multipliers"]
        self.joints, self.points = frozenset(data["joints"]), frozenset(data["points"])
        self.ordinals: Mapping[str, int] = data["ordinals"]
        self.before = frozenset(data["before"])
        self.months = frozenset(months)
        self.signs: Mapping[str, str] = data["said"]
        ordered = sorted(self.signs, key=len, reverse=True)
        self.sign = re.compile(rf"[ \t]{{0,2}}\b(?P<said>{'|'.join(map(re.escape, ordered))})\b", re.IGNORECASE)
        scales = sorted(data["scales"], key=len, reverse=True)
        self.scales: Mapping[str, int] = data["scales"]
        self.scaled = re.compile(
            rf"(?<![\w.,/-])(?P<number>\d+(?:[.,]\d+)?)[ -]?(?P<scale>{'|'.join(map(re.escape, scales))})\b",
            re.IGNORECASE,
        )
        self.number = frozenset({*self.ones, *self.teens, *self.tens})

    def edits(self, text: str) -> tuple[Edit, ...]:
        """Numerals for number words; signs for their names where a text has almost none of its own."""
        words = [_Word(match.start(), match.end(), match[0].casefold()) for match in _WORD.finditer(text)]
        signs = list(self._signs(text)) if _dictated(text) else []
        return (*signs, *self._numbers(text, words), *self._scaled(text))

    def _scaled(self, text: str) -> Iterator[Edit]:
        """Numerals for a numeral and a word that multiplies it: `2.1 lakh`."""
        for match in self.scaled.finditer(text):
            amount = Decimal(match["number"].replace(",", ".")) * self.scales[match["scale"].casefold()]
            yield Edit(match.start(), match.end(), f"{amount.normalize():f}")

    def _signs(self, text: str) -> Iterator[Edit]:
        for match in self.sign.finditer(text):
            yield Edit(match.start(), match.end(), self.signs[" ".join(match["said"].casefold().split())])

    def _numbers(self, text: str, words: Sequence[_Word]) -> Iterator[Edit]:
        place = 0
        while place < len(words):
            end, numeral = self._ordinal(text, words, place) or self._number(text, words, place) or (place, "")
            if end > place:
                yield Edit(words[place].start, words[end - 1].end, numeral)
            place = max(end, place + 1)

    def _ordinal(self, text: str, words: Sequence[_Word], place: int) -> tuple[int, str] | None:
        """The day of a month in words: `november second`, `the twenty first of may`."""
        word = words[place].said
        value, end = self.ordinals.get(word), place + 1
        if value is None and word in self.tens and self._next(text, words, place) in self.ordinals:
            value, end = self.tens[word] + self.ordinals[words[place + 1].said], place + 2
        if value is None:
            return None
        before = words[place - 1].said if place else ""
        after = [item.said for item in words[end : end + 2]]
        dated = before in self.months or after[:1] in ([month] for month in self.months)
        return (end, str(value)) if dated or (after[1:] and after[1] in self.months) else None

    def _number(self, text: str, words: Sequence[_Word], place: int) -> tuple[int, str] | None:
        """A number in words and where it ends; none for a small one that says how many of something there are."""
        whole, end = self._whole(text, words, place)
        if end == place:
            return None
        numeral = str(whole)
        if end < len(words) and words[end].said in self.points and self._next(text, words, end) in self.ones:
            digits, end = self._digits(text, words, end + 1)
            return end, f"{numeral}.{digits}"
        before = words[place - 1].said if place else ""
        if whole < SMALL and end - place == 1 and before not in self.before:
            return None
        return end, numeral

    def _whole(self, text: str, words: Sequence[_Word], place: int) -> tuple[int, int]:
        total = current = 0
        end = place
        while end < len(words) and end - place < LONGEST and (end == place or _joined(text, words, end)):
            word = words[end].said
            value = self.ones.get(word, self.teens.get(word, self.tens.get(word)))
            if value is not None:
                last = words[end - 1].said if end > place else ""
                if end > place and not self._adds(last, word, current):
                    if last in self.ones and word in self.ones and total == 0:
                        current = current * 10 + value
                        end += 1
                        continue
                    if total == 0 and current <= 99 and word in self.tens and last not in self.multipliers:
                        break
                    break
                current += value
            elif word in self.multipliers and end > place:
                factor = self.multipliers[word]
                total, current = (total, current * factor) if factor == 100 else (total + current * factor, 0)
            elif word in self.joints and end > place and words[end - 1].said in self.multipliers:
                if self._next(text, words, end) not in self.number:
                    break
            else:
                break
            end += 1
        while end > place and words[end - 1].said in self.joints:
            end -= 1
        return total + current, end

    def _adds(self, last: str, word: str, current: int) -> bool:
        """Whether a word goes on with a number: `eighty one`, `two hundred (and) five`."""
        if last in self.multipliers or last in self.joints:
            return True
        return last in self.tens and word in self.ones and self.ones[word] > 0

    def _digits(self, text: str, words: Sequence[_Word], place: int) -> tuple[str, int]:
        digits = ""
        while place < len(words) and words[place].said in self.ones and (not digits or _joined(text, words, place)):
            digits += str(self.ones[words[place].said])
            place += 1
        return digits, place

    def _next(self, text: str, words: Sequence[_Word], place: int) -> str:
        following = place + 1
        return words[following].said if following < len(words) and _joined(text, words, following) else ""


def _joined(text: str, words: Sequence[_Word], place: int) -> bool:
    return _GAP.fullmatch(text, words[place - 1].end, words[place].start) is not None


def _dictated(text: str) -> bool:
    """Whether a text has less than one sign of punctuation on 120 characters."""
    return len(_SIGN.findall(text)) * MANY < len(text)
