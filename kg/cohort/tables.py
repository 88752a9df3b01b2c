"""Answers as Parquet: one partition a file, written whole or not at all, so that a run can be taken up again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from pyarrow import parquet

from kg.cohort.batch import CohortAnswer, Missing
from kg.cohort.wide import CODES, WideOutcomes
from kg.ontology.compiled import Ontology

CLAIM: Final = "claim:"
STEPS: Final = "steps"
_TEXTS: Final = pa.list_(pa.string())
_MISSING: Final = pa.list_(pa.struct([("claim", pa.string()), ("facts", _TEXTS)]))
_READINGS: Final = pa.list_(pa.struct([("claim", pa.string()), ("reading", pa.string())]))
REJECTED: Final = pa.schema(
    [("line", pa.int64()), ("key", pa.string()), ("path", pa.string()), ("reason", pa.string())]
)


@dataclass(frozen=True)
class Answered:
    """A patient's key and facts with the answer; the facts are kept as JSON so that a cell can be proved."""

    key: str
    facts: str
    answer: CohortAnswer


@dataclass(frozen=True)
class RejectedRow:
    """One thing wrong with a row of the input."""

    line: int
    key: str
    path: str
    reason: str


def schema(ontology: Ontology) -> pa.Schema:
    """The columns of a partition: the key, one a claim, alerts, one a list, what is missing, and the facts."""
    claims = [(CLAIM + name, pa.int8()) for name, claim in ontology.claims.items() if claim.executable]
    lists = [(_column(name), _TEXTS) for name in dict.fromkeys(("differential", *ontology.list_properties.values()))]
    rest = [("readings", _READINGS), ("missing", _MISSING), ("exact", pa.bool_()), ("facts", pa.string())]
    lists = [row for row in lists if row[0] != "counterarguments"]
    return pa.schema([("key", pa.string()), *claims, ("alerts", _TEXTS), *lists, *rest])


def write(path: Path, ontology: Ontology, rows: Sequence[Answered]) -> None:
    """One partition of answers."""
    columns = schema(ontology)
    _write(path, pa.table([_values(name, rows) for name in columns.names], schema=columns))


def write_outcomes(path: Path, keys: Sequence[str], found: WideOutcomes) -> None:
    """One partition of outcomes alone, without the rows that were rejected."""
    columns = {"key": pa.array(keys)}
    columns |= {CLAIM + name: pa.array(codes) for name, codes in found.codes.items()}
    table = pa.table(columns | {"exact": pa.array(found.exact)})
    kept = [row for row in range(len(keys)) if row not in found.rejected] if found.rejected else None
    _write(path, table if kept is None else table.take(kept))


def rows_in(path: Path) -> int:
    """How many rows a file has."""
    return int(parquet.read_metadata(path).num_rows)


def write_rejected(path: Path, rows: Iterable[RejectedRow]) -> None:
    """What is wrong with rows, one entry a problem."""
    found = list(rows)
    columns = [[getattr(row, name) for row in found] for name in REJECTED.names]
    _write(path, pa.table(columns, schema=REJECTED))


def collect_rejected(folder: Path, path: Path) -> None:
    """The files of rejected rows as one."""
    parts = sorted(folder.glob("*.parquet"))
    _write(path, pa.concat_tables([REJECTED.empty_table(), *map(parquet.read_table, parts)]))


def _write(path: Path, table: pa.Table) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".writing")
    parquet.write_table(table, part, compression="zstd")
    os.replace(part, path)


def _column(name: str) -> str:
    return STEPS if name == "next_steps" else name


def _values(name: str, rows: Sequence[Answered]) -> list[Any]:
    if name.startswith(CLAIM):
        claim = name.removeprefix(CLAIM)
        return [CODES[row.answer.outcomes[claim]] for row in rows]
    return [_value(name, row) for row in rows]


def _value(name: str, row: Answered) -> Any:
    answer = row.answer
    match name:
        case "key" | "facts":
            return getattr(row, name)
        case "exact" | "alerts":
            return getattr(answer, name)
        case "readings":
            return [{"claim": claim, "reading": one} for claim, held in answer.held.items() for one in held]
        case "missing":
            return None if answer.missing is None else list(_missing(answer.missing))
        case _:
            wanted = "next_steps" if name == STEPS else name
            return None if answer.lists is None else answer.lists.get(wanted, ())


def _missing(found: Missing) -> Iterator[dict[str, Any]]:
    for claim, sets in found.items():
        yield from ({"claim": claim, "facts": facts} for facts in sets)
