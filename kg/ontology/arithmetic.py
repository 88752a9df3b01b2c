"""Arithmetic of formulas: `age * ast / (plt * sqrt(alt))` over decimals, nothing else of Python."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from decimal import Context, Decimal, DecimalException, localcontext
from functools import lru_cache
from typing import Final

OPERATORS: Final[Mapping[type[ast.operator], Callable[[Decimal, Decimal], Decimal]]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
}
FUNCTIONS: Final[Mapping[str, tuple[int, Callable[..., Decimal]]]] = {
    "min": (2, min),
    "max": (2, max),
    "sqrt": (1, Decimal.sqrt),
    "ln": (1, Decimal.ln),
    "exp": (1, Decimal.exp),
}
PRECISION: Final = 28


class ArithmeticProblem(ValueError):
    """A formula that does not parse, names something else than its inputs, or has no value for them."""


@lru_cache(maxsize=256)
def parsed_formula(text: str) -> ast.expr:
    """The tree of a formula. Raises ArithmeticProblem for what is no arithmetic."""
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        raise ArithmeticProblem(f"does not parse at column {error.offset}") from error
    for node in ast.walk(tree):
        _check(node)
    return tree


def _check(node: ast.AST) -> None:
    match node:
        case ast.BinOp(op=operator) if type(operator) in OPERATORS:
            return
        case ast.UnaryOp(op=ast.USub()) | ast.Name() | ast.Load() | ast.operator() | ast.unaryop():
            return
        case ast.Constant(value=int() | float()):
            return
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
            if len(arguments) == FUNCTIONS[name][0]:
                return
            raise ArithmeticProblem(f"{name} takes {FUNCTIONS[name][0]} numbers")
    raise ArithmeticProblem(f"{ast.unparse(node) if isinstance(node, ast.expr) else node} is no arithmetic")


def names_in(text: str) -> frozenset[str]:
    """The inputs that a formula names. Raises ArithmeticProblem."""
    tree = parsed_formula(text)
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name)) - FUNCTIONS.keys()


def evaluated(text: str, inputs: Mapping[str, Decimal]) -> Decimal:
    """The value of a formula. Raises ArithmeticProblem where it has none, such as a division by zero."""
    tree = parsed_formula(text)
    try:
        with localcontext(Context(prec=PRECISION)):
            return _value(tree, inputs)
    except (DecimalException, KeyError) as error:
        raise ArithmeticProblem(f"has no value for {dict(inputs)}") from error


def _value(node: ast.expr, inputs: Mapping[str, Decimal]) -> Decimal:
    match node:
        case ast.Constant(value=number):
            return Decimal(str(number))
        case ast.Name(id=name):
            return inputs[name]
        case ast.UnaryOp(operand=operand):
            return -_value(operand, inputs)
        case ast.BinOp(left=left, op=operator, right=right):
            return OPERATORS[type(operator)](_value(left, inputs), _value(right, inputs))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return FUNCTIONS[name][1](*(_value(one, inputs) for one in arguments))
    raise ArithmeticProblem("is no arithmetic")
