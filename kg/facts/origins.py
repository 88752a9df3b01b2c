"""Where something was stated: a span of a text, a path of a JSON document, a field of a message, a cell of a table."""

from __future__ import annotations

from dataclasses import astuple, dataclass


@dataclass(frozen=True, order=True)
class TextSpan:
    """[start, end) in code points of a text."""

    start: int
    end: int


@dataclass(frozen=True, order=True)
class JsonPath:
    """A path such as `$.measurements[0].unit`."""

    path: str

    def covers(self, other: JsonPath) -> bool:
        """Whether the other path is this one or lies below it."""
        return other.path == self.path or other.path.startswith((self.path + ".", self.path + "["))


@dataclass(frozen=True, order=True)
class Hl7Field:
    """A field of an HL7 v2 message: the segment by name and number, the field and the component by number, from 1."""

    segment: str
    number: int
    field: int
    component: int = 0


@dataclass(frozen=True, order=True)
class TableCell:
    """A cell of a table: the row from 1, which is the header, the column by its name. Row 0 and no name mean all."""

    row: int
    column: str


Origin = TextSpan | JsonPath | Hl7Field | TableCell


def origin_key(origin: Origin | None) -> tuple[str, tuple[object, ...]]:
    """A key that orders origins of one kind by their place; what has none comes first."""
    return ("", ()) if origin is None else (type(origin).__name__, astuple(origin))
