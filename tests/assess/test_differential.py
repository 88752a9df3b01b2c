"""The differential: states, groups, separate axes, and the named rule by which each entry stands where it stands."""

from __future__ import annotations

from itertools import permutations
from typing import Any, Final

import pytest

from assessing import INDEX_CASE_OF_A1, KNOWLEDGE, assessed, b12, named
from kg.assess import Assessment, Basis, Differential, State
from kg.assess.outcomes import Outcome
from kg.ontology.ordering import harms, ordering_rules, strengths

STRENGTH = strengths(KNOWLEDGE.ontology)
SURVIVOR: Final[dict[str, Any]] = {
    "findings": named("anemia", "leukopenia", "b12_elevated"),
    "history": named("breast cancer"),
}


def by_name(found: Assessment) -> dict[str, Differential]:
    return {item.concept: item for item in found.differential}


def test_the_differential_is_ordered_by_the_printed_strength_of_its_groups() -> None:
    found = assessed(findings=named(*INDEX_CASE_OF_A1)).differential
    heads = [item for item in found if not item.parent]
    assert [item.concept for item in heads[:2]] == ["PrimaryBoneMarrowDisorder", "ClonalBoneMarrowDisease"]
    assert [item.strength for item in heads[:2]] == ["most_likely", "strongly_suggests"]
    assert [STRENGTH[item.strength] for item in heads] == sorted(STRENGTH[item.strength] for item in heads)


def test_a_broader_entry_heads_its_narrower_ones() -> None:
    found = [item.concept for item in assessed(findings=named(*INDEX_CASE_OF_A1)).differential]
    entries = by_name(assessed(findings=named(*INDEX_CASE_OF_A1)))
    narrower = [name for name, item in entries.items() if item.parent == "PrimaryBoneMarrowDisorder"]
    assert {"AcuteLeukemia", "MyelodysplasticSyndrome", "AplasticAnemia"} <= set(narrower)
    start = found.index("PrimaryBoneMarrowDisorder")
    assert set(found[start + 1 : start + 1 + len(narrower)]) == set(narrower)


def test_at_equal_strength_the_greater_harm_comes_first() -> None:
    entries = by_name(assessed(findings=named(*INDEX_CASE_OF_A1)))
    leukaemia, mds = entries["AcuteLeukemia"], entries["MyelodysplasticSyndrome"]
    assert leukaemia.strength == mds.strength
    assert len(mds.claims) > len(leukaemia.claims)
    assert list(entries).index("AcuteLeukemia") < list(entries).index("MyelodysplasticSyndrome")
    assert "order by harm if missed" in mds.rank_reason
    assert "Acute leukaemia (emergency)" in mds.rank_reason


def test_every_reason_names_a_rule_of_the_ontology() -> None:
    labels = [rule.label for rule in ordering_rules(KNOWLEDGE.ontology)]
    assert len(labels) == 9
    for found in (assessed(**SURVIVOR), assessed(findings=named(*INDEX_CASE_OF_A1))):
        assert len(found.differential) > 5
        for item in found.differential:
            assert any(label in item.rank_reason for label in labels), item


def test_every_harm_has_a_source_that_the_ontology_knows() -> None:
    found = harms(KNOWLEDGE.ontology)
    assert len(found) >= 3
    for concept, harm in found.items():
        assert concept in KNOWLEDGE.ontology.concepts
        assert harm.source.removeprefix("claim/") in KNOWLEDGE.ontology.claims or harm.source.startswith("source/")


def test_the_differential_does_not_depend_on_the_order_of_the_facts() -> None:
    found = {
        tuple((item.id, item.rank_reason) for item in assessed(findings=named(*order)).differential)
        for order in list(permutations(INDEX_CASE_OF_A1))[::17]
    }
    assert len(found) == 1


