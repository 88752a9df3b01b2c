"""What the columns of a table hold: layouts of `records.yaml`, and the mapping file of a site."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from kg.cache.derived import derived
from kg.errors import CaseError, InputError, OntologyError, Problem
from kg.ontology.compiled import Ontology
from kg.readers.case.parsing import parse_yaml
from kg.vocabulary.names import fold

FILE: Final = "records.yaml"
ROLES: Final = (
    "patient", "sex", "age", "birth_date", "code", "test", "name", "value", "comparator", "unit", "low", "high", "flag",
    "specimen", "date", "status",
)  # fmt: skip
NAMING: Final = ("code", "test", "name")
FIELDS: Final = ("columns", "codes", "names", "dates", "decimal")
EXAMPLE: Final = "columns: {test: ANALYTE, value: RESULT, unit: UNIT}"
_PLAIN: Final = re.compile(r"[\s_]+")


@dataclass(frozen=True)
class TableLayout:
    """Role → column of a table.

    `codes` is the prefix of the codes; `names` are a site's names of tests, folded → those of the vocabulary.
    `dates` is a format of `strptime` where days are not ISO 8601, `decimal` the sign between units and tenths. Of a
    `standard` the columns without a role are known to state nothing here.
    """

    columns: Mapping[str, str]
    codes: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    dates: str = ""
    decimal: str = "."
    standard: bool = False


@dataclass(frozen=True)
class RecordTables:
    """The tables of `records.yaml`; words are folded."""

    layouts: Sequence[Mapping[str, Any]]
    names: Mapping[str, str]
    flags: Mapping[str, str]
    sexes: Mapping[str, str]
    not_done: frozenset[str]
    retracted: frozenset[str]
    prefixes: Mapping[str, str]
    omop: Mapping[str, Any]

    def layout(self, header: Sequence[str]) -> TableLayout:
        """The first layout that a header has, by the names of its columns."""
        plain = {_plain(name): name for name in reversed(header)}
        for found in self.layouts:
            if all(_plain(name) in plain for name in found["needs"]):
                columns = {
                    role: plain[key]
                    for role, names in found["columns"].items()
                    for key in [next((_plain(name) for name in names if _plain(name) in plain), "")]
                    if key
                }
                if "value" in columns and any(role in columns for role in NAMING):
                    return TableLayout(columns, found["codes"], standard=found.get("standard", False))
        said = f"has no columns that are known as test and value: {', '.join(header)[:200]}"
        raise CaseError([Problem("row 1", said, f"Name them in a mapping file (--columns), such as {EXAMPLE}.")])


@derived
def record_tables(ontology: Ontology) -> RecordTables:
    """The tables beside an ontology. Raises OntologyError where the file is missing or has other tables."""
    try:
        found: dict[str, Any] = yaml.safe_load((ontology.folder / FILE).read_text(encoding="utf-8"))
        return RecordTables(
            layouts=tuple(found["layouts"].values()),
            names={fold(name): meant for name, meant in found["names"].items()},
            flags={fold(word): flag for flag, words in found["flags"].items() for word in words},
            sexes={fold(word): sex for sex, words in found["sexes"].items() for word in words},
            not_done=frozenset(map(fold, found["not_done"])),
            retracted=frozenset(map(fold, found["retracted"])),
            prefixes=found["prefixes"],
            omop=found["omop"],
        )
    except (OSError, KeyError, TypeError, AttributeError, yaml.YAMLError) as error:
        raise OntologyError(f"{FILE}: {error!r}; take the file of the release") from error


def mapping_file(name: str, text: str) -> TableLayout:
    """The layout that a site's mapping file (YAML) describes. Raises InputError with everything that is wrong."""
    found = parse_yaml(text)
    columns = found.get("columns") if isinstance(found, dict) else None
    if not isinstance(columns, dict):
        raise InputError([Problem(name, "has no `columns`", f"Write {EXAMPLE}.")])
    problems = [
        Problem(f"{name}: columns.{role}", "is no role of a column", f"Known are: {', '.join(ROLES)}.")
        for role in columns
        if role not in ROLES
    ]
    problems += [
        Problem(f"{name}: {field}", "is not known", f"Known are: {', '.join(FIELDS)}.")
        for field in found
        if field not in FIELDS
    ]
    if "value" not in columns or not any(role in columns for role in NAMING):
        problems.append(Problem(f"{name}: columns", "lack a value or what was tested", f"Write {EXAMPLE}."))
    if problems:
        raise InputError(problems)
    return TableLayout(
        {role: str(column) for role, column in columns.items()},
        str(found.get("codes") or "LOINC"),
        {fold(str(given)): str(meant) for given, meant in (found.get("names") or {}).items()},
        str(found.get("dates") or ""),
        str(found.get("decimal") or "."),
    )


def _plain(name: str) -> str:
    return _PLAIN.sub("", name).casefold()
