"""Sets that are met again and again, as a matrix of bits: which of some sets hold a thing, for all things at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T", int, str)
Flags = NDArray[np.bool_]


class SetMatrix(Generic[T]):
    """Sets in the order in which they were put in."""

    def __init__(self) -> None:
        self.things: list[T] = []
        self.places: dict[T, int] = {}
        self.matrix: Flags = np.zeros((0, 0), dtype=bool)

    def put(self, found: Sequence[Iterable[T]]) -> None:
        """Put in further sets."""
        first = len(self.matrix)
        held = [[self._place(one) for one in some] for some in found]
        grown = np.zeros((first + len(held), len(self.things)), dtype=bool)
        grown[:first, : self.matrix.shape[1]] = self.matrix
        for row, places in enumerate(held, first):
            grown[row, places] = True
        self.matrix = grown

    def _place(self, one: T) -> int:
        if one not in self.places:
            self.places[one] = len(self.things)
            self.things.append(one)
        return self.places[one]

    def holders(self, chosen: NDArray[np.int64]) -> list[tuple[Flags, list[T]]]:
        """For some sets by their numbers: flags over them, each with the things that just the flagged ones hold."""
        columns = np.ascontiguousarray(self.matrix[chosen].T)
        found: dict[bytes, tuple[Flags, list[T]]] = {}
        for place in np.flatnonzero(columns.any(axis=1)).tolist():
            flags = columns[place]
            found.setdefault(flags.tobytes(), (flags, []))[1].append(self.things[place])
        return list(found.values())
