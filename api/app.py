"""The ASGI application: services, routes, and the middleware that every request passes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from functools import cache
from typing import Any, Final

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from api.config import Config
from api.pages import FOLDER, manual, registry
from api.pages import sparql as sparql_page
from api.routes import (
    articles,
    assessments,
    claims,
    concepts,
    explanations,
    ontology,
    probes,
    questions,
    references,
    terms,
)
from api.services import Services
from api.sessions.executor import Executor
from api.sessions.service import AssessmentSessions
from api.sparql import openapi as sparql_openapi
from api.sparql.endpoint import SparqlEndpoint
from api.transport import problems
from api.transport.metrics import Metrics, MetricsMiddleware
from api.transport.middleware import BodyLimit, ErrorBoundary, HeadAsGet, OpenCors, PathMount, SecurityHeaders
from api.transport.openapi import components, with_problems
from api.transport.security import ApiKey, PublicCors
from kg import __version__
from kg.errors import PictureError
from kg.knowledge import Knowledge
from kg.render import picture

ROUTES: Final = (assessments, explanations, questions, claims, articles, references, concepts, ontology, terms, probes)


def create_app(config: Config | None = None) -> FastAPI:
    """The service as configured. It starts its workers with its lifespan and ends them with it."""
    services = services_for(config or Config())
    app = Service(title="Warrant", version=__version__, lifespan=_lifespan(services), docs_url=None, redoc_url=None)
    app.state.services = services
    for router in (*(part.router for part in ROUTES), *registry.ROUTERS):
        app.include_router(router)
    app.mount("/docs/assets", StaticFiles(directory=manual.assets()), name="manual")
    app.mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")
    problems.install(app)
    # the last one added is passed first
    app.add_middleware(HeadAsGet)
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=3)
    app.add_middleware(PublicCors)
    app.add_middleware(ErrorBoundary)
    app.outer = _outer(PathMount(app.routed, "/sparql", OpenCors(services.sparql)), services)
    app.openapi = _documented(app.openapi)  # type: ignore[method-assign]
    return app


def services_for(config: Config) -> Services:
    """The services of an application; nothing is loaded or started yet."""
    knowledge = Knowledge(config.ontology)
    sessions = AssessmentSessions(config, knowledge)
    return Services(
        config=config,
        knowledge=knowledge,
        executor=Executor(config.work),
        sessions=sessions,
        sparql=SparqlEndpoint(config, sparql_page),
        metrics=Metrics(sessions.store.count),
        pages=dict(registry.PAGES),
    )


def _lifespan(services: Services) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as ends:
            ends.push_async_callback(services.sparql.close)
            ends.callback(services.executor.close)
            parts = (services.sparql.start(), asyncio.to_thread(services.sessions.load))
            for failure in await asyncio.gather(*parts, return_exceptions=True):
                if isinstance(failure, BaseException):
                    raise failure
            services.ready = True
            drawing = asyncio.create_task(asyncio.to_thread(_prepare_pictures))
            yield
            services.ready = False
            await drawing

    return lifespan


def _outer(app: ASGIApp, services: Services) -> ASGIApp:
    """What every request passes before its route is looked for."""
    limited: ASGIApp = BodyLimit(app, services.config.body)
    if services.config.api_key is not None:
        limited = ApiKey(limited, services.config.api_key)
    return ErrorBoundary(SecurityHeaders(MetricsMiddleware(limited, services.metrics)))


class Service(FastAPI):
    """The routes, behind what every request passes.

    The SPARQL endpoint stands beside the routes (`PathMount`): a query passes less middleware, and its results are
    compressed by their worker.
    """

    outer: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self
        await self.outer(scope, receive, send)

    async def routed(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The routes alone."""
        await super().__call__(scope, receive, send)


def _prepare_pictures() -> None:
    """Load what draws proofs while nobody waits for it; without it, only a picture is refused."""
    with suppress(PictureError):
        picture.prepare()


def _documented(openapi: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
    """The OpenAPI document with the operations of the endpoint, which FastAPI does not know."""

    @cache
    def documented() -> dict[str, Any]:
        document = openapi()
        document["paths"]["/sparql"] = sparql_openapi.operations()
        document["components"]["schemas"] |= components()
        return with_problems(document)

    return documented
