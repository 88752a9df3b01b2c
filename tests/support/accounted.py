"""Whether every part of a document was used, reported or known to state nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kg.facts.origins import JsonPath
from kg.readers.protocol import ReadResult


def leaves(item: Any, path: str = "$") -> Iterator[str]:
    """The paths of everything in a document that is no list and no object."""
    match item:
        case dict():
            for name, value in item.items():
                yield from leaves(value, f"{path}.{name}")
        case list():
            for number, value in enumerate(item):
                yield from leaves(value, f"{path}[{number}]")
        case _:
            yield path


def lost(result: ReadResult, case: Any) -> list[str]:
    return [path for path in leaves(case) if not result.coverage.of(JsonPath(path))]
