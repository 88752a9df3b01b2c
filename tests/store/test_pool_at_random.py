"""Whatever queries meet in a pool, and however their clients behave: afterwards it serves as it did before."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest

from endpoint import RUNAWAY
from kg.errors import MalformedQuery, Overloaded, QueryTimeout, QueryTooLarge
from kg.store.evaluate import ParsedQuery
from kg.store.pool import Limits, Pool
from pools import GREEDY, SECRET, SLOW, SMALL, with_pool
from processes import children, settles

QUERIES: Final = (SMALL, SMALL, SMALL, SLOW, RUNAWAY, GREEDY, "SELECT")
EXPECTED: Final = {
    "StoreResult",
    "CancelledError",
    *(e.__name__ for e in (MalformedQuery, QueryTimeout, QueryTooLarge)),
}
WORKERS: Final = 2

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="processes are looked up in /proc")


async def client(pool: Pool, chance: random.Random) -> str:
    """Ask something at some moment; wait for it, leave, or go away so that only the pool can know. What came of it."""
    delay, stays, query = chance.uniform(0, 2), chance.uniform(0, 0.5), chance.choice(QUERIES)
    extra, allowed = chance.choice((b"", b"", SECRET)), chance.choice((2.0, 2.0, 0.3))
    leaves, disappears = chance.random() < 0.2, chance.random() < 0.2
    await asyncio.sleep(delay)
    asked = pool.run(ParsedQuery(query), extra, allowed, (lambda: asyncio.sleep(stays)) if disappears else None)
    try:
        return type(await (asyncio.wait_for(asked, stays) if leaves else asked)).__name__
    except TimeoutError:
        return "CancelledError"
    except Exception as error:  # its name is what is looked at
        return type(error).__name__


async def killer(pool: Pool, chance: random.Random) -> None:
    """What the system may do to a worker."""
    await asyncio.sleep(chance.uniform(0, 2))
    for pid in chance.sample(sorted(children(pool.zygote or 0)), 1):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize(
    ("seed", "patience"),
    [pytest.param(1, 0.05, marks=pytest.mark.long), (2, 0.15), pytest.param(3, 1.0, marks=pytest.mark.long)],
)
def test_a_pool_serves_after_anything_as_before(seed: int, patience: float) -> None:
    async def work(pool: Pool) -> Counter[str]:
        # given clients of every kind at once, and workers that are killed
        chance = random.Random(seed)
        clients = [client(pool, random.Random(chance.random())) for _ in range(60)]
        killers = [killer(pool, random.Random(chance.random())) for _ in range(3)]
        found = Counter(await asyncio.gather(*clients))
        await asyncio.gather(*killers)
        # when they have gone, then there are as many workers as ever
        assert await asyncio.to_thread(settles, lambda: len(children(pool.zygote or 0)), WORKERS)
        # and queries are answered, more of them than there are workers
        for extra in (SECRET, b"") * WORKERS:
            await pool.run(ParsedQuery(SMALL), extra)
        return found

    limits = Limits(workers=WORKERS, aside=2, queue=40, patience=patience, memory=400 << 20)
    outcomes = with_pool(limits, work)
    assert set(outcomes) - {Overloaded.__name__} <= EXPECTED, outcomes
    assert outcomes["StoreResult"], outcomes
