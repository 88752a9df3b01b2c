"""Class expressions in the part of Manchester syntax that situations may use.

OWL 2 Manchester Syntax (W3C Note, 2012), section 2.4, cut down to the fragment of the ontology:
named classes, `and`, `or`, `some`, `value` and `min`; and three words for what they are written out to:
`not` (contradicted by the record), `unless` (and not) and `2 of (A, B, C)`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import Final

from kg.ontology.expression import And, AtLeast, Atom, Expression, Named, Not, Or, Some, SyntaxProblem, Value

_NAME: Final = r"(?!(?:and|or|not|unless|of|some|value|min)\b)[A-Za-z][A-Za-z0-9_-]*"
_ATOM: Final = re.compile(
    rf"(?P<name>{_NAME})(?: (?:(?:min (?P<count>[1-9][0-9]*)|some) (?P<filler>{_NAME})|value (?P<value>{_NAME})))?"
)


@cache
def parse(text: str) -> Expression:
    """The expression that a text denotes.

    >>> parse("hasFinding some Anemia and (plans some Epoetin or receives some Epoetin)").parts[0]
    Some(property='hasFinding', filler=Named(name='Anemia'))

    Raises SyntaxProblem with the column and what could stand there. A program that only answers meets conditions of
    one part, and does without the grammar, which takes a twentieth of a second to load.
    """
    match = _ATOM.fullmatch(text)
    if match is None:
        from kg.ontology.grammar import parsed  # noqa: PLC0415

        return parsed(text)
    name, count, filler, value = match.groups()
    if count:
        return AtLeast(name, int(count), Named(filler))
    return Some(name, Named(filler)) if filler else Value(name, value) if value else Named(name)


def flatten(expression: Expression) -> Expression:
    """The same expression with nested `and` in `and` and `or` in `or` lifted, and every part once."""
    if isinstance(expression, Some | AtLeast):
        return replace(expression, filler=flatten(expression.filler))
    if isinstance(expression, Not):
        return _denied(flatten(expression.part))
    if isinstance(expression, And | Or):
        kind = type(expression)
        parts: list[Expression] = []
        for part in map(flatten, expression.parts):
            parts.extend(part.parts if isinstance(part, kind) else (part,))
        found = tuple(dict.fromkeys(parts))
        return found[0] if len(found) == 1 else kind(found)
    return expression


def _denied(expression: Expression) -> Expression:
    """The negation of a flat expression, with `not` before its leaves alone."""
    if isinstance(expression, Not):
        return expression.part
    if isinstance(expression, And | Or):
        kind = Or if isinstance(expression, And) else And
        return flatten(kind(tuple(_denied(part) for part in expression.parts)))
    return Not(expression)


def atoms(expression: Expression) -> tuple[Atom, ...]:
    """The leaves of `and` and `or`, in order, each once."""
    if isinstance(expression, And | Or):
        return tuple(dict.fromkeys(leaf for part in expression.parts for leaf in atoms(part)))
    return (expression,)


__all__ = [
    "And", "AtLeast", "Atom", "Expression", "Named", "Not", "Or", "Some", "SyntaxProblem", "Value",
    "atoms", "flatten", "parse",
]  # fmt: skip
