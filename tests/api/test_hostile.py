"""Hostile requests end fast, hold up nobody, and leave no memory taken."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx2 as httpx
import pytest

from api.config import Config
from endpoint import Endpoint, serving
from hostile import Hostile, corpus
from processes import below

SOON = 2.0
AT_ONCE = 0.1
CORPUS = corpus()


@pytest.fixture(scope="module")
def attacked() -> Iterator[Endpoint]:
    """A service of its own: what it is sent costs the others nothing."""
    with serving(Config()) as found:
        yield found


def settled_time(endpoint: Endpoint) -> float:
    """The processor time of a service in seconds, once what it did before is over: a body pays for itself alone."""
    last, now = -1.0, processor_time(endpoint)
    while now - last > 0.02:
        time.sleep(0.1)
        last, now = now, processor_time(endpoint)
    return now


def sent(endpoint: Endpoint, item: Hostile) -> httpx.Response:
    return endpoint.client.post(item.path, content=item.body, headers={"content-type": item.type})


def test_the_corpus_is_large() -> None:
    assert len(CORPUS) >= 60


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processor time is looked up in /proc")
@pytest.mark.parametrize("item", CORPUS, ids=lambda item: item.name)
def test_a_hostile_body_is_answered_soon_and_in_a_few_words(attacked: Endpoint, item: Hostile) -> None:
    before = settled_time(attacked)
    response = sent(attacked, item)
    assert processor_time(attacked) - before < SOON
    # 504 where the machine is so busy that two seconds of a processor take ten
    assert response.status_code in (200, 303, 400, 422, 504), response.text[:500]
    assert response.status_code < 400 or len(response.content) < 120_000


@pytest.mark.long
def test_others_are_answered_at_once_meanwhile(attacked: Endpoint) -> None:
    # given a client that sends everything there is
    sender = threading.Thread(target=lambda: [sent(attacked, item) for item in CORPUS])
    sender.start()
    # when another asks for the health again and again
    times = []
    with httpx.Client(base_url=attacked.root, timeout=30) as other:
        while sender.is_alive():
            start = time.monotonic()
            assert other.get("/healthz").status_code == 200
            times.append(time.monotonic() - start)
            time.sleep(0.005)
    # then it waits for nothing but its turn of a processor
    times.sort()
    assert len(times) > 100
    assert times[int(len(times) * 0.99)] < AT_ONCE


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="memory is looked up in /proc")
def test_the_memory_is_given_back(attacked: Endpoint) -> None:
    workers = attacked.app.state.services.workers
    assert attacked.client.post("/v1/questions", json={"question": "What is MDS?"}).status_code == 200
    for item in CORPUS:
        sent(attacked, item)
    before = proportional({workers.zygote, *below(workers.zygote)})
    for _ in range(3):
        for item in CORPUS:
            sent(attacked, item)
    after = proportional({workers.zygote, *below(workers.zygote)})
    assert after < 1.2 * before


def processor_time(endpoint: Endpoint) -> float:
    """Seconds of a processor that the service has used: what a request costs, however busy the machine is."""
    services = endpoint.app.state.services
    pids = set().union(*({one, *below(one)} for one in (services.workers.zygote, services.sparql.pool.zygote)))
    ticks = 0
    for pid in pids:
        with suppress(OSError):
            ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK") + time.process_time()


def proportional(pids: set[int]) -> int:
    """The memory of processes in bytes; what several share counts once."""
    total = 0
    for pid in pids:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        total += next(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))
    return total
