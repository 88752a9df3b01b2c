"""What a worker and the process that asks it say to each other over a socket.

    length of the head (4 bytes, big-endian) · length of the body (4 bytes) · head (JSON) · body

A request's body is N-Quads that stand beside the dataset for this query only; an answer's body is the result.
"""

from __future__ import annotations

import json
import struct
from typing import Any, Final

from kg import errors
from kg.store.evaluate import Answer, Query

HEAD: Final = struct.Struct(">II")
_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def frame(head: dict[str, Any], body: bytes = b"") -> bytes:
    text = _encode(head).encode("utf-8", "surrogatepass")
    return HEAD.pack(len(text), len(body)) + text + body


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


def request(query: Query, extra: bytes = b"") -> bytes:
    return frame(vars(query), extra)


def query_of(text: bytes) -> Query:
    """The query in the head of a request."""
    head = json.loads(text)
    head |= {name: tuple(head[name]) for name in ("default_graphs", "named_graphs")}
    return Query(**head)


def reply(answer: Answer) -> bytes:
    return frame({"kind": answer.kind, "type": answer.media_type, "encoding": answer.encoding}, answer.body)


def failure(error: errors.QueryError) -> bytes:
    place = [error.line, error.column] if isinstance(error, errors.MalformedQuery) else []
    return frame({"error": type(error).__name__, "message": str(error), "place": place})


def answer_of(text: bytes, body: bytes) -> Answer:
    """The answer in a reply; raises the error that the worker raised."""
    head = json.loads(text)
    if "error" in head:
        raise getattr(errors, head["error"])(head["message"], *head["place"])
    return Answer(head["kind"], head["type"], body, head["encoding"])
