"""The folder of what is made once and used again, and how a file gets there.

`$WARRANT_CACHE` names the folder; without it, it is `warrant` in the user's cache folder; where that cannot be written,
as on a read-only file system, a folder of this user alone below the system's temporary folder.
"""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def folder() -> Path:
    """Where caches are: `$WARRANT_CACHE`, else the platform's convention, else a temporary folder.

    What it returns may still not be writable; callers then work without a cache.
    """
    if named := os.environ.get("WARRANT_CACHE"):
        return Path(named)
    try:
        usual = _of_the_platform()
    except RuntimeError:  # a user without a home folder
        return _temporary() or Path(os.devnull) / "warrant"
    return usual if _can_be_written(usual) else _temporary() or usual


def _of_the_platform() -> Path:
    """The cache folder by the platform's convention. Raises RuntimeError where the user has no home folder."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "warrant" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "warrant"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "warrant"


def _can_be_written(path: Path) -> bool:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(path, os.W_OK | os.X_OK)


def _temporary() -> Path | None:
    """A folder below the system's temporary one that is this user's and that nobody else can write; else nothing.

    Other users can make a folder of that name first: whoever owns it could put rules of their own into the cache.
    """
    if not hasattr(os, "getuid"):
        return None
    try:
        found = Path(tempfile.gettempdir()) / f"warrant-{os.getuid()}"
        found.mkdir(mode=0o700, exist_ok=True)
        status = found.lstat()
    except OSError:
        return None
    alone = stat.S_ISDIR(status.st_mode) and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return found if alone and status.st_uid == os.getuid() else None


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
