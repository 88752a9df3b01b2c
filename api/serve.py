"""`warrant serve`: the HTTP service."""

from __future__ import annotations

import argparse
import os
import resource
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from api.config import Config
from api.sessions.store import memory_file
from api.transport.client_tokens import trusted_clients
from api.transport.keys import Keys
from api.transport.metrics import SHARED
from kg.commands.common import DONE, command
from kg.errors import InputError, Problem
from kg.ontology.compiled import Ontology
from kg.vocabulary.site_codes import SITE, site_codes

LOOPBACK: Final = "127.0.0.1"
STARTING: Final = 60
STOPPING: Final = 2
MOST_FILES: Final = 1 << 16


def add(commands: Any) -> None:
    """Declare the command."""
    found = command(commands, "serve", run, "the HTTP service", "warrant serve --port 8000")
    found.add_argument("--host", default=LOOPBACK, help=f"address to listen on, {LOOPBACK} if not given")
    found.add_argument("--port", type=int, default=8000, help="port to listen on, 8000 if not given")
    found.add_argument("--workers", type=int, default=1, help="processes that answer")
    found.add_argument("--store", type=Path, help="folder that keeps the dataset on disk; in memory without one")
    found.add_argument(
        "--trusted-host", action="append", default=[], metavar="NAME", help="answer only under this name; repeatable"
    )
    found.add_argument("--api-keys", type=Path, metavar="FILE", help="ask every request for one of the keys in a file")
    found.add_argument(
        "--cds-clients", type=Path, metavar="FILE", help="ask calls of CDS Hooks for a token of a client in a JSON file"
    )
    found.add_argument("--rate", type=int, default=0, metavar="N", help="answer one caller at most N times a minute")
    found.add_argument(
        "--articles", type=Path, metavar="FOLDER", help="the articles' texts: pages show each claim's sentence in them"
    )
    found.epilog = (
        f"{found.epilog}\nWARRANT_API_KEY asks every request for that key; WARRANT_KEY fixes the key of the handles,"
        "\nwhich is random at each start otherwise. WARRANT_STORE, _API_KEYS, _RATE are the same as --store and so on."
    )


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted. Addresses are not logged: those of SPARQL queries hold what was asked."""
    import uvicorn  # noqa: PLC0415 - a tenth of a second that `--help` does not need

    os.environ["WARRANT_ONTOLOGY"] = str(options.ontology)
    if options.store is not None:
        os.environ["WARRANT_STORE"] = str(options.store)
    if options.trusted_host:
        os.environ["WARRANT_TRUSTED_HOSTS"] = " ".join(options.trusted_host)
    if options.api_keys is not None:
        os.environ["WARRANT_API_KEYS"] = str(options.api_keys.resolve())
    if options.cds_clients is not None:
        os.environ["WARRANT_CDS_CLIENTS"] = str(options.cds_clients.resolve())
    if options.rate:
        os.environ["WARRANT_RATE"] = str(options.rate)
    if options.articles is not None:
        os.environ["WARRANT_ARTICLES"] = str(options.articles.resolve())
    check_keys(Config.from_environment())
    _allow_many_connections()
    with _shared(options.workers):
        print(f"http://{options.host}:{options.port}/ (documentation at /docs)", file=sys.stderr)
        uvicorn.run(
            "api.asgi:app",
            host=options.host,
            port=options.port,
            workers=options.workers,
            http="api.transport.connection:Connection",
            ws="none",
            # what runs for longer when the service is stopped is ended
            timeout_graceful_shutdown=STOPPING,
            # connections that a burst brings at once
            backlog=2048,
            # a worker that still loads on a slow machine is not dead
            timeout_worker_healthcheck=STARTING,
            access_log=False,
            log_level="warning",
            server_header=False,
            date_header=True,
        )
    return DONE


def check_keys(config: Config) -> None:
    """Raises InputError, before anything is started, for keys, clients and codes of the site that cannot be used."""
    try:
        Keys(config.api_keys, config.key_file)
        if config.cds_clients is not None:
            trusted_clients(config.cds_clients)
        if os.environ.get(SITE):
            site_codes(Ontology(config.ontology))
    except OSError as error:
        raise InputError([Problem(str(error.filename), f"cannot be read: {error.strerror}", "Name a file.")]) from error


def _allow_many_connections() -> None:
    """Raise the number of files that this process and its children may have open to what the system lets them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))


@contextmanager
def _shared(workers: int) -> Iterator[None]:
    """What several workers share: the key, the memory of the assessments, a folder for the metrics.

    They are told by the environment, which children inherit; nobody else can read the folder or open the memory.
    """
    if workers < 2:
        yield
        return
    os.environ.setdefault("WARRANT_KEY", secrets.token_hex(32))
    descriptor = memory_file(Config.from_environment().retention.size)
    os.environ["WARRANT_SESSIONS"] = f"/proc/{os.getpid()}/fd/{descriptor}"
    with tempfile.TemporaryDirectory(prefix="warrant-") as folder:
        os.environ[SHARED] = folder
        yield
