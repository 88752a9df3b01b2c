"""What is kept of assessments: the facts under their handle, in memory that processes share, for a limited time.

The memory is a file without a name (memfd), of mode 0600, that ends with the last process that has it open. It is a
ring of records; no process holds it for the others, so none can take it along when it dies. Whoever writes takes a lock
that the system releases when its holder ends, and moves the end of the ring on only after the record is complete.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, NamedTuple

from api.config import Retention

ENDS: Final = struct.Struct("<QQ")
RECORD: Final = struct.Struct("<QdII32s")
START: Final = mmap.PAGESIZE
DIGEST: Final = 32
SWEEP: Final = 1.0


class RingRecord(NamedTuple):
    """A record of the ring: its whole length, when its time is over (0 for what is deleted or only fills up), the
    length of its content and a checksum, and the handle."""

    length: int
    until: float
    size: int
    checksum: int
    handle: bytes


def memory_file(size: int) -> int:
    """The descriptor of a new file in memory that no other user can open."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("warrant-sessions", os.MFD_CLOEXEC)
    else:
        descriptor, name = tempfile.mkstemp()
        os.unlink(name)
    os.fchmod(descriptor, 0o600)
    os.ftruncate(descriptor, START + size)
    return descriptor


class SessionStore:
    """Content by handle in the memory file `descriptor`. What is over its time, or over the limits, is forgotten."""

    def __init__(self, descriptor: int, retention: Retention, clock: Callable[[], float] = time.monotonic) -> None:
        self.descriptor, self.retention, self.clock = descriptor, retention, clock
        self._memory = mmap.mmap(descriptor, os.fstat(descriptor).st_size)
        self._size = len(self._memory) - START
        self._places: dict[bytes, int] = {}
        self._read_to, self._sweep_at = 0, 0.0

    def put(self, handle: str, content: bytes) -> None:
        """Keep content under a handle; the same handle again starts its time anew."""
        key, needed = bytes.fromhex(handle), RECORD.size + len(content)
        if needed > self._size // 2:
            return
        with self._locked():
            if self._content(key) == content:
                place = self._places[key]
                self._write(place, self._row(place)._replace(until=self.clock() + self.retention.seconds))
                return
            self._wipe(key)
            self._append(key, content, needed)

    def get(self, handle: str) -> bytes | None:
        """What stands under a handle, or nothing."""
        if (key := _key(handle)) is None:
            return None
        with self._locked():
            return self._content(key)

    def remove(self, handle: str) -> bool:
        """Overwrite what stands under a handle; whether there was anything."""
        if (key := _key(handle)) is None:
            return False
        with self._locked():
            there = self._content(key) is not None
            self._wipe(key)
            return there

    def count(self) -> int:
        """How many there are."""
        with self._locked():
            self._sweep()
            return len(self._places)

    def close(self) -> None:
        """Let go of the memory, which ends with the last who has it."""
        self._memory.close()
        os.close(self.descriptor)

    # -- the ring: places count from the first record ever written

    @contextmanager
    def _locked(self) -> Iterator[None]:
        fcntl.lockf(self.descriptor, fcntl.LOCK_EX)
        try:
            self._catch_up()
            yield
        finally:
            fcntl.lockf(self.descriptor, fcntl.LOCK_UN)

    def _catch_up(self) -> None:
        """See what others have written, and now and then forget what is over its time."""
        first, end = self._ends()
        place = max(self._read_to, first)
        while place < end:
            row = self._row(place)
            if row.size:
                self._places.pop(row.handle, None)
                self._places[row.handle] = place
            place += row.length
        self._read_to = end
        if self.clock() >= self._sweep_at:
            self._sweep()

    def _sweep(self) -> None:
        for key in list(self._places):
            self._content(key)
        self._sweep_at = self.clock() + SWEEP

    def _append(self, key: bytes, content: bytes, needed: int) -> None:
        first, end = self._ends()
        rest = self._size - end % self._size
        filler = rest if rest < needed else 0
        while end + filler + needed - first > self._size:
            first += self._forget(first)
        self._set_ends(first, end)
        if filler >= RECORD.size:
            self._write(end, RingRecord(filler, 0.0, 0, 0, bytes(DIGEST)))
        place = end + filler
        until = self.clock() + self.retention.seconds
        self._write(place, RingRecord(needed, until, len(content), zlib.crc32(content), key), content)
        self._set_ends(first, place + needed)
        self._places[key], self._read_to = place, place + needed
        while len(self._places) > self.retention.most:
            self._wipe(next(iter(self._places)))

    def _forget(self, place: int) -> int:
        """Overwrite the oldest record; its length."""
        row = self._row(place)
        if self._places.get(row.handle) == place:
            self._wipe(row.handle)
        return row.length

    def _content(self, key: bytes) -> bytes | None:
        place = self._places.get(key)
        if place is None:
            return None
        row, start = self._row(place), self._offset(place) + RECORD.size
        if place < self._ends()[0] or row.handle != key or row.until <= self.clock():
            self._wipe(key)
            return None
        content = self._memory[start : start + row.size]
        return content if zlib.crc32(content) == row.checksum else None

    def _wipe(self, key: bytes) -> None:
        """Overwrite a record; its place in the ring stays taken until its turn."""
        place = self._places.pop(key, None)
        if place is not None and place >= self._ends()[0]:
            row = self._row(place)
            self._write(place, RingRecord(row.length, 0.0, 0, 0, bytes(DIGEST)), bytes(row.size))

    def _ends(self) -> tuple[int, int]:
        return ENDS.unpack_from(self._memory)

    def _set_ends(self, first: int, end: int) -> None:
        ENDS.pack_into(self._memory, 0, first, end)

    def _offset(self, place: int) -> int:
        return START + place % self._size

    def _row(self, place: int) -> RingRecord:
        if (rest := self._size - place % self._size) < RECORD.size:
            return RingRecord(rest, 0.0, 0, 0, bytes(DIGEST))
        return RingRecord(*RECORD.unpack_from(self._memory, self._offset(place)))

    def _write(self, place: int, row: RingRecord, content: bytes = b"") -> None:
        offset = self._offset(place)
        if content:
            self._memory[offset + RECORD.size : offset + RECORD.size + len(content)] = content
        RECORD.pack_into(self._memory, offset, *row)


def _key(handle: str) -> bytes | None:
    with suppress(ValueError):
        key = bytes.fromhex(handle)
        return key if len(key) == DIGEST and key.hex() == handle else None
    return None


def opened(address: str) -> int:
    """The memory file that another process has open, by its address under /proc."""
    return os.open(address, os.O_RDWR | os.O_CLOEXEC)
