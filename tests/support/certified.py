"""Certificates of the example patients, signed with a key that is thrown away, and both verifiers."""

from __future__ import annotations

import datetime
import importlib.util
import json
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kg import render
from kg.certificate.canonical import canonical
from kg.certificate.envelope import Refused, sealed
from kg.certificate.keys import key_id
from kg.certificate.statement import statement, subjects
from kg.certificate.verify import verified
from kg.facts.patient import PatientFacts
from kg.judges.patients import drawn
from kg.knowledge import Knowledge
from kg.readers.case.parsing import parse_yaml
from places import ROOT

Json = Any
TIME: Final = "2026-12-01T00:00:00Z"
KNOWLEDGE: Final = Knowledge()
EXAMPLES: Final = {path.stem: path for path in sorted((KNOWLEDGE.ontology.folder / "examples").glob("*.yaml"))}
SMALL: Final = "esa-candidate-on-palliative-chemotherapy"


def second() -> ModuleType:
    """The second verifier, loaded from its file."""
    spec = importlib.util.spec_from_file_location("warrant_verify", ROOT / "verifier" / "warrant_verify.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SECOND: Final = second()
KEY: Final = Ed25519PrivateKey.generate()
TRUSTED: Final = {key_id(KEY.public_key()): KEY.public_key()}


@lru_cache(maxsize=1)
def verifier() -> Any:
    return SECOND.Verifier(SECOND.Ontology(KNOWLEDGE.ontology.folder))


INVENTED: Final = tuple(f"invented patient {number}" for number in range(5))
"""Names of certificates of patients drawn at random."""


@lru_cache(maxsize=1)
def _drawn() -> dict[str, PatientFacts]:
    found = drawn(KNOWLEDGE.ontology, len(INVENTED), 17)
    return {name: patient.facts for name, patient in zip(INVENTED, found, strict=True)}


@lru_cache(maxsize=64)
def written(name: str) -> bytes:
    """The statement about an example or an invented patient, in canonical form."""
    if name in INVENTED:
        facts = _drawn()[name]
    else:
        facts = KNOWLEDGE.read_case(parse_yaml(EXAMPLES[name].read_text(encoding="utf-8")), datetime.date.max)
    assessment = KNOWLEDGE.assess(facts)
    answer = render.as_json(assessment, open_claims=False)
    return canonical(statement(assessment, KNOWLEDGE.engine, KNOWLEDGE.base, answer, TIME))


def example(name: str = SMALL) -> Json:
    return json.loads(written(name))


def resealed(found: Json) -> Json:
    """A statement whose digests are right again, after its parts were tampered with."""
    return {**found, "subject": subjects(found["predicate"])}


def verdicts(found: Json, key: Ed25519PrivateKey = KEY, trusted: Any = None) -> tuple[str, str]:
    """What each verifier says of a statement that is signed: why it is rejected, or nothing."""
    return judged(sealed(found, key), TRUSTED if trusted is None else trusted)


def judged(envelope: Json, trusted: Any) -> tuple[str, str]:
    """What each verifier says of an envelope."""
    reasons = ["", ""]
    try:
        verified(envelope, trusted, KNOWLEDGE.base)
    except Refused as error:
        reasons[0] = str(error)
    try:
        verifier().verify(envelope, trusted)
    except SECOND.Rejected as error:
        reasons[1] = str(error)
    return reasons[0], reasons[1]


def file_of(path: Path, data: Json) -> Path:
    path.write_bytes(canonical(data))
    return path
