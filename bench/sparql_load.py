"""A load generator for a SPARQL endpoint: clients that each send the next query when they have the last answer.

    python -m bench.sparql_load URL CLIENTS SECONDS KIND < queries (a JSON list)

prints requests, failures, and latencies in milliseconds as one JSON object. One process, HTTP/1.1 with connections
kept open, answers read to their end. KIND `new` adds a comment of its own to each query, so that no text is sent
twice; `repeated` sends the queries as they are.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import sys
import time
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

import httptools
import uvloop

ACCEPT = "application/sparql-results+json"


@dataclass
class Outcome:
    """What the clients saw; latencies in seconds."""

    latencies: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    size: int = 0

    def summary(self, seconds: float) -> dict[str, object]:
        latencies = sorted(self.latencies)
        return {
            "requests": len(latencies),
            "failed": len(self.failures),
            "failures": sorted(set(self.failures))[:3],
            "per_second": len(latencies) / seconds,
            "median_ms": statistics.median(latencies) * 1000 if latencies else None,
            "p95_ms": latencies[int(len(latencies) * 0.95)] * 1000 if latencies else None,
            "bytes": self.size,
        }


class Client(asyncio.Protocol):
    """One connection: a request, then its answer."""

    def __init__(self) -> None:
        self.done: asyncio.Future[None]
        self.size = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def ask(self, request: bytes) -> asyncio.Future[None]:
        self.done = asyncio.get_running_loop().create_future()
        self.parser = httptools.HttpResponseParser(self)
        self.size = 0
        self.transport.write(request)  # type: ignore[attr-defined]
        return self.done

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_body(self, data: bytes) -> None:
        self.size += len(data)

    def on_message_complete(self) -> None:
        self.done.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(ConnectionError("the connection was closed"))


async def client(url: str, queries: list[str], number: int, until: float, new: bool, outcome: Outcome) -> None:
    parts, order = urlsplit(url), random.Random(number)
    starts = [f"GET {parts.path}?query={quote(query)}" for query in queries]
    end = f" HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept: {ACCEPT}\r\n\r\n"
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(Client, parts.hostname, parts.port)
    while time.perf_counter() < until:
        start = time.perf_counter()
        try:
            mark = f"%0A%23{number}-{start}" if new else ""
            await connection.ask(f"{order.choice(starts)}{mark}{end}".encode())
        except ConnectionError as error:
            outcome.failures.append(str(error))
            _, connection = await loop.create_connection(Client, parts.hostname, parts.port)
            continue
        if connection.parser.get_status_code() == 200 and connection.size:
            outcome.latencies.append(time.perf_counter() - start)
            outcome.size += connection.size
        else:
            outcome.failures.append(f"status {connection.parser.get_status_code()}")
    connection.transport.close()


async def load(url: str, clients: int, seconds: float, new: bool, queries: list[str]) -> dict[str, object]:
    outcome, until = Outcome(), time.perf_counter() + seconds
    await asyncio.gather(*(client(url, queries, number, until, new, outcome) for number in range(clients)))
    return outcome.summary(seconds)


if __name__ == "__main__":
    _, address, count, duration, kind = sys.argv
    found = uvloop.run(load(address, int(count), float(duration), kind == "new", json.load(sys.stdin)))
    print(json.dumps(found))
