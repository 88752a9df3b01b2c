"""An artifact in a file of the cache folder that is used only if it is what was written under its key.

    key (32 bytes) · SHA-256 of the content (32 bytes) · content

The key is a SHA-256 over the kind of artifact, the source of the rooms whose code makes it, what it is made from, the
version of Python and the machine's byte order; it also names the file. A file that is missing, cut short, altered or of
another key is not used. The checksum finds accidents, not attacks: whoever may write to the folder may write other
content. What could not be used is reported by the log.
"""

from __future__ import annotations

import hashlib
import logging
import mmap
import sys
from array import array
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from kg.cache.artifacts import folder, older, written
from kg.cache.flat import NUMBER
from kg.cache.sources import sources_digest

LOG: Final = logging.getLogger(__name__)
DIGEST: Final = 32
HEAD: Final = 2 * DIGEST
KEPT: Final = 8


class CheckedFile:
    """The file of one artifact; the latest KEPT files of a kind stay in the folder."""

    def __init__(self, kind: str, rooms: Sequence[str], digest: str) -> None:
        """`kind` is the file's suffix, `rooms` those whose code makes it, `digest` that of what it is made from."""
        machine = f"{kind} {sys.version} {sys.byteorder} {array(NUMBER).itemsize}"
        self.kind = kind
        self.key = hashlib.sha256(b"\0".join((machine.encode(), sources_digest(*rooms), digest.encode()))).digest()

    @property
    def path(self) -> Path:
        return folder() / f"{self.key.hex()[:DIGEST]}.{self.kind}"

    def read(self) -> memoryview | None:
        """The content, mapped into memory; nothing if there is no file that can be used."""
        path = self.path
        try:
            with path.open("rb") as file:
                if file.read(HEAD) != self.key + _checksum(file):
                    LOG.warning("%s: is damaged or has another key; it is made again", path)
                    return None
                return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))[HEAD:]
        except FileNotFoundError:
            return None
        except OSError as error:
            LOG.info("%s: cannot be read: %s", path, error)
            return None

    def write(self, write: Callable[[BinaryIO], object]) -> bool:
        """Keep what `write` writes; false, with a line in the log, where the folder cannot be written."""
        try:
            self._write(write)
        except OSError as error:
            LOG.info("%s: cannot be written, it is made anew each time: %s", self.path, error)
            return False
        return True

    def _write(self, write: Callable[[BinaryIO], object]) -> None:
        path = self.path
        with written(path) as file:
            file.write(bytes(HEAD))
            write(file)
            checksum = _checksum(file)
            file.seek(0)
            file.write(self.key + checksum)
        for old in older(path.parent.glob(f"*.{self.kind}"), KEPT):
            old.unlink(missing_ok=True)


def _checksum(file: BinaryIO) -> bytes:
    """Of everything behind the head, which leaves nothing of it in memory."""
    file.seek(HEAD)
    digest = hashlib.sha256()
    while part := file.read(1 << 20):
        digest.update(part)
    return digest.digest()
