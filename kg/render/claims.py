"""Claims, their sources and references as JSON data."""

from __future__ import annotations

from dataclasses import asdict

from kg.ontology.model import Claim, Marker, Reference
from kg.render.facts import Data


def reference_json(reference: Reference) -> Data:
    """An entry of a reference list; `topic_mismatch` says what it is about if not the claims' topic."""
    data = asdict(reference)
    return {"id": data.pop("iri").removeprefix("reference/").replace("/", "-R"), **data}


def claim_json(claim: Claim) -> Data:
    """A claim as docs/contract.md names its fields, with its formal reading and its doubts."""
    return {
        "id": claim.id,
        "kind": claim.kind,
        "sentence": claim.sentence,
        "passage": asdict(claim.passage),
        "markers": [marker_json(item) for item in claim.markers],
        "doubts": [{"text": text, "basis": basis} for text, basis in claim.doubts],
        "formal_reading": [reading.formal for reading in claim.readings],
        "conclusions": [{"predicate": predicate, "target": target} for predicate, target in claim.conclusions],
    }


def claim_source(claim: Claim) -> Data:
    """The passage and the markers of a claim, with their states."""
    return {"claim": claim.id, "passage": asdict(claim.passage), "markers": [marker_json(one) for one in claim.markers]}


def marker_json(item: Marker) -> Data:
    """A printed marker with its state, and the reference it resolves to if any."""
    return {"number": item.number, "state": item.state, **({"reference": item.reference} if item.reference else {})}
