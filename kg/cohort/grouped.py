"""Patients whose parts lie in many files: FHIR Bulk Data, a file a resource type, and OMOP, a table a kind of event.

The parts go to a database on disk and come back patient by patient, so that memory does not grow with the input.
"""

from __future__ import annotations

import csv
import json
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NamedTuple

from kg.cohort.row import FHIR_FORMAT, OMOP_FORMAT, Row
from kg.errors import InputError, Problem
from kg.readers.case.parsing import parse_json

BULK: Final = "*.ndjson"
DATABASES: Final = (".duckdb", ".db")
TABLES: Final = (".parquet", ".csv")
PERSON, CONCEPT = "person", "concept"
HOLDERS: Final = ("subject", "patient", "beneficiary", "individual")
"""Elements that refer to the patient, in the order in which they are looked at."""
NOBODY: Final = "names no patient of this input"
_MAKE: Final = "CREATE TABLE part (patient TEXT, place TEXT, kind TEXT, content TEXT)"
_MAKE_CONCEPTS: Final = "CREATE TABLE concept (id TEXT PRIMARY KEY, content TEXT)"


class Piece(NamedTuple):
    """One row or resource: whose it is, where it stands, its table or type, and its content as JSON."""

    patient: str
    place: str
    kind: str
    content: str


def is_grouped(path: Path) -> bool:
    """Whether an input has the parts of its patients in several files or tables."""
    return path.is_dir() or path.suffix.lower() in DATABASES


def grouped(path: Path) -> Iterator[Row]:
    """The patients of a folder of FHIR Bulk Data or of OMOP tables, or of an OMOP database in DuckDB, by their keys.

    A part that belongs to none of them is a row with a problem. Raises InputError for anything else.
    """
    bulk = path.is_dir() and any(path.glob(BULK))
    if not bulk and PERSON not in (names := _tables(path)):
        said = "has no *.ndjson of FHIR Bulk Data and no table `person` of OMOP"
        raise InputError([Problem(str(path), said, "Name the folder of an export, or a DuckDB file of OMOP tables.")])
    with tempfile.TemporaryDirectory(prefix="warrant-cohort-") as folder:
        store = sqlite3.connect(Path(folder) / "parts.sqlite")
        try:
            store.execute(_MAKE)
            store.execute(_MAKE_CONCEPTS)
            yield from _put(store, _resources(path) if bulk else _rows_of_tables(path, names))
            store.execute("CREATE INDEX by_patient ON part (patient)")
            yield from _patients(store, bulk)
        finally:
            store.close()


def _put(store: sqlite3.Connection, found: Iterable[Piece | Row]) -> Iterator[Row]:
    """Puts the parts in; yields what is none."""
    for one in found:
        if isinstance(one, Row):
            yield one
        elif one.kind == CONCEPT:
            store.execute("INSERT OR REPLACE INTO concept VALUES (?, ?)", (one.patient, one.content))
        else:
            store.execute("INSERT INTO part VALUES (?, ?, ?, ?)", one)
    store.commit()


def _patients(store: sqlite3.Connection, bulk: bool) -> Iterator[Row]:
    """A row for each patient, and one for each part of nobody."""
    holder = "Patient" if bulk else PERSON
    known = f"SELECT patient FROM part WHERE kind = '{holder}'"
    strays = store.execute(f"SELECT patient, place FROM part WHERE patient NOT IN ({known}) ORDER BY rowid")
    for patient, place in strays:
        yield Row(0, patient, None, (Problem(place, NOBODY, "Add the patient to the export."),))
    keys = [
        row[0] for row in store.execute(f"SELECT DISTINCT patient FROM part WHERE kind = '{holder}' ORDER BY rowid")
    ]
    for number, key in enumerate(keys, 1):
        parts = store.execute("SELECT kind, content FROM part WHERE patient = ? ORDER BY rowid", (key,)).fetchall()
        case = _bundle(parts) if bulk else _person(store, parts)
        yield Row(number, key, case, format=FHIR_FORMAT if bulk else OMOP_FORMAT)


# -- FHIR Bulk Data


def _resources(path: Path) -> Iterator[Piece | Row]:
    for file in sorted(path.glob(BULK)):
        with file.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _resource(f"{file.name}:{number}", number, line)


