"""Tokens of the clients of CDS Hooks: whose, for which address, until when, and once only."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from pathlib import Path
from typing import Any, Final

import httpx2 as httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api.app import create_app
from api.config import Config
from api.transport.client_tokens import ClientTokens, trusted_clients
from kg.errors import InputError

ROOT: Final = "https://cds.example.org"
PATH: Final = "/cds-services/warrant-patient-view"
ISSUER: Final = "https://ehr.example.org"
KEY: Final = ec.generate_private_key(ec.SECP384R1())
OTHER: Final = ec.generate_private_key(ec.SECP384R1())
JWK: Final = json.loads(ECAlgorithm.to_jwk(KEY.public_key())) | {"kid": "one", "alg": "ES384"}
CLIENTS: Final = {"clients": [{"iss": ISSUER, "jku": f"{ISSUER}/jwks", "jwks": {"keys": [JWK]}}]}


async def inner(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(scope["state"]["warrant.caller"] if "state" in scope else "open")(scope, receive, send)


@pytest.fixture
def checked(tmp_path: Path) -> ClientTokens:
    path = tmp_path / "clients.json"
    path.write_text(json.dumps(CLIENTS), encoding="utf-8")
    return ClientTokens(inner, path)


def token(key: Any = KEY, algorithm: str = "ES384", header: Any = None, **claims: Any) -> str:
    now = int(time.time())
    usual = {"iss": ISSUER, "aud": ROOT + PATH, "exp": now + 300, "iat": now, "jti": str(uuid.uuid4())}
    given = {name: value for name, value in (usual | claims).items() if value is not None}
    return jwt.encode(given, key, algorithm=algorithm, headers={"kid": "one"} | (header or {}))


def called(app: ASGIApp, sent: str = "", path: str = PATH, method: str = "POST", **headers: str) -> httpx.Response:
    async def call() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ROOT) as client:
            return await client.request(method, path, headers=headers | ({"authorization": sent} if sent else {}))

    return asyncio.run(call())


def test_a_trusted_client_may_call_and_is_known_by_its_issuer(checked: ClientTokens) -> None:
    response = called(checked, f"Bearer {token(header={'jku': ISSUER + '/jwks'})}")
    assert (response.status_code, response.text) == (200, f"client {ISSUER}")


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ({"key": OTHER}, "Signature verification failed"),
        ({"iss": "https://other.example"}, "issuer is not trusted"),
        ({"header": {"kid": "two"}}, "no key with this kid"),
        ({"header": {"jku": "https://evil.example/jwks"}}, "jku is not the one"),
        ({"header": {"typ": "at+jwt"}}, "typ is not JWT"),
        ({"aud": f"{ROOT}/cds-services"}, "Audience doesn't match"),
        ({"exp": 1}, "expired"),
        ({"iat": 9_999_999_999}, "not yet valid"),
        ({"exp": 9_999_999_999}, "lives longer"),
        ({"jti": None}, 'missing the "jti"'),
        ({"key": "k" * 64, "algorithm": "HS384"}, "alg"),
        ({"key": None, "algorithm": "none"}, "alg"),
    ],
)
def test_a_token_that_is_not_believed_says_why(checked: ClientTokens, made: dict[str, Any], said: str) -> None:
    response = called(checked, f"Bearer {token(**made)}")
    assert response.status_code == 401
    assert said in response.json()["detail"]


def test_a_token_is_believed_once(checked: ClientTokens) -> None:
    sent = f"Bearer {token()}"
    assert [called(checked, sent).status_code for _ in range(2)] == [200, 401]


@pytest.mark.parametrize("sent", ["", "Basic abc", "Bearer ", "Bearer nonsense", "Bearer a.b.c"])
def test_without_a_token_nothing_is_answered(checked: ClientTokens, sent: str) -> None:
    assert called(checked, sent).status_code == 401


def test_only_the_hooks_ask_and_a_preflight_need_not_bring_one(checked: ClientTokens) -> None:
    preflight = {"access-control-request-method": "POST"}
    assert called(checked, path="/v1/claims").status_code == 200
    assert called(checked, method="OPTIONS", **preflight).status_code == 200
    assert called(checked, path="/cds-services", method="GET").status_code == 401


def test_behind_a_proxy_the_file_says_the_address(tmp_path: Path) -> None:
    path = tmp_path / "clients.json"
    path.write_text(json.dumps({"audience": "https://outside.example/", **CLIENTS}), encoding="utf-8")
    outside = token(aud=["https://outside.example" + PATH])
    assert called(ClientTokens(inner, path), f"Bearer {outside}").status_code == 200


def test_the_service_asks_for_tokens_where_it_is_told_whose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "clients.json"
    path.write_text(json.dumps(CLIENTS), encoding="utf-8")
    monkeypatch.setenv("WARRANT_CDS_CLIENTS", str(path))
    refused = called(create_app(Config.from_environment()), path="/cds-services", method="GET")
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (401, "unauthorized")


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        '{"clients": []}',
        '{"clients": [{"iss": "x"}]}',
        json.dumps(
            {"clients": [{"iss": "x", "jwks": {"keys": [{"kty": "oct", "kid": "a", "alg": "HS256", "k": "c2Vj"}]}}]}
        ),
        json.dumps({"clients": [{"iss": "x", "jwks": {"keys": [{**JWK, "kid": None}]}}]}),
    ],
)
def test_a_file_of_clients_that_is_wrong_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "clients.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"lists no client|needs"):
        trusted_clients(path)
