"""`warrant mcp`: the MCP server over standard input and output, for an agent that starts it itself."""

from __future__ import annotations

import argparse
import asyncio
from importlib.util import find_spec
from typing import Any

import pyoxigraph as ox
from fastapi import FastAPI

from api.config import Config
from api.isolation import messages
from api.isolation.messages import WorkerReply
from api.isolation.worker import answer
from api.sessions.store import memory_file
from api.zygote import routes
from kg.commands.common import DONE, command
from kg.errors import InputError, Problem
from kg.store import wire
from kg.store.dataset import open_kept
from kg.store.evaluate import ParsedQuery, evaluate


def add(commands: Any) -> None:
    """Declare the command."""
    command(commands, "mcp", run, "the MCP server for agents, over standard input and output", "warrant mcp")


def run(options: argparse.Namespace) -> int:
    """Serve until standard input ends. Nothing is sent anywhere."""
    if find_spec("mcp") is None:
        raise InputError([Problem("mcp", "is not installed", "pip install 'warrant[mcp]'")])
    from api.mcp.tools import server  # noqa: PLC0415 - half a second that only this command needs

    config = Config.from_environment({"WARRANT_ONTOLOGY": str(options.ontology)})
    app = routes(config, memory_file(config.retention.size), b"")
    asyncio.run(server(_Local(app, open_kept(options.ontology))).run_stdio_async())
    return DONE


class _Local:
    """The routes and the dataset in this process."""

    def __init__(self, app: FastAPI, store: ox.Store) -> None:
        self.app, self.store = app, store

    async def __call__(self, method: str, path: str, headers: dict[str, str], body: bytes, query: bytes) -> WorkerReply:
        if path == "/sparql":
            found = await asyncio.to_thread(evaluate, self.store, ParsedQuery(body.decode()))
            return WorkerReply(200, ((b"content-type", found.media_type.encode()),), found.body)
        place, _, given = path.partition("?")
        scope = {
            "method": method,
            "path": place,
            "raw_path": place.encode(),
            "query_string": given.encode() or query,
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "scheme": "http",
            "http_version": "1.1",
        }
        head, content = _split(messages.request(scope, body))
        return await answer(self.app, head, content)


def _split(frame: bytes) -> tuple[bytes, bytes]:
    found = wire.split(bytearray(frame))
    assert found is not None
    return found
