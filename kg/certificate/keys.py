"""Keys that sign certificates: Ed25519, kept in files, named by the SHA-256 of the public key."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from kg.errors import InputError, Problem

OWN: Final = "signing-key.pem"


def key_id(key: Ed25519PublicKey) -> str:
    """The SHA-256 of the 32 bytes of a public key, in hexadecimal."""
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()


def folder() -> Path:
    """Where the user's configuration of this program is, by the platform's convention."""
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming") / "warrant"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "warrant"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "warrant"


def signing_key(named: Path | None = None) -> Ed25519PrivateKey:
    """The key of a file, of `WARRANT_SIGNING_KEY`, or the user's own, which is made when it is first asked for.

    Raises InputError for a file that holds no Ed25519 private key in PEM.
    """
    if path := named or (Path(given) if (given := os.environ.get("WARRANT_SIGNING_KEY")) else None):
        return _private(path)
    own = folder() / OWN
    if not own.exists():
        write_key(own, Ed25519PrivateKey.generate())
    return _private(own)


def write_key(path: Path, key: Ed25519PrivateKey) -> None:
    """Keep a private key in a new file that only its owner may read; what is there already stays."""
    content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError), open(path, "xb", opener=partial(os.open, mode=0o600)) as file:
        file.write(content)


def trusted_keys(named: Iterable[Path] = ()) -> Mapping[str, Ed25519PublicKey]:
    """The public keys that are trusted, by id: of these files, and of the key that this user signs with."""
    keys = [public_key(path) for path in named]
    environment = os.environ.get("WARRANT_SIGNING_KEY")
    keys += [public_key(path) for path in (Path(environment) if environment else folder() / OWN,) if path.exists()]
    return {key_id(key): key for key in keys}


def _private(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (TypeError, ValueError, UnsupportedAlgorithm) as error:
        raise _no_key(path, "private") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(path, "private")
    return key


def public_key(path: Path) -> Ed25519PublicKey:
    """The public key of a file that holds it, or the private one."""
    content = path.read_bytes()
    if b"PRIVATE KEY" in content:
        return _private(path).public_key()
    try:
        key = load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _no_key(path, "public") from error
    if not isinstance(key, Ed25519PublicKey):
        raise _no_key(path, "public")
    return key


def _no_key(path: Path, kind: str) -> InputError:
    return InputError([Problem(str(path), f"holds no Ed25519 {kind} key in PEM", "Make one with `openssl genpkey`.")])
