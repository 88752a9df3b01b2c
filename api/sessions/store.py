"""Stores of assessment sessions: the facts under their handle, in memory, for a limited time."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from multiprocessing.managers import BaseManager
from threading import Lock
from typing import Final, Protocol, cast

from api.config import Retention


class SessionStore(Protocol):
    """Content by handle."""

    def put(self, handle: str, content: bytes) -> None: ...

    def get(self, handle: str) -> bytes | None: ...

    def count(self) -> int: ...


class MemorySessionStore:
    """A store in this process. What is older than its time, or not among the latest, is forgotten."""

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
    """The process that holds a store for several workers."""


NAME: Final = "store"


def serve_store(retention: Retention, address: str, key: bytes) -> BaseManager:
    """A process with a store behind a Unix socket at an address; whoever knows the key shares it."""
    store = MemorySessionStore(retention)

    class Serving(_Manager):
        pass

    Serving.register(NAME, callable=lambda: store, exposed=("put", "get", "count"))
    manager = Serving(address=address, authkey=key)
    manager.start()
    return manager


def shared_store(address: str, key: bytes) -> SessionStore:
    """The store that `serve_store` holds at an address."""
    _Manager.register(NAME, exposed=("put", "get", "count"))
    manager = _Manager(address=address, authkey=key)
    manager.connect()
    return cast(SessionStore, manager.store())  # type: ignore[attr-defined]
