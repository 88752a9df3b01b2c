"""Prometheus metrics: counts and times by route, never an address, a body or a fact."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import cache
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
ELSEWHERE: Final = "other"
METHODS: Final = frozenset(("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"))
SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"


class Metrics:
    """The measures of one application; with PROMETHEUS_MULTIPROC_DIR, those of all its workers together."""

    def __init__(self, kept: Callable[[], int]) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._series = cache(self._found)
        self.requests = Counter(
            "warrant_requests", "Requests answered", labels, registry=None if SHARED in os.environ else self.registry
        )
        self.seconds = Histogram(
            "warrant_request_seconds",
            "Seconds from request to the end of the answer",
            labels[:2],
            buckets=SECONDS,
            registry=None if SHARED in os.environ else self.registry,
        )
        self.outcomes = Counter(
            "warrant_cds_feedback",
            "Cards of CDS Hooks by what became of them",
            ("service", "outcome", "reason"),
            registry=None if SHARED in os.environ else self.registry,
        )
        if SHARED in os.environ:
            MultiProcessCollector(self.registry)  # type: ignore[no-untyped-call]
        else:
            Gauge("warrant_assessments_kept", "Assessments in memory", registry=self.registry).set_function(kept)

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """One more request."""
        requests, times = self._series(method, route, status)
        requests.inc()
        times.observe(seconds)

    def feedback(self, service: str, outcome: str, reason: str) -> None:
        """One more card that was accepted or overridden."""
        self.outcomes.labels(service, outcome, reason).inc()

    def text(self) -> bytes:
        """All measures in the text format of Prometheus."""
        return generate_latest(self.registry)

    def _found(self, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
        """What counts and what times requests of a kind."""
        return self.requests.labels(method, route, str(status)), self.seconds.labels(method, route)


class MetricsMiddleware:
    """Counts and times requests by the template of their route."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, start = 500, time.perf_counter()

        async def seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, seen)
        finally:
            self.metrics.count(_method(scope), _route(scope), status, time.perf_counter() - start)


def _route(scope: Scope) -> str:
    """The template of the route, which names no thing; what matched none is counted together."""
    if scope["path"] == "/sparql":
        return "/sparql"
    return str(getattr(scope.get("route"), "path", ELSEWHERE))


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in METHODS else ELSEWHERE.upper()
