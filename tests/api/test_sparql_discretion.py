"""What the endpoint keeps to itself, and what its workers may not do."""

from __future__ import annotations

import logging
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from endpoint import RUNAWAY, Endpoint
from kg.store.dataset import prepare
from kg.store.pool import Pool

SECRET = "a-word-that-nobody-else-says"
linux = pytest.mark.skipif(sys.platform != "linux", reason="limits of processes are looked up in /proc")


def test_no_query_is_logged_whatever_becomes_of_it(
    endpoint: Endpoint, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    queries = {
        f"ASK {{ FILTER ('{SECRET}' = ?x) }}": 200,
        f"ASK {{ '{SECRET}' ": 400,
        f"SELECT (<http://e/{SECRET}>(1) AS ?x) {{ }}": 400,
        f"CLEAR GRAPH <http://e/{SECRET}>": 403,
        f"SELECT * FROM <http://e/{SECRET}> {{ }}": 403,
        f"{RUNAWAY} # {SECRET}": 504,
    }
    for query, status in queries.items():
        assert endpoint.ask(query, timeout="0.5").status_code == status
        posted = endpoint.client.post("/sparql", data={"query": query, "timeout": "0.5"})
        assert posted.status_code == status
    said = capfd.readouterr()
    assert SECRET not in said.out + said.err
    own = [record for record in caplog.records if not record.name.startswith("httpx")]
    assert not [record for record in own if SECRET in record.getMessage()]


def test_files_of_the_dataset_belong_to_their_owner_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = prepare().path.read_bytes()
    monkeypatch.setattr("kg.store.dataset._quads_text", lambda ontology, digest: text)
    monkeypatch.setenv("WARRANT_CACHE", str(tmp_path / "cache"))
    kept = prepare()
    monkeypatch.setenv("WARRANT_CACHE", "/dev/null/nowhere")
    temporary = prepare()
    try:
        assert temporary.temporary
        assert [mode(kept.path), mode(temporary.path), mode(kept.path.parent)] == [0o600, 0o600, 0o700]
    finally:
        temporary.discard()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@linux
def test_a_worker_has_a_memory_limit_opens_nothing_and_dumps_nothing(endpoint: Endpoint) -> None:
    pool: Pool = endpoint.app.state.services.sparql.pool
    asked = threading.Thread(target=endpoint.ask, args=(RUNAWAY,), kwargs={"timeout": "1"})
    asked.start()
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pool.zygote)], capture_output=True, text=True, check=True
    )
    found = [limits(int(pid)) for pid in listed.stdout.split()]
    asked.join()
    assert len(found) >= pool.limits.workers
    for one in found:
        assert one["Max address space"] == str(pool.limits.memory)
        assert one["Max open files"] == "0"
        assert one["Max core file size"] == "0"


def limits(pid: int) -> dict[str, str]:
    """The soft limits of a process by name."""
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()[1:]
    return {line[:26].strip(): line[26:47].strip() for line in lines}


@linux
def test_workers_have_a_network_of_their_own_without_any_interface(endpoint: Endpoint) -> None:
    allowed = "from kg.store.worker import without_network; raise SystemExit(not without_network())"
    if subprocess.run([sys.executable, "-c", allowed], check=False).returncode:
        pytest.skip("this system does not let a process have a network of its own")
    zygote = endpoint.app.state.services.sparql.pool.zygote
    assert os.readlink(f"/proc/{zygote}/ns/net") != os.readlink("/proc/self/ns/net")
    devices = Path(f"/proc/{zygote}/net/dev").read_text().splitlines()[2:]
    assert [line.partition(":")[0].strip() for line in devices] == ["lo"]


@pytest.mark.parametrize("query", ["ASK { }", "ASK {"])
def test_every_answer_forbids_browsers_to_guess_its_type_and_to_frame_it(endpoint: Endpoint, query: str) -> None:
    headers = endpoint.ask(query).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "server" not in headers or "/" not in headers["server"]
