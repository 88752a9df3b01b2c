"""Java tools that tests judge by: Maven brings them, the machine's Java runs them, kept off the network."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from places import ROOT

BUILD = ROOT / "build" / "java"
NO_NETWORK = [f"-D{scheme}.proxy{part}" for scheme in ("http", "https") for part in ("Host=127.0.0.1", "Port=9")]


def java_classpath(pom: Path, tool: str) -> str:
    """The class path of a tool, asked of Maven once for each pom.xml. Skips the test where the tool cannot be had."""
    if shutil.which("mvn") is None:
        pytest.skip(f"Maven, which brings {tool}, is not at hand; on Debian or Ubuntu: apt-get install maven")
    if shutil.which("java") is None:
        pytest.skip(
            f"Java, which {tool} needs, is not at hand; on Debian or Ubuntu: apt-get install default-jdk-headless"
        )
    cached = BUILD / f"classpath-{hashlib.sha256(pom.read_bytes()).hexdigest()[:12]}"
    if not (cached.exists() and all(Path(jar).exists() for jar in cached.read_text().split(os.pathsep))):
        _resolve(pom, cached, tool)
    return cached.read_text()


def _resolve(pom: Path, target: Path, tool: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    own = target.with_suffix(f".{os.getpid()}")
    command = ["mvn", "-q", "-B", "-f", str(pom), "dependency:build-classpath", f"-Dmdep.outputFile={own}"]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    if run.returncode != 0:
        lines = re.findall(r"\[ERROR\] (.+)", run.stdout + run.stderr)
        pytest.skip(f"{tool} is not at hand, Maven could not bring it: {lines[0] if lines else 'no message'}")
    own.replace(target)
