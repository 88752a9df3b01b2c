"""All justifications of sampled conclusions, by a third reasoner: the forward chaining of `kg.proof.least_model`.

It shares nothing with the engine. Each set entails the conclusion, no part of it does, and there is no further set.

There is no further set where, for every minimal hitting set of those known, everything without it does not entail the
conclusion (Reiter 1987): a further justification would be left whole by one of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import islice
from random import Random
from typing import Final

import pytest

from certified import KNOWLEDGE
from kg.judges.patients import drawn
from kg.proof.derivations import Conclusion
from kg.proof.engine_trace import derivations
from kg.proof.least_model import LeastModels
from kg.proof.proof import Explainer
from kg.reasoner.closure import inferred_properties
from kg.record.assertions import record
from kg.render.rdf import facts

CONCLUSIONS: Final = int(os.environ.get("WARRANT_CONCLUSIONS", "4"))
SETS: Final = 4
HITTING: Final = 60
Set = frozenset[str]


def hitting_sets(sets: Iterable[Set]) -> list[Set]:
    """All minimal sets that share an element with each of the sets."""
    found: list[Set] = [frozenset()]
    for one in sets:
        wider = {hit if hit & one else hit | {element} for hit in found for element in sorted(one)}
        found = [hit for hit in wider if not any(other < hit for other in wider)]
        if len(found) > HITTING:
            return []
    return found


def entails(kept: Set, given: list[Conclusion], conclusion: Conclusion) -> bool:
    """Whether facts and axioms, named by their texts, entail a conclusion, by forward chaining over the files."""
    files = KNOWLEDGE.base.checker.files
    stated = [fact for fact in given if str(fact) in kept]
    return tuple(conclusion) in LeastModels(files, kept).of([tuple(fact) for fact in stated])  # type: ignore[misc]


@pytest.mark.long
def test_a_third_reasoner_finds_the_same_justifications() -> None:
    random, judged = Random(17), 0
    properties = frozenset(inferred_properties(KNOWLEDGE.ontology))
    axioms = frozenset(KNOWLEDGE.base.checker.files.axioms)
    for patient in drawn(KNOWLEDGE.ontology, 400, 17):
        given = list(facts(KNOWLEDGE.assess(patient.facts)))
        stated = record(KNOWLEDGE.ontology, patient.facts)
        explainer = Explainer(derivations(KNOWLEDGE.engine, KNOWLEDGE.engine.saturate(stated)))
        listed = sorted(item for item in explainer.derivations.depth if item.predicate in properties)
        for conclusion in islice(random.sample(listed, len(listed)), 2):
            found = [frozenset(leaf.text for leaf in one) for one in explainer.justifications(conclusion)]
            hits = hitting_sets(found) if len(found) <= SETS and conclusion not in explainer.partial else []
            if not hits:
                continue
            everything = axioms | {str(fact) for fact in given}
            for one in found:
                assert entails(one, given, conclusion), conclusion
                assert not any(entails(one - {element}, given, conclusion) for element in one), conclusion
            assert not any(entails(everything - hit, given, conclusion) for hit in hits), conclusion
            judged += 1
            if judged == CONCLUSIONS:
                return
    assert judged == CONCLUSIONS
