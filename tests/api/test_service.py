"""The service itself: errors, probes, metrics, headers, the manual."""

from __future__ import annotations

import inspect
import re

import pytest

from api.cli import COMMANDS
from api.transport import problems
from endpoint import Endpoint, problem
from kg import errors
from kg.commands import dispatch as cli
from service import assessed, get, post

CASE = {"findings": [{"concept": "pancytopenia"}]}
PAGES = ("/", "/docs", "/sparql", "/v1/claims")
STATUSES = {400, 401, 403, 404, 406, 408, 412, 429, 413, 415, 422, 500, 501, 503, 504}


def exceptions() -> list[type[Exception]]:
    """Every exception of the project and of its requests, by name."""
    members = [*vars(errors).items(), *vars(problems).items()]
    found = {cls for _, cls in members if inspect.isclass(cls) and issubclass(cls, errors.WarrantError)}
    return sorted(found, key=lambda cls: cls.__name__)


# -- errors


def test_every_exception_of_the_project_is_there() -> None:
    assert len(exceptions()) >= 20


@pytest.mark.parametrize("cls", exceptions(), ids=lambda cls: cls.__name__)
def test_every_exception_has_a_status_in_the_one_table(cls: type[Exception]) -> None:
    kind = problems.kind_of(cls.__new__(cls))
    assert kind.status in STATUSES
    assert kind.slug != "internal"
    assert (kind.status == 500) == (cls in (errors.WarrantError, errors.OntologyError, errors.QueryError))


def test_what_is_no_exception_of_the_project_is_an_internal_error() -> None:
    assert problems.kind_of(KeyError("x")).status == 500


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("DELETE", "/v1/claims", 405),
        ("PUT", "/v1/assessments", 405),
        ("GET", "/v1/questions", 405),
    ],
)
def test_what_there_is_not_is_a_problem_too(endpoint: Endpoint, method: str, path: str, status: int) -> None:
    response = endpoint.client.request(method, path)
    assert problem(response)["status"] == status
    assert (status == 405) == ("allow" in response.headers)


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 422),
        (b"\xff", "application/json", 400),
        (b'{"sex": "male", "sex": "female"}', "application/json", 422),
        (b'{"age": NaN}', "application/json", 422),
        (b"[" * 5000, "application/json", 422),
        (b'{"findings": [{"concept": "\\ud800"}]}', "application/json", 422),
        (b"x", "text/rtf", 415),
        (b"{}", "application/json; charset=latin-1", 415),
        (b"{}", "", 415),
    ],
)
def test_a_body_that_cannot_be_read_says_why(endpoint: Endpoint, content: bytes, kind: str, status: int) -> None:
    response = endpoint.client.post("/v1/assessments", content=content, headers={"content-type": kind})
    assert problem(response)["status"] == status
    assert problem(response)["detail"]


# -- HEAD, headers


@pytest.mark.parametrize("path", [*PAGES, "/v1/claims/A0-39", "/openapi.json", "/healthz", "/ontology/core"])
def test_head_has_the_headers_of_get_and_no_body(endpoint: Endpoint, path: str) -> None:
    head, got = endpoint.client.head(path), get(endpoint, path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == got.headers["content-type"]


@pytest.mark.parametrize("path", [*PAGES, "/nothing", "/metrics", "/healthz"])
def test_every_answer_protects_browsers(endpoint: Endpoint, path: str) -> None:
    headers = get(endpoint, path, "text/html").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert "default-src 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_runs_no_script_of_its_own_text_and_takes_nothing_from_elsewhere(endpoint: Endpoint, path: str) -> None:
    response = get(endpoint, path, "text/html")
    policy = response.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)|\bon(?:click|load|submit)=", response.text)
    assert not re.search(r'(?:src|<link[^>]*href)="(?:https?:)?//', response.text)


def test_what_is_about_a_patient_is_stored_nowhere_on_the_way(endpoint: Endpoint) -> None:
    place = f"/v1/assessments/{assessed(endpoint, CASE)['handle']}"
    for response in (post(endpoint, CASE), get(endpoint, place), get(endpoint, place, "text/html")):
        assert response.headers["cache-control"] == "no-store"


# -- probes and metrics


def test_the_service_is_ready_with_its_version(endpoint: Endpoint) -> None:
    ready = get(endpoint, "/readyz")
    assert ready.json()["ontology_version"].startswith("https://w3id.org/warrant/ontology/")
    assert get(endpoint, "/healthz").json() == {"status": "ok"}


def test_it_is_not_ready_before_everything_is_loaded(endpoint: Endpoint) -> None:
    endpoint.app.state.services.ready = False
    try:
        assert get(endpoint, "/readyz").status_code == 503
    finally:
        endpoint.app.state.services.ready = True


def test_requests_are_counted_by_route_and_status(endpoint: Endpoint) -> None:
    def count(labels: str) -> float:
        found = re.search(
            rf"^warrant_requests_total{{{re.escape(labels)}}} (\S+)$", get(endpoint, "/metrics").text, re.M
        )
        return float(found[1]) if found else 0.0

    labels = 'method="GET",route="/v1/claims/{name}",status="404"'
    before = count(labels)
    get(endpoint, "/v1/claims/A9-99")
    assert count(labels) == before + 1


def test_what_no_route_knows_is_counted_without_its_address(endpoint: Endpoint) -> None:
    get(endpoint, "/a-name-of-a-patient")
    text = get(endpoint, "/metrics").text
    assert "a-name-of-a-patient" not in text
    assert 'route="other"' in text


# -- the manual


def test_the_manual_comes_from_this_server_alone(endpoint: Endpoint) -> None:
    page = get(endpoint, "/docs").text
    named = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert named
    for place in named:
        assert place.startswith("/")
        assert get(endpoint, place).status_code == 200


def test_every_operation_of_the_manual_is_told_with_a_summary_and_its_problems(endpoint: Endpoint) -> None:
    paths = get(endpoint, "/openapi.json").json()["paths"]
    operations = [operation for path in paths.values() for operation in path.values()]
    assert len(operations) >= 18
    for operation in operations:
        assert operation["summary"]
        assert {"200", "204", "303"} & set(operation["responses"])
    assert "HTTPValidationError" not in get(endpoint, "/openapi.json").text


def test_the_service_listens_on_loopback_unless_told_otherwise() -> None:
    options = cli.parser(COMMANDS, "serve").parse_args(["serve"])
    assert (options.host, options.port, options.workers) == ("127.0.0.1", 8000, 1)
