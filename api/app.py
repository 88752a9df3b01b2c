"""The application: routes, and what every request passes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from api import assessments, knowledge_routes, probes, problems, questions, sparql
from api.config import Config
from api.desk import Desk
from api.metrics import Measured, Metrics
from api.middleware import At, BodyLimit, Discreet, Protection, open_to_all
from api.openapi import components, operations
from api.pages import FOLDER
from api.pages import sparql as sparql_pages
from api.security import ApiKey, OpenKnowledge
from api.state import State
from kg import __version__, picture
from kg.errors import PictureError


def create_app(config: Config | None = None) -> FastAPI:
    """The service as configured. It starts its workers with its lifespan and ends them with it."""
    state = State(config or Config())
    desk = Desk(state.config, state.knowledge)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await asyncio.gather(state.start(), asyncio.to_thread(desk.load))
        app.state.ready = True
        drawing = asyncio.create_task(asyncio.to_thread(_prepare_pictures))
        try:
            yield
        finally:
            app.state.ready = False
            await drawing
            desk.close()
            await state.close()

    app = FastAPI(title="Warrant", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.warrant, app.state.desk, app.state.pages = state, desk, {}
    app.state.metrics = Metrics(desk.shelf.count)
    for router in (assessments.router, questions.router, knowledge_routes.router, probes.router, sparql_pages.router):
        app.include_router(router)
    app.mount("/docs/assets", StaticFiles(directory=probes.assets()), name="manual")
    app.mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")
    problems.install(app)
    # the last one added is passed first
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=5)
    # query results are compressed by their worker
    app.add_middleware(At, path="/sparql", inside=open_to_all(sparql.sparql))
    app.add_middleware(OpenKnowledge)
    app.add_middleware(BodyLimit, limit=state.config.body)
    if state.config.api_key is not None:
        app.add_middleware(ApiKey, key=state.config.api_key)
    app.add_middleware(Measured, metrics=app.state.metrics)
    app.add_middleware(Protection)
    app.add_middleware(Discreet)
    app.openapi = _documented(app.openapi)  # type: ignore[method-assign]
    return app


def _prepare_pictures() -> None:
    """Load what draws proofs while nobody waits for it; without it, only a picture is refused."""
    with suppress(PictureError):
        picture.prepare()


def _documented(openapi: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
    """The OpenAPI document with the operations of the endpoint, which FastAPI does not know."""

    def documented() -> dict[str, Any]:
        document = openapi()
        document["paths"]["/sparql"] = operations()
        document["components"]["schemas"] |= components()
        return document

    return documented
