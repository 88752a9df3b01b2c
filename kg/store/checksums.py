"""Checksums of datasets that are kept: they find accidents, such as a full disk or a file cut short, not attacks.

A file of N-Quads ends with a comment that has the SHA-256 of everything before it. The folder of a store has a file
with the SHA-256 over the names and contents of all others but those that only log and lock.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

MARK: Final = b"# sha256 "
LENGTH: Final = len(MARK) + 64 + 1
SUM: Final = "SHA256"
CHANGING: Final = frozenset({SUM, "LOG", "LOCK"})


def sealed(text: bytes) -> bytes:
    """N-Quads with their checksum as the last line."""
    return text + _line(text)


def seal(folder: Path) -> None:
    """Put its checksum into the folder of a store that is complete."""
    (folder / SUM).write_text(_sum(folder))


def intact(path: Path) -> bool:
    """Whether a file or a folder is as it was sealed."""
    try:
        if path.is_dir():
            return (path / SUM).read_text() == _sum(path)
        content = memoryview(path.read_bytes())
        return bytes(content[-LENGTH:]) == _line(content[:-LENGTH])
    except OSError:
        return False


def _line(text: bytes | memoryview) -> bytes:
    return MARK + hashlib.sha256(text).hexdigest().encode() + b"\n"


def _sum(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.name not in CHANGING:
            digest.update(hashlib.sha256(path.name.encode()).digest())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
