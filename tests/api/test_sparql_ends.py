"""What is left when a client goes, a worker dies or the service stops: no process, socket, file or folder."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from api.app import create_app
from api.config import Config
from api.isolation.pool import RequestPool
from endpoint import RUNAWAY, Endpoint, serving
from kg.errors import OntologyError, Overloaded
from kg.store.dataset import prepare
from kg.store.evaluate import ParsedQuery
from kg.store.pool import Limits, Pool
from processes import LATE, below, children, eventually, open_files, running

SMALL = "ASK { }"

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="processes are looked up in /proc")


# -- a client that goes


def test_a_query_ends_when_its_client_has_gone() -> None:
    with serving(Config(limits=Limits(seconds=600, workers=1, patience=0.1))) as small:
        pool: Pool = small.app.state.services.sparql.pool
        assert pool.zygote is not None
        leave_in_the_middle(small, RUNAWAY)
        assert eventually(lambda: len(children(pool.zygote or 0)) == 1), "it runs for nobody"
        assert small.ask(SMALL).status_code == 200


def leave_in_the_middle(endpoint: Endpoint, query: str) -> None:
    """Send a query and close the connection when it is surely at work."""
    host, _, port = endpoint.root.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as client:
        client.sendall(f"GET /sparql?query={quote(query)} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        pool: Pool = endpoint.app.state.services.sparql.pool
        assert eventually(lambda: len(children(pool.zygote or 0)) == 2), "it was not moved aside"


def test_a_client_that_goes_at_any_moment_leaves_the_service_as_it_was(endpoint: Endpoint) -> None:
    host, _, port = endpoint.root.removeprefix("http://").partition(":")
    request = f"GET /sparql?query={quote(SMALL)} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    before = len(open_files())
    for length in range(0, len(request) + 1, 4):
        with socket.create_connection((host, int(port))) as client:
            client.sendall(request[:length])
    assert endpoint.ask(SMALL).status_code == 200
    assert eventually(lambda: len(open_files()) <= before + 1)


# -- a worker, a zygote, a pool that ends


def test_workers_that_were_killed_leave_no_socket_and_no_process() -> None:
    async def work() -> None:
        pool = Pool(prepare(), Limits(workers=2))
        await pool.start()
        assert pool.zygote is not None
        await pool.run(ParsedQuery(SMALL))
        before = len(open_files())
        for _ in range(5):
            for pid in children(pool.zygote):
                os.kill(pid, signal.SIGKILL)
            await asyncio.sleep(0.1)
            await answered(pool)
        assert len(children(pool.zygote)) == 2
        assert len(open_files()) <= before
        await pool.close()

    before = open_files()
    asyncio.run(work())
    assert open_files() <= before


async def answered(pool: Pool) -> None:
    """Ask until there is an answer: a worker may be killed while it is asked."""
    for _ in range(100):
        try:
            await pool.run(ParsedQuery(SMALL))
            return
        except Overloaded:
            await asyncio.sleep(0.05)
    raise AssertionError("no worker came back")


def test_a_pool_that_is_closed_at_any_moment_leaves_nothing() -> None:
    seen: set[int] = set()

    async def work(delay: float) -> None:
        pool = Pool(prepare(), Limits(workers=2, patience=0.01))
        await pool.start()
        asked = [
            asyncio.ensure_future(pool.run(ParsedQuery(RUNAWAY), extra)) for extra in (b"", b"", b"# own\n", b"# own\n")
        ]
        await asyncio.sleep(delay)
        assert pool.zygote is not None
        seen.update({pool.zygote, *children(pool.zygote)})
        await pool.close()
        ended = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(error) for error in ended] == [Overloaded] * len(asked)

    before = open_files()
    for delay in (0.0, 0.005, 0.02, 0.1, 0.3):
        asyncio.run(work(delay))
    assert len(seen) >= 15
    assert eventually(lambda: not running(seen))
    assert open_files() <= before


def test_a_service_that_cannot_start_ends_what_it_has_started(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(workers: RequestPool) -> None:
        raise OntologyError("there are no rules")

    async def start() -> set[int]:
        app = create_app()
        with pytest.raises(OntologyError, match="no rules"):
            async with app.router.lifespan_context(app):
                raise AssertionError("it started")
        return {app.state.services.sparql.pool.zygote} - {None}

    monkeypatch.setattr(RequestPool, "start", broken)
    before = open_files()
    assert asyncio.run(start()) == set()
    assert open_files() <= before


# -- a service that stops


@pytest.fixture
def temporary(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "temporary"
    folder.mkdir()
    yield folder
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_a_service_that_stops_leaves_no_process_and_no_temporary_file(temporary: Path, ending: signal.Signals) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "api.cli", "serve", "--port", str(port)]
    environment = os.environ | {"TMPDIR": str(temporary)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as service:
        try:
            assert eventually(lambda: answers(f"http://127.0.0.1:{port}/sparql?query=ASK%7B%7D"))
            started = below(service.pid)
            assert len(started) >= 2
            service.send_signal(ending)
            service.wait(LATE)
        finally:
            service.kill()
    assert eventually(lambda: not running(started)), running(started)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=LATE) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False
