"""Canonical JSON (RFC 8785) and digests of it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import rfc8785

from kg.errors import InputError, Problem

Json = Any


def canonical(data: Json) -> bytes:
    """The one way to write some JSON data, as UTF-8 bytes (RFC 8785)."""
    return rfc8785.dumps(data)


def digest(data: Json) -> str:
    """The SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(data)).hexdigest()


def parsed(content: bytes, where: str) -> Json:
    """JSON in which no field stands twice. Raises InputError."""
    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=_no_repeats)
    except (ValueError, RecursionError) as error:
        raise InputError([Problem(where, f"is not JSON: {error}", "Give a certificate as it was written.")]) from error


def _no_repeats(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field stands twice in one object")
    return found
