"""Facts as plain JSON data and back, whatever fields they have: dates in ISO form, decimals as text."""

from __future__ import annotations

import dataclasses
import datetime
import types
import typing
from collections.abc import Hashable, Mapping
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def to_plain(value: object) -> Any:
    """JSON data of frozen dataclasses, named tuples, enumerations, decimals, dates and collections of them."""
    match value:
        case Enum():
            return value.value
        case Decimal():
            return format(value, "f")
        case datetime.date() | datetime.time():
            return value.isoformat()
        case frozenset():
            return sorted(map(to_plain, value))
        case tuple() if not hasattr(value, "_fields"):
            return [to_plain(item) for item in value]
        case Mapping():
            return {str(name): to_plain(item) for name, item in value.items()}
    kind: Any = type(value)
    if fields := _fields(kind):
        return {name: to_plain(getattr(value, name)) for name in fields}
    return value


def from_plain(kind: type[T], data: Any) -> T:
    """The value of a type that `to_plain` wrote. Raises KeyError, TypeError or ValueError for anything else."""
    found: T = _read(kind, data)
    return found


def _read(kind: Any, data: Any) -> Any:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return None if data is None and type(None) in arguments else _read(_member(arguments, data), data)
    if origin in (tuple, frozenset):
        if not isinstance(data, list):
            raise TypeError(f"{data!r} is no list")
        kinds = [arguments[0]] * len(data) if origin is frozenset or arguments[-1] is Ellipsis else arguments
        return origin(_read(one, item) for one, item in zip(kinds, data, strict=True))
    if fields := _fields(kind):
        if not isinstance(data, dict) or set(data) != set(fields):
            raise TypeError(f"{data!r} has not the fields of {kind.__name__}")
        return kind(**{name: _read(fields[name], item) for name, item in data.items()})
    return _scalar(kind, data)


def _member(kinds: tuple[Any, ...], data: Any) -> Any:
    """The member of a union that data is of: the one with just these fields, or the only one there is."""
    known = [one for one in kinds if one is not type(None)]
    named = [one for one in known if isinstance(data, dict) and set(_fields(one)) == set(data)]
    (found,) = named or known
    return found


def _scalar(kind: Any, data: Any) -> Any:
    if kind in (datetime.date, datetime.time):
        return kind.fromisoformat(data)
    if kind is Decimal or issubclass(kind, Enum):
        if not isinstance(data, str):
            raise TypeError(f"{data!r} is no text")
        return kind(data)
    if type(data) is not kind:
        raise TypeError(f"{data!r} is no {kind.__name__}")
    return data


@cache
def _fields(kind: Hashable) -> dict[str, Any]:
    """The fields of a dataclass or a named tuple with their types."""
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return {field.name: hints[field.name] for field in dataclasses.fields(kind) if field.init}
    return typing.get_type_hints(kind) if hasattr(kind, "_fields") else {}
