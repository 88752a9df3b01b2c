"""What a worker and the process that asks it say to each other over a socket.

    length of the head (4 bytes, big-endian) · length of the body (4 bytes) · head · body

The head of a reply is JSON: a worker is not trusted. That of a request is in the form of `marshal`, which one version
of Python reads as it wrote it, and both processes run the same. A request's body is N-Quads that stand beside the
dataset for this query only; an answer's body is the result.
"""

from __future__ import annotations

import json
import marshal
import struct
from functools import lru_cache
from typing import Any, Final

from kg import errors
from kg.store.evaluate import ParsedQuery, StoreResult

HEAD: Final = struct.Struct(">II")
_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def frame(head: dict[str, Any], body: bytes = b"") -> bytes:
    return frame_of(_encode(head).encode("utf-8", "surrogatepass"), body)


def frame_of(head: bytes, body: bytes) -> bytes:
    """A head and a body with their lengths."""
    return b"".join((HEAD.pack(len(head), len(body)), head, body))


def split(received: bytearray) -> tuple[bytes, bytes] | None:
    """Head and body of the first frame, which is taken out, or nothing until it is complete."""
    if len(received) < HEAD.size:
        return None
    head, body = HEAD.unpack_from(received)
    middle, end = HEAD.size + head, HEAD.size + head + body
    if len(received) < end:
        return None
    with memoryview(received) as view:
        found = bytes(view[HEAD.size : middle]), bytes(view[middle:end])
    del received[:end]
    return found


def request(query: ParsedQuery, extra: bytes = b"") -> bytes:
    return frame_of(marshal.dumps(tuple(query)), extra)


def query_of(text: bytes) -> ParsedQuery:
    """The query in the head of a request."""
    return ParsedQuery(*marshal.loads(text))


def reply(answer: StoreResult) -> bytes:
    return frame_of(_head_of(answer.kind, answer.media_type, answer.encoding), answer.body)


@lru_cache(64)
def _head_of(kind: str, media_type: str, encoding: str) -> bytes:
    return _encode({"kind": kind, "type": media_type, "encoding": encoding}).encode()


def failure(error: errors.QueryError) -> bytes:
    place = [error.line, error.column] if isinstance(error, errors.MalformedQuery) else []
    return frame({"error": type(error).__name__, "message": str(error), "place": place})


def answer_of(text: bytes, body: bytes) -> StoreResult:
    """The answer in a reply; raises the error that the worker raised."""
    head = _head(text)
    if "error" in head:
        raise getattr(errors, head["error"])(head["message"], *head["place"])
    return StoreResult(head["kind"], head["type"], body, head["encoding"])


@lru_cache(64)
def _head(text: bytes) -> dict[str, Any]:
    """The head of a reply, to be read only; most replies have one of a few."""
    found = json.loads(text)
    assert isinstance(found, dict)
    return found
