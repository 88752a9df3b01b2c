"""Assessments as they are sent: compact JSON, in which proofs that share their steps are written once and joined."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from kg.assess import Assessment
from kg.assess.missing import Find
from kg.assess.open_claims import listed
from kg.assess.outcomes import Outcome
from kg.cache.derived import derived
from kg.cache.flat import Remembered
from kg.ontology.compiled import Ontology
from kg.proof.proof import Explainer, Proof, Step
from kg.render.data import Data, as_json, dumps, undetermined
from kg.render.explanation import names_of_conclusions

CLAIMS: Final = "claims"


def assessment(
    found: Assessment,
    proofs: bool,
    handle: str = "",
    beside: Mapping[str, Any] | None = None,
    every: bool = False,
    fields: Collection[str] = (),
) -> bytes:
    """The object of docs/contract.md, "An assessment", as JSON in one line of UTF-8; with `proofs`, these too, by id.

    `handle` is its address over HTTP; `beside` are the fields that the reading of a text fills: `answer`. With
    `fields`, these alone are made and written; `claims.OUTCOME` is the claims of one outcome. With `every` one, all
    open claims are listed, however many they are.
    """
    tops = {name.partition(".")[0] for name in fields}
    data = as_json(found, open_claims=False, every=every, wanted=lambda name: not tops or name in tops)
    data |= beside or {}
    if handle:
        data = {"id": data.pop("id"), "handle": handle, **data}
    written = [_encoded({name: value})[1:-1] if name != CLAIMS else b"" for name, value in data.items()]
    if CLAIMS in data:
        asked = {name: rows for name, rows in data[CLAIMS].items() if _is_asked(name, fields)}
        written[list(data).index(CLAIMS)] = b'"claims":' + _claims(found, asked, every)
    if proofs and found.explainer is not None:
        written.append(b'"proofs":' + _Proofs(found, found.explainer).text())
    return b"{%b}" % b",".join(written)


def _is_asked(outcome: str, fields: Collection[str]) -> bool:
    return not fields or CLAIMS in fields or f"{CLAIMS}.{outcome}" in fields


def _encoded(data: object) -> bytes:
    return dumps(data, None).encode("utf-8", "surrogatepass")


def _claims(found: Assessment, data: Data, every: bool) -> bytes:
    """The claims by outcome; those that are open make up most of an answer, and many patients share them."""
    fields = (
        b'"%b":%b' % (name.encode(), _undetermined(found, every) if name == Outcome.UNDETERMINED else _encoded(rows))
        for name, rows in data.items()
    )
    return b"{%b}" % b",".join(fields)


def _undetermined(found: Assessment, every: bool) -> bytes:
    ontology = found.ontology
    rows = [_row(ontology, item.claim, item.find_missing) for item in listed(found, every)]
    return b"[%b]" % b",".join(rows)


@derived
def _row(ontology: Ontology, claim: str, find: Find) -> bytes:
    return _encoded(undetermined(ontology, claim, find))


class _Proofs:
    """Every proof of an assessment; each step is written once, however many proofs have it."""

    def __init__(self, found: Assessment, explainer: Explainer) -> None:
        self.assessment, self.explainer = found, explainer
        self.written: dict[str, bytes] = {}
        self.said = Remembered[object, bytes](_encoded)

    def text(self) -> bytes:
        conclusions = {self.assessment.conclusion(name) for name in names_of_conclusions(self.assessment)}
        conclusions |= {alert.conclusion for alert in self.assessment.alerts}
        conclusions |= {found.conclusion for found in self.assessment.inferred}
        proofs = {
            proof.id: proof for proof in map(self.explainer.proof, (one for one in conclusions if one is not None))
        }
        return b"{%b}" % b",".join([self._proof(name, proofs[name]) for name in sorted(proofs)])

    def _proof(self, name: str, proof: Proof) -> bytes:
        said = self.said.__getitem__
        form = b'"%b":{"conclusion":%b,"steps":[%b],"facts":[%b],"justification":[%b],"alternatives":%d,"partial":%b}'
        return form % (
            name.encode(),
            said(proof.conclusion),
            b",".join(map(self._step, proof.steps)),
            b",".join(map(said, proof.facts)),
            b",".join(map(said, sorted(map(str, proof.axioms)))),
            proof.alternatives,
            said(proof.partial),
        )

    def _step(self, step: Step) -> bytes:
        if step.id not in self.written:
            self.written[step.id] = _encoded(step.to_json())
        return self.written[step.id]
