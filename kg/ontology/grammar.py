"""The grammar of class expressions (`kg.ontology.manchester`), apart from them: to load it takes a while."""

from __future__ import annotations

from functools import cache

from lark import Lark, Token, Transformer, UnexpectedInput, UnexpectedToken

from kg.ontology.expression import And, AtLeast, Expression, Named, Or, Some, SyntaxProblem, Value

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


class _ExpressionBuilder(Transformer[Token, Expression]):
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


def parsed(text: str) -> Expression:
    """The expression that a text denotes. Raises SyntaxProblem."""
    try:
        return _ExpressionBuilder().transform(_parser().parse(text))
    except UnexpectedInput as error:
        ended = isinstance(error, UnexpectedToken) and error.token.type == "$END"
        column = len(text) + 1 if ended or error.pos_in_stream is None else error.pos_in_stream + 1
        raise SyntaxProblem(text, column, "expected a class, `property some class` or a bracket") from error
