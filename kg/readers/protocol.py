"""What a reader of one format is: bytes to facts, with everything that came in either used or reported."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from kg.facts.origins import JsonPath, Origin, TableCell, TextSpan
from kg.facts.patient import PatientFacts, Unread
from kg.vocabulary.names import Names

if TYPE_CHECKING:
    from kg.readers.tables.layouts import TableLayout
    from kg.readers.text.reading import TextReading


@dataclass(frozen=True)
class Context:
    """What a reader needs beside the bytes.

    `today` is the day of a record that names none; `as_of`, where somebody asked for a day, goes before the one that a
    record of a system names. `lenient` reports what cannot be used instead of raising; formats of systems, and text,
    are read so in any case. Of a table of many patients the rows of `patient` are read; `columns` tells what its
    columns hold, where a site has a file that says so.
    """

    names: Names
    today: datetime.date
    lenient: bool = False
    as_of: datetime.date | None = None
    patient: str = ""
    columns: TableLayout | None = None


@dataclass(frozen=True)
class Coverage:
    """The parts of an input: what facts were made of, what is reported, and what states nothing of a patient.

    An input is what its parts cover together; no part of it is in two of them. A path covers all that lies below it and
    is in none of the others.
    """

    used: tuple[Origin, ...]
    unread: tuple[Origin, ...]
    silent: tuple[Origin, ...] = ()

    def of(self, origin: Origin) -> str:
        """`used`, `unread` or `silent` for a place of the input, empty for a lost one. The nearest part counts."""
        parts = (("used", self.used), ("unread", self.unread), ("silent", self.silent))
        found = [(_size(part), name) for name, group in parts for part in group if _covers(part, origin)]
        return min(found)[1] if found else ""


def _covers(part: Origin, origin: Origin) -> bool:
    match part, origin:
        case JsonPath(), JsonPath():
            return part.covers(origin)
        case TextSpan(start, end), TextSpan(first, last):
            return start <= first and last <= end
        case TableCell(row, column), TableCell(at, name):
            return row in (0, at) and column in ("", name)
        case _:
            return part == origin


def _size(part: Origin) -> int:
    """The nearer a part is to what it covers, the smaller."""
    match part:
        case TextSpan(start, end):
            return end - start
        case JsonPath(path):
            return -len(path)
        case TableCell(row, column):
            return -2 * bool(row) - bool(column)
        case _:
            return 0


@dataclass(frozen=True)
class ReadResult:
    """What an input gave: facts, what was not used, the questions that it asks, what became of each part of it.

    `text` is the reading of an input in words, whose spans a page can show.
    """

    facts: PatientFacts
    unread: tuple[Unread, ...]
    questions: tuple[TextSpan, ...]
    coverage: Coverage
    text: TextReading | None = None


class Reader(Protocol):
    """A reader of one format. Extensions have a point; media types are in lower case."""

    @property
    def media_types(self) -> tuple[str, ...]: ...

    @property
    def extensions(self) -> tuple[str, ...]: ...

    def sniff(self, data: bytes) -> bool:
        """Whether data without a name or a type looks like this format."""
        ...

    def read(self, data: bytes, context: Context) -> ReadResult:
        """The facts of an input. Raises CaseError with all its problems, or InputError where it is not the format."""
        ...


def decoded(data: bytes) -> str:
    """Bytes as text. Raises UnicodeDecodeError for what is not UTF-8; a byte order mark is left out."""
    return data.decode("utf-8-sig")
