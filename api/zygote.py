"""The process that the workers of the routes are forked from: `python -m api.zygote`.

It reads the configuration from its control socket, where no other user of the machine sees the keys in it, loads the
ontology with what the first request would wait for, and forks (`kg.store.forking`).
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import socket

from fastapi import FastAPI

from api.app import add_routes
from api.config import Config
from api.isolation.worker import serve
from api.pages import registry
from api.routes import probes
from api.services import Services
from api.sessions.service import AssessmentSessions
from api.sessions.store import SessionStore
from kg.knowledge import Knowledge
from kg.store.forking import ForkServer
from kg.store.worker import without_network

LONGEST_SETUP = 1 << 16


def routes(config: Config, descriptor: int, key: bytes) -> FastAPI:
    """The application with all routes, loaded. `descriptor` is the memory file of the assessments."""
    knowledge = Knowledge(config.ontology)
    sessions = AssessmentSessions(config, knowledge, SessionStore(descriptor, config.retention), key)
    sessions.load()
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    add_routes(app, Services(config, knowledge, sessions, dict(registry.PAGES)))
    app.include_router(probes.trial)
    return app


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=os.dup(0)) as control:
        config, descriptor, key = pickle.loads(control.recv(LONGEST_SETUP))
        without_network()
        app = routes(config, descriptor, key)
        # what draws proofs has threads, which a fork would lose: each worker loads it when it draws first
        # whoever asked for it may have ended meanwhile
        with contextlib.suppress(BrokenPipeError):
            ForkServer(control, lambda channel: serve(app, channel, config)).run()


if __name__ == "__main__":
    main()
