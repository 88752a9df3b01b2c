"""What an answer says to a clinician: every predicate and concept has its words, and the linter finds no fault."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kg.render.phrases import ARGUING, faults, lines, phrase, wording
from rendered import KNOWLEDGE, assessments

ONTOLOGY = KNOWLEDGE.ontology


def test_every_line_that_a_claim_can_say_is_a_sentence() -> None:
    found = {name: (line, wrong) for name, line in lines(ONTOLOGY) if (wrong := list(faults(name, line)))}
    assert len(list(lines(ONTOLOGY))) > 300
    assert found == {}


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("Take a bone marrow biopsy and " + "then another one " * 7, "over 20 words"),
        ("Be extremely utterly careful", "doubled word"),
        ("Take the the biopsy", "doubled word"),
        ("Biopsy", "bare noun"),
        ("Measure b12_elevated", "identifier"),
        ("See A0-39 for this", "identifier"),
    ],
)
def test_the_linter_finds(line: str, fault: str) -> None:
    assert fault in list(faults("", line))


def test_every_predicate_and_every_concept_of_a_list_to_act_on_has_words() -> None:
    words = wording(ONTOLOGY)
    listed = {name for name, place in ONTOLOGY.lists.items() if place not in ARGUING}
    assert len(listed) > 35
    assert listed == set(words.predicates)
    said = {
        ONTOLOGY.codes[concept]
        for claim in ONTOLOGY.claims.values()
        for predicate, concept in claim.conclusions
        if predicate in listed
    }
    assert said == set(words.concepts)


def test_of_several_relations_the_firmest_is_said() -> None:
    found = assessments()["low-b12-with-neurology"]
    (item,) = (one for one in found.lists["pitfalls"] if "forbidsWithholding" in one.relations)
    assert phrase(ONTOLOGY, item) == "Do not withhold vitamin B12"
    firmer = replace(item, relations=("forbidsWithholding", "contraindicates"))
    assert phrase(ONTOLOGY, firmer) == "Do not give vitamin B12: contraindicated"
