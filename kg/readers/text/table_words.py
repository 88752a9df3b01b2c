"""The words of tables (`tables.yaml`): titles of columns, specimens, words beside the name of a test."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from kg.vocabulary.names import fold

_WORDS: Final = re.compile(r"\w+")
_EDGES: Final = " :#*.()[]"


class ColumnRole(StrEnum):
    """What stands in a column, by its title; the names are those of `tables.yaml`."""

    NONE = ""
    TEST = "test"
    VALUE = "value"
    UNIT = "unit"
    RANGE = "range"
    LOW = "low"
    HIGH = "high"
    FLAG = "flag"
    DATE = "date"
    REPORTED = "reported"
    PREVIOUS = "previous"
    SPECIMEN = "specimen"
    SEX = "sex"
    AGE = "age"
    IGNORED = "ignored"


@dataclass(frozen=True)
class TableWords:
    """Column titles, folded, by role; specimens by whether they are blood; words that leave a test's name as it is."""

    roles: Mapping[str, ColumnRole]
    blood: frozenset[str]
    other: frozenset[str]
    qualifiers: frozenset[str]
    specimen: re.Pattern[str]

    def role(self, title: str) -> ColumnRole:
        """What stands below or behind a title; nothing for words that are none."""
        return self.roles.get(fold(title.strip(_EDGES)), ColumnRole.NONE)

    def specimen_at(self, words: str) -> str:
        """`other` where a specimen is named that is not blood, `blood` where blood is, else nothing."""
        said = f" {' '.join(_WORDS.findall(fold(words)))} "
        if any(f" {name} " in said for name in self.other):
            return "other"
        return "blood" if any(f" {name} " in said for name in self.blood) else ""

    def specimens(self, text: str) -> tuple[tuple[int, str], ...]:
        """Where a text names specimens, and whether each is `blood` or `other`."""
        return tuple((found.start(), "blood" if found["blood"] else "other") for found in self.specimen.finditer(text))

    def qualifies(self, word: str) -> bool:
        """Whether a word beside the name of a test leaves it the same test (`absolute`, `serum`)."""
        return fold(word.strip(_EDGES)) in self.qualifiers or not any(char.isalnum() for char in word)


def table_words(data: Mapping[str, Any]) -> TableWords:
    """The words of a file `tables.yaml`."""
    roles = {fold(title): ColumnRole(role) for role, titles in data["roles"].items() for title in titles}
    specimens = data["specimens"]
    blood, other = (_any(specimens[name]) for name in ("blood", "other"))
    return TableWords(
        specimen=re.compile(rf"\b(?:(?P<blood>{blood})|(?P<other>{other}))\b", re.IGNORECASE),
        roles=roles,
        blood=frozenset(map(fold, specimens["blood"])),
        other=frozenset(map(fold, specimens["other"])),
        qualifiers=frozenset(map(fold, [*data["qualifiers"], *specimens["blood"]])) | frozenset(roles),
    )


def _any(words: Iterable[str]) -> str:
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ordered)
