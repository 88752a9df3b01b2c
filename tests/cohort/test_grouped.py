"""Patients whose parts lie in several files: each gets what a document of its own would give."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="the extra `cohort` is not at hand")

import pyarrow as pa
from pyarrow import parquet

from assessing import KNOWLEDGE
from kg.certificate.plain import from_plain
from kg.cohort.run import CohortJob, run
from kg.facts.patient import PatientFacts
from kg.ontology.compiled import DEFAULT_FOLDER
from kg.readers.fhir.format import FHIR
from kg.readers.omop import OMOP
from kg.readers.protocol import Context

DAY = datetime.date(2026, 2, 10)
CONTEXT = Context(KNOWLEDGE.names, DAY, as_of=DAY)


def facts_by_key(source: Path, out: Path) -> dict[str, PatientFacts]:
    list(run(CohortJob(source, out, DEFAULT_FOLDER, DAY, size=2)))
    rows = parquet.read_table(out / "patients", columns=["key", "facts"]).to_pylist()
    return {row["key"]: from_plain(PatientFacts, json.loads(row["facts"])) for row in rows}


def rejected(out: Path) -> list[str]:
    return [row["path"] for row in parquet.read_table(out / "rejected.parquet").to_pylist()]


# -- FHIR Bulk Data

PEOPLE = [
    {"resourceType": "Patient", "id": f"p{n}", "gender": "female", "birthDate": f"19{n}0-01-01"} for n in (4, 5, 6)
]


def hemoglobin(patient: str, value: float) -> dict[str, Any]:
    code = {"coding": [{"system": "http://loinc.org", "code": "718-7"}]}
    quantity = {"value": value, "unit": "g/dL", "system": "http://unitsofmeasure.org", "code": "g/dL"}
    found = {
        "resourceType": "Observation",
        "status": "final",
        "code": code,
        "subject": {"reference": f"Patient/{patient}"},
    }
    return found | {"effectiveDateTime": "2026-02-01", "valueQuantity": quantity}


def test_fhir_bulk_data(tmp_path: Path) -> None:
    values = [hemoglobin("p5", 8.1), hemoglobin("p4", 9.9), hemoglobin("p5", 10.4), hemoglobin("p9", 7.0)]
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "Patient.ndjson").write_text("".join(json.dumps(one) + "\n" for one in PEOPLE), encoding="utf-8")
    text = "".join(json.dumps(one) + "\n" for one in values) + "no json\n"
    (folder / "Observation.ndjson").write_text(text, encoding="utf-8")
    found = facts_by_key(folder, tmp_path / "out")
    for person in PEOPLE:
        own = [one for one in values if one["subject"]["reference"] == f"Patient/{person['id']}"]
        bundle = {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [{"resource": one} for one in [*own, person]],
        }
        alone = FHIR.read(json.dumps(bundle).encode(), CONTEXT).facts
        assert found[str(person["id"])].measurements == alone.measurements
        assert found[str(person["id"])].age == alone.age
    assert sorted(rejected(tmp_path / "out")) == ["Observation.ndjson:4", "Observation.ndjson:5"]


# -- OMOP

CONCEPTS = [
    {"concept_id": 3000963, "concept_name": "Hemoglobin", "vocabulary_id": "LOINC", "concept_code": "718-7"},
    {"concept_id": 8713, "concept_name": "gram per deciliter", "vocabulary_id": "UCUM", "concept_code": "g/dL"},
    {"concept_id": 99, "concept_name": "Pancytopenia", "vocabulary_id": "SNOMED", "concept_code": "127034005"},
]
TABLES: Mapping[str, list[dict[str, Any]]] = {
    "person": [{"person_id": n, "gender_concept_id": 8532, "year_of_birth": 1940 + n} for n in (1, 2, 3)],
    "measurement": [
        {"person_id": n, "measurement_concept_id": 3000963, "value_as_number": 7.5 + n, "unit_concept_id": 8713}
        | {"measurement_date": datetime.date(2026, 2, 1)}
        for n in (2, 1, 4)
    ],
    "condition_occurrence": [
        {"person_id": 3, "condition_concept_id": 99, "condition_start_date": datetime.date(2026, 1, 3)}
    ],
    "concept": CONCEPTS,
}


def person(number: int) -> dict[str, Any]:
    own = {name: [row for row in rows if row.get("person_id", number) == number] for name, rows in TABLES.items()}
    found: dict[str, Any] = json.loads(json.dumps(own, default=str))
    return found


def as_parquet(folder: Path) -> Path:
    folder.mkdir()
    for name, rows in TABLES.items():
        parquet.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet")
    return folder


def as_database(path: Path) -> Path:
    duckdb = pytest.importorskip("duckdb", reason="DuckDB is not at hand")
    folder = as_parquet(path.with_suffix(""))
    with duckdb.connect(str(path)) as base:
        for name in TABLES:
            base.execute(f"CREATE TABLE {name} AS SELECT * FROM '{folder / name}.parquet'")
    return path


@pytest.mark.parametrize("kind", ["parquet", "duckdb"])
def test_omop_tables(tmp_path: Path, kind: str) -> None:
    source = as_parquet(tmp_path / "cdm") if kind == "parquet" else as_database(tmp_path / "cdm.duckdb")
    found = facts_by_key(source, tmp_path / "out")
    assert set(found) == {"1", "2", "3"}
    for number in (1, 2, 3):
        alone = OMOP.read(json.dumps(person(number)).encode(), CONTEXT).facts
        assert (found[str(number)].facts, found[str(number)].measurements) == (alone.facts, alone.measurements)
        assert alone.facts or alone.measurements
    assert rejected(tmp_path / "out") == ["measurement:3"]


def test_every_row_is_used_or_listed(tmp_path: Path) -> None:
    """What a person's rows do not give as facts stands in the facts as unread, with its place."""
    source = as_parquet(tmp_path / "cdm")
    rows = [{"person_id": 1, "drug_concept_id": 0, "drug_source_value": "no such drug"}]
    parquet.write_table(pa.Table.from_pylist(rows), source / "drug_exposure.parquet")
    parquet.write_table(pa.Table.from_pylist([{"person_id": 2, "note_text": "x"}]), source / "note.parquet")
    found = facts_by_key(source, tmp_path / "out")
    assert [one.text for one in found["1"].unread] == ["no such drug"]
    assert len(found["2"].unread) == 1


def test_a_folder_that_is_no_export(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="no table `person`"):
        list(run(CohortJob(tmp_path, tmp_path.parent / "out", DEFAULT_FOLDER, DAY)))
