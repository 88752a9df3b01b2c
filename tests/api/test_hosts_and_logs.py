"""Under which names the service answers, and that no server that runs it writes down what was asked."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import httpx2 as httpx
import pytest

from api.config import Config
from api.transport.logs import ACCESS_LOGS
from endpoint import RUNAWAY, Endpoint, serving
from processes import below, eventually, running

HANDLE = "5f1d" * 16


@pytest.fixture(scope="module")
def named() -> Iterator[Endpoint]:
    with serving(Config(hosts=("warrant.example.org", "*.hospital.example", "[::1]"))) as found:
        yield found


@pytest.mark.parametrize(
    "host", ["warrant.example.org", "Warrant.Example.org:8000", "a.b.hospital.example", "[::1]:8000"]
)
def test_it_answers_under_its_names(named: Endpoint, host: str) -> None:
    assert named.client.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["", "evil.example", "hospital.example", "warrant.example.org.evil.example"])
def test_it_answers_under_no_other(named: Endpoint, host: str) -> None:
    response = named.client.get("/v1/claims", headers={"host": host})
    assert (response.status_code, response.json()["errors"][0]["path"]) == (400, "Host")


@pytest.mark.parametrize("name", ACCESS_LOGS)
def test_access_logs_are_not_written(endpoint: Endpoint, caplog: pytest.LogCaptureFixture, name: str) -> None:
    assert endpoint.client.get("/healthz").status_code == 200
    logger = logging.getLogger(name)
    logger.addHandler(caplog.handler)
    logger.warning("GET /v1/assessments/%s", HANDLE)
    logger.removeHandler(caplog.handler)
    assert HANDLE not in caplog.text


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="processes are looked up in /proc")
def test_a_service_that_is_ended_in_a_query_ends_soon_and_has_logged_nothing(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path / "log"
    command = [sys.executable, "-m", "api.cli", "serve", "--port", str(port)]
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out, env=dict(os.environ)) as process:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            assert eventually(lambda: answers(client))
            started = below(process.pid)
            client.get(f"/v1/assessments/{HANDLE}")
        # when it is ended in the middle of a query
        with socket.create_connection(("127.0.0.1", port)) as asking:
            asking.sendall(f"GET /sparql?query={quote(RUNAWAY)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            time.sleep(0.5)
            start = time.monotonic()
            process.send_signal(signal.SIGTERM)
            process.wait(30)
            took = time.monotonic() - start
    # then it ends soon, with everything that it started, and has written nothing of what was asked
    assert took < 5
    assert eventually(lambda: not running(started))
    assert HANDLE not in log.read_text()
    assert "COUNT" not in log.read_text()


def answers(client: httpx.Client) -> bool:
    with suppress(httpx.TransportError):
        return client.get("/readyz").status_code == 200
    return False
