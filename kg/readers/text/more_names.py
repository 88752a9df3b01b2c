"""How people write concepts of the vocabulary beyond its names: data of each language (`names.yaml`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Denial:
    """Broader words: where what they mean is absent, these concepts are. `states_absence`: they say it themselves."""

    names: tuple[str, ...]
    absent: tuple[str, ...]
    states_absence: bool


@dataclass(frozen=True)
class MoreNames:
    """Names by the concept that they mean, or that they are a kind of."""

    synonyms: Mapping[str, Sequence[str]]
    members: Mapping[str, Sequence[str]]
    denies: tuple[Denial, ...]
    written: Mapping[str, str]
    settled_by_a_test: frozenset[str]
    cancers: tuple[tuple[str, str], ...]


def more_names(data: Mapping[str, Any]) -> MoreNames:
    """The names of a file `names.yaml`, or of several joined."""
    denies = (
        Denial(tuple(item["names"]), tuple(item["absent"]), item.get("said") == "absent")
        for item in data.get("denies", ())
    )
    return MoreNames(
        synonyms=data.get("synonyms", {}),
        members=data.get("members", {}),
        denies=tuple(denies),
        written=data.get("written", {}),
        settled_by_a_test=frozenset(data.get("settled_by_a_test", ())),
        cancers=tuple(_cancers(data.get("cancers", {"words": (), "sites": {}}))),
    )


def _cancers(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The names that words for a cancer and words for its site make."""
    for concept, sites in data["sites"].items():
        for site in sites:
            for word in data["words"]:
                for phrase in (f"{site} {word}", f"{word} {site}", f"{word} of {site}", f"{word} of the {site}"):
                    yield concept, phrase
