"""Assessments as they are sent: compact JSON, in which proofs that share their steps are written once and joined."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kg.assess import Assessment
from kg.proof import Explainer, Proof, Step
from kg.render.data import Data, as_json, dumps
from kg.render.explanation import names_of_conclusions
from kg.text import Unread


def assessment(found: Assessment, proofs: bool, handle: str, beside: Mapping[str, Any] | None = None) -> bytes:
    """The object of INTERFACE.md, "An assessment", with its handle; with `proofs`, these too, by id.

    `beside` are the fields that the reading of a text fills: `not_understood`, `answer`.
    """
    data = {**as_json(found), **(beside or {})}
    text = dumps({"id": data.pop("id"), "handle": handle, **data}, None)
    if proofs and found.explainer is not None:
        text = f'{text[:-1]},"proofs":{_Proofs(found, found.explainer).text()}}}'
    return text.encode("utf-8", "surrogatepass")


def unread(item: Unread) -> Data:
    """A span of a text that was not used."""
    return {"start": item.start, "end": item.end, "text": item.text, "reason": item.reason}


class _Proofs:
    """Every proof of an assessment; each step is written once, however many proofs have it."""

    def __init__(self, found: Assessment, explainer: Explainer) -> None:
        self.assessment, self.explainer = found, explainer
        self.written: dict[str, str] = {}

    def text(self) -> str:
        conclusions = {self.assessment.conclusion(name) for name in names_of_conclusions(self.assessment)}
        proofs = (self.explainer.proof(conclusion) for conclusion in conclusions if conclusion is not None)
        rows = {proof.id: self._proof(proof) for proof in proofs}
        return "{" + ",".join(f'"{name}":{rows[name]}' for name in sorted(rows)) + "}"

    def _proof(self, proof: Proof) -> str:
        steps = ",".join(map(self._step, proof.steps))
        facts, axioms = dumps([list(fact) for fact in proof.facts], None), sorted(map(str, proof.axioms))
        return (
            f'{{"conclusion":{dumps(list(proof.conclusion), None)},"steps":[{steps}],"facts":{facts},'
            f'"justification":{dumps(axioms, None)},"alternatives":{proof.alternatives},'
            f'"partial":{dumps(proof.partial, None)}}}'
        )

    def _step(self, step: Step) -> str:
        if step.id not in self.written:
            self.written[step.id] = dumps(step.to_json(), None)
        return self.written[step.id]
