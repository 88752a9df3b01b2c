"""Example patients: case files beside the ontology."""

from __future__ import annotations

import datetime
from pathlib import Path

from kg.errors import CaseError, Problem
from kg.ontology.compiled import Ontology
from kg.readers.case.parsing import parse_yaml
from kg.readers.case.reader import CaseReader
from kg.record.assertions import record
from kg.record.record import Record
from kg.vocabulary.names import Names

NO_TODAY = datetime.date.max


def read_example(ontology: Ontology, path: Path) -> Record:
    """The record of an example case. Raises CaseError; an example must state its `as_of`."""
    case = parse_yaml(path.read_text(encoding="utf-8"))
    if not isinstance(case, dict) or "as_of" not in case:
        raise CaseError([Problem(f"{path.name}: $.as_of", "is missing", "An example must be the same tomorrow.")])
    facts = CaseReader(Names(ontology), NO_TODAY).read(case)
    return record(ontology, facts, f"patient/{path.stem}")


def paths(folder: Path) -> tuple[Path, ...]:
    """The case files of an ontology's examples."""
    return tuple(sorted((folder / "examples").glob("*.yaml")))
