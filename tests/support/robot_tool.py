"""ROBOT, the OWL tool of the OBO Foundry: brought by Maven, run by the machine's Java, kept off the network."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from java_tool import NO_NETWORK, java_classpath
from places import ROOT

POM = ROOT / "tests" / "export" / "robot" / "pom.xml"
MAIN = "org.obolibrary.robot.CommandLineInterface"
NOT_LOGICAL = (
    "Prefix", "Ontology", "Import", "Annotation", "Declaration", "AnnotationAssertion",
    "SubAnnotationPropertyOf", "AnnotationPropertyDomain", "AnnotationPropertyRange",
)  # fmt: skip


def classpath() -> str:
    """The class path of ROBOT."""
    return java_classpath(POM, "ROBOT")


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
