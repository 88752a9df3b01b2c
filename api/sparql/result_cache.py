"""An LRU cache of query results by entity tag; the public dataset never changes while the service runs."""

from __future__ import annotations

from collections import OrderedDict

from kg.store.evaluate import StoreResult


class ResultCache:
    """The answers asked for last, up to a number of bytes; none of them may take more than a part of it."""

    def __init__(self, size: int, part: int = 64) -> None:
        self.size, self.largest = size, size // part
        self._kept: OrderedDict[tuple[str, bool], StoreResult] = OrderedDict()
        self._bytes = 0

    def get(self, tag: str, compressed: bool) -> StoreResult | None:
        """The answer under an entity tag, compressed if that is what was asked for."""
        found = self._kept.get((tag, compressed))
        if found is not None:
            self._kept.move_to_end((tag, compressed))
        return found

    def keep(self, tag: str, compressed: bool, answer: StoreResult) -> None:
        """Keep an answer in the place of those that nobody asked for longest."""
        if len(answer.body) > self.largest or (tag, compressed) in self._kept:
            return
        self._kept[tag, compressed] = answer
        self._bytes += len(answer.body)
        while self._bytes > self.size:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= len(gone.body)
