"""A worker: answers queries from a socket until it is closed, under limits that the kernel keeps."""

from __future__ import annotations

import ctypes
import os
import resource
import socket
from collections.abc import Mapping
from typing import Final

import pyoxigraph as ox

from kg.errors import QueryError, QueryFailed
from kg.store import wire
from kg.store.evaluate import evaluate
from kg.store.location import in_graph, parse_quads

CLONE_NEWUSER: Final = 0x10000000
CLONE_NEWNET: Final = 0x40000000
PIECE: Final = 1 << 18


def without_network() -> bool:
    """Move this process, which must have one thread only, to a network of its own without any interface.

    False where the system has no such thing or does not let us: what keeps a query inside then is that SERVICE is
    refused, and that a worker over a dataset in memory can open no file and no socket.
    """
    unshare = getattr(ctypes.CDLL(None), "unshare", None)
    return unshare is not None and (unshare(CLONE_NEWNET) == 0 or unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0)


def confine(memory: int, sealed: bool) -> None:
    """Limit the address space to `memory` bytes; `sealed` also forbids to open files and sockets. No core dumps."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    allowed = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sealed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def serve(store: ox.Store, channel: socket.socket, prefixes: Mapping[str, str]) -> None:
    """Answer requests one after the other. Quads that come with a request stay: such a worker is used once."""
    received = bytearray()
    while piece := channel.recv(PIECE):
        received += piece
        while (request := wire.split(received)) is not None:
            channel.sendall(_reply(store, *request, prefixes))


def _reply(store: ox.Store, head: bytes, extra: bytes, prefixes: Mapping[str, str]) -> bytes:
    try:
        if extra:
            store.extend(_quads(extra))
        return wire.reply(evaluate(store, wire.query_of(head), prefixes))
    except QueryError as error:
        return wire.failure(error)
    except MemoryError:
        os._exit(1)


def _quads(text: bytes) -> list[ox.Quad]:
    """Quads that stand beside the dataset, in their graphs and in the default graph."""
    try:
        found = list(parse_quads(text))
    except SyntaxError as error:
        raise QueryFailed(f"The quads beside the dataset do not parse: {error}") from error
    return [*found, *(in_graph(quad.triple) for quad in found)]
