"""Class expressions of the ontology's fragment, written as Manchester syntax writes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Named:
    """A class by its local name."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Some:
    """`property some filler`"""

    property: str
    filler: Expression

    def __str__(self) -> str:
        return f"{self.property} some {_nested(self.filler)}"


@dataclass(frozen=True)
class Value:
    """`property value individual`"""

    property: str
    individual: str

    def __str__(self) -> str:
        return f"{self.property} value {self.individual}"


@dataclass(frozen=True)
class AtLeast:
    """`property min count filler`"""

    property: str
    count: int
    filler: Expression

    def __str__(self) -> str:
        return f"{self.property} min {self.count} {_nested(self.filler)}"


@dataclass(frozen=True)
class Not:
    """`not part`: the record contradicts it. No complement: what is unknown is neither a part nor its negation."""

    part: Expression

    def __str__(self) -> str:
        return f"not {_nested(self.part)}"


@dataclass(frozen=True)
class And:
    """An intersection of two or more."""

    parts: tuple[Expression, ...]

    def __str__(self) -> str:
        return " and ".join(_nested(part) if isinstance(part, Or) else str(part) for part in self.parts)


@dataclass(frozen=True)
class Or:
    """A union of two or more."""

    parts: tuple[Expression, ...]

    def __str__(self) -> str:
        return " or ".join(_nested(part) if isinstance(part, And | Or) else str(part) for part in self.parts)


Expression: TypeAlias = Named | Some | Value | AtLeast | Not | And | Or
Atom: TypeAlias = Named | Some | Value | AtLeast | Not


def _nested(expression: Expression) -> str:
    return f"({expression})" if isinstance(expression, And | Or) else str(expression)


class SyntaxProblem(ValueError):
    """A situation that does not parse: `column` counts from 1."""

    def __init__(self, text: str, column: int, expected: str) -> None:
        self.column = column
        super().__init__(f"does not parse at column {column} ({text[column - 1 : column + 20]!r}); {expected}")