def _resource(place: str, number: int, line: bytes) -> Piece | Row:
    try:
        text = line.decode("utf-8-sig")
        resource = parse_json(text)
    except UnicodeDecodeError:
        return Row(number, place, None, (Problem(place, "is no UTF-8 text", "Save it as UTF-8."),))
    except InputError as error:
        problems = (Problem(place, f"{one.message} ({one.where})", one.remedy) for one in error.problems)
        return Row(number, place, None, tuple(problems))
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    if not isinstance(kind, str):
        return Row(number, place, None, (Problem(place, "is no resource", "Give a FHIR resource a line."),))
    return Piece(_whose(kind, resource), place, kind, text)


def _whose(kind: str, resource: Mapping[str, Any]) -> str:
    """The id of the patient that a resource is of; empty where it names none."""
    if kind == "Patient":
        return str(resource.get("id", ""))
    for name in HOLDERS:
        if isinstance(holder := resource.get(name), dict) and isinstance(reference := holder.get("reference"), str):
            return reference.rpartition("/")[2]
    return ""


def _bundle(parts: Iterable[tuple[str, str]]) -> dict[str, Any]:
    entries = [{"resource": parse_json(content)} for _, content in parts]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


# -- OMOP


def _tables(path: Path) -> dict[str, Path]:
    """Table → its file; the database itself for each table of one."""
    if path.is_dir():
        files = (file for file in sorted(path.iterdir()) if file.suffix.lower() in TABLES)
        return {file.stem.lower(): file for file in files}
    with _database(path) as base:
        return {
            name.lower(): path
            for (name,) in base.execute("SELECT table_name FROM information_schema.tables").fetchall()
        }


def _database(path: Path) -> Any:
    try:
        import duckdb  # noqa: PLC0415 - only databases need it
    except ImportError as error:
        remedy = "Install the extra `cohort`, or export the tables as Parquet."
        raise InputError([Problem(str(path), "is read with DuckDB, which is not at hand", remedy)]) from error
    return duckdb.connect(str(path), read_only=True)


def _rows_of_tables(path: Path, names: Mapping[str, Path]) -> Iterator[Piece | Row]:
    for name, file in names.items():
        for number, row in enumerate(_rows(name, file), 1):
            cells = {column.lower(): cell for column, cell in row.items() if cell is not None and cell != ""}
            place, content = f"{name}:{number}", json.dumps(cells, default=_plain)
            if name == CONCEPT:
                yield Piece(_id(cells.get("concept_id")), place, name, content)
            elif "person_id" in row or "person_id" in map(str.lower, row):
                yield Piece(_id(cells.get("person_id")), place, name, content)
            elif number == 1:
                said = "is a table without person_id; it states nothing of a patient"
                yield Row(0, name, None, (Problem(name, said, "Leave it out."),))


def _rows(name: str, file: Path) -> Iterator[Mapping[str, Any]]:
    if file.suffix.lower() == ".csv":
        with file.open(encoding="utf-8-sig", newline="") as stream:
            yield from csv.DictReader(stream)
    elif file.suffix.lower() == ".parquet":
        from pyarrow import parquet  # noqa: PLC0415 - only tables need the extra `cohort`

        with parquet.ParquetFile(file) as stored:
            for batch in stored.iter_batches(batch_size=4096):
                yield from batch.to_pylist()
    else:
        with _database(file) as base:
            cursor = base.execute(f'SELECT * FROM "{name}"')
            columns = [one[0] for one in cursor.description]
            while found := cursor.fetchmany(4096):
                yield from (dict(zip(columns, row, strict=True)) for row in found)


def _person(store: sqlite3.Connection, parts: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The rows of one person by table, with the rows of `concept` that they name."""
    tables: dict[str, list[Any]] = {}
    for kind, content in parts:
        tables.setdefault(kind, []).append(parse_json(content))
    named = {
        _id(cell) for rows in tables.values() for row in rows for column, cell in row.items() if "concept_id" in column
    }
    found = (store.execute("SELECT content FROM concept WHERE id = ?", (one,)).fetchone() for one in sorted(named))
    return tables | {CONCEPT: [parse_json(row[0]) for row in found if row]}


def _id(cell: Any) -> str:
    """An id as it is compared: whole numbers without a fraction, whatever type a table gives them."""
    return str(int(cell)) if isinstance(cell, float | Decimal) and cell == int(cell) else str(cell or "")


def _plain(cell: Any) -> Any:
    return cell.isoformat() if hasattr(cell, "isoformat") else float(cell) if isinstance(cell, Decimal) else str(cell)
