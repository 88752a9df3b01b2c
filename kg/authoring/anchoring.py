"""Where a quotation stands in a text, and where the passages of claims stand after the publisher has changed the page.

Offsets count code points and digests are SHA-256 of the UTF-8 of the slice (Web Annotation Data Model, 4.2.5).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from kg.errors import AuthoringError, Problem

RELATED: Final = 60.0
"""The least similarity (0 to 100, rapidfuzz) of a passage that counts as changed and not as gone."""


@dataclass(frozen=True)
class PassageAnchor:
    """A stretch [start, end) of a text, and the digest of its words."""

    start: int
    end: int
    digest: str


class PassageFate(StrEnum):
    """What became of a passage in a new version of its text."""

    UNCHANGED = "unchanged"
    MOVED = "moved"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True)
class Reanchored:
    """A passage in the new text. One that is gone has no place; `words` are those that stand there now."""

    claim: str
    fate: PassageFate
    before: PassageAnchor
    after: PassageAnchor | None
    words: str = ""


def sha256_of(words: str) -> str:
    """The digest of some words."""
    return hashlib.sha256(words.encode()).hexdigest()


def anchor_at(text: str, start: int, end: int) -> PassageAnchor:
    """The anchor of a stretch."""
    return PassageAnchor(start, end, sha256_of(text[start:end]))


def anchored(text: str, quote: str) -> PassageAnchor:
    """Where a quotation stands: once, blanks aside. Raises AuthoringError where it does not, or more than once."""
    words = quote.split()
    if not words:
        raise AuthoringError([Problem("quote", "is empty.", "Give the words of the passage.")])
    found = list(re.finditer(r"\s+".join(map(re.escape, words)), text))
    if len(found) == 1:
        return anchor_at(text, *found[0].span())
    if found:
        places = ", ".join(f"[{one.start()}, {one.end()})" for one in found[:5])
        problem = Problem("quote", f"stands {len(found)} times: {places}.", "Quote more of the sentence.")
        raise AuthoringError([problem])
    near = fuzz.partial_ratio_alignment(" ".join(words), text)
    hint = " ".join(text[near.dest_start : near.dest_end].split()) if near else ""
    problem = Problem("quote", f"does not stand in the text; nearest is {hint!r}.", "Quote the text word for word.")
    raise AuthoringError([problem])


def reanchored(old: str, new: str, passages: Iterable[tuple[str, PassageAnchor]]) -> tuple[Reanchored, ...]:
    """Each passage of the old text in the new one: claim by claim, in their order."""
    blocks = [
        (one.src_start, one.src_end, one.dest_start, one.dest_end) for one in Levenshtein.opcodes(old, new)
        if one.tag == "equal"
    ]  # fmt: skip
    return tuple(_reanchored(claim, place, old, new, blocks) for claim, place in passages)


Blocks = Sequence[tuple[int, int, int, int]]


def _reanchored(claim: str, place: PassageAnchor, old: str, new: str, blocks: Blocks) -> Reanchored:
    words = old[place.start : place.end]
    start = _verbatim(words, place, new, blocks)
    if start is not None:
        after = PassageAnchor(start, start + len(words), place.digest)
        fate = PassageFate.UNCHANGED if start == place.start else PassageFate.MOVED
        return Reanchored(claim, fate, place, after, words)
    near = _aligned(words, place, new, blocks)
    if near is None:
        return Reanchored(claim, PassageFate.GONE, place, None)
    return Reanchored(claim, PassageFate.CHANGED, place, near, new[near.start : near.end])


def _verbatim(words: str, place: PassageAnchor, new: str, blocks: Blocks) -> int | None:
    """Where the same words stand: in the same context, else where they stand but once."""
    for start, end, there, _ in blocks:
        if start <= place.start and place.end <= end:
            return there + place.start - start
    first = new.find(words)
    return first if first >= 0 and new.find(words, first + 1) < 0 else None


def _aligned(words: str, place: PassageAnchor, new: str, blocks: Blocks) -> PassageAnchor | None:
    """The stretch in the place of a passage: between its neighbours, else what is left of it, else what is like it."""
    between = _counterpart(place.start - 1, blocks), _counterpart(place.end, blocks)
    inside = [
        (there + max(start, place.start) - start, there + min(end, place.end) - start)
        for start, end, there, _ in blocks
        if start < place.end and place.start < end
    ]
    candidates = [] if None in between else [((between[0] or 0) + 1, between[1] or 0)]
    candidates += [(inside[0][0], inside[-1][1])] if inside else []
    if found := fuzz.partial_ratio_alignment(words, new):
        candidates.append((found.dest_start, found.dest_end))
    for start, end in (_whole_words(new, *one) for one in candidates):
        if start < end and fuzz.ratio(words, new[start:end]) >= RELATED:
            return anchor_at(new, start, end)
    return None


def _counterpart(index: int, blocks: Blocks) -> int | None:
    """Where a letter of the old text stands in the new one, if it was kept."""
    return next((there + index - start for start, end, there, _ in blocks if start <= index < end), None)


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch with the words at its ends whole, and no blank beyond them."""
    while start > 0 and start < len(text) and text[start].isalnum() and text[start - 1].isalnum():
        start -= 1
    while 0 < end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
