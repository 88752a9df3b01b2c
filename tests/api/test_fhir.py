"""FHIR over HTTP: a Bundle in, a Bundle out, and what the service says of itself."""

from __future__ import annotations

from typing import Any

import httpx2 as httpx
import pytest

from endpoint import Endpoint
from fhir import bundle, condition, hemoglobin
from kg.readers.fhir.format import READ

FHIR = "application/fhir+json"
DRUG = {"resourceType": "MedicationStatement", "status": "active", "medicationCodeableConcept": {"text": "darbepoetin"}}
OFF: dict[str, Any] = {"resourceType": "MedicationStatement", "status": "not-taken"}
OFF |= {"medicationCodeableConcept": {"text": "chemotherapy"}}
PATIENT = bundle(condition({"text": "breast cancer"}), DRUG, OFF, hemoglobin(6.1), condition({"text": "pancytopenia"}))


def sent(endpoint: Endpoint, document: dict[str, Any], accept: str = FHIR, **query: str) -> httpx.Response:
    response = endpoint.client.post(
        "/v1/assessments", json=document, headers={"content-type": FHIR, "accept": accept}, params=query
    )
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == accept
    return response


@pytest.fixture(scope="module")
def answer(endpoint: Endpoint) -> dict[str, list[dict[str, Any]]]:
    """The resources of an answer by their type."""
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in sent(endpoint, PATIENT, as_of="2026-02-10").json()["entry"]:
        found.setdefault(entry["resource"]["resourceType"], []).append(entry["resource"])
    return found


def test_a_bundle_is_assessed_as_of_the_day_that_is_asked_for(endpoint: Endpoint) -> None:
    found = sent(endpoint, PATIENT, "application/json", as_of="2026-02-10").json()
    assert {item["path"] for item in found["understood"]} == {f"$.entry[{number}].resource" for number in range(5)}
    assert found["alerts"][0]["concept"] == "hemoglobin"


def test_the_answer_is_guidance_with_proposals_issues_and_where_it_comes_from(
    answer: dict[str, list[dict[str, Any]]],
) -> None:
    assert {
        name: len(answer[name]) for name in ("GuidanceResponse", "RequestGroup", "Provenance", "DocumentReference")
    } == {
        "GuidanceResponse": 1,
        "RequestGroup": 1,
        "Provenance": 1,
        "DocumentReference": 1,
    }
    assert {(order["status"], order["intent"]) for order in answer["ServiceRequest"]} == {("draft", "proposal")}
    issues = {item["code"]["text"]: item for item in answer["DetectedIssue"]}
    assert issues["critical value"]["severity"] == "high"
    assert any("[A0-39]" in item["detail"] and item["severity"] == "high" for item in answer["DetectedIssue"])


def test_every_reference_inside_leads_to_a_resource(endpoint: Endpoint) -> None:
    document = sent(endpoint, PATIENT, as_of="2026-02-10").json()
    there = {entry["fullUrl"] for entry in document["entry"]}
    named = {value for value in _references(document) if value.startswith("urn:uuid:")}
    assert named
    assert named <= there


def test_every_proposal_says_its_basis_its_source_and_its_limits(answer: dict[str, list[dict[str, Any]]]) -> None:
    for order in answer["ServiceRequest"]:
        notes = [note["text"] for note in order["note"]]
        assert notes[0].endswith("]"), "the claim that it rests on"
        assert notes[-1].endswith("It supplements clinical judgment.")
    for action in answer["RequestGroup"][0]["action"]:
        assert all(item["url"].rpartition("/")[2] in ("A0", "A1", "A4") for item in action["documentation"])


def test_the_same_record_gives_the_same_bundle(endpoint: Endpoint) -> None:
    one, other = (sent(endpoint, PATIENT, as_of="2026-02-10").content for _ in range(2))
    assert one == other


def test_the_service_says_what_it_reads(endpoint: Endpoint) -> None:
    response = endpoint.client.get("/fhir/metadata")
    found = response.json()
    assert response.headers["content-type"] == FHIR
    assert (found["resourceType"], found["fhirVersion"]) == ("CapabilityStatement", "4.0.1")
    assert {item["type"] for item in found["rest"][0]["resource"]} == {*READ, "Patient"}
    (operation,) = found["rest"][0]["operation"]
    assert endpoint.client.get(operation["definition"]).json()["resourceType"] == "OperationDefinition"


def test_what_was_not_used_is_an_operation_outcome_with_its_place(endpoint: Endpoint) -> None:
    record = bundle(hemoglobin(6.1), hemoglobin(6.1, status="entered-in-error"), condition({"text": "nonesuch"}))
    found = {item["resource"]["resourceType"]: item["resource"] for item in sent(endpoint, record).json()["entry"]}
    issues = found["OperationOutcome"]["issue"]
    assert [(item["severity"], item["code"], item["expression"]) for item in issues] == [
        ("information", "deleted", ["Bundle.entry[1].resource"]),
        ("warning", "code-invalid", ["Bundle.entry[2].resource"]),
    ]
    (message,) = found["GuidanceResponse"]["evaluationMessage"]
    assert message["reference"].endswith(found["OperationOutcome"]["id"])


def test_every_action_of_the_group_is_a_resource(answer: dict[str, list[dict[str, Any]]]) -> None:
    """The invariant rqg-1 of RequestGroup: what cannot be ordered is a Task."""
    there = {item["id"] for kind in ("ServiceRequest", "Task") for item in answer[kind]}
    actions = [action for group in answer["RequestGroup"] for action in group["action"]]
    assert {action["resource"]["reference"].removeprefix("urn:uuid:") for action in actions} == there


def _references(data: Any) -> list[str]:
    if isinstance(data, list):
        return [found for item in data for found in _references(item)]
    if not isinstance(data, dict):
        return []
    own = [data["reference"]] if isinstance(data.get("reference"), str) else []
    return own + [found for item in data.values() for found in _references(item)]


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/v1/assessments", {"resourceType": 3}, 422, "invalid"),
        ("/v1/assessments?as_of=soon", PATIENT, 422, "invalid"),
        ("/v1/assessments/none/why-not/none", None, 404, "not-found"),
        ("/nowhere", None, 404, "not-found"),
    ],
)
def test_an_error_is_an_operation_outcome_where_fhir_is_asked_for(
    endpoint: Endpoint, path: str, body: Any, status: int, code: str
) -> None:
    headers = {"content-type": FHIR, "accept": FHIR}
    client = endpoint.client
    response = client.get(path, headers=headers) if body is None else client.post(path, json=body, headers=headers)
    assert (response.status_code, response.headers["content-type"]) == (status, FHIR)
    found = response.json()
    assert found["resourceType"] == "OperationOutcome"
    assert {issue["code"] for issue in found["issue"]} == {code}
    assert all(issue["severity"] == "error" and issue["diagnostics"] for issue in found["issue"])


def test_laboratory_results_are_assessed_as_a_table(endpoint: Endpoint) -> None:
    rows = "patient,test,value,unit\np1,Hb,6.1,g/dL\np2,Hb,14,g/dL\n"
    headers = {"content-type": "text/csv", "accept": "application/json"}
    response = endpoint.client.post("/v1/assessments?patient=p1", content=rows, headers=headers)
    assert response.status_code == 200, response.text
    (value,) = response.json()["understood"]
    assert (value["concept"], value["path"]) == ("hemoglobin", "row 2")
    refused = endpoint.client.post("/v1/assessments", content=rows, headers=headers)
    assert refused.json()["errors"][0]["message"].startswith("has rows of 2 patients")
