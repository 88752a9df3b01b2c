"""Passages in a text that changes: each unchanged one is found, each changed one is named, none is placed wrongly."""

from __future__ import annotations

from random import Random
from typing import Final, NamedTuple

import pytest

from kg.authoring.anchoring import PassageFate, anchor_at, anchored, reanchored, sha256_of
from kg.errors import AuthoringError

WORDS: Final = ("lamp", "nail", "glow", "blue", "red", "polish", "night", "finger", "light", "tint", "care", "rest")
STAYED: Final = (PassageFate.UNCHANGED, PassageFate.MOVED)


class Edited(NamedTuple):
    """A sentence before and after; empty where it was taken out."""

    before: str
    after: str


def sentence(random: Random, number: int) -> str:
    words = [random.choice(WORDS) for _ in range(random.randrange(8, 20))]
    return f"{words[0].title()} {' '.join(words[1:])} number {number}."


def edited(random: Random, text: str) -> str:
    """The sentence as it was, or with a word changed, added or left out, or no sentence at all."""
    words = text.split()
    match random.choice(("same", "same", "same", "word", "more", "less", "gone")):
        case "word":
            words[random.randrange(1, len(words) - 2)] = "altered"
        case "more":
            words.insert(random.randrange(1, len(words)), "added")
        case "less":
            del words[random.randrange(1, len(words) - 2)]
        case "gone":
            return ""
    return " ".join(words)


@pytest.mark.parametrize("seed", range(50))
def test_of_a_text_edited_at_random_nothing_is_lost_and_nothing_misplaced(seed: int) -> None:
    random = Random(seed)
    olds = [sentence(random, number) for number in range(30)]
    pairs = [Edited(one, edited(random, one)) for one in olds]
    order = random.sample(pairs, len(pairs)) if seed % 3 == 0 else pairs
    old = "\n".join(olds)
    new = "A new first line.\n" * (seed % 2) + "\n".join(pair.after for pair in order if pair.after)
    places = [(one, anchor_at(old, old.index(one), old.index(one) + len(one))) for one in olds]

    for pair, found in zip(pairs, reanchored(old, new, places), strict=True):
        assert (found.fate in STAYED) == (pair.after == pair.before)
        assert pair.after or found.after is None or found.fate is PassageFate.CHANGED
        if found.after is not None:
            now = new[found.after.start : found.after.end]
            assert sha256_of(now) == found.after.digest
            assert (now == pair.before) == (found.fate in STAYED)
            assert found.fate is not PassageFate.UNCHANGED or found.after == found.before


def test_a_quotation_is_found_once_blanks_aside() -> None:
    text = "One two\n three. One four."
    assert (anchored(text, "two three.").start, anchored(text, "two three.").end) == (4, 15)
    with pytest.raises(AuthoringError, match=r"stands 2 times: \[0, 3\), \[16, 19\)"):
        anchored(text, "One")
    with pytest.raises(AuthoringError, match="does not stand in the text; nearest is"):
        anchored(text, "two tree")
