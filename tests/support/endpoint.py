"""A real server on the loopback interface, for tests that talk HTTP."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2 as httpx
import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.config import Config

BASE = "https://w3id.org/warrant/"
JSON = "application/sparql-results+json"
PREFIXES = f"PREFIX : <{BASE}> PREFIX claim: <{BASE}claim/> "
# more rows than a computer can count in a lifetime
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@dataclass(frozen=True)
class Endpoint:
    """A running server: its application, its addresses and a client of its root."""

    app: FastAPI
    root: str
    client: httpx.Client

    @property
    def sparql(self) -> str:
        return self.root + "/sparql"

    def ask(self, query: str, accept: str | None = JSON, /, **parameters: str | list[str]) -> httpx.Response:
        """GET a query; `accept=None` sends no Accept header."""
        request = self.client.build_request("GET", "/sparql", params={"query": query, **parameters})
        return self.send(request, accept)

    def send(self, request: httpx.Request, accept: str | None = JSON) -> httpx.Response:
        del request.headers["accept"]
        if accept is not None:
            request.headers["accept"] = accept
        return self.client.send(request)

    def rows(self, query: str, **parameters: str | list[str]) -> list[dict[str, str]]:
        """The rows of a SELECT query, as text by variable."""
        response = self.ask(query, JSON, **parameters)
        assert response.status_code == 200, response.text
        found = response.json()["results"]["bindings"]
        return [{name: cell["value"] for name, cell in row.items()} for row in found]


@contextmanager
def serving(config: Config | None = None) -> Iterator[Endpoint]:
    """A server with this configuration until the end of the block."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        app = create_app(config)
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_level="error",
                access_log=False,
                lifespan="on",
                ws="none",
                http="api.transport.connection:Connection",
            )
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        root = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with httpx.Client(base_url=root, timeout=30) as client:
            yield Endpoint(app, root, client)
        # uvicorn leaves a transport unclosed that is still closing when its loop ends
        late = time.monotonic() + 5
        while server.server_state.connections and time.monotonic() < late:
            time.sleep(0.01)
        server.should_exit = True
        thread.join()


def problem(response: httpx.Response) -> dict[str, Any]:
    """The problem in a response, with its members checked."""
    assert response.headers["content-type"] == "application/problem+json"
    content = response.json()
    assert set(content) == {"type", "title", "status", "detail", "errors"}
    assert content["status"] == response.status_code
    assert isinstance(content, dict)
    return content
