"""The ASGI application: what every request passes, what is answered here, and what in processes of their own."""

from __future__ import annotations

import asyncio
import pickle
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import cache
from typing import Any, Final

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from api.config import Config
from api.isolation.batch import Batch
from api.isolation.pool import RequestPool
from api.isolation.remote import Isolated
from api.mcp.http import PATH as MCP
from api.mcp.http import StreamableHttp
from api.pages import FOLDER, manual, registry
from api.pages.sparql import QueryPages
from api.routes import (
    articles,
    assessments,
    cds_hooks,
    claims,
    concepts,
    explanations,
    feedback,
    fhir,
    ontology,
    probes,
    questions,
    references,
    terms,
)
from api.routes.filters import with_values
from api.services import FrontServices, Services
from api.sessions.service import AssessmentSessions
from api.sessions.store import SessionStore, memory_file, opened
from api.sparql import openapi as sparql_openapi
from api.sparql.endpoint import SparqlEndpoint
from api.sparql.patient import PatientQueries
from api.transport import problems
from api.transport.client_tokens import ClientTokens
from api.transport.hosts import TrustedHosts
from api.transport.keys import Keys
from api.transport.logs import silence_access_logs
from api.transport.metrics import Metrics, MetricsMiddleware
from api.transport.middleware import BodyLimit, ErrorBoundary, HeadAsGet, OpenCors, SecurityHeaders
from api.transport.openapi import components, with_problems, with_published_names
from api.transport.security import ApiKey, PublicCors, RateLimit
from kg import __version__
from kg.knowledge import Knowledge

ROUTES: Final = (
    assessments,
    explanations,
    questions,
    claims,
    articles,
    references,
    concepts,
    ontology,
    terms,
    cds_hooks,
    fhir,
)
# answered by the process that takes the requests
HERE: Final = ("/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/static")
WORKER: Final = (sys.executable, "-m", "api.zygote")


def create_app(config: Config | None = None) -> Service:
    """The service as configured. It starts its workers with its lifespan and ends them with it."""
    services = services_for(config or Config())
    app = Service(
        title="Warrant",
        version=__version__,
        lifespan=_lifespan(services),
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    add_routes(app, services)
    app.include_router(probes.router)
    app.include_router(feedback.router)
    app.mount("/docs/assets", StaticFiles(directory=manual.assets()), name="manual")
    app.mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")
    app.outer = _outer(app, services)
    app.openapi = _documented(app.openapi, services.knowledge)  # type: ignore[method-assign]
    return app


def add_routes(app: FastAPI, services: Services) -> None:
    """Give an application the routes and pages, and what each request to them passes."""
    app.state.services = services
    for router in (*(part.router for part in ROUTES), *registry.ROUTERS):
        app.include_router(router)
    problems.install(app)
    # the last one added is passed first
    app.add_middleware(HeadAsGet)
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=3)
    app.add_middleware(PublicCors)
    app.add_middleware(ErrorBoundary)


def services_for(config: Config) -> FrontServices:
    """The services of an application; nothing is loaded or started yet."""
    knowledge = Knowledge(config.ontology)
    descriptor = opened(config.sessions) if config.sessions else memory_file(config.retention.size)
    sessions = AssessmentSessions(config, knowledge, SessionStore(descriptor, config.retention))
    setup = pickle.dumps((config, descriptor, sessions.key))
    workers = RequestPool(WORKER, setup, (descriptor,), config.work)
    isolated = Isolated(workers)
    sparql = SparqlEndpoint(config, QueryPages(isolated))
    mcp = StreamableHttp(isolated, sparql, config.hosts)
    return FrontServices(
        config=config,
        knowledge=knowledge,
        sessions=sessions,
        pages=dict(registry.PAGES),
        workers=workers,
        isolated=isolated,
        sparql=sparql,
        mcp=mcp,
        metrics=Metrics(sessions.store.count),
        readiness=probes.Readiness(isolated, sparql),
    )


def _lifespan(services: FrontServices) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        silence_access_logs()
        async with AsyncExitStack() as ends:
            ends.callback(services.sessions.store.close)
            ends.push_async_callback(services.sparql.close)
            ends.push_async_callback(services.workers.close)
            ends.push_async_callback(services.mcp.close)
            for failure in await asyncio.gather(
                services.sparql.start(), services.workers.start(), return_exceptions=True
            ):
                if isinstance(failure, BaseException):
                    raise failure
            services.ready = True
            yield
            services.ready = False

    return lifespan


def _outer(app: Service, services: FrontServices) -> ASGIApp:
    """What every request passes before its route is looked for."""
    size, seconds = services.config.body, services.config.body_seconds
    limited: ASGIApp = BodyLimit(Front(app.routed, services), size, seconds)
    limited = Batch(limited, services.isolated, size, seconds)
    config = services.config
    if config.rate:
        limited = RateLimit(limited, config.rate)
    if config.api_keys or config.key_file:
        limited = ApiKey(limited, Keys(config.api_keys, config.key_file), services.sessions.key)
    if config.cds_clients:
        limited = ClientTokens(limited, config.cds_clients)
    if services.config.hosts:
        limited = TrustedHosts(limited, services.config.hosts)
    return ErrorBoundary(SecurityHeaders(MetricsMiddleware(limited, services.metrics)))


class Front:
    """Decides where a request is answered: here, by the workers of the dataset, or by those of the routes."""

    def __init__(self, routed: ASGIApp, services: FrontServices) -> None:
        self.routed, self.isolated = routed, services.isolated
        self.sparql = OpenCors(services.sparql)
        self.patients = PatientQueries(services.sparql, services.isolated)
        self.mcp = services.mcp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._chosen(scope)(scope, receive, send)

    def _chosen(self, scope: Scope) -> ASGIApp:
        if scope["type"] != "http":
            return self.routed
        path = scope["path"]
        if path == "/sparql":
            return self.sparql
        if path == MCP:
            return self.mcp
        if any(path == place or path.startswith(place + "/") for place in HERE) or feedback.is_feedback(path):
            return self.routed
        if self.patients.takes(path):
            return self.patients
        return self.isolated


class Service(FastAPI):
    """The routes that are answered here, behind what every request passes; and all routes, for the document."""

    outer: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self
        await self.outer(scope, receive, send)

    async def routed(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The routes alone."""
        await super().__call__(scope, receive, send)


def _documented(openapi: Callable[[], dict[str, Any]], knowledge: Knowledge) -> Callable[[], dict[str, Any]]:
    """The OpenAPI document with the operations of the endpoint, which FastAPI does not know."""

    @cache
    def documented() -> dict[str, Any]:
        document = with_published_names(openapi())
        document["paths"]["/sparql"] = sparql_openapi.operations()
        document["components"]["schemas"] |= components()
        return with_values(with_problems(document), knowledge.ontology)

    return documented
