"""CDS Hooks 2.0: services are declared, records come as prefetch, cards say what matters and lead to the proof."""

from __future__ import annotations

import re
from typing import Any

import httpx2 as httpx
import pytest

from cds_hooks import HOOKS, RESPONSES
from endpoint import Endpoint, problem
from fhir import bundle, condition, observation

PATIENT = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1964-02-11"}
CANCER = condition({"text": "breast cancer"})
DARBEPOETIN: dict[str, Any] = {"resourceType": "MedicationRequest", "id": "d", "status": "draft", "intent": "order"}
DARBEPOETIN |= {"medicationCodeableConcept": {"text": "darbepoetin alfa"}}
NEUTROPHILS = observation({"text": "absolute neutrophil count"}, 0.1, "10*9/L")
NO_CHEMOTHERAPY: dict[str, Any] = {"resourceType": "MedicationStatement", "status": "not-taken"}
NO_CHEMOTHERAPY |= {"medicationCodeableConcept": {"text": "chemotherapy"}}


def call(endpoint: Endpoint, service: str, prefetch: Any, **context: Any) -> httpx.Response:
    body = {
        "hook": HOOKS[service],
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/1", "patientId": "p", **context},
        "prefetch": prefetch,
        "fhirServer": "http://fhir.invalid/",
        "fhirAuthorization": {"access_token": "a secret of the client"},
    }
    return endpoint.client.post(f"/cds-services/{service}", json=body)


def cards(endpoint: Endpoint, service: str, *resources: dict[str, Any], **context: Any) -> list[dict[str, Any]]:
    response = call(endpoint, service, {"patient": PATIENT, "rest": bundle(*resources)}, **context)
    assert response.status_code == 200, response.text
    RESPONSES.validate(response.json())
    found: list[dict[str, Any]] = response.json()["cards"]
    return found


def test_the_services_are_declared_for_any_origin(endpoint: Endpoint) -> None:
    response = endpoint.client.get("/cds-services", headers={"origin": "https://ehr.example"})
    declared = {item["id"]: item for item in response.json()["services"]}
    assert {name: item["hook"] for name, item in declared.items()} == HOOKS
    assert all(
        {"patient", "observations", "conditions", "medications"} <= set(item["prefetch"]) for item in declared.values()
    )
    assert response.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("service", ["warrant-order-select", "warrant-order-sign"])
def test_an_esa_for_cancer_without_chemotherapy_is_a_critical_card(endpoint: Endpoint, service: str) -> None:
    drafts = bundle(DARBEPOETIN)
    found = cards(endpoint, service, CANCER, NO_CHEMOTHERAPY, draftOrders=drafts, selections=["MedicationRequest/d"])
    first = found[0]
    assert first["indicator"] == "critical"
    assert "contraindicated" in first["summary"]
    assert "A0-39" in first["detail"]
    assert first["overrideReasons"]


def test_without_the_order_nothing_is_said_of_it(endpoint: Endpoint) -> None:
    found = cards(endpoint, "warrant-order-sign", CANCER, NO_CHEMOTHERAPY, draftOrders=bundle())
    assert [card for card in found if "contraindicated" in card["summary"]] == []


def test_a_critical_value_comes_first(endpoint: Endpoint) -> None:
    found = cards(endpoint, "warrant-patient-view", NEUTROPHILS)
    assert found[0]["indicator"] == "critical"
    assert found[0]["summary"].startswith("Act now: Absolute neutrophil count 0.1")


def test_advice_suggests_orders_and_leads_to_its_reasons(endpoint: Endpoint) -> None:
    found = cards(
        endpoint, "warrant-patient-view", condition({"text": "pancytopenia"}), condition({"text": "raised B12"})
    )
    (advice,) = [card for card in found if "suggestions" in card]
    orders = [action["resource"] for item in advice["suggestions"] for action in item["actions"]]
    assert orders
    assert {order["status"] for order in orders} == {"draft"}
    (link,) = advice["links"]
    assert endpoint.client.get(link["url"]).status_code == 200
    assert re.search(r"\[A\d-\d+", advice["detail"])


@pytest.mark.parametrize("prefetch", [None, {}, {"patient": None}, {"conditions": {"resourceType": "Bundle"}}])
def test_a_call_without_a_record_lacks_what_it_needs(endpoint: Endpoint, prefetch: Any) -> None:
    found = problem(call(endpoint, "warrant-patient-view", prefetch))
    assert (found["status"], found["errors"][0]["path"]) == (412, "$.prefetch")


def test_a_call_of_another_hook_is_refused(endpoint: Endpoint) -> None:
    response = endpoint.client.post("/cds-services/warrant-order-sign", json={"hook": "patient-view", "context": {}})
    assert problem(response)["status"] == 422
    assert endpoint.client.post("/cds-services/nonesuch", json={}).status_code == 404


def test_feedback_is_counted_without_anything_of_the_patient(endpoint: Endpoint) -> None:
    reason = {"reason": {"code": "already-done", "system": "x"}, "userComment": "Mrs Smith said so"}
    feedback = [
        {"card": "c", "outcome": "overridden", "overrideReason": reason, "outcomeTimestamp": "2026-02-10T10:05:31Z"},
        {"card": "d", "outcome": "accepted", "acceptedSuggestions": [{"id": "s"}]},
    ]
    path = "/cds-services/warrant-order-sign/feedback"
    assert endpoint.client.post(path, json={"feedback": feedback}).status_code == 200
    counted = endpoint.client.get("/metrics").text
    assert 'outcome="overridden",reason="already-done",service="warrant-order-sign"} 1.0' in counted
    assert "Smith" not in counted
    assert problem(endpoint.client.post(path, json={"feedback": [{"outcome": "lost"}]}))["status"] == 422
