"""The application: routes, and what every request passes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import cache
from typing import Any

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from api.config import Config
from api.pages import FOLDER, registry
from api.routes import assessments, probes, questions
from api.routes import knowledge as knowledge_routes
from api.routes import terms as identifiers
from api.services import State
from api.sessions.service import Desk
from api.sparql import endpoint as sparql
from api.transport import problems
from api.transport.metrics import Measured, Metrics
from api.transport.middleware import At, BodyLimit, Discreet, Head, OpenToAll, Protection
from api.transport.openapi import components, operations, with_problems
from api.transport.security import ApiKey, OpenKnowledge
from kg import __version__
from kg.errors import PictureError
from kg.render import picture


def create_app(config: Config | None = None) -> FastAPI:
    """The service as configured. It starts its workers with its lifespan and ends them with it."""
    state = State(config or Config())
    desk = Desk(state.config, state.knowledge)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as ends:
            ends.push_async_callback(state.close)
            ends.callback(desk.close)
            for failure in await asyncio.gather(state.start(), asyncio.to_thread(desk.load), return_exceptions=True):
                if isinstance(failure, BaseException):
                    raise failure
            app.state.ready = True
            drawing = asyncio.create_task(asyncio.to_thread(_prepare_pictures))
            yield
            app.state.ready = False
            await drawing

    app = Service(title="Warrant", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.warrant, app.state.desk, app.state.pages = state, desk, dict(registry.PAGES)
    app.state.metrics = Metrics(desk.shelf.count)
    parts = (assessments, questions, knowledge_routes, identifiers, probes)
    for router in (*(part.router for part in parts), *registry.ROUTERS):
        app.include_router(router)
    app.mount("/docs/assets", StaticFiles(directory=probes.assets()), name="manual")
    app.mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")
    problems.install(app)
    # the last one added is passed first
    app.add_middleware(Head)
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=3)
    app.add_middleware(OpenKnowledge)
    app.add_middleware(Discreet)
    app.passed = _passed(At(app.routed, "/sparql", OpenToAll(sparql.sparql)), state.config, app.state.metrics)
    app.openapi = _documented(app.openapi)  # type: ignore[method-assign]
    return app


def _passed(app: ASGIApp, config: Config, metrics: Metrics) -> ASGIApp:
    """What every request passes before its route is looked for."""
    limited: ASGIApp = BodyLimit(app, config.body)
    if config.api_key is not None:
        limited = ApiKey(limited, config.api_key)
    return Discreet(Protection(Measured(limited, metrics)))


class Service(FastAPI):
    """The routes, behind what every request passes.

    The SPARQL endpoint stands beside the routes (`At`): a query takes the short way, and its results are compressed by
    their worker.
    """

    passed: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self
        await self.passed(scope, receive, send)

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
        document["paths"]["/sparql"] = operations()
        document["components"]["schemas"] |= components()
        return with_problems(document)

    return documented
