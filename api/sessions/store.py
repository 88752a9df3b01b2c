"""Where assessments wait to be asked about: the facts under their handle, in memory, for a limited time."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from multiprocessing.managers import BaseManager
from threading import Lock
from typing import Final, Protocol, cast

from api.transport.limits import Retention


class Shelf(Protocol):
    """Content by handle."""

    def put(self, handle: str, content: bytes) -> None: ...

    def get(self, handle: str) -> bytes | None: ...

    def count(self) -> int: ...


class LocalShelf:
    """A shelf in this process. What is older than its time, or not among the latest, is forgotten."""

    def __init__(self, retention: Retention, clock: Callable[[], float] = time.monotonic) -> None:
        self.retention, self.clock = retention, clock
        self._lock = Lock()
        self._rows: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    def put(self, handle: str, content: bytes) -> None:
        """Keep content under a handle; the same handle again starts its time anew."""
        with self._lock:
            self._rows.pop(handle, None)
            self._rows[handle] = (self.clock() + self.retention.seconds, content)
            self._forget()

    def get(self, handle: str) -> bytes | None:
        """What stands under a handle, or nothing."""
        with self._lock:
            self._forget()
            return self._rows[handle][1] if handle in self._rows else None

    def count(self) -> int:
        """How many there are."""
        with self._lock:
            self._forget()
            return len(self._rows)

    def _forget(self) -> None:
        now = self.clock()
        while self._rows:
            until, _ = next(iter(self._rows.values()))
            if until > now and len(self._rows) <= self.retention.most:
                return
            self._rows.popitem(last=False)


class _Manager(BaseManager):
    """The process that holds a shelf for several workers."""


NAME: Final = "shelf"


def serve_shelf(retention: Retention, address: str, key: bytes) -> BaseManager:
    """A process with a shelf behind a Unix socket at an address; whoever knows the key shares it."""
    shelf = LocalShelf(retention)

    class Serving(_Manager):
        pass

    Serving.register(NAME, callable=lambda: shelf, exposed=("put", "get", "count"))
    manager = Serving(address=address, authkey=key)
    manager.start()
    return manager


def shared_shelf(address: str, key: bytes) -> Shelf:
    """The shelf that `serve_shelf` holds at an address."""
    _Manager.register(NAME, exposed=("put", "get", "count"))
    manager = _Manager(address=address, authkey=key)
    manager.connect()
    return cast(Shelf, manager.shelf())  # type: ignore[attr-defined]
