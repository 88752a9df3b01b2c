"""The JSON web tokens by which clients of CDS Hooks say who they are (CDS Hooks 2.0, "Trusting CDS Clients").

A file lists the clients that are trusted with their public keys; no key is ever fetched. A token is believed for one
call of the address that it names, until it expires.
"""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from starlette.datastructures import URL, Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.transport.problems import Unauthorized, problem_of
from api.transport.security import CALLER, CDS_HOOKS, is_preflight
from api.transport.watched import WatchedFile
from kg.errors import InputError, Problem

if TYPE_CHECKING:
    from jwt import PyJWK

# signatures of a private key only: "JWTs SHALL NOT be signed using any symmetric algorithm"
ALGORITHMS: Final = ("ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "EdDSA")
REQUIRED: Final = ("iss", "aud", "exp", "iat", "jti")
LEEWAY: Final = 60
LONGEST: Final = 3600
REMEMBERED: Final = 100_000
SHAPE: Final = 'Write {"audience": "https://cds.example.org", "clients": [{"iss": ..., "jwks": {"keys": [...]}}]}.'


@dataclass(frozen=True)
class HookClient:
    """A client that is trusted: the issuer of its tokens, its public keys by `kid`, and where it publishes them."""

    iss: str
    keys: Mapping[str, PyJWK] = field(repr=False)
    jku: str = ""


@dataclass(frozen=True)
class TrustedClients:
    """The clients of a file by issuer; `audience` is the address of the service where a proxy changes it."""

    clients: Mapping[str, HookClient]
    audience: str = ""


def trusted_clients(path: Path) -> TrustedClients:
    """The clients that a JSON file lists. Raises InputError for a file that does not read so."""
    if find_spec("jwt") is None:
        raise InputError([Problem(str(path), "needs PyJWT", "pip install 'warrant[jwt]'")])
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        clients = [_client(item) for item in data["clients"]]
        audience = str(data.get("audience", "")).rstrip("/")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError([Problem(path.name, f"lists no clients: {error}", SHAPE)]) from error
    if not clients:
        raise InputError([Problem(path.name, "lists no client", SHAPE)])
    return TrustedClients({client.iss: client for client in clients}, audience)


def _client(item: Mapping[str, Any]) -> HookClient:
    """A client of the file. Raises ValueError for a key that is no public key of a pair, or has no `kid`."""
    from jwt import PyJWKSet  # noqa: PLC0415 - an extra
    from jwt.exceptions import PyJWTError  # noqa: PLC0415 - an extra

    keys: dict[str, PyJWK] = {}
    try:
        for key in PyJWKSet.from_dict(dict(item["jwks"])).keys:
            if not key.key_id or key.algorithm_name not in ALGORITHMS:
                raise ValueError(f"a key of {item['iss']} has no kid or is none of {', '.join(ALGORITHMS)}")
            keys[key.key_id] = key
    except PyJWTError as error:
        raise ValueError(f"the keys of {item['iss']} cannot be used: {error}") from error
    return HookClient(str(item["iss"]), keys, str(item.get("jku", "")))


class ClientTokens:
    """401 for a call of a CDS service without a token of a trusted client."""

    def __init__(self, app: ASGIApp, path: Path) -> None:
        self.app, self.trusted = app, WatchedFile(path, trusted_clients)
        # (issuer, jti) → when the token expires, in the order of calls
        self._seen: OrderedDict[tuple[str, str], float] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hooks = scope["type"] == "http" and (scope["path"] + "/").startswith(CDS_HOOKS + "/")
        if not hooks or is_preflight(scope, Headers(scope=scope)):
            await self.app(scope, receive, send)
            return
        try:
            scope.setdefault("state", {})[CALLER] = f"client {self._issuer(scope)}"
        except Unauthorized as error:
            await problem_of(error)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _issuer(self, scope: Scope) -> str:
        """Who calls. Raises Unauthorized, with what is wrong with the token."""
        import jwt  # noqa: PLC0415 - an extra

        scheme, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthorized("Send the client's JSON web token as `Authorization: Bearer TOKEN`.")
        trusted = self.trusted.content
        try:
            key, claims = _key_of(trusted, token.strip())
            audience = f"{trusted.audience}{scope['path']}" if trusted.audience else str(_without_query(scope))
            jwt.decode(token.strip(), key, algorithms=[key.algorithm_name], audience=audience, leeway=LEEWAY,
                       options={"require": list(REQUIRED)})  # fmt: skip
        except jwt.PyJWTError as error:
            raise Unauthorized(f"The token of the client is not believed: {error}.") from error
        self._once(str(claims["iss"]), str(claims["jti"]), float(claims["exp"]))
        return str(claims["iss"])

    def _once(self, issuer: str, identifier: str, expires: float) -> None:
        """Remember a token until it expires. Raises Unauthorized for one that was used before, or lives too long."""
        now = time.time()
        if expires > now + LONGEST:
            raise Unauthorized(f"The token of the client lives longer than {LONGEST} s.")
        while self._seen and (len(self._seen) > REMEMBERED or next(iter(self._seen.values())) + LEEWAY < now):
            self._seen.popitem(last=False)
        if (issuer, identifier) in self._seen:
            raise Unauthorized("The token of the client was used before.")
        self._seen[issuer, identifier] = expires


def _key_of(trusted: TrustedClients, token: str) -> tuple[PyJWK, Mapping[str, Any]]:
    """The key that a token says it is signed with, and its claims, not verified yet. Raises PyJWTError."""
    import jwt  # noqa: PLC0415 - an extra

    header = jwt.get_unverified_header(token)
    claims = jwt.decode(token, options={"verify_signature": False, "require": list(REQUIRED)})
    client = trusted.clients.get(str(claims["iss"]))
    if client is None:
        raise jwt.InvalidIssuerError("its issuer is not trusted here")
    if "jku" in header and header["jku"] != client.jku:
        raise jwt.InvalidIssuerError("its jku is not the one that its issuer has here")
    key = client.keys.get(str(header.get("kid")))
    if key is None:
        raise jwt.InvalidTokenError("its issuer has no key with this kid here")
    if header.get("typ") != "JWT":
        raise jwt.InvalidTokenError("its typ is not JWT")
    return key, claims


def _without_query(scope: Scope) -> URL:
    return URL(scope=scope).replace(query="")
