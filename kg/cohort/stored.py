"""What a run has written, read again: the facts of one patient by the key."""

from __future__ import annotations

import json
from pathlib import Path

from pyarrow import dataset

from kg.certificate.plain import from_plain
from kg.cohort.run import PATIENTS
from kg.errors import NotFound, Problem
from kg.facts.patient import PatientFacts


def facts_of(out: Path, key: str) -> PatientFacts:
    """The facts of a patient. Raises NotFound for a key that the run has no answer for, or more than one."""
    stored = dataset.dataset(out / PATIENTS, format="parquet")
    if "facts" not in stored.schema.names:
        problem = Problem(str(out), "has outcomes alone, not the facts", "Run it without --outcomes to prove answers.")
        raise NotFound([problem])
    found = stored.to_table(["facts"], filter=dataset.field("key") == key)
    if found.num_rows != 1:
        said = "is no patient of this run" if not found.num_rows else f"is the key of {found.num_rows} patients"
        raise NotFound([Problem(key, said, "See rejected/ for rows without an answer; give each patient a key.")])
    return from_plain(PatientFacts, json.loads(found.column("facts")[0].as_py()))
