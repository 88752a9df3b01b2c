"""ROBOT, the OWL tool of the OBO Foundry: brought by Maven, run by the machine's Java, kept off the network."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from places import ROOT

POM = ROOT / "tests" / "export" / "robot" / "pom.xml"
BUILD = ROOT / "build" / "robot"
MAIN = "org.obolibrary.robot.CommandLineInterface"
NO_NETWORK = [f"-D{scheme}.proxy{part}" for scheme in ("http", "https") for part in ("Host=127.0.0.1", "Port=9")]
NOT_LOGICAL = (
    "Prefix", "Ontology", "Import", "Annotation", "Declaration", "AnnotationAssertion",
    "SubAnnotationPropertyOf", "AnnotationPropertyDomain", "AnnotationPropertyRange",
)  # fmt: skip


def classpath() -> str:
    """The class path of ROBOT, asked of Maven once for each pom.xml. Skips the test where ROBOT cannot be had."""
    if shutil.which("mvn") is None:
        pytest.skip("Maven, which brings ROBOT, is not at hand; on Debian or Ubuntu: apt-get install maven")
    if shutil.which("java") is None:
        pytest.skip("ROBOT needs Java; on Debian or Ubuntu: apt-get install default-jre-headless")
    cached = BUILD / f"classpath-{hashlib.sha256(POM.read_bytes()).hexdigest()[:12]}"
    if not (cached.exists() and all(Path(jar).exists() for jar in cached.read_text().split(os.pathsep))):
        _resolve(cached)
    return cached.read_text()


def _resolve(target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    own = target.with_suffix(f".{os.getpid()}")
    command = ["mvn", "-q", "-B", "-f", str(POM), "dependency:build-classpath", f"-Dmdep.outputFile={own}"]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    if run.returncode != 0:
        lines = re.findall(r"\[ERROR\] (.+)", run.stdout + run.stderr)
        pytest.skip(f"Maven could not bring ROBOT: {lines[0] if lines else 'no message'}")
    own.replace(target)


def robot(*arguments: str | Path, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    """One run of ROBOT. What it prints is in `stdout`; `returncode` is 0 when ROBOT is content."""
    command = ["java", "-Xmx3g", *NO_NETWORK, "-cp", classpath(), MAIN, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=timeout)


def logical_axioms(functional_syntax: str) -> list[str]:
    """The logical axioms of an ontology in OWL functional syntax, one a line, as OWLAPI prints them."""
    lines = (line for line in functional_syntax.splitlines() if re.match(r"[A-Z][A-Za-z]+\(", line))
    return [line for line in lines if line.split("(", 1)[0] not in NOT_LOGICAL]


def unsourced(axioms: list[str]) -> list[str]:
    """The axioms that do not begin with the annotation of their source."""
    return [line for line in axioms if "(Annotation(dcterms:source " not in line]
