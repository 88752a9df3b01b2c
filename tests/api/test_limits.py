"""What is too much for the service, each with its own answer; and who may not ask at all."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2 as httpx
import pytest

from api.config import Config, Work
from endpoint import Endpoint, problem, serving
from service import assessed, get, post, wrong

KEY = "a key for tests"
FEW = Work(text=200, facts=3)
FOUR = ("anemia", "leukopenia", "thrombocytopenia", "fever")
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def guarded() -> Iterator[Endpoint]:
    """A service that wants a key and takes little."""
    with serving(Config(api_key=KEY, work=FEW)) as found:
        yield found


def kind(response: httpx.Response) -> tuple[int, str]:
    """Status and kind of a problem."""
    return response.status_code, str(problem(response)["type"]).rpartition("/")[2]


def authorized(guarded: Endpoint, body: object, path: str = "/v1/assessments") -> httpx.Response:
    return guarded.client.post(path, json=body, headers={"x-api-key": KEY})


# -- size


def test_a_body_over_a_mebibyte_is_refused_before_it_is_read(endpoint: Endpoint) -> None:
    response = endpoint.client.post("/v1/assessments", content=b" " * (2**20 + 1), headers=JSON)
    assert kind(response) == (413, "body-too-large")


def test_a_body_that_grows_over_a_mebibyte_is_refused(endpoint: Endpoint) -> None:
    parts = (b" " * 2**19 for _ in range(3))
    assert kind(endpoint.client.post("/v1/questions", content=parts, headers=JSON)) == (413, "body-too-large")


def test_a_body_of_a_mebibyte_is_read(endpoint: Endpoint) -> None:
    case = b'{"findings": [{"concept": "pancytopenia"}]}'
    response = endpoint.client.post("/v1/assessments", content=case + b" " * (2**20 - len(case)), headers=JSON)
    assert response.status_code == 200


@pytest.mark.parametrize(("path", "field"), [("/v1/assessments", "text"), ("/v1/questions", "question")])
def test_a_text_that_is_too_long_says_how_long_it_may_be(guarded: Endpoint, path: str, field: str) -> None:
    response = authorized(guarded, {field: "A woman of 62 with pancytopenia. " * 7}, path)
    (entry,) = wrong(response)
    assert kind(response) == (422, "text-too-long")
    assert (entry["path"], "at most 200" in entry["message"]) == (f"$.{field}", True)


def test_too_many_facts_say_how_many_there_may_be(guarded: Endpoint) -> None:
    response = authorized(guarded, {"findings": [{"concept": name} for name in FOUR]})
    (entry,) = wrong(response)
    assert kind(response) == (422, "too-many-facts")
    assert "at most 3" in entry["message"]


def test_so_do_too_many_facts_that_are_supposed(guarded: Endpoint) -> None:
    handle = authorized(guarded, {"findings": [{"concept": "anemia"}]}).json()["handle"]
    fact = [{"list": "findings", "entry": {"concept": name}} for name in FOUR]
    assert kind(authorized(guarded, fact, f"/v1/assessments/{handle}/what-if")) == (422, "too-many-facts")


# -- the key


@pytest.mark.parametrize("path", ["/v1/claims", "/sparql", "/", "/metrics", "/docs", "/openapi.json"])
def test_without_the_key_nothing_is_answered(guarded: Endpoint, path: str) -> None:
    response = get(guarded, path)
    assert kind(response) == (401, "unauthorized")
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("given", [{"x-api-key": "another"}, {"authorization": "Basic " + KEY}, {"x-api-key": ""}])
def test_a_wrong_key_is_no_key(guarded: Endpoint, given: dict[str, str]) -> None:
    assert kind(guarded.client.get("/v1/claims", headers=given)) == (401, "unauthorized")


@pytest.mark.parametrize("given", [{"x-api-key": KEY}, {"authorization": "Bearer " + KEY}])
def test_with_the_key_everything_is_as_without_one(
    guarded: Endpoint, endpoint: Endpoint, given: dict[str, str]
) -> None:
    assert guarded.client.get("/v1/claims", headers=given).content == get(endpoint, "/v1/claims").content


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_of_health_need_no_key(guarded: Endpoint, path: str) -> None:
    assert get(guarded, path).status_code == 200


def test_a_request_within_the_limits_is_answered(endpoint: Endpoint) -> None:
    assert assessed(endpoint, {"findings": [{"concept": "anemia"}]})["id"]
    assert post(endpoint, {"question": "What is said of ESA?"}, "/v1/questions").status_code == 200
