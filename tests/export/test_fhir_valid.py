"""The FHIR that is written, judged by the validator of HAPI FHIR against the definitions of R4, without a network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from endpoint import Endpoint
from fhir import bundle, condition, hemoglobin, observation
from fhir_validator import validated
from kg.export.fhir_case import bundle_of
from kg.knowledge import Knowledge
from kg.readers.case.parsing import parse_yaml
from kg.readers.case.reader import CaseReader
from kg.record.examples import paths
from kg.render import as_json
from kg.render.cards import ServicePlace
from kg.render.contract import AssessmentModel
from kg.render.fhir_answer import answer_bundle

PLACE = ServicePlace("http://127.0.0.1:8000/", "0" * 64)
WRONG: list[dict[str, Any]] = [
    {"resourceType": "Observation", "status": "finished", "code": {"text": "x"}},
    {"resourceType": "Observation", "status": "final"},
]


# of what cannot be used, and of orders
RECORD = bundle(
    condition({"text": "pancytopenia"}),
    hemoglobin(6.1),
    hemoglobin(61, status="entered-in-error"),
    observation({"text": "x"}, 1),
)


@pytest.mark.long
def test_all_fhir_that_is_written_has_no_error(endpoint: Endpoint, reader: CaseReader, tmp_path: Path) -> None:
    knowledge = Knowledge()
    ontology = knowledge.ontology
    for path in paths(ontology.folder):
        facts = reader.read(parse_yaml(path.read_text(encoding="utf-8")))
        found = AssessmentModel.model_validate(as_json(knowledge.assess(facts)))
        _write(tmp_path / f"case-{path.stem}.json", bundle_of(ontology, facts))
        _write(tmp_path / f"answer-{path.stem}.json", answer_bundle(ontology, found, str(facts.as_of), PLACE))
    headers = {"content-type": "application/fhir+json", "accept": "application/fhir+json"}
    for number, response in enumerate(
        (
            endpoint.client.post("/v1/assessments?as_of=2026-02-10", json=RECORD, headers=headers),
            endpoint.client.get("/fhir/metadata"),
            endpoint.client.get("/fhir/OperationDefinition/assess"),
            endpoint.client.get("/nowhere", headers=headers),
        )
    ):
        _write(tmp_path / f"served-{number}.json", response.json())
    for number, resource in enumerate(WRONG):
        _write(tmp_path / f"wrong-{number}.json", resource)
    files = sorted(tmp_path.iterdir())
    assert len(files) >= 36
    errors = [item for item in validated(files) if item.severity in ("error", "fatal")]
    assert {Path(item.file).name for item in errors} == {"wrong-0.json", "wrong-1.json"}, errors


def _write(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document, default=float), encoding="utf-8")