def test_what_holds_in_one_reading_is_ranked_after_what_holds_in_all() -> None:
    found = assessed(findings=named("pancytopenia", "b12_elevated")).differential
    siblings = [item.basis for item in found if item.parent == "PrimaryBoneMarrowDisorder"]
    assert {Basis.ENTAILED, Basis.AMBIGUOUS} <= set(siblings)
    assert siblings == sorted(siblings, key=lambda basis: basis is not Basis.ENTAILED)


# -- evidence


def test_a_refuted_condition_that_nothing_suggests_is_not_in_the_differential() -> None:
    found = assessed(findings=named(*INDEX_CASE_OF_A1))
    assert "A1-09" in found.outcomes.ids(Outcome.APPLICABLE)
    assert "NutritionalDeficiency" not in by_name(found)
    assert "counterargument:nutritional_deficiency" in [item.id for item in found.counterarguments]


def test_a_suggested_condition_names_the_claims_against_it() -> None:
    # A1-32 thinks of a B12 deficiency, A1-12 argues against it
    found = by_name(assessed(findings=named("pancytopenia", "b12_elevated", "hypersegmented_neutrophils")))
    assert found["VitaminB12Deficiency"].claims == ("A1-32",)
    assert "A1-12" in found["VitaminB12Deficiency"].against


def test_findings_are_parted_into_explained_and_left_over() -> None:
    found = by_name(assessed(findings=named("pancytopenia", "b12_elevated", "splenomegaly")))
    item = found["ClonalBoneMarrowDisease"]
    assert item.unexplained == ("Splenomegaly",)
    assert set(item.explains) == {"Pancytopenia", "RaisedVitaminB12"}


# -- known and ruled out


@pytest.mark.parametrize("absent", ["mds", "hematologic malignancy"])
def test_what_is_recorded_absent_is_ruled_out_with_its_proof_and_so_is_what_is_below_it(absent: str) -> None:
    found = assessed(**SURVIVOR, diagnoses=named(absent, status="absent"))
    item = by_name(found)["MyelodysplasticSyndrome"]
    assert item.state is State.RULED_OUT
    assert found.explainer is not None
    assert any(leaf[1] == "hasAbsent" for leaf in found.explainer.proof(item.conclusion).to_json()["facts"])
    assert by_name(found)["BreastCancerMarrowInvolvement"].state is State.OPEN


def test_what_is_established_is_known_and_explains_what_a_claim_says_it_causes() -> None:
    found = assessed(**SURVIVOR, diagnoses=named("cirrhosis"), treatments=named("multivitamin with B12"))
    entries = by_name(found)
    for concept, claim in (("Cirrhosis", "A4-24"), ("MultivitaminWithVitaminB12", "A4-28")):
        assert entries[concept].state is State.KNOWN
        assert claim in entries[concept].claims
        assert "RaisedVitaminB12" in entries[concept].explains
        proof = found.explainer.proof(entries[concept].conclusion) if found.explainer else None
        assert proof is not None
        assert claim in str(proof.to_json())


def test_an_established_cause_is_not_to_be_excluded_and_an_absent_one_is_done() -> None:
    facts: dict[str, Any] = {"measurements": [b12(1500, "2026-02-01")]}
    found = assessed(**facts, diagnoses=[*named("lung cancer", "cirrhosis"), *named("mpn", status="absent")])
    steps = {item.concept: item for item in found.lists["next_steps"]}
    assert "LiverDisease" not in steps
    assert steps["MyeloproliferativeDisorder"].done
    assert not steps["ChronicKidneyFailure"].done


def test_a_diagnosis_that_applicable_claims_argue_against_is_a_conflict() -> None:
    found = assessed(findings=named("pancytopenia", "b12_elevated"), diagnoses=named("b12 deficiency"))
    (conflict,) = [item for item in found.conflicts if item.action == "b12_deficiency"]
    assert conflict.supporting == ()
    assert "A1-12" in conflict.opposing
    assert not assessed(findings=named("pancytopenia", "b12_elevated")).conflicts


def test_a_disease_of_the_past_is_not_established() -> None:
    assert all(item.state is State.OPEN for item in assessed(**SURVIVOR).differential)
