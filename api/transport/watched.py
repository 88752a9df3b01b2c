"""What a file says, read again when the file has changed."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Generic, TypeVar

from kg.errors import InputError

T = TypeVar("T")
LOOKED_AT: Final = 1.0


class WatchedFile(Generic[T]):
    """The content of a file as `read` makes it; looked at no more than once a second.

    What it said before holds on while the file is missing or wrong. The first reading raises what `read` raises.
    """

    def __init__(self, path: Path, read: Callable[[Path], T]) -> None:
        self.path, self.read = path, read
        self._stamp, self._content = _stamp(path), read(path)
        self._looked_at = 0.0

    @property
    def content(self) -> T:
        now = time.monotonic()
        if now - self._looked_at > LOOKED_AT:
            self._looked_at = now
            self._renew()
        return self._content

    def _renew(self) -> None:
        try:
            stamp = _stamp(self.path)
            if stamp != self._stamp:
                self._content, self._stamp = self.read(self.path), stamp
        except (OSError, InputError):
            return


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_mtime_ns, found.st_ino
