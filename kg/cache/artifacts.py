"""The folder of what is made once and used again, and how a file gets there.

`$WARRANT_CACHE` names the folder; without it, it is `warrant` in the user's cache folder.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def folder() -> Path:
    """Where caches are: `$WARRANT_CACHE`, else the platform's convention."""
    if named := os.environ.get("WARRANT_CACHE"):
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "warrant" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "warrant"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "warrant"


@contextmanager
def written(path: Path) -> Iterator[BinaryIO]:
    """A file to write, which takes its place when it is complete: no reader ever sees half of one. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def older(found: Iterable[Path], kept: int) -> list[Path]:
    """All but the latest few: every change of the ontology leaves one behind."""
    dated = sorted((path.stat().st_mtime, path) for path in found)
    return [path for _, path in dated[:-kept]]
