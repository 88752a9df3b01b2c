"""Each end of each claim in a patient built for it: what was reviewed still follows, and nothing else."""

from __future__ import annotations

from boundary_outcomes import boundary_outcomes, known_claims, outcomes_of
from kg.judges.patients import Purpose
from kg.knowledge import Knowledge
from kg.ontology.compiled import Ontology
from kg.readers.case.reader import CaseReader

KEPT = list(boundary_outcomes())


def test_every_executable_claim_is_met_just_not_met_and_contradicted(ontology: Ontology) -> None:
    executable = {claim.id for claim in ontology.claims.values() if claim.executable} & known_claims()
    assert len(KEPT) >= 522
    for purpose in Purpose:
        assert {one.claim for one in KEPT if one.purpose == purpose} == executable
    assert all(one.claim in one.applicable for one in KEPT if one.purpose == Purpose.MET)


def test_the_same_claims_apply_and_are_excluded(reader: CaseReader) -> None:
    knowledge, claims = Knowledge(), known_claims()
    changed = []
    for one in KEPT:
        applicable, excluded = outcomes_of(knowledge.assess(reader.read(one.case)), claims)
        differ = sorted((applicable ^ one.applicable) | (excluded ^ one.excluded))
        changed += [f"{one.claim}, {one.purpose}: {', '.join(differ)}"] if differ else []
    # an intended change: write them anew by tests/support/boundary_outcomes.py and read the difference
    assert changed == []
