"""`warrant serve`: the HTTP service."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from api.config import Config
from api.sessions.store import serve_store
from api.transport.metrics import SHARED
from kg.commands.common import DONE, command

LOOPBACK: Final = "127.0.0.1"
STARTING: Final = 60


def add(commands: Any) -> None:
    """Declare the command."""
    found = command(commands, "serve", run, "the HTTP service", "warrant serve --port 8000")
    found.add_argument("--host", default=LOOPBACK, help=f"address to listen on, {LOOPBACK} if not given")
    found.add_argument("--port", type=int, default=8000, help="port to listen on, 8000 if not given")
    found.add_argument("--workers", type=int, default=1, help="processes that answer")
    found.add_argument("--store", type=Path, help="folder that keeps the dataset on disk; in memory without one")
    found.epilog = (
        f"{found.epilog}\nWARRANT_API_KEY asks every request for that key; WARRANT_KEY fixes the key of the handles,"
        "\nwhich is random at each start otherwise; WARRANT_STORE is the same as --store."
    )


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted. Addresses are not logged: those of SPARQL queries hold what was asked."""
    import uvicorn  # noqa: PLC0415 - a tenth of a second that `--help` does not need

    os.environ["WARRANT_ONTOLOGY"] = str(options.ontology)
    if options.store is not None:
        os.environ["WARRANT_STORE"] = str(options.store)
    with _shared(options.workers):
        print(f"http://{options.host}:{options.port}/ (documentation at /docs)", file=sys.stderr)
        uvicorn.run(
            "api.asgi:app",
            host=options.host,
            port=options.port,
            workers=options.workers,
            http="api.transport.connection:Connection",
            # a worker that still loads on a slow machine is not dead
            timeout_worker_healthcheck=STARTING,
            access_log=False,
            log_level="warning",
            server_header=False,
            date_header=True,
        )
    return DONE


@contextmanager
def _shared(workers: int) -> Iterator[None]:
    """What several workers share: the key, a process that holds the assessments, a folder for the metrics.

    They are told by the environment, which children inherit; nobody else can read the folder.
    """
    if workers < 2:
        yield
        return
    os.environ.setdefault("WARRANT_KEY", secrets.token_hex(32))
    config = Config.from_environment()
    assert config.key is not None
    with tempfile.TemporaryDirectory(prefix="warrant-") as folder:
        place = Path(folder) / "sessions"
        store = serve_store(config.retention, str(place), config.key)
        os.environ["WARRANT_SESSIONS"] = str(place)
        os.environ[SHARED] = folder
        try:
            yield
        finally:
            store.shutdown()
