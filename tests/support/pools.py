"""A pool of workers for one test, and queries of every weight for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from endpoint import BASE
from kg.store.dataset import prepare
from kg.store.pool import Limits, Pool

T = TypeVar("T")
SMALL = "SELECT ?label { <https://w3id.org/warrant/Claim> <http://www.w3.org/2000/01/rdf-schema#label> ?label }"
# over a million pairs, which takes a moment
SLOW = "ASK { { SELECT (COUNT(*) AS ?n) { { ?a a ?b } { SELECT ?c { ?c ?d ?e } LIMIT 300 } } } FILTER (?n > 1000000) }"
GREEDY = "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f"
SECRET = f"<{BASE}patient/x> <{BASE}hasDiagnosis> <{BASE}y> <{BASE}graph/patient> .\n".encode()


def with_pool(limits: Limits, work: Callable[[Pool], Awaitable[T]]) -> T:
    """What `work` gives over a pool of its own."""

    async def whole() -> T:
        pool = Pool(prepare(), limits)
        await pool.start()
        try:
            return await work(pool)
        finally:
            await pool.close()

    return asyncio.run(whole())
