"""The validator of HAPI FHIR: brought by Maven, run by the machine's Java, kept off the network."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from java_tool import NO_NETWORK, java_classpath
from places import ROOT

FOLDER = ROOT / "tests" / "export" / "hapi"


class FhirMessage(NamedTuple):
    """What the validator says of a file: `severity` is fatal, error, warning or information."""

    file: str
    severity: str
    place: str
    text: str


def validated(files: Sequence[Path]) -> list[FhirMessage]:
    """All that the validator says of files of FHIR R4, against the definitions of FHIR itself. Takes half a minute."""
    classes = java_classpath(FOLDER / "pom.xml", "HAPI FHIR")
    program = FOLDER / "Validate.java"
    command = ["java", "-Xmx2g", *NO_NETWORK, "-cp", classes, str(program), *map(str, files)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert run.returncode == 0, run.stderr
    return [FhirMessage(*line.split("\t", 3)) for line in run.stdout.splitlines()]
