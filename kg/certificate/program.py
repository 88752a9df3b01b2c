"""Which program makes a certificate: its version and a digest of its files."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import kg

ROOT = Path(kg.__file__).parent


@cache
def program() -> dict[str, Any]:
    """Name, version, and the SHA-256 over the path and the SHA-256 of each Python file, a line each, in order."""
    files = sorted(path for path in ROOT.rglob("*.py"))
    lines = [f"{path.relative_to(ROOT).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}\n" for path in files]
    total = hashlib.sha256("".join(lines).encode()).hexdigest()
    return {"name": "warrant", "version": kg.__version__, "digest": {"sha256": total}}
