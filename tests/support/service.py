"""Patients and requests for tests of the HTTP service."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx2 as httpx

from endpoint import Endpoint, problem
from kg.ontology.compiled import DEFAULT_FOLDER
from kg.readers.case.parsing import parse_yaml

EXAMPLES = sorted((DEFAULT_FOLDER / "examples").glob("*.yaml"))
NAMES = [path.stem for path in EXAMPLES]
PANCYTOPENIA = DEFAULT_FOLDER / "examples" / "a1-pancytopenia-with-low-iron-and-high-b12.yaml"
OFF_CHEMOTHERAPY = DEFAULT_FOLDER / "examples" / "esa-asked-for-off-chemotherapy.yaml"
SEVERE = DEFAULT_FOLDER / "examples" / "severe-pancytopenia-with-blasts.yaml"


def case_of(path: Path) -> dict[str, Any]:
    """An example patient as JSON has it."""
    found = json.loads(json.dumps(parse_yaml(path.read_text(encoding="utf-8")), default=float))
    assert isinstance(found, dict)
    return found


def post(endpoint: Endpoint, body: Any, path: str = "/v1/assessments", **parameters: str) -> httpx.Response:
    return endpoint.client.post(path, json=body, params=parameters)


def assessed(endpoint: Endpoint, body: Any, **parameters: str) -> dict[str, Any]:
    """The assessment of a body."""
    response = post(endpoint, body, **parameters)
    assert response.status_code == 200, response.text
    found = response.json()
    assert isinstance(found, dict)
    return found


def get(endpoint: Endpoint, path: str, accept: str = "*/*", **parameters: str) -> httpx.Response:
    return endpoint.client.get(path, headers={"accept": accept}, params=parameters)


def wrong(response: httpx.Response) -> list[dict[str, Any]]:
    """The entries of `errors` of a problem."""
    found = problem(response)["errors"]
    assert isinstance(found, list)
    assert all(set(entry) >= {"path", "message", "suggestions"} for entry in found)
    return found
