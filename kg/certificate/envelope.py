"""Signed documents: a DSSE envelope around an in-toto statement in canonical JSON.

    {"payload": <base64>, "payloadType": "application/vnd.in-toto+json", "signatures": [{"keyid", "sig": <base64>}]}

Signed are the bytes of DSSE's pre-authentication encoding (github.com/secure-systems-lab/dsse, protocol 1.0).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kg.certificate.canonical import canonical, parsed
from kg.certificate.keys import key_id
from kg.errors import InputError

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
Json = Any


class Refused(Exception):
    """A certificate is not accepted, and why."""


def pre_authentication(payload: bytes) -> bytes:
    """What is signed: the type and the payload, each with its length."""
    kind = PAYLOAD_TYPE.encode()
    return b" ".join((b"DSSEv1", str(len(kind)).encode(), kind, str(len(payload)).encode(), payload))


def sealed(statement: Json, key: Ed25519PrivateKey) -> Json:
    """The envelope of a statement, signed."""
    payload = canonical(statement)
    signature = key.sign(pre_authentication(payload))
    return {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{"keyid": key_id(key.public_key()), "sig": base64.b64encode(signature).decode()}],
    }


def opened(envelope: Json, trusted: Mapping[str, Ed25519PublicKey]) -> Json:
    """The statement in an envelope that one of the trusted keys signed, in canonical form. Raises Refused."""
    if not isinstance(envelope, dict) or set(envelope) != {"payload", "payloadType", "signatures"}:
        raise Refused("it is no DSSE envelope")
    if envelope["payloadType"] != PAYLOAD_TYPE:
        raise Refused(f"its payload is not {PAYLOAD_TYPE}")
    signatures = envelope["signatures"]
    if not isinstance(signatures, list) or len(signatures) != 1 or not isinstance(signatures[0], dict):
        raise Refused("it has not exactly one signature")
    (signature,) = signatures
    if set(signature) != {"keyid", "sig"} or not isinstance(signature["keyid"], str):
        raise Refused("its signature is not a key id and a signature")
    payload = _bytes(envelope["payload"])
    key = trusted.get(signature["keyid"])
    if key is None:
        raise Refused(f"nobody said that the key {signature['keyid']} is trusted (`--trust FILE`)")
    try:
        key.verify(_bytes(signature["sig"]), pre_authentication(payload))
    except InvalidSignature as error:
        raise Refused("the signature does not fit the content") from error
    return _statement(payload)


def _statement(payload: bytes) -> Json:
    try:
        statement = parsed(payload, "the payload")
        written = canonical(statement)
    except (InputError, ValueError) as error:
        raise Refused(f"the payload is not JSON: {error}") from error
    if written != payload:
        raise Refused("the payload is not in canonical form (RFC 8785)")
    return statement


def _bytes(text: object) -> bytes:
    """The bytes of base64 text in its one proper form. Raises Refused."""
    try:
        found = base64.b64decode(str(text), validate=True)
    except binascii.Error as error:
        raise Refused("it holds what is not base64") from error
    if base64.b64encode(found).decode() != text:
        raise Refused("it holds base64 that is not in its proper form")
    return found
