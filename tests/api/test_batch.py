"""A batch over HTTP: one case a line in, one answer a line out, in order, while the batch is still being sent."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

from endpoint import Endpoint
from service import PANCYTOPENIA, assessed, case_of

NDJSON = "application/x-ndjson"
CASE = json.dumps(case_of(PANCYTOPENIA), default=float)


def sent(endpoint: Endpoint, body: str | Iterator[bytes], **query: str) -> list[dict[str, Any]]:
    content = body.encode() if isinstance(body, str) else body
    response = endpoint.client.post("/v1/assessments", content=content, headers={"content-type": NDJSON}, params=query)
    assert response.status_code == 200
    assert response.headers["content-type"] == NDJSON
    return [json.loads(line) for line in response.text.splitlines()]


def test_each_line_is_answered_as_if_it_were_sent_alone(endpoint: Endpoint) -> None:
    alone = assessed(endpoint, case_of(PANCYTOPENIA))
    assert sent(endpoint, f"{CASE}\n{CASE}\n") == [alone, alone]


def test_a_wrong_line_is_answered_by_its_errors_in_its_place(endpoint: Endpoint) -> None:
    answers = sent(endpoint, "\n".join([CASE, '{"findings": [{"concept": "nonesuch"}]}', "{", "", CASE]))
    assert ["id" in answer for answer in answers] == [True, False, False, False, True]
    assert [answer.get("status") for answer in answers] == [None, 422, 422, 422, None]
    assert answers[1]["errors"][0]["path"] == "$.findings[0].concept"


def test_a_batch_is_longer_than_any_other_body_may_be(endpoint: Endpoint) -> None:
    padded = '{"findings": [{"concept": "anemia"}]' + " " * 100_000 + "}\n"
    assert len(sent(endpoint, (padded.encode() for _ in range(12)))) == 12


def test_a_line_that_is_too_long_is_answered_by_that(endpoint: Endpoint) -> None:
    answers = sent(endpoint, " " * (1 << 20) + CASE + "\n" + CASE)
    assert [answer.get("status") for answer in answers] == [413, None]


def test_parameters_hold_for_every_line(endpoint: Endpoint) -> None:
    (answer,) = sent(endpoint, '{"findings": [{"concept": "nonesuch"}]}', unknown="report")
    assert answer["not_understood"][0]["path"] == "$.findings[0]"


def test_the_first_answer_comes_before_the_last_line_is_sent(endpoint: Endpoint) -> None:
    host, port = endpoint.client.base_url.host, endpoint.client.base_url.port
    head = f"POST /v1/assessments HTTP/1.1\r\nHost: x\r\nContent-Type: {NDJSON}\r\nTransfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection((host, port), timeout=60) as wire, wire.makefile("rb") as answer:
        wire.sendall(head.encode() + _chunk(f"{CASE}\n" * 9))
        assert any(b'"differential"' in line for line in answer)
        wire.sendall(_chunk(CASE) + b"0\r\n\r\n")
        assert sum(b'"differential"' in line for line in iter(answer.readline, b"0\r\n")) == 9


def _chunk(text: str) -> bytes:
    return f"{len(text):x}\r\n{text}\r\n".encode()
