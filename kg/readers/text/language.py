"""The languages of an ontology: folders of data, one a language (`language/en`), of which no code knows a word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from kg.errors import OntologyError
from kg.readers.text.cues import ContextItem, Cue, context_items, phrases_of
from kg.readers.text.date_words import DateWords
from kg.readers.text.dates import DateReader
from kg.readers.text.lengths import Lengths
from kg.readers.text.more_names import MoreNames, more_names
from kg.readers.text.spoken import SpokenNumbers
from kg.readers.text.table_words import TableWords, table_words
from kg.readers.text.voice import VoiceWords

FOLDER: Final = "language"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML in which `on`, `no` and `yes` are words."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:bool"]
    for first, found in _Loader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Language:
    """All languages of an ontology together."""

    cues: tuple[ContextItem, ...]
    phrases: Mapping[Cue, tuple[str, ...]]
    sections: Mapping[str, str]
    words: Mapping[str, frozenset[str]]
    patterns: Mapping[str, re.Pattern[str]]
    names: MoreNames
    voice: VoiceWords
    tables: TableWords
    dates: DateReader
    date_words: DateWords
    lengths: Lengths
    numbers: SpokenNumbers


def read_language(folder: Path) -> Language:
    """The language files in an ontology's folder. Raises OntologyError when one is missing or has other fields."""
    root = folder / FOLDER
    tables, dates = _merged(root, "tables.yaml"), _merged(root, "dates.yaml")
    months = [name for names in dates["months"].values() for name in names]
    reader = DateReader(dates)
    cues = context_items(_merged(root, "cues.yaml"))
    return Language(
        cues=cues,
        phrases=phrases_of(cues),
        sections={item["literal"]: item["category"] for item in _merged(root, "sections.yaml")},
        words={name: frozenset(map(str, words)) for name, words in _merged(root, "words.yaml").items()},
        patterns={name: re.compile(said, re.IGNORECASE) for name, said in _merged(root, "patterns.yaml").items()},
        names=more_names(_merged(root, "names.yaml")),
        voice=VoiceWords(_merged(root, "persons.yaml")),
        tables=table_words(tables),
        dates=reader,
        date_words=DateWords(tables, dates),
        lengths=Lengths(dates, reader),
        numbers=SpokenNumbers(_merged(root, "numbers.yaml"), months),
    )


def _merged(folder: Path, name: str) -> Any:
    """The file of that name of every language, joined: lists behind each other, fields field by field."""
    paths = sorted(folder.glob(f"*/{name}"))
    if not paths:
        raise OntologyError(f"no language in {folder.name} has {name}; it says how texts are read")
    merged: Any = None
    for path in paths:
        merged = _join(merged, yaml.load(path.read_bytes(), Loader=_Loader))
    return merged


def _join(first: Any, second: Any) -> Any:
    if first is None:
        return second
    if isinstance(first, dict) and isinstance(second, dict):
        return first | {key: _join(first[key], value) if key in first else value for key, value in second.items()}
    if isinstance(first, list) and isinstance(second, list):
        return [*first, *second]
    return second
