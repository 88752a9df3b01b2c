"""What a hospital asks of a run: counts, contraindications among current treatments, the tests that decide most, and
what changes when sources are retracted. All from the stored columns; nobody is assessed again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from pyarrow import compute, dataset

from kg.cohort.run import PATIENTS
from kg.cohort.tables import CLAIM
from kg.cohort.wide import CODES
from kg.errors import InputError, Problem
from kg.explanations.retraction import sources_of
from kg.ontology.compiled import Ontology

CONTRAINDICATIONS: Final = "contraindications"


@dataclass(frozen=True)
class CohortReport:
    """Counts over one run. `outcomes`: claim → outcome → patients; the others are entry or fact → patients.

    `contraindicated` counts patients who receive what an entry warns of; `deciding` those with a claim that one missing
    fact would decide, by that fact. None where the run did not keep what is needed.
    """

    patients: int
    outcomes: dict[str, dict[str, int]]
    alerts: dict[str, int] | None
    steps: dict[str, int] | None
    contraindicated: dict[str, int] | None
    deciding: dict[str, int] | None


@dataclass(frozen=True)
class CohortRetraction:
    """What a retraction changes: for each claim that falls, the patients of whom something was said by it."""

    patients: int
    changed: dict[str, dict[str, int]]


def report(ontology: Ontology, out: Path) -> CohortReport:
    """The counts of a run."""
    found = _stored(out)
    names = found.schema.names
    claims = [name for name in names if name.startswith(CLAIM)]
    table = found.to_table(claims)
    return CohortReport(
        patients=table.num_rows,
        outcomes={name.removeprefix(CLAIM): _outcomes(table.column(name)) for name in claims},
        alerts=_entries(found, "alerts") if "alerts" in names else None,
        steps=_entries(found, "steps") if "steps" in names else None,
        contraindicated=_contraindicated(ontology, found) if "facts" in names else None,
        deciding=_deciding(found) if "missing" in names else None,
    )


def retraction(ontology: Ontology, out: Path, sources: Iterable[str], strict: bool = False) -> CohortRetraction:
    """Who changes when sources are retracted, from the columns of the claims that fall with them.

    Raises InputError for a source on which no claim rests alone, or that is no claim's.
    """
    fallen: set[str] = set()
    for source in sources:
        for name in sources_of(ontology, source, strict):
            kind, _, claim = name.partition("/")
            if kind != "claim":
                remedy = "Run the cohort again without it; columns hold what claims say."
                raise InputError([Problem(source, "is no source of claims", remedy)])
            fallen.add(claim)
    found = _stored(out)
    names = [CLAIM + claim for claim in sorted(fallen) if CLAIM + claim in found.schema.names]
    table = found.to_table(names)
    said = [compute.not_equal(table.column(name), 4) for name in names]
    touched = 0
    if said:
        some = said[0]
        for other in said[1:]:
            some = compute.or_(some, other)
        touched = int(compute.sum(some).as_py() or 0)
    return CohortRetraction(touched, {name.removeprefix(CLAIM): _outcomes(table.column(name)) for name in names})


def _stored(out: Path) -> Any:
    return dataset.dataset(out / PATIENTS, format="parquet")


def _outcomes(column: pa.ChunkedArray) -> dict[str, int]:
    words = {code: str(outcome) for outcome, code in CODES.items()}
    return {words[row["values"]]: row["counts"] for row in compute.value_counts(column).to_pylist()}


def _entries(found: Any, name: str) -> dict[str, int]:
    column = compute.list_flatten(found.to_table([name]).column(name))
    return _ranked({row["values"]: row["counts"] for row in compute.value_counts(column).to_pylist()})


def _contraindicated(ontology: Ontology, found: Any) -> dict[str, int]:
    """Entries that warn of what a patient receives now, or of what is above or below it."""
    names = {code: name for name, code in ontology.codes.items()}
    counts: Counter[str] = Counter()
    for batch in found.to_batches(columns=[CONTRAINDICATIONS, "facts"]):
        for row in batch.to_pylist():
            if row[CONTRAINDICATIONS]:
                given = _received(json.loads(row["facts"]))
                related = {other for one in given for other in ontology.ancestors(one) | ontology.descendants(one)}
                counts.update(one for one in row[CONTRAINDICATIONS] if names.get(_code(one)) in related)
    return _ranked(counts)


def _received(facts: dict[str, Any]) -> list[str]:
    """The treatments that are present and have not ended."""
    return [
        one["concept"]
        for one in facts["facts"]
        if one["list"] == "treatments"
        and one["status"] == "present"
        and not (one["ended"] and one["ended"] < facts["as_of"])
    ]


def _code(entry: str) -> str:
    return entry.split(":")[1]


def _deciding(found: Any) -> dict[str, int] | None:
    counts: Counter[str] = Counter()
    for batch in found.to_batches(columns=["missing"]):
        for sets in batch.column("missing").to_pylist():
            counts.update({one["facts"][0] for one in sets or () if len(one["facts"]) == 1})
    return _ranked(counts)


def _ranked(counts: dict[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda row: (-row[1], row[0])))
