"""The process that query workers are forked from, with the dataset in memory: `python -m kg.store.zygote SETTINGS`."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from kg.store.forking import ForkServer
from kg.store.location import Location
from kg.store.worker import confine, serve, without_network


@dataclass(frozen=True)
class Settings:
    """What the process is told: where the dataset lies, the memory of a worker in bytes, prefixes for Turtle."""

    path: str
    on_disk: bool
    memory: int
    prefixes: dict[str, str]

    def text(self) -> str:
        return json.dumps(asdict(self))


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=os.dup(0)) as control:
        settings = Settings(**json.loads(sys.argv[1]))
        without_network()
        location = Location(Path(settings.path), "", on_disk=settings.on_disk)
        # a store on disk has threads, which a fork would lose: each worker opens it
        shared = None if settings.on_disk else location.open()

        def work(channel: socket.socket) -> None:
            store = shared if shared is not None else location.open()
            confine(settings.memory, sealed=shared is not None)
            serve(store, channel, settings.prefixes)

        # whoever asked for it may have ended meanwhile
        with contextlib.suppress(BrokenPipeError):
            ForkServer(control, work).run()


if __name__ == "__main__":
    main()
