"""The order of steps: what a claim puts before another comes before it, and then the more urgent first."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import TypeVar

Edge = tuple[str, str]
Key = TypeVar("Key", bound=tuple[int | str, ...])


def arranged(keys: Mapping[str, Key], edges: Iterable[Edge]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Names in an order that respects every edge (first, then), smallest key first among those that may come next.

    What must come before something takes over its key where that is smaller. Edges that close a cycle are left out;
    the cycles are given back.

    >>> arranged({"a": (2,), "b": (1,), "c": (0,)}, [("a", "c")])
    (('a', 'c', 'b'), ())
    """
    kept, cycles = _without_cycles(keys, edges)
    before: dict[str, set[str]] = {name: set() for name in keys}
    for first, then in kept:
        before[then].add(first)
    rank = _inherited(keys, before)
    sorter = TopologicalSorter(before)
    sorter.prepare()
    ready: list[tuple[Key, Key, str]] = []
    found: list[str] = []
    while sorter.is_active():
        for name in sorter.get_ready():
            heapq.heappush(ready, (rank[name], keys[name], name))
        name = heapq.heappop(ready)[-1]
        found.append(name)
        sorter.done(name)
        while ready and not sorter.is_active():
            found.append(heapq.heappop(ready)[-1])
    return tuple(found), cycles


def _without_cycles(names: Mapping[str, Key], edges: Iterable[Edge]) -> tuple[list[Edge], tuple[tuple[str, ...], ...]]:
    kept = sorted({(a, b) for a, b in edges if a in names and b in names and a != b})
    cycles: list[tuple[str, ...]] = []
    while True:
        graph: dict[str, set[str]] = {}
        for first, then in kept:
            graph.setdefault(then, set()).add(first)
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            cycle = tuple(error.args[1])
            cycles.append(cycle)
            kept = [edge for edge in kept if edge not in pairwise(cycle)]
            continue
        return kept, tuple(cycles)


def _inherited(keys: Mapping[str, Key], before: Mapping[str, set[str]]) -> dict[str, Key]:
    """The smallest key of a name and of everything that must wait for it."""
    rank = dict(keys)
    for name in reversed(tuple(TopologicalSorter(before).static_order())):
        for first in before[name]:
            rank[first] = min(rank[first], rank[name])
    return rank
