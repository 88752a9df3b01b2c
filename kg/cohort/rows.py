"""Rows of an input: each with the line where it stands and the patient's own key, whatever else of it is wrong."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kg.cohort.grouped import grouped, is_grouped
from kg.cohort.row import FHIR_FORMAT, Row
from kg.errors import InputError, Problem
from kg.readers.case.parsing import parse_json

if TYPE_CHECKING:
    import pyarrow as pa

LINES: Final = (".jsonl", ".ndjson")
PERSON: Final = ("sex", "age", "as_of")
NUMBERS: Final = ("age",)


def rows(path: Path, key: str) -> Iterator[Row]:
    """The rows of a file of JSON Lines, CSV or Parquet, or the patients of FHIR Bulk Data or of OMOP (`grouped`).

    `key` is the field of a file that holds the patient's key. A row without that field has `line N` for a key.
    Raises InputError for a file of another kind.
    """
    if is_grouped(path):
        yield from grouped(path)
        return
    match path.suffix.lower():
        case suffix if suffix in LINES:
            yield from _json_lines(path, key)
        case ".csv":
            yield from _csv(path, key)
        case ".parquet":
            yield from _parquet(path, key)
        case _:
            problem = Problem(str(path), "has no format of many patients", "Give .jsonl, .ndjson, .csv or .parquet.")
            raise InputError([problem])


def partitions(found: Iterator[Row], size: int) -> Iterator[tuple[Row, ...]]:
    """The rows in groups of a size, the last one smaller; one group in memory at a time."""
    while part := tuple(islice(found, size)):
        yield part


def _json_lines(path: Path, key: str) -> Iterator[Row]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                case = parse_json(line.decode("utf-8-sig"))
            except UnicodeDecodeError:
                yield _wrong(number, "", Problem("$", "is no UTF-8 text", "Save it as UTF-8."))
            except InputError as error:
                yield _wrong(number, "", *error.problems)
            else:
                yield _row(number, case, key)


def _row(number: int, case: Any, key: str) -> Row:
    if not isinstance(case, dict):
        return _wrong(number, "", Problem("$", "a case is an object", 'Write {"id": "...", "findings": [...]}.'))
    if "resourceType" in case:
        return Row(number, str(case.get("id") or f"line {number}"), case, format=FHIR_FORMAT)
    name = case.pop(key, None)
    if isinstance(name, list | dict | bool):
        return _wrong(number, "", Problem(f"$.{key}", "is no key", "Give a text or a number."))
    return Row(number, f"line {number}" if name is None or name == "" else str(name), case)


def _wrong(number: int, key: str, *problems: Problem) -> Row:
    return Row(number, key or f"line {number}", None, problems)


# -- tables: a column a fact


def _csv(path: Path, key: str) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream, strict=True)
        for cells in reader:
            number = reader.line_num
            if None in cells or None in cells.values():
                problem = Problem("$", "has not as many cells as the header", "Quote what contains a comma.")
                yield _wrong(number, str(cells.get(key) or ""), problem)
            else:
                yield _of_cells(number, cells, key)


def _parquet(path: Path, key: str) -> Iterator[Row]:
    from pyarrow import parquet  # noqa: PLC0415 - only tables need the extra `cohort`

    number = 0
    with parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=4096):
            for cells in batch.to_pylist():
                number += 1
                if "case" in cells:
                    case = json.loads(cells["case"])
                    yield _row(number, {key: cells.get(key), **case}, key)
                else:
                    texts = {name: "" if value is None else str(value) for name, value in cells.items()}
                    yield _of_cells(number, texts, key)


def is_wide(path: Path) -> bool:
    """Whether a Parquet file has a column a fact, and no day of its own a row."""
    from pyarrow import parquet  # noqa: PLC0415 - the same

    return {"case", "as_of"}.isdisjoint(parquet.read_schema(path).names)


def tables(path: Path, size: int) -> Iterator[pa.Table]:
    """A Parquet file in parts of a number of rows."""
    import pyarrow as pa  # noqa: PLC0415 - the same
    from pyarrow import parquet  # noqa: PLC0415 - the same

    with parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=size):
            yield pa.Table.from_batches([batch])


def keys_of(table: pa.Table, key: str, first: int) -> list[str]:
    """The key of each row of a table whose first row has this number."""
    cells = table.column(key).to_pylist() if key in table.column_names else [None] * table.num_rows
    return [f"line {first + row}" if cell in (None, "") else str(cell) for row, cell in enumerate(cells)]


def _of_cells(number: int, cells: Mapping[str, str], key: str) -> Row:
    try:
        case = case_of_cells({name: cell for name, cell in cells.items() if name != key})
    except InputError as error:
        return _wrong(number, cells.get(key, ""), *error.problems)
    return Row(number, cells.get(key) or f"line {number}", case)


def case_of_cells(cells: Mapping[str, str]) -> dict[str, Any]:
    """A row of a table as a case: `sex`, `age`, `as_of`, `TEST [UNIT]` with values, `LIST: CONCEPT` with a status.

    Raises InputError for a cell of a column that is none of these.
    """
    case: dict[str, Any] = {}
    for name, cell in cells.items():
        if not (given := cell.strip()):
            continue
        if name in PERSON:
            case[name] = _number(given) if name in NUMBERS else given
        elif name.endswith("]") and "[" in name:
            test, _, unit = name[:-1].rpartition("[")
            entry = {"test": test.strip(), "value": _number(given), "unit": unit}
            case.setdefault("measurements", []).append(entry)
        elif ":" in name:
            group, _, concept = name.partition(":")
            case.setdefault(group.strip(), []).append({"concept": concept.strip(), "status": given})
        else:
            remedy = "Name it `TEST [UNIT]`, `LIST: CONCEPT`, `sex`, `age` or `as_of`."
            raise InputError([Problem(f"$.{name}", "is no column that is read", remedy)])
    return case


def _number(text: str) -> Any:
    """A number as the case format has it, exact; anything else as it was given, for the reader to judge."""
    try:
        return parse_json(text)
    except InputError:
        return text
