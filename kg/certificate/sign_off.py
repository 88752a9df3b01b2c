"""Sign-off of claims by people: what two of them signed with keys of their own, and has not changed since, is reviewed.

In the folder of an ontology, `sign-offs/` holds a DSSE envelope for each signature and `sign-offs/signers/` the public
keys of those who may sign, by their names. A signature is about the content of a claim: its sentence and passage, its
conditions with the limits that they name, and what it concludes. Where one of these changes, the signature lapses.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kg.cache.derived import derived
from kg.certificate.canonical import canonical, digest, parsed
from kg.errors import InputError, Problem
from kg.ontology.compiled import Ontology
from kg.ontology.model import Claim

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FOLDER: Final = "sign-offs"
SIGNERS: Final = "signers"
TYPE: Final = "https://in-toto.io/Statement/v1"
PREDICATE: Final = "https://w3id.org/warrant/sign-off/v1"
NEEDED: Final = 2
Json = Any


class ReviewState(StrEnum):
    """How far people have reviewed a claim."""

    UNSIGNED = "unsigned"
    SIGNED_ONCE = "signed_once"
    SIGNED = "signed"
    LAPSED = "lapsed"


@dataclass(frozen=True)
class ClaimReview:
    """The state of a claim and the names of those whose signatures are valid, sorted."""

    state: ReviewState = ReviewState.UNSIGNED
    signers: tuple[str, ...] = ()


def content(ontology: Ontology, claim: Claim) -> Json:
    """What is signed of a claim, as JSON: all that it says, and the limits that its conditions name."""
    return {
        "claim": claim.id,
        "kind": claim.kind,
        "sentence": claim.sentence,
        "passage": [claim.passage.article, claim.passage.start, claim.passage.end, claim.passage.digest],
        "conclusions": [list(pair) for pair in claim.conclusions],
        "readings": [[reading.formal, reading.reason] for reading in claim.readings],
        "fields": {name: list(values) for name, values in sorted(claim.fields.items()) if name not in INDEX},
        "regimen": [[one.substance, one.dose, one.unit, one.route, one.frequency] for one in claim.regimen],
        "effects": [[one.measure, one.printed] for one in claim.effects],
        "limits": [
            [one.name, one.quantity, one.bound, str(one.limit)]
            for name, one in sorted(ontology.thresholds.items())
            if any(name in reading.formal.replace("(", " ").replace(")", " ").split() for reading in claim.readings)
        ],
    }


INDEX: Final = ("asks", "indexTerm", "formalReading", "readingSituation", "hasReading")


def signed_off(
    ontology: Ontology, claims: Iterable[str], key: Ed25519PrivateKey, role: str, day: datetime.date
) -> dict[str, bytes]:
    """The envelopes of one person's signatures under some claims: file name in the folder → content.

    Raises InputError for a key that is not among the signers of the ontology.
    """
    from kg.certificate.envelope import sealed  # noqa: PLC0415 - cryptography, which only signatures need
    from kg.certificate.keys import key_id  # noqa: PLC0415 - as above

    number = key_id(key.public_key())
    name = {key_id(public): one for one, public in signers(ontology.folder).items()}.get(number)
    if name is None:
        remedy = f"Have the public key added as {FOLDER}/{SIGNERS}/NAME.pem by those who know its owner."
        raise InputError([Problem("--key", "belongs to nobody who may sign.", remedy)])
    found = {}
    for claim in claims:
        what = content(ontology, ontology.claims[claim])
        statement = {
            "_type": TYPE,
            "predicateType": PREDICATE,
            "subject": [{"name": f"claim/{claim}", "digest": {"sha256": digest(what)}}],
            "predicate": {"signer": name, "role": role, "date": day.isoformat(), "content": what},
        }
        found[f"{claim}.{number[:12]}.json"] = canonical(sealed(statement, key)) + b"\n"
    return found


def signers(folder: Path) -> dict[str, Ed25519PublicKey]:
    """The public keys of those who may sign, by name. Raises InputError for a file that holds none."""
    from kg.certificate.keys import public_key  # noqa: PLC0415 - as above

    return {path.stem: public_key(path) for path in sorted((folder / FOLDER / SIGNERS).glob("*.pem"))}


def review(ontology: Ontology, claim: str) -> ClaimReview:
    """The review of a claim; unsigned where nobody signed it. Raises InputError for an envelope that is forged."""
    return _reviews(ontology).get(claim, ClaimReview())


def unsigned(ontology: Ontology, claims: Sequence[str]) -> tuple[str, ...]:
    """A sentence that counts the claims whose encoding no two people signed; none where all are signed."""
    count = sum(review(ontology, name).state is not ReviewState.SIGNED for name in claims)
    return (
        (f"Encoded by a program, read by no clinician (unsigned): {count} of {len(claims)} claims.",) if count else ()
    )


@derived
def _reviews(ontology: Ontology) -> Mapping[str, ClaimReview]:
    """The reviews of all claims that somebody signed, by claim."""
    valid: dict[str, set[str]] = {}
    envelopes = sorted((ontology.folder / FOLDER).glob("*.json"))
    trusted = signers(ontology.folder) if envelopes else {}
    for path in envelopes:
        claim, signer, stated = _opened(path, trusted)
        names = valid.setdefault(claim, set())
        if claim in ontology.claims and stated == digest(content(ontology, ontology.claims[claim])):
            names.add(signer)
    return {claim: ClaimReview(_state(len(names)), tuple(sorted(names))) for claim, names in valid.items()}


def _state(count: int) -> ReviewState:
    """The state of a claim under which so many signatures are valid, of at least one that was given."""
    if not count:
        return ReviewState.LAPSED
    return ReviewState.SIGNED if count >= NEEDED else ReviewState.SIGNED_ONCE


def _opened(path: Path, trusted: Mapping[str, Ed25519PublicKey]) -> tuple[str, str, str]:
    """The claim, the signer and the digest of an envelope. Raises InputError where its signature does not hold."""
    from kg.certificate.envelope import Refused, opened  # noqa: PLC0415 - as above
    from kg.certificate.keys import key_id  # noqa: PLC0415 - as above

    names = {key_id(key): name for name, key in trusted.items()}
    try:
        envelope = parsed(path.read_bytes(), path.name)
        statement = opened(envelope, {number: trusted[name] for number, name in names.items()})
        if statement["predicateType"] != PREDICATE:
            raise Refused("it is no sign-off of a claim")
        (subject,) = statement["subject"]
        signer = names[envelope["signatures"][0]["keyid"]]
        return str(subject["name"]).removeprefix("claim/"), signer, str(subject["digest"]["sha256"])
    except (Refused, KeyError, ValueError, TypeError, json.JSONDecodeError) as error:
        remedy = "Remove the file, or have it signed again by somebody whose key is among the signers."
        raise InputError([Problem(f"{FOLDER}/{path.name}", f"is no sign-off: {error}.", remedy)]) from error
