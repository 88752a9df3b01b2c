"""A claim as it is reasoned with: its conditions, the examples in which it fires, and patients at its edge."""

from __future__ import annotations

import json
from typing import Any

from kg.judges.patients.boundary_patients import targets_of
from kg.ontology.compiled import Ontology
from kg.publication.conditions import expression
from kg.reasoner.engine import Engine
from kg.record.examples import paths, read_example


def previewed(ontology: Ontology, engine: Engine, claim: str) -> dict[str, Any]:
    """A claim as data: its readings with their axioms, its outcomes in examples, and cases at its edge."""
    found = ontology.claims[claim]
    examples = {path.stem: engine.infer((read_example(ontology, path),))[0] for path in paths(ontology.folder)}
    return {
        "claim": claim,
        "sentence": found.sentence,
        "readings": [
            {
                "reason": reading.reason,
                "holds_of": str(expression(ontology, reading.situation)),
                "axioms": [
                    f"{reading.situation} SubClassOf claimApplies value claim/{claim}",
                    f"{reading.situation}Refuted SubClassOf claimExcluded value claim/{claim}",
                ],
            }
            for reading in found.readings
        ],
        "concludes": [list(pair) for pair in found.conclusions],
        "fires_in": [name for name, closure in examples.items() if claim in closure.claims("claimApplies")],
        "excluded_in": [name for name, closure in examples.items() if claim in closure.claims("claimExcluded")],
        "edge": {str(one.purpose): json.loads(one.patient.case) for one in targets_of(ontology, engine, claim)},
    }
