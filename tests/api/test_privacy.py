"""What is known of a patient stays with who asked: not in logs, metrics, addresses or the public dataset."""

from __future__ import annotations

import asyncio
import datetime
import logging
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from api.config import Config, Retention
from api.sessions.service import AssessmentSessions
from api.transport.middleware import ErrorBoundary
from api.transport.problems import Expired
from endpoint import Endpoint
from kg.facts.patient import PatientFacts
from kg.knowledge import Knowledge
from service import assessed, get, post

SECRET = "Zyxxoville"
TEXT = f"A woman of 62 from {SECRET} with pancytopenia, Hb 73.19 g/L. Quux{SECRET} 1234 U/L."
CASE = {"findings": [{"concept": "pancytopenia"}], "measurements": [{"test": "Hb", "value": 73.19, "unit": "g/L"}]}
WRONG = {"findings": [{"concept": SECRET}], "measurements": [{"test": "Hb", "value": SECRET, "unit": "g/L"}]}
# whole numbers only: a time of the clock may have the same digits inside
TELLING = re.compile(rf"{SECRET}|ancytopenia|(?<![\d.])7\.?3\.?19(?![\d.])")
WORKERS = 2


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge()


def patient(knowledge: Knowledge, value: int = 73) -> PatientFacts:
    case = {**CASE, "measurements": [{"test": "Hb", "value": value, "unit": "g/L"}]}
    return knowledge.read_case(case, datetime.date(2026, 2, 10))


def everything_about_a_patient(client: httpx.Client) -> list[httpx.Response]:
    """Every kind of request about a patient: good ones, wrong ones, ones for what is not there."""
    found = [
        client.post("/v1/assessments", json=body) for body in (CASE, WRONG, {"text": TEXT}, {"text": SECRET * 3000})
    ]
    place = f"/v1/assessments/{found[0].json()['handle']}"
    claim = found[0].json()["claims"]["applicable"][0]["id"]
    found += [client.get(f"{place}{rest}") for rest in ("", ".md", ".ttl", f"/proofs/{claim}.svg", f"/proofs/{SECRET}")]
    found.append(client.post(f"{place}/what-if", json={"list": "findings", "entry": {"concept": SECRET}}))
    found.append(client.get(f"{place}/sparql", params={"query": f"SELECT * {{ ?s ?p '{SECRET}' }}"}))
    found.append(client.post("/v1/questions", json={"question": f"Has {SECRET} pancytopenia?"}))
    return [
        *found,
        client.post(
            "/v1/assessments", content=b'{"text": "' + SECRET.encode(), headers={"content-type": "application/json"}
        ),
    ]


# -- a real run


