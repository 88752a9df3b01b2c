"""Cues in the item form of ConText: words that say how something is meant. The items are data of each language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kg.errors import OntologyError


class Cue(StrEnum):
    """What a cue does to the concepts near it."""

    NEG = "neg"
    NEVER = "never"
    NEG_POST = "neg_post"
    FAMILY = "family"
    HISTORY = "history"
    HAD = "had"
    HISTORY_POST = "history_post"
    TREATED = "treated"
    ENDED = "ended"
    SUSPECTED = "suspected"
    UNCERTAIN = "uncertain"
    CANDIDATES = "candidates"
    HYPOTHETICAL = "hypothetical"
    PLAN = "plan"
    GIVE = "give"
    PENDING = "pending"
    WITHHELD = "withheld"
    DONE = "done"
    SHOWS = "shows"
    BECAUSE = "because"
    BUT = "but"
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    DEGREE = "degree"
    ALLERGY = "allergy"
    SUBJECT = "subject"
    AND = "and"
    OR = "or"
    SINCE = "since"
    TEST = "test"
    LASTING = "lasting"


class Direction(StrEnum):
    """Where a cue reaches, as ConText has it."""

    FORWARD = "FORWARD"
    BACKWARD = "BACKWARD"
    BIDIRECTIONAL = "BIDIRECTIONAL"
    TERMINATE = "TERMINATE"
    PSEUDO = "PSEUDO"


@dataclass(frozen=True)
class ContextItem:
    """One item: the words, what they do, where they reach."""

    literal: str
    category: Cue
    direction: Direction


def context_items(data: Iterable[Mapping[str, Any]]) -> tuple[ContextItem, ...]:
    """The items of a file. Raises OntologyError for a category or a direction that is none."""
    found = []
    for item in data:
        try:
            category, direction = Cue[item["category"]], Direction(item["direction"])
            found.append(ContextItem(" ".join(item["literal"].split()), category, direction))
        except (KeyError, ValueError) as error:
            raise OntologyError(f"cues.yaml: {dict(item)} is no item: {error}") from error
    return tuple(found)


def phrases_of(items: Iterable[ContextItem]) -> dict[Cue, tuple[str, ...]]:
    """The words of each category, in order."""
    found: dict[Cue, list[str]] = {cue: [] for cue in Cue}
    for item in items:
        found[item.category].append(item.literal)
    return {cue: tuple(words) for cue, words in found.items()}
