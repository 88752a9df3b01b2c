"""The grammar of class expressions (`kg.ontology.manchester`), apart from them: to load it takes a while."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from math import comb
from typing import Final

from lark import Lark, Token, Transformer, UnexpectedInput, UnexpectedToken
from lark.exceptions import VisitError

from kg.ontology.expression import And, AtLeast, Expression, Named, Not, Or, Some, SyntaxProblem, Value

GRAMMAR = r"""
    ?expression: disjunction "unless" disjunction -> unless
               | disjunction
    ?disjunction: conjunction ("or" conjunction)+ -> either
                | conjunction
    ?conjunction: primary ("and" primary)+ -> both
                | primary
    ?primary: NAME "some" primary -> some
            | NAME "value" NAME -> value
            | NAME "min" INT primary -> at_least
            | "not" primary -> negation
            | INT "of" "(" expression ("," expression)+ ")" -> count
            | NAME -> named
            | "(" expression ")"
    NAME: /(?!(?:and|or|not|unless|of|some|value|min)\b)[A-Za-z][A-Za-z0-9_-]*/
    INT: /[1-9][0-9]*/
    %ignore /\s+/
"""


MOST_WAYS: Final = 35
"""The most ways in which `k of` may be met: 3 or 4 of 7."""


class _ExpressionBuilder(Transformer[Token, Expression]):
    def named(self, children: list[Token]) -> Expression:
        return Named(str(children[0]))

    def some(self, children: list[Token | Expression]) -> Expression:
        return Some(str(children[0]), _expression(children[1]))

    def value(self, children: list[Token]) -> Expression:
        return Value(str(children[0]), str(children[1]))

    def at_least(self, children: list[Token | Expression]) -> Expression:
        return AtLeast(str(children[0]), int(str(children[1])), _expression(children[2]))

    def negation(self, children: list[Expression]) -> Expression:
        return Not(children[0])

    def unless(self, children: list[Expression]) -> Expression:
        usual, exception = children
        return And((usual, Not(exception)))

    def count(self, children: list[Token | Expression]) -> Expression:
        """`2 of (A, B, C)` as the choice of its pairs: `A and B or A and C or B and C`."""
        number, parts = int(str(children[0])), [_expression(part) for part in children[1:]]
        if number > len(parts):
            raise CountProblem(f"asks for {number} of {len(parts)}")
        if comb(len(parts), number) > MOST_WAYS:
            raise CountProblem(f"{number} of {len(parts)} are more than {MOST_WAYS} ways; declare a score instead")
        chosen = [ways if len(ways) > 1 else ways[0] for ways in combinations(parts, number)]
        found = tuple(And(way) if isinstance(way, tuple) else way for way in chosen)
        return found[0] if len(found) == 1 else Or(found)

    def both(self, children: list[Expression]) -> Expression:
        return And(tuple(children))

    def either(self, children: list[Expression]) -> Expression:
        return Or(tuple(children))


class CountProblem(ValueError):
    """A `k of` that cannot be met, or in more ways than are written out."""


def _expression(node: Token | Expression) -> Expression:
    assert not isinstance(node, Token)
    return node


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, start="expression", parser="lalr")


def parsed(text: str) -> Expression:
    """The expression that a text denotes. Raises SyntaxProblem."""
    try:
        return _ExpressionBuilder().transform(_parser().parse(text))
    except VisitError as error:
        raise SyntaxProblem(text, 1, str(error.orig_exc)) from error
    except UnexpectedInput as error:
        ended = isinstance(error, UnexpectedToken) and error.token.type == "$END"
        column = len(text) + 1 if ended or error.pos_in_stream is None else error.pos_in_stream + 1
        raise SyntaxProblem(text, column, "expected a class, `property some class` or a bracket") from error
