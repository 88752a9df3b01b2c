"""The compiled rules on disk, so that an engine starts without reading Turtle.

    magic · key · checksum of the rest · block (`kg.cache.flat`)

The key is a digest over the ontology's content digest, the version of this format, the compiler's own source and the
machine's byte order; the file's name is the key. A file that is missing, cut short, altered or made by another
compiler is not used: the rules are made again from the modules. The checksum finds accidents, not attacks: a block
cannot run code, but whoever may write to the folder may write other rules. What could not be used or kept is reported
by the log.
"""

from __future__ import annotations

import hashlib
import logging
import mmap
import sys
from array import array
from functools import cache
from pathlib import Path
from typing import BinaryIO, Final

from kg.cache import flat
from kg.cache.artifacts import folder, older, written
from kg.ontology import fragment, index
from kg.ontology.modules import ModuleFiles, Modules
from kg.reasoner import rule_tables, rule_writer, rules
from kg.reasoner.rule_writer import RuleWriter
from kg.reasoner.rules import Rules, write_rules

LOG: Final = logging.getLogger(__name__)
MAGIC: Final = b"warrant rules\n\0\0"
VERSION: Final = 1
HEAD: Final = len(MAGIC) + 64
KEPT: Final = 8


def rules_in(folder: Path) -> Rules:
    """The rules of the ontology in a folder: from the cache by the digest of its files, else compiled and kept."""
    return cached_rules(ModuleFiles(folder))


def cached_rules(modules: Modules) -> Rules:
    """The rules of an ontology, from the cache or compiled and kept."""
    found = load(modules.digest)
    return found if found is not None else store(modules.digest, write_rules(modules))


def path_of(digest: str) -> Path:
    """The cache file of an ontology with this content digest."""
    return folder() / f"{_key(digest).hex()[:32]}.rules"


def load(digest: str) -> Rules | None:
    """The cached rules, or nothing if there are none that can be used."""
    path = path_of(digest)
    try:
        with path.open("rb") as file:
            if not _genuine(file, _key(digest)):
                LOG.warning("%s: is damaged or no cache of this ontology; the rules are made again", path)
                return None
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except FileNotFoundError:
        return None
    except OSError as error:
        LOG.info("%s: cannot be read: %s", path, error)
        return None
    return Rules(flat.Block(memoryview(data)[HEAD:]))


def store(digest: str, made: RuleWriter) -> Rules:
    """Keep rules and return them as read back; where nothing can be written they stay in memory."""
    try:
        _write(path_of(digest), _key(digest), made)
    except OSError as error:
        LOG.info("%s: cannot be written, the rules are made anew each time: %s", path_of(digest), error)
        return made.rules()
    found = load(digest)
    return found if found is not None else made.rules()


def _genuine(file: BinaryIO, key: bytes) -> bool:
    """Whether a file is what was written under this key. Leaves nothing of it in memory."""
    head = file.read(HEAD)
    return head[:-32] == MAGIC + key and _checksum(file) == head[-32:]


def _checksum(file: BinaryIO) -> bytes:
    """Of everything behind the head."""
    file.seek(HEAD)
    digest = hashlib.sha256()
    while part := file.read(1 << 20):
        digest.update(part)
    return digest.digest()


def _write(path: Path, key: bytes, rules_: RuleWriter) -> None:
    with written(path) as file:
        file.write(bytes(HEAD))
        rules_.write(file)
        checksum = _checksum(file)
        file.seek(0)
        file.write(MAGIC + key + checksum)
    for old in older(path.parent.glob("*.rules"), KEPT):
        old.unlink(missing_ok=True)


@cache
def _maker() -> bytes:
    """A digest of whatever decides how rules are made and laid out."""
    sources = [
        Path(module.__file__ or "").read_bytes() for module in (flat, fragment, index, rule_tables, rule_writer, rules)
    ]
    machine = f"{VERSION} {sys.byteorder} {array(flat.NUMBER).itemsize}".encode()
    return b"".join(hashlib.sha256(part).digest() for part in (*sources, machine))


def _key(digest: str) -> bytes:
    return hashlib.sha256(_maker() + digest.encode()).digest()
