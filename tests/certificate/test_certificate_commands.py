"""`warrant certificate` and `warrant verify`: what they print, whom they trust, what status they return."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certified import EXAMPLES, SMALL
from kg.certificate.keys import signing_key, write_key
from kg.commands.dispatch import main
from kg.ontology.compiled import DEFAULT_FOLDER
from places import ROOT


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "configuration"))
    monkeypatch.delenv("WARRANT_SIGNING_KEY", raising=False)


def certificate(tmp_path: Path, capsys: pytest.CaptureFixture[str], *options: str) -> Path:
    assert main(["certificate", str(EXAMPLES[SMALL]), *options]) == 0
    path = tmp_path / "certificate.json"
    path.write_text(capsys.readouterr().out, encoding="utf-8")
    return path


def test_ones_own_certificate_is_trusted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = certificate(tmp_path, capsys)
    assert main(["verify", str(path), "--replay", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"valid": True, "reasons": []}
    key = tmp_path / "configuration" / "warrant" / "signing-key.pem"
    assert key.stat().st_mode & 0o077 == 0


def test_a_strangers_certificate_is_trusted_when_somebody_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "theirs.pem"
    write_key(key, Ed25519PrivateKey.generate())
    path = certificate(tmp_path, capsys, "--key", str(key))
    assert main(["verify", str(path), "--format", "text"]) == 1
    assert "rejected: nobody said that the key" in capsys.readouterr().out
    assert main(["verify", str(path), "--trust", str(key), "--format", "text"]) == 0
    assert "No claim was skipped" in capsys.readouterr().out


def test_the_key_may_come_from_the_environment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "service.pem"
    write_key(key, Ed25519PrivateKey.generate())
    monkeypatch.setenv("WARRANT_SIGNING_KEY", str(key))
    path = certificate(tmp_path, capsys)
    assert main(["verify", str(path), "--format", "json"]) == 0
    assert not (tmp_path / "configuration").exists()


@pytest.mark.parametrize(("content", "says"), [("{", "is not JSON"), ('{"a": 1, "a": 2}', "stands twice")])
def test_what_is_no_json_is_wrong_input(
    content: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "certificate.json"
    path.write_text(content, encoding="utf-8")
    assert main(["verify", str(path)]) == 2
    assert says in capsys.readouterr().err


def test_a_file_without_a_key_is_wrong_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "no.pem"
    path.write_text("nothing", encoding="utf-8")
    assert main(["certificate", str(EXAMPLES[SMALL]), "--key", str(path)]) == 2
    assert "holds no Ed25519 private key" in capsys.readouterr().err


def test_the_second_verifier_is_a_program_by_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, public = certificate(tmp_path, capsys), tmp_path / "public.pem"
    public.write_bytes(signing_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    call = [sys.executable, "-I", str(ROOT / "verifier" / "warrant_verify.py"), str(path)]
    call += ["--ontology", str(DEFAULT_FOLDER), "--key", str(public)]
    done = subprocess.run(call, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "accepted\n")
