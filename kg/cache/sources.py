"""Digests of the source of this program, parts of the keys of cached artifacts: changed code makes them anew."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).resolve().parent.parent


@cache
def sources_digest(*rooms: str) -> bytes:
    """A SHA-256 over every module of some rooms of `kg`, names and contents. Raises ValueError for a room without any.

    >>> sources_digest("cache") == sources_digest("cache", "ontology")
    False
    """
    digest = hashlib.sha256()
    for room in rooms:
        modules = sorted((PACKAGE / room).rglob("*.py"))
        if not modules:
            raise ValueError(f"kg/{room} has no modules")
        for path in modules:
            digest.update(hashlib.sha256(path.relative_to(PACKAGE).as_posix().encode()).digest())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.digest()
