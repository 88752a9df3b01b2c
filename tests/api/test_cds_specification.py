"""CDS Hooks as its specification has it: its own example requests, and sixty of ours, with every answer checked."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from cds_hooks import DISCOVERY, HOOKS, REQUESTS, RESPONSES
from endpoint import Endpoint
from kg.export.fhir_case import bundle_of, bundle_text
from kg.ontology.compiled import Ontology
from kg.readers.case.parsing import parse_yaml
from kg.readers.case.reader import CaseReader
from kg.record.examples import paths

SPECIFICATION: Final = Path(os.environ.get("WARRANT_CDS_HOOKS", "nowhere"))
FENCED: Final = re.compile(r"```json\n(.*?)```", re.DOTALL)
INSTANCE: Final = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"
PATIENT: Final = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1964-02-11"}
ESA: Final[dict[str, Any]] = {"resourceType": "MedicationRequest", "id": "d", "status": "draft", "intent": "order"}
ESA.update(medicationCodeableConcept={"coding": [{"system": "http://www.whocc.no/atc", "code": "B03XA02"}]})
TEST: Final[dict[str, Any]] = {"resourceType": "ServiceRequest", "id": "s", "status": "draft", "intent": "order"}
TEST.update(code={"coding": [{"system": "http://loinc.org", "code": "2132-9"}]})
OUTSIDE: Final[dict[str, Any]] = {"resourceType": "NutritionOrder", "id": "n", "status": "draft"}


def answered(endpoint: Endpoint, hook: str, context: dict[str, Any], prefetch: Any) -> list[dict[str, Any]]:
    """The cards for a request, checked against the schema."""
    (service,) = (name for name, one in HOOKS.items() if one == hook)
    request = {"hook": hook, "hookInstance": INSTANCE, "context": context, "prefetch": prefetch}
    response = endpoint.client.post(f"/cds-services/{service}", json=request)
    assert response.status_code == 200, response.text
    RESPONSES.validate(response.json())
    found: list[dict[str, Any]] = response.json()["cards"]
    return found


def test_the_declaration_is_that_of_the_specification(endpoint: Endpoint) -> None:
    DISCOVERY.validate(endpoint.client.get("/cds-services").json())


@pytest.mark.long
def test_sixty_requests_for_twenty_records_give_cards_that_are_valid(
    endpoint: Endpoint, ontology: Ontology, reader: CaseReader
) -> None:
    cases = [reader.read(parse_yaml(path.read_text(encoding="utf-8"))) for path in paths(ontology.folder)]
    records = [json.loads(bundle_text(bundle_of(ontology, facts))) for facts in cases]
    records += [{"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": PATIENT}]}] * (20 - len(records))
    orders = {"resourceType": "Bundle", "entry": [{"resource": item} for item in (ESA, TEST, OUTSIDE)]}
    kinds = set()
    for number, record in enumerate(records):
        context = {"userId": "Practitioner/1", "patientId": "p"}
        if number % 2:
            context["encounterId"] = "e"
        for hook in HOOKS.values():
            more: dict[str, Any] = {} if hook == "patient-view" else {"draftOrders": orders}
            more |= {"selections": ["MedicationRequest/d"]} if hook == "order-select" else {}
            REQUESTS[hook].validate({"hook": hook, "hookInstance": INSTANCE, "context": context | more})
            kinds |= {card["indicator"] for card in answered(endpoint, hook, context | more, {"record": record})}
    assert 3 * len(records) == 60
    assert kinds == {"info", "warning", "critical"}


@pytest.mark.skipif(not SPECIFICATION.exists(), reason="the specification's pages (WARRANT_CDS_HOOKS) are not at hand")
def test_the_examples_of_the_specification_are_answered(endpoint: Endpoint) -> None:
    """Not all of them are what the specification asks of a request: one has a context without `patientId`."""
    read = 0
    for hook in HOOKS.values():
        page = (SPECIFICATION / "docs" / "hooks" / f"{hook}.md").read_text(encoding="utf-8")
        for example in examples(page):
            answered(endpoint, hook, example["context"], {"patient": PATIENT})
            read += 1
    whole = (SPECIFICATION / "docs" / "specification" / "current.md").read_text(encoding="utf-8")
    for example in examples(whole):
        if "hookInstance" in example:
            answered(endpoint, example["hook"], example["context"], example.get("prefetch") or {"patient": PATIENT})
            read += 1
    assert read >= 9


def examples(page: str) -> Iterator[dict[str, Any]]:
    """The requests, or their contexts, among the examples of a page."""
    for text in FENCED.findall(page):
        for whole in (text, f"{{{text}}}"):
            try:
                found = json.loads(whole)
            except ValueError:
                continue
            if (
                isinstance(found, dict)
                and isinstance(found.get("context"), dict)
                and found.get("hook") in (None, *HOOKS.values())
            ):
                yield found
