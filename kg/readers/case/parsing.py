"""JSON and YAML of a case as Python values, with decimals for numbers, under limits that hold while it is parsed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import yaml

from kg.errors import CaseError, Problem

MEND: Final = "Mend the syntax first."
SPLIT: Final = "Send fewer things in one document."
SHOWN: Final = 60


@dataclass(frozen=True)
class ParseLimits:
    """What one document may hold: levels of nesting, fields and list entries in all, digits of a number, characters
    of a field name."""

    depth: int = 40
    fields: int = 60_000
    entries: int = 60_000
    digits: int = 40
    name: int = 200


USUAL: Final = ParseLimits()


def parse_json(text: str, limits: ParseLimits = USUAL) -> Any:
    """JSON with decimals for numbers with a point. Raises CaseError with line and column."""
    scan = _Scan(limits)
    try:
        found = json.loads(
            text,
            parse_float=scan.decimal,
            parse_int=scan.integer,
            parse_constant=_no_constant,
            object_pairs_hook=scan.fields,
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise CaseError([Problem(where, f"is not JSON: {error.msg}", MEND)]) from error
    except ValueError as error:
        raise CaseError([Problem("$", str(error), MEND)]) from error
    except RecursionError as error:
        raise _too_deep() from error
    return _bounded(found, limits)


def parse_yaml(text: str, limits: ParseLimits = USUAL) -> Any:
    """YAML with decimals for numbers with a point and text for dates. Raises CaseError with line and column."""
    loader = _CaseLoader(text, limits)
    try:
        found = loader.get_single_data()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "$"
        raise CaseError([Problem(where, f"is not YAML: {getattr(error, 'problem', error)}", MEND)]) from error
    except ValueError as error:
        raise CaseError([Problem("$", str(error), MEND)]) from error
    except RecursionError as error:
        raise _too_deep() from error
    finally:
        loader.dispose()
    return _bounded(found, limits)


def shortened(value: object, most: int = SHOWN) -> str:
    """The representation of a value in a message: all of it, or its beginning and how much there is more.

    >>> shortened("abc"), shortened("a" * 1000, 8)
    ("'abc'", "'aaaaaaaa'... (1000 characters)")
    """
    if isinstance(value, str) and len(value) > most:
        return f"{value[:most]!r}... ({len(value)} characters)"
    if isinstance(value, list | dict) and value:
        return "a list" if isinstance(value, list) else "an object"
    return repr(value)


class _Scan:
    """The numbers and objects of one document as they are parsed; each method raises ValueError over a limit."""

    def __init__(self, limits: ParseLimits) -> None:
        self.limits, self.seen = limits, 0

    def integer(self, text: str) -> int:
        return int(self._number(text))

    def decimal(self, text: str) -> Decimal:
        return Decimal(self._number(text))

    def _number(self, text: str) -> str:
        if len(text) > self.limits.digits:
            raise ValueError(f"a number of {len(text)} characters stands here; at most {self.limits.digits} are read")
        return text

    def fields(self, pairs: list[tuple[Any, Any]]) -> dict[str, Any]:
        self.seen += len(pairs)
        if self.seen > self.limits.fields:
            raise ValueError(f"there are over {self.limits.fields} fields in it")
        found = dict(pairs)
        if max(map(len, found), default=0) > self.limits.name:
            raise ValueError(f"a field name is longer than {self.limits.name} characters")
        if len(found) < len(pairs):
            twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
            raise ValueError(f"the field {twice!r} stands twice in one object")
        return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def _bounded(value: Any, limits: ParseLimits) -> Any:
    """The value, if it is not nested too deeply and has not too many parts; one that YAML refers to twice counts
    twice."""
    level, depth, entries = [value], 0, 0
    while level:
        if depth > limits.depth:
            raise _too_deep()
        below: list[Any] = []
        for item in level:
            if isinstance(item, list | dict):
                entries += len(item)
                if entries > limits.entries + limits.fields:
                    raise CaseError([Problem("$", f"has over {limits.entries} entries", SPLIT)])
                below += item if isinstance(item, list) else item.values()
        level, depth = below, depth + 1
    return value


def _too_deep() -> CaseError:
    return CaseError([Problem("$", "is nested too deeply", "A case is one object with lists.")])


class _CaseLoader(yaml.SafeLoader):
    """YAML in which a number with a point is a decimal and a date stays text."""

    def __init__(self, text: str, limits: ParseLimits) -> None:
        super().__init__(text)
        self.scan = _Scan(limits)


def _decimal_node(loader: _CaseLoader, node: yaml.ScalarNode) -> Decimal | str:
    text = str(loader.construct_scalar(node))
    try:
        return loader.scan.decimal(text.replace("_", ""))
    except InvalidOperation:
        return text


def _integer_node(loader: _CaseLoader, node: yaml.ScalarNode) -> Any:
    loader.scan._number(str(loader.construct_scalar(node)))
    return loader.construct_yaml_int(node)


def _text_node(loader: _CaseLoader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


def _mapping_node(loader: _CaseLoader, node: yaml.MappingNode) -> dict[str, Any]:
    pairs: list[tuple[Hashable, Any]] = []
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise yaml.constructor.ConstructorError(None, None, f"{key!r} is no field name", key_node.start_mark)
        pairs.append((key, loader.construct_object(value_node, deep=True)))
    try:
        return loader.scan.fields(pairs)
    except ValueError as error:
        raise yaml.constructor.ConstructorError(None, None, str(error), node.start_mark) from error


_CaseLoader.add_constructor("tag:yaml.org,2002:map", _mapping_node)
_CaseLoader.add_constructor("tag:yaml.org,2002:int", _integer_node)
_CaseLoader.add_constructor("tag:yaml.org,2002:float", _decimal_node)
_CaseLoader.add_constructor("tag:yaml.org,2002:timestamp", _text_node)
