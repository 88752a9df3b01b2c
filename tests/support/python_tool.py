"""Python tools that tests judge by, each in an environment of its own: they bring over a hundred packages."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from places import ROOT

BUILD = ROOT / "build" / "tools"


def tool_python(name: str) -> Path:
    """The interpreter of the environment that `requirements/NAME.txt` locks, made once for each lock, in half a minute.

    Skips the test where pip cannot bring the packages.
    """
    lock = ROOT / "requirements" / f"{name}.txt"
    place = BUILD / f"{name}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
    if not place.exists():
        _install(name, lock, place)
    return place / "bin" / "python"


def _install(name: str, lock: Path, place: Path) -> None:
    own = place.with_suffix(f".{os.getpid()}")
    subprocess.run([sys.executable, "-m", "venv", own], check=True)
    pip: list[str | Path] = [
        own / "bin" / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
    ]
    run = subprocess.run([*pip, "-r", lock], capture_output=True, text=True, check=False, timeout=600)
    if run.returncode != 0:
        shutil.rmtree(own)
        pytest.skip(f"{name} is not at hand, pip could not bring it: {run.stderr.strip().splitlines()[-1]}")
    own.replace(place)
