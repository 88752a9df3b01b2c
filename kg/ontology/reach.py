"""What can be reached in a graph from one of its nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def reach(start: str, neighbours: Callable[[str], Iterable[str]]) -> frozenset[str]:
    """The start and everything on a path from it along the neighbours."""
    found, todo = {start}, [start]
    while todo:
        for other in neighbours(todo.pop()):
            if other not in found:
                found.add(other)
                todo.append(other)
    return frozenset(found)
