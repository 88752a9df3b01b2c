"""The zygote: loads the dataset once, has one thread, and forks a worker whenever it is asked to.

It is started as `python -m kg.store.zygote SETTINGS` with a Unix socket as standard input. Each message is one byte and
a process id (4 bytes): `F` with the descriptor of a socket forks a worker that answers there, and is answered by its
id; `K` kills a worker and `N` lowers its priority, both without an answer. The first thing that the zygote says, when
the dataset is loaded, is the process id 0. When the socket closes it ends, and its workers with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import struct
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, NoReturn

from kg.store.location import Location
from kg.store.worker import confine, end_with_parent, serve, without_network

MESSAGE: Final = struct.Struct(">cI")
REPLY: Final = struct.Struct(">I")
LOW_PRIORITY: Final = 10
SOON: Final = 0.02


@dataclass(frozen=True)
class Settings:
    """What a zygote is told: where the dataset lies, the memory of a worker in bytes, prefixes for Turtle."""

    path: str
    on_disk: bool
    memory: int
    prefixes: dict[str, str]

    def text(self) -> str:
        return json.dumps(asdict(self))


class Zygote:
    """One dataset in memory, or the place of one on disk, and the workers that were forked."""

    def __init__(self, settings: Settings, control: socket.socket) -> None:
        self.settings, self.control = settings, control
        self.location = Location(Path(settings.path), "", on_disk=settings.on_disk)
        # a store on disk has threads, which a fork would lose: each worker opens it
        self.store = None if settings.on_disk else self.location.open()
        self.workers: set[int] = set()
        self.dying: set[int] = set()

    def run(self) -> None:
        self.control.sendall(REPLY.pack(0))
        while True:
            try:
                message, descriptors, _, _ = socket.recv_fds(self.control, MESSAGE.size, 1)
            except TimeoutError:
                self._bury()
                continue
            if len(message) < MESSAGE.size:
                break
            kind, pid = MESSAGE.unpack(message)
            if kind == b"F":
                self._fork(descriptors[0])
            elif pid in self.workers:
                self._kill(pid) if kind == b"K" else self._lower(pid)
            self._bury()
        for pid in sorted(self.workers):
            self._kill(pid)
        for pid in self.dying:
            os.waitpid(pid, 0)

    def _fork(self, descriptor: int) -> None:
        pid = os.fork()
        if pid == 0:
            self._work(descriptor)
        os.close(descriptor)
        self.workers.add(pid)
        self.control.sendall(REPLY.pack(pid))

    def _work(self, descriptor: int) -> NoReturn:
        """In the child: nothing that it could write reaches a log."""
        end_with_parent()
        self.control.close()
        with open(os.devnull, "r+b", buffering=0) as nowhere:
            for stream in (0, 1, 2):
                os.dup2(nowhere.fileno(), stream)
        try:
            store = self.store if self.store is not None else self.location.open()
            confine(self.settings.memory, sealed=self.store is not None)
            serve(store, socket.socket(fileno=descriptor), self.settings.prefixes)
        finally:
            os._exit(0)

    def _lower(self, pid: int) -> None:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, pid, LOW_PRIORITY)

    def _kill(self, pid: int) -> None:
        """End a worker, which may have ended: until it is buried its id belongs to no other process."""
        self.workers.remove(pid)
        self.dying.add(pid)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def _bury(self) -> None:
        """Let go of those that have ended. One of low priority takes seconds on a busy machine: nobody waits."""
        self.dying = {pid for pid in self.dying if os.waitpid(pid, os.WNOHANG)[0] == 0}
        self.control.settimeout(SOON if self.dying else None)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=os.dup(0)) as control:
        settings = Settings(**json.loads(sys.argv[1]))
        without_network()
        # whoever asked for it may have ended meanwhile
        with contextlib.suppress(BrokenPipeError):
            Zygote(settings, control).run()


if __name__ == "__main__":
    main()
