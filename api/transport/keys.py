"""The keys of the service: several, each with a name, from the environment or from a file that may change."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from api.transport.watched import WatchedFile
from kg.errors import InputError, Problem

SHORTEST: Final = 16
REMEDY: Final = "Make one with `openssl rand -hex 32`."


class Keys:
    """Who has which key. `given` are keys by name; `path` is a file of more, a name and a key on each line.

    The file is read again when it has changed, so that a key is replaced without a restart: put the new one in beside
    the old one, take the old one out later. Raises InputError for a file that does not read so, and for a key that is
    shorter than 16 characters.
    """

    def __init__(self, given: Mapping[str, str], path: Path | None = None) -> None:
        self.given = {name: _checked(f"the key {name}", key) for name, key in given.items()}
        self._file = WatchedFile(path, _read) if path is not None else None

    def name_of(self, key: str) -> str | None:
        """Whose key it is. Every key is compared in whole: the time says nothing of how near a guess was."""
        said = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
        found = [name for name, known in self._all().items() if hmac.compare_digest(said, known)]
        return found[0] if found else None

    def ticket(self, name: str, secret: bytes) -> str:
        """What a browser brings in the place of a key: it holds while the key and the secret of the service do."""
        mark = hmac.new(secret, b"login:" + self._all()[name], hashlib.sha256).hexdigest()
        return f"{name}.{mark}"

    def holder(self, ticket: str, secret: bytes) -> str | None:
        """Whose ticket it is."""
        name = ticket.rpartition(".")[0]
        fits = name in self._all() and hmac.compare_digest(ticket.encode(), self.ticket(name, secret).encode())
        return name if fits else None

    def _all(self) -> dict[str, bytes]:
        return self.given | (self._file.content if self._file else {})


def _read(path: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        where, (name, _, key) = f"{path.name}: line {number}", line.strip().partition(" ")
        if not key or name in found:
            raise InputError([Problem(where, "is no name with a key", "Write a name of its own, a blank and a key.")])
        found[name] = _checked(where, key.strip())
    return found


def _checked(where: str, key: str) -> bytes:
    if len(key) < SHORTEST:
        raise InputError([Problem(where, f"is shorter than {SHORTEST} characters", REMEDY)])
    return hashlib.sha256(key.encode()).digest()