@contextmanager
def run(folder: Path, *arguments: str) -> Iterator[tuple[httpx.Client, Path]]:
    """`warrant serve` as a process of its own with everything it writes in a file; and a client of it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "log"
    command = [sys.executable, "-m", "api.cli", "serve", "--port", str(port), *arguments]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env={**os.environ, "PYTHONDEVMODE": "0"})
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                _wait(client, process)
                yield client, log
        finally:
            process.terminate()
            process.wait(30)


def _wait(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    late = time.monotonic() + 120
    while time.monotonic() < late:
        assert process.poll() is None, "the server ended"
        with suppress(httpx.TransportError):
            if client.get("/readyz").status_code == 200:
                return
        time.sleep(0.1)
    raise AssertionError("the server was not ready in two minutes")


def test_several_workers_answer_as_one_and_write_nothing_of_a_patient(tmp_path: Path) -> None:
    # given two workers, and connections that any of them may take
    with run(tmp_path, "--workers", str(WORKERS)) as (client, log):
        made, found = set(), set()
        for _ in range(12):
            with httpx.Client(base_url=client.base_url, timeout=60) as another:
                # when each assesses the same patient, or is asked for what the first one made
                answer = another.post("/v1/assessments", json=CASE).json()
                made.add((answer["id"], answer["handle"]))
                found.add(another.get(f"/v1/assessments/{answer['handle']}").text)
        statuses = {answer.status_code for answer in everything_about_a_patient(client)}
        metrics = client.get("/metrics").text
    # then ids and handles are the same, and each finds what another made
    assert (len(made), len(found)) == (1, 1)
    # and neither what was written nor the metrics tell of the patient
    written = log.read_text()
    assert "127.0.0.1" in written
    assert statuses == {200, 404, 422}
    assert not TELLING.findall(written + metrics)
    assert 'route="/v1/assessments/{handle}"' in metrics


# -- within a process


def test_what_is_logged_tells_nothing_of_a_patient(endpoint: Endpoint, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        answers = everything_about_a_patient(endpoint.client)
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    assert len(answers) >= 12
    assert not [line for line in ours if TELLING.search(line)]


def test_an_error_that_nobody_foresaw_is_logged_by_its_place_and_not_by_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    # given a program that fails with a patient's fact in its message
    async def fails(scope: Scope, receive: Receive, send: Send) -> None:
        raise KeyError(SECRET)

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    # when it is asked
    with caplog.at_level(logging.DEBUG, "warrant.api"):
        asyncio.run(ErrorBoundary(fails)({"type": "http", "method": "GET", "path": "/"}, receive, send))
    # then neither the log nor the answer has the fact
    assert [message["status"] for message in sent if "status" in message] == [500]
    (record,) = caplog.records
    assert "KeyError" in record.getMessage()
    assert Path(__file__).name in record.getMessage()
    assert SECRET not in record.getMessage() + str(sent)


def test_addresses_hold_a_handle_and_no_fact(endpoint: Endpoint) -> None:
    response = post(endpoint, CASE)
    place = response.headers["content-location"]
    assert place == f"/v1/assessments/{response.json()['handle']}"
    assert response.json()["id"].removeprefix("sha256:") not in place
    assert response.headers["cache-control"] == "no-store"


def test_the_public_dataset_learns_nothing_from_an_assessment(endpoint: Endpoint) -> None:
    def size() -> dict[str, Any]:
        count = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
        found = get(endpoint, "/sparql", "application/sparql-results+json", query=count).json()
        assert isinstance(found, dict)
        return found

    before = size()
    handle = assessed(endpoint, CASE)["handle"]
    assert get(endpoint, f"/v1/assessments/{handle}/sparql", query="ASK {}").status_code == 200
    assert size() == before


def test_of_two_texts_with_the_same_facts_each_sender_finds_their_own(endpoint: Endpoint) -> None:
    one, other = (assessed(endpoint, {"text": text}) for text in ("Woman of 62 with pancytopenia", "62F, pancytopenia"))
    assert one["id"] == other["id"]
    assert one["handle"] != other["handle"]


# -- handles


def test_who_does_not_know_the_key_cannot_make_the_handle(knowledge: Knowledge) -> None:
    facts = patient(knowledge)
    several = [AssessmentSessions(Config(key=key), knowledge) for key in (b"one", b"other", None, None)]
    assert len({sessions.make(facts).handle for sessions in several}) == 4


def test_who_shares_the_key_has_the_same_handles(knowledge: Knowledge) -> None:
    one, other = (AssessmentSessions(Config(key=b"shared"), knowledge).make(patient(knowledge)) for _ in range(2))
    assert one.handle == other.handle
    assert one.handle != AssessmentSessions(Config(key=b"shared"), knowledge).make(patient(knowledge, 74)).handle


def test_the_oldest_assessments_make_room_for_new_ones(knowledge: Knowledge) -> None:
    sessions = AssessmentSessions(Config(retention=Retention(most=2, ready=1)), knowledge)
    handles = [sessions.make(patient(knowledge, value)).handle for value in (70, 80, 90)]
    assert [sessions.find(handle).handle for handle in handles[1:]] == handles[1:]
    with pytest.raises(Expired, match="kept for 30 minutes"):
        sessions.find(handles[0])


def test_an_assessment_that_is_kept_as_facts_is_the_same_again(knowledge: Knowledge) -> None:
    sessions = AssessmentSessions(Config(retention=Retention(ready=1)), knowledge)
    first = sessions.make(patient(knowledge, 70))
    sessions.make(patient(knowledge, 80))
    again = sessions.find(first.handle)
    assert again is not first
    assert again.plain.outcomes == first.plain.outcomes
