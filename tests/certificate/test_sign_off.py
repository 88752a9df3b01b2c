"""Sign-off of claims: two people with keys of their own, until what they signed changes; all keys are throw-away."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fixtures import TODAY
from kg.authoring.compiler import write
from kg.certificate.keys import write_key
from kg.certificate.sign_off import FOLDER, SIGNERS, ClaimReview, ReviewState, review, signed_off, unsigned
from kg.commands.dispatch import main
from kg.errors import InputError
from kg.ontology.compiled import Ontology
from small_ontology import write_small_ontology

CLAIM = "N1-01"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(write_small_ontology(tmp_path))
    return tmp_path


def signer(folder: Path, name: str) -> Ed25519PrivateKey:
    """A throw-away key whose public half is among those who may sign."""
    key, place = Ed25519PrivateKey.generate(), folder / FOLDER / SIGNERS
    place.mkdir(parents=True, exist_ok=True)
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (place / f"{name}.pem").write_bytes(pem)
    return key


def sign(folder: Path, key: Ed25519PrivateKey) -> None:
    for name, envelope in signed_off(Ontology(folder), [CLAIM], key, "haematologist", TODAY).items():
        (folder / FOLDER / name).write_bytes(envelope)


def test_a_claim_is_signed_by_two_people_and_not_by_one_twice(folder: Path) -> None:
    first, second = signer(folder, "one"), signer(folder, "two")
    assert review(Ontology(folder), CLAIM).state is ReviewState.UNSIGNED
    sign(folder, first)
    sign(folder, first)
    assert review(Ontology(folder), CLAIM) == ClaimReview(ReviewState.SIGNED_ONCE, ("one",))
    sign(folder, second)
    ontology = Ontology(folder)
    assert review(ontology, CLAIM) == ClaimReview(ReviewState.SIGNED, ("one", "two"))
    assert unsigned(ontology, [CLAIM]) == ()
    assert "1 of 2 claims" in unsigned(ontology, [CLAIM, "N1-02"])[0]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("articles/nails.yaml", "sentence: ", "sentence: Rarely, "),
        ("thresholds.yaml", "of: Lumen, bound: '>', value: '50'", "of: Lumen, bound: '>', value: '60'"),
    ],
    ids=["its sentence", "a limit that its condition names"],
)
def test_a_signature_lapses_when_the_claim_changes(folder: Path, file: str, old: str, new: str) -> None:
    sign(folder, signer(folder, "one"))
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    write(folder)
    assert review(Ontology(folder), CLAIM).state is ReviewState.LAPSED


def test_a_cosmetic_edit_keeps_the_signature(folder: Path) -> None:
    sign(folder, signer(folder, "one"))
    path = folder / "articles" / "nails.yaml"
    path.write_text("# A comment.\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    write(folder)
    assert review(Ontology(folder), CLAIM).state is ReviewState.SIGNED_ONCE


def test_a_key_that_nobody_vouches_for_signs_nothing_and_a_forged_file_is_refused(folder: Path) -> None:
    stranger = Ed25519PrivateKey.generate()
    with pytest.raises(InputError, match="belongs to nobody who may sign"):
        sign(folder, stranger)
    sign(folder, signer(folder, "one"))
    (path,) = (folder / FOLDER).glob("*.json")
    (folder / FOLDER / SIGNERS / "one.pem").unlink()
    signer(folder, "one")
    with pytest.raises(InputError, match=rf"{FOLDER}/{path.name}: is no sign-off: nobody said that the key"):
        review(Ontology(folder), CLAIM)


def test_the_command_counts_and_signs_only_claims_that_are_named(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_key(tmp_path / "key.pem", signer(folder, "one"))
    command = ["sign-off", "--ontology", str(folder), "--key", str(tmp_path / "key.pem"), "--role", "haematologist"]
    assert main(command) == 2
    assert "signs nothing that is not named" in capsys.readouterr().err
    assert main([*command, CLAIM]) == 0
    capsys.readouterr()
    assert main(["sign-off", "--ontology", str(folder), CLAIM]) == 0
    assert capsys.readouterr().out.splitlines()[0] == f"{CLAIM}: signed_once by one"
