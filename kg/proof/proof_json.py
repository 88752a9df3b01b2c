"""Proofs read back from their JSON form (docs/contract.md, "A proof").

Reading restores what was written; whether it proves anything is for `kg.proof.checker`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kg.errors import InputError, Problem
from kg.proof.derivations import Conclusion
from kg.proof.proof import Proof, Step, step_id
from kg.reasoner.rules import Axiom


class JsonProofReader:
    """Reads proofs over the axioms of one ontology, such as `Rules.axioms`."""

    def __init__(self, axioms: Iterable[Axiom]) -> None:
        self.axioms: Mapping[str, Axiom] = {str(axiom): axiom for axiom in axioms}

    def read(self, data: Mapping[str, Any]) -> Proof:
        """The proof that `Proof.to_json` wrote. Raises InputError with the JSON path of what is wrong."""
        try:
            steps = tuple(self._step(number, step) for number, step in enumerate(data["steps"]))
            conclusion = Conclusion(*data["conclusion"])
            if not steps or steps[-1].conclusion != conclusion:
                raise _wrong("$.conclusion", "is not that of the last step")
            return Proof(conclusion, steps, int(data["alternatives"]), bool(data["partial"]))
        except (KeyError, TypeError, ValueError) as error:
            raise _wrong("$", f"has not the form of a proof: {error!r}") from error

    def _step(self, number: int, data: Mapping[str, Any]) -> Step:
        where = f"$.steps[{number}]"
        text = data["axiom"]
        if text is not None and text not in self.axioms:
            raise _wrong(f"{where}.axiom", f"the ontology has no such axiom: {text}")
        conclusion, premises = Conclusion(*data["conclusion"]), tuple(data["premises"])
        if data["id"] != step_id(conclusion, data["rule"], text, premises):
            raise _wrong(f"{where}.id", "is not the hash of the step")
        step = Step(data["id"], conclusion, data["rule"], self.axioms[text] if text else None, premises)
        if step.to_json() != dict(data):
            raise _wrong(where, "its sentence or source is not that of its rule and axiom")
        return step


def _wrong(where: str, message: str) -> InputError:
    return InputError([Problem(where, message, "Give a proof as `warrant explain --format json` writes it.")])
