"""Class expressions in the part of Manchester syntax that situations may use.

OWL 2 Manchester Syntax (W3C Note, 2012), section 2.4, cut down to the fragment of the ontology:
named classes, `and`, `or`, `some`, `value` and `min`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TypeAlias

from lark import Lark, Token, Transformer, UnexpectedInput, UnexpectedToken

GRAMMAR = r"""
    ?expression: conjunction ("or" conjunction)+ -> either
               | conjunction
    ?conjunction: primary ("and" primary)+ -> both
                | primary
    ?primary: NAME "some" primary -> some
            | NAME "value" NAME -> value
            | NAME "min" INT primary -> at_least
            | NAME -> named
            | "(" expression ")"
    NAME: /(?!(?:and|or|some|value|min)\b)[A-Za-z][A-Za-z0-9_-]*/
    INT: /[1-9][0-9]*/
    %ignore /\s+/
"""


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


Expression: TypeAlias = Named | Some | Value | AtLeast | And | Or
Atom: TypeAlias = Named | Some | Value | AtLeast


def _nested(expression: Expression) -> str:
    return f"({expression})" if isinstance(expression, And | Or) else str(expression)


class SyntaxProblem(ValueError):
    """A situation that does not parse: `column` counts from 1."""

    def __init__(self, text: str, column: int, expected: str) -> None:
        self.column = column
        super().__init__(f"does not parse at column {column} ({text[column - 1 : column + 20]!r}); {expected}")


class _Builder(Transformer[Token, Expression]):
    def named(self, children: list[Token]) -> Expression:
        return Named(str(children[0]))

    def some(self, children: list[Token | Expression]) -> Expression:
        return Some(str(children[0]), _expression(children[1]))

    def value(self, children: list[Token]) -> Expression:
        return Value(str(children[0]), str(children[1]))

    def at_least(self, children: list[Token | Expression]) -> Expression:
        return AtLeast(str(children[0]), int(str(children[1])), _expression(children[2]))

    def both(self, children: list[Expression]) -> Expression:
        return And(tuple(children))

    def either(self, children: list[Expression]) -> Expression:
        return Or(tuple(children))


def _expression(node: Token | Expression) -> Expression:
    assert not isinstance(node, Token)
    return node


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, start="expression", parser="lalr")


@cache
def parse(text: str) -> Expression:
    """The expression that a text denotes.

    >>> parse("hasFinding some Anemia and (plans some Epoetin or receives some Epoetin)").parts[0]
    Some(property='hasFinding', filler=Named(name='Anemia'))

    Raises SyntaxProblem with the column and what could stand there.
    """
    try:
        return _Builder().transform(_parser().parse(text))
    except UnexpectedInput as error:
        ended = isinstance(error, UnexpectedToken) and error.token.type == "$END"
        column = len(text) + 1 if ended or error.pos_in_stream is None else error.pos_in_stream + 1
        raise SyntaxProblem(text, column, "expected a class, `property some class` or a bracket") from error


def flatten(expression: Expression) -> Expression:
    """The same expression with nested `and` in `and` and `or` in `or` lifted, and every part once."""
    if isinstance(expression, Some | AtLeast):
        return replace(expression, filler=flatten(expression.filler))
    if isinstance(expression, And | Or):
        kind = type(expression)
        parts: list[Expression] = []
        for part in map(flatten, expression.parts):
            parts.extend(part.parts if isinstance(part, kind) else (part,))
        found = tuple(dict.fromkeys(parts))
        return found[0] if len(found) == 1 else kind(found)
    return expression


def atoms(expression: Expression) -> tuple[Atom, ...]:
    """The leaves of `and` and `or`, in order, each once."""
    if isinstance(expression, And | Or):
        return tuple(dict.fromkeys(leaf for part in expression.parts for leaf in atoms(part)))
    return (expression,)
