"""What is too much for the service, each with its own answer; and who may not ask at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import pytest

from api.config import Config, Work
from api.transport.keys import Keys
from endpoint import Endpoint, problem, serving
from kg.errors import InputError
from processes import eventually
from service import assessed, get, post, wrong

KEY, OTHER = "the key of a caller", "the key of another"
FEW = Work(text=200, facts=3)
FOUR = ("anemia", "leukopenia", "thrombocytopenia", "fever")
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def guarded() -> Iterator[Endpoint]:
    """A service that wants a key and takes little."""
    with serving(Config(api_keys={"a": KEY, "b": OTHER}, work=FEW)) as found:
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


def test_a_key_shorter_than_16_characters_is_refused() -> None:
    with pytest.raises(InputError, match="shorter than 16"):
        Keys({"a": "fifteen letters"})


def test_a_key_is_changed_in_its_file_without_a_restart(tmp_path: Path) -> None:
    # given a service that has been told one key
    path = tmp_path / "keys"
    path.write_text(f"# who may ask\nward {KEY}\n")
    keys = Keys({}, path)
    assert (keys.name_of(KEY), keys.name_of(OTHER)) == ("ward", None)
    # when another takes its place, then that one counts
    path.write_text(f"ward {OTHER}\n")
    assert eventually(lambda: keys.name_of(OTHER) == "ward")
    assert keys.name_of(KEY) is None
    # and when the file is spoilt, what it said before holds on
    path.write_text("ward\n")
    assert keys.name_of(OTHER) == "ward"


def test_the_preflight_of_a_browser_needs_no_key(guarded: Endpoint) -> None:
    headers = {"origin": "https://e.org", "access-control-request-method": "GET"}
    response = guarded.client.options("/v1/claims", headers={**headers, "access-control-request-headers": "x-api-key"})
    assert (response.status_code, response.headers["access-control-allow-origin"]) == (200, "*")


def test_a_person_logs_in_and_comes_to_what_they_wanted(guarded: Endpoint) -> None:
    with httpx.Client(base_url=guarded.root, headers={"accept": "text/html"}) as browser:
        # given a browser that was led to the login
        shown = browser.get("/v1/claims?article=A0", follow_redirects=True)
        assert (shown.status_code, shown.url.path) == (200, "/login")
        assert 'value="/v1/claims?article=A0"' in shown.text
        # when a wrong key is typed, then it is told so
        form = {"next": "/v1/claims?article=A0", "key": "not a key of anybody"}
        assert "does not know that key" in browser.post("/login", data=form, follow_redirects=True).text
        # and when a right one is, then the page is shown, this time and the next
        reply = browser.post("/login", data={**form, "key": KEY})
        assert (reply.status_code, reply.headers["location"]) == (303, form["next"])
        cookie = reply.headers["set-cookie"].lower()
        assert {"httponly", "samesite=strict"} <= set(cookie.split("; "))
        assert KEY not in cookie
        assert browser.get("/v1/claims").status_code == 200
        # and whoever changes the cookie is not let in
        forged = browser.cookies["warrant"].replace("a.", "b.", 1)
    assert guarded.client.get("/v1/claims", headers={"cookie": f"warrant={forged}"}).status_code == 401


@pytest.mark.parametrize("wanted", ["https://e.org/", "//e.org", "/\\e.org", ""])
def test_a_login_leads_to_no_other_server(guarded: Endpoint, wanted: str) -> None:
    response = guarded.client.post("/login", data={"key": KEY, "next": wanted})
    assert (response.status_code, response.headers["location"]) == (303, "/")


def test_one_caller_does_not_ask_without_end() -> None:
    with serving(Config(api_keys={"a": KEY, "b": OTHER}, rate=5)) as found:
        # given a caller that has used up what a minute allows
        asked = [found.client.get("/v1/claims?limit=1", headers={"x-api-key": KEY}) for _ in range(6)]
        assert [response.status_code for response in asked] == [200] * 5 + [429]
        assert kind(asked[-1]) == (429, "too-many-requests")
        assert 1 <= int(asked[-1].headers["retry-after"]) <= 12
        # then another is answered all the same, and so are the probes
        assert found.client.get("/v1/claims?limit=1", headers={"x-api-key": OTHER}).status_code == 200
        assert get(found, "/healthz").status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_of_health_need_no_key(guarded: Endpoint, path: str) -> None:
    assert get(guarded, path).status_code == 200


def test_a_request_within_the_limits_is_answered(endpoint: Endpoint) -> None:
    assert assessed(endpoint, {"findings": [{"concept": "anemia"}]})["id"]
    assert post(endpoint, {"question": "What is said of ESA?"}, "/v1/questions").status_code == 200
