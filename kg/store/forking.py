"""The process that others are forked from: it loads something once, has one thread, and forks whenever it is asked to.

It gets a Unix socket as standard input. Each message is one byte and a process id (4 bytes): `F` with the descriptor of
a socket forks a worker that answers there, and is answered by its id, or by 0 where the system has no room for one;
`K` kills a worker and `N` lowers its priority, both without an answer. The first thing it says, when everything is
loaded, is the process id 0. When the socket closes it ends, and its workers with it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import struct
from collections.abc import Callable
from typing import Final, NoReturn

MESSAGE: Final = struct.Struct(">cI")
REPLY: Final = struct.Struct(">I")
LOW_PRIORITY: Final = 10
SOON: Final = 0.02
PR_SET_PDEATHSIG: Final = 1


def end_with_parent() -> None:
    """Be killed when the process that forked this one ends, where the system can do that."""
    if prctl := getattr(ctypes.CDLL(None), "prctl", None):
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class ForkServer:
    """Forks workers that run `serve` on a socket, as the messages on `control` say, and buries them."""

    def __init__(self, control: socket.socket, serve: Callable[[socket.socket], None]) -> None:
        self.control, self.serve = control, serve
        self.workers: set[int] = set()
        self.dying: set[int] = set()

    def run(self) -> None:
        """Serve until the control socket closes."""
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
        try:
            pid = os.fork()
        except OSError:
            os.close(descriptor)
            self.control.sendall(REPLY.pack(0))
            return
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
            self.serve(socket.socket(fileno=descriptor))
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
