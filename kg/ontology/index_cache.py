"""The index of an ontology's triples on disk, so that a program starts without reading Turtle.

    key · checksum of the rest · the index in the form of `marshal`

The key is a digest over the ontology's content digest, the source of the index and the version of Python, which alone
reads what it wrote. A file that is missing, cut short, altered or of another key is not used: the index is made again
from the modules. The checksum finds accidents, not attacks.
"""

from __future__ import annotations

import hashlib
import logging
import marshal
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from kg.cache.artifacts import folder, older, written
from kg.ontology import index
from kg.ontology.index import ModuleIndex, Objects

LOG: Final = logging.getLogger(__name__)
LENGTH: Final = 32
KEPT: Final = 8


def cached_index(digest: str, contents: Sequence[bytes]) -> ModuleIndex:
    """The index of the module files with these contents, from the cache or made and kept."""
    key = hashlib.sha256(_maker() + digest.encode()).digest()
    path = folder() / f"{key.hex()[:32]}.index"
    objects = _load(path, key)
    if objects is not None:
        return ModuleIndex(contents, objects)
    found = ModuleIndex(contents)
    try:
        _store(path, key, found.objects)
    except OSError as error:
        LOG.info("%s: cannot be written, the index is made anew each time: %s", path, error)
    return found


def _load(path: Path, key: bytes) -> Objects | None:
    try:
        data = path.read_bytes()
    except OSError:
        return None
    body = memoryview(data)[2 * LENGTH :]
    if data[:LENGTH] != key or data[LENGTH : 2 * LENGTH] != hashlib.sha256(body).digest():
        LOG.warning("%s: is damaged or no cache of this ontology; the index is made again", path)
        return None
    objects: Objects = marshal.loads(body)
    return objects


def _store(path: Path, key: bytes, objects: Objects) -> None:
    body = marshal.dumps(objects)
    with written(path) as file:
        file.write(key + hashlib.sha256(body).digest() + body)
    for old in older(path.parent.glob("*.index"), KEPT):
        old.unlink(missing_ok=True)


@cache
def _maker() -> bytes:
    """A digest of whatever decides how the index is made and written."""
    source = Path(index.__file__ or "").read_bytes()
    return hashlib.sha256(source).digest() + sys.version.encode()
