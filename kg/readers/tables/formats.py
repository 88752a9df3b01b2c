"""Tables as formats that are read: text with a separator, and Apache Parquet."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any, Final

from kg.errors import CaseError, InputError, Problem
from kg.readers.protocol import Context, ReadResult, decoded
from kg.readers.tables.reader import read_table

SEPARATORS: Final = ",;\t|"
QUOTE: Final = "Quote what contains a separator."
PARQUET_MAGIC: Final = b"PAR1"


@dataclass(frozen=True)
class CsvFormat:
    """Results, one a row, under a header (RFC 4180); the separator is the one that the header has most of."""

    media_types: tuple[str, ...] = ("text/csv", "text/tab-separated-values")
    extensions: tuple[str, ...] = (".csv", ".tsv")

    def sniff(self, data: bytes) -> bool:
        """Never: any text could be a table. A table is read where its name or its media type says so."""
        return False

    def read(self, data: bytes, context: Context) -> ReadResult:
        """The facts of one patient's rows. Raises CaseError, or UnicodeDecodeError."""
        text = decoded(data)
        head = text.partition("\n")[0]
        separator = max(SEPARATORS, key=head.count)
        rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, restval="")
        try:
            found = list(rows)
        except csv.Error as error:
            raise CaseError(
                [Problem(f"row {rows.line_num}", str(error), "Quote what contains a separator.")]
            ) from error
        header = [str(name) for name in rows.fieldnames or ()]
        for number, row in enumerate(found, 2):
            if None in row:
                said = "has more cells than the header"
                raise CaseError([Problem(f"row {number}", said, QUOTE)])
        return read_table(header, found, context)


@dataclass(frozen=True)
class ParquetFormat:
    """The same as Apache Parquet, which needs pyarrow; from files alone, since request bodies are text."""

    media_types: tuple[str, ...] = ()
    extensions: tuple[str, ...] = (".parquet",)

    def sniff(self, data: bytes) -> bool:
        """Whether data begins as such a file does."""
        return data.startswith(PARQUET_MAGIC)

    def read(self, data: bytes, context: Context) -> ReadResult:
        """The facts of one patient's rows. Raises CaseError, or InputError without pyarrow or for a broken file."""
        try:
            import pyarrow as arrow  # noqa: PLC0415 - only tables of this kind need it
            from pyarrow import parquet  # noqa: PLC0415
        except ImportError as error:
            problem = Problem("Parquet", "needs pyarrow", "pip install 'warrant[cohort]', or give CSV.")
            raise InputError([problem]) from error
        try:
            table = parquet.read_table(io.BytesIO(data))
        except arrow.ArrowException as error:
            raise InputError([Problem("Parquet", f"cannot be read: {error}", "Write the file anew.")]) from error
        rows = [{name: _text(cell) for name, cell in row.items()} for row in table.to_pylist()]
        return read_table(list(table.column_names), rows, context)


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell)


CSV: Final = CsvFormat()
PARQUET: Final = ParquetFormat()
