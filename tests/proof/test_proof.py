"""Proofs and justifications: one proof drawn, one as JSON, and what holds of all of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from fixtures import Records
from kg.ontology.compiled import Ontology
from kg.proof import engine_trace as derived
from kg.proof import proof as proofs
from kg.proof.derivations import Conclusion, Derivations, Instance
from kg.proof.engine_trace import derivations
from kg.proof.proof import FACT_LEAVES, Explainer, NotEntailed, Proof, step_id
from kg.reasoner.engine import Engine
from kg.reasoner.rule_tables import Axiom, AxiomNumber
from kg.record.record import Record
from patients import ADULT, P, b12, hb
from reduced import left

Case = dict[str, Any]
CANCER: Case = {"diagnoses": [{"concept": "breast cancer"}]}
BOTH_WAYS: Case = {
    "treatments": [{"concept": "palliative chemotherapy"}, {"concept": "active chemotherapy", "status": "absent"}]
}
TWO_CANCERS: Case = {"diagnoses": [{"concept": "breast cancer"}, {"concept": "lymphoma"}]}
PANCYTOPENIC: Case = {"findings": [{"concept": code} for code in ("pancytopenia", "iron_low", "b12_markedly_elevated")]}
CLASH = Conclusion(P, "hasClash", "PalliativeChemotherapy")
GOLDEN = Path(__file__).parent / "proofs" / "palliative-chemotherapy-in-someone-without-chemotherapy.json"


@pytest.fixture(scope="module")
def engine(ontology: Ontology) -> Engine:
    return Engine(ontology)


def known(engine: Engine, record: Record) -> Derivations:
    return derivations(engine, engine.saturate(record))


def of_patient(predicate: str, value: str) -> Conclusion:
    return Conclusion(P, predicate, value)


def drawn(proof: Proof) -> str:
    """A proof as numbered lines: conclusion, rule, premises; under it the axiom and its source."""
    place = {step.id: number for number, step in enumerate(proof.steps, 1)}
    lines = []
    for step in proof.steps:
        from_ = f" {','.join(str(place[premise]) for premise in step.premises)}" if step.premises else ""
        lines.append(f"{place[step.id]}. {step.conclusion}  [{step.rule}{from_}]")
        if step.axiom and step.rule != "ontology":
            lines.append(f"      {step.axiom}  [{step.source}]")
    return "\n".join(lines).replace(P, "case")


# -- one proof, whole


def test_a_whole_proof_as_drawn_text(engine: Engine, records: Records) -> None:
    explainer = Explainer(known(engine, records(**ADULT, **BOTH_WAYS)))
    assert (
        drawn(explainer.proof(CLASH))
        == """\
1. case receives case/receives-PalliativeChemotherapy  [stated]
2. case/receives-PalliativeChemotherapy type PalliativeChemotherapy  [stated]
3. case hasAbsent ActiveChemotherapy  [asserted absent]
4. ActiveChemotherapy hasNarrower PalliativeChemotherapy  [ontology]
5. case hasAbsent PalliativeChemotherapy  [prp-spo2 3,4]
      hasAbsent propertyChainAxiom (hasAbsent o hasNarrower)  [source/schema]
6. case hasClash PalliativeChemotherapy  [cls-int1 1,2,5]
      (receives some PalliativeChemotherapy and hasAbsent value PalliativeChemotherapy) \
subClassOf hasClash value PalliativeChemotherapy  [source/generated]"""
    )


def test_the_same_proof_as_json(engine: Engine, records: Records) -> None:
    explainer = Explainer(known(engine, records(**ADULT, **BOTH_WAYS)))
    assert explainer.proof(CLASH).to_json() == json.loads(GOLDEN.read_text(encoding="utf-8"))


# -- every proof


def test_premises_stand_before_what_rests_on_them_and_the_ends_are_facts_and_assertions(
    engine: Engine, records: Records
) -> None:
    for proof in proofs_of_lists(engine, records(**ADULT, **CANCER, measurements=[b12(1250)])):
        ids = [step.id for step in proof.steps]
        assert all(ids.index(premise) < ids.index(step.id) for step in proof.steps for premise in step.premises)
        assert nx.is_directed_acyclic_graph(proof.graph)
        ends = {proof.graph.nodes[node]["step"].rule for node, inside in proof.graph.in_degree() if not inside}
        assert ends <= {*FACT_LEAVES, "ontology"}
        assert [node for node, outside in proof.graph.out_degree() if not outside] == [proof.id]
        assert set(map(tuple, proof.facts)) | {step.conclusion for step in proof.steps if step.axiom} == {
            step.conclusion for step in proof.steps
        }


def test_the_proofs_of_several_conclusions_are_one_dag_with_each_step_once(engine: Engine, records: Records) -> None:
    graph = known(engine, records(**ADULT, **CANCER, measurements=[b12(1250)]))
    explainer, asked = Explainer(graph), listed(engine, graph)
    steps = explainer.steps(asked)
    assert {step.id for step in steps} == {step.id for one in asked for step in explainer.proof(one).steps}
    ids = [step.id for step in steps]
    assert len(set(ids)) == len(ids) > len(asked)
    assert all(ids.index(premise) < place for place, step in enumerate(steps) for premise in step.premises)


def test_the_id_of_a_step_changes_with_everything_that_it_says() -> None:
    said = (("a", "type", "B"), "cax-sco", "A subClassOf B", ("x", "y"))
    others = [
        (("b", "type", "B"), *said[1:]),
        (said[0], "cls-int1", *said[2:]),
        (*said[:2], "A subClassOf C", said[3]),
        (*said[:3], ("x", "z")),
    ]
    assert step_id(*said) == step_id(*said[:3], ("y", "x"))
    assert len({step_id(*said), *(step_id(*other) for other in others)}) == 5


def test_what_does_not_follow_has_neither_proof_nor_justification(engine: Engine, records: Records) -> None:
    explainer = Explainer(known(engine, records(**ADULT, **CANCER)))
    with pytest.raises(NotEntailed, match="claim/A0-44 does not follow"):
        explainer.proof(of_patient("claimApplies", "claim/A0-44"))
    with pytest.raises(NotEntailed, match="does not follow"):
        explainer.justifications(of_patient("claimApplies", "claim/A0-44"))


def test_there_is_no_proof_without_steps_or_of_something_else(engine: Engine, records: Records) -> None:
    proof = Explainer(known(engine, records(**ADULT, **BOTH_WAYS))).proof(CLASH)
    for steps in ((), proof.steps[:-1]):
        with pytest.raises(NotEntailed, match="no proof of"):
            Proof(CLASH, steps, 1, partial=False)


def test_a_proof_never_rests_on_what_does_not_follow() -> None:
    # Given two ways to C, one over B, which follows, and one over a ghost, which does not
    b, c, ghost = Conclusion("x", "type", "B"), Conclusion("x", "type", "C"), Conclusion("x", "type", "Ghost")
    axioms = [Axiom(name, "subClassOf", "C", "source", "file") for name in ("B", "Ghost")]
    instances = {
        b: (Instance(b, "stated", None, ()),),
        c: (Instance(c, "cax-sco", AxiomNumber(0), (b,)), Instance(c, "cax-sco", AxiomNumber(1), (ghost,))),
    }
    # when C is proved, then over B
    assert [step.conclusion for step in Explainer(Derivations(instances, axioms)).proof(c).steps] == [b, c]


# -- justifications


def test_two_claims_behind_a_conclusion_are_two_justifications(engine: Engine, records: Records) -> None:
    explainer = Explainer(known(engine, records(**ADULT, **PANCYTOPENIC)))
    found = explainer.justifications(of_patient("hasArgumentAgainst", "VitaminB12Deficiency"))
    claims = [{leaf.source for leaf in leaves if leaf.source.startswith("claim/")} for leaves in found]
    assert claims == [{"claim/A1-08", "claim/A1-11"}, {"claim/A1-08", "claim/A1-12"}]


def test_two_facts_behind_a_conclusion_are_two_justifications(engine: Engine, records: Records) -> None:
    explainer = Explainer(known(engine, records(**ADULT, **TWO_CANCERS, measurements=[hb(11)])))
    found = explainer.justifications(of_patient("claimApplies", "claim/A0-44"))
    kinds = [
        {leaf.text.split()[-1] for leaf in leaves if not leaf.source and " type " in leaf.text} for leaves in found
    ]
    assert sorted(map(sorted, kinds)) == [
        ["BreastCancer", "HemoglobinMeasurement"],
        ["HemoglobinMeasurement", "Lymphoma"],
    ]


@pytest.mark.parametrize("case", [PANCYTOPENIC, BOTH_WAYS, TWO_CANCERS | {"measurements": [hb(11), b12(1250)]}])
def test_each_justification_entails_and_has_nothing_to_spare(case: Case, engine: Engine, records: Records) -> None:
    graph = known(engine, records(**ADULT, **case))
    explainer, seen = Explainer(graph), 0
    for conclusion in listed(engine, graph):
        for leaves in explainer.justifications(conclusion):
            assert conclusion in left(graph, leaves).depth
            assert all(conclusion not in left(graph, leaves - {leaf}).depth for leaf in leaves)
            seen += 1
    assert seen >= 2
    assert not explainer.partial


def test_no_justification_is_part_of_another(engine: Engine, records: Records) -> None:
    graph = known(engine, records(**ADULT, **TWO_CANCERS, measurements=[hb(11), b12(1250)]))
    explainer = Explainer(graph)
    for conclusion in listed(engine, graph):
        found = explainer.justifications(conclusion)
        assert not any(one < other for one in found for other in found)
        assert list(found) == sorted(found, key=lambda leaves: (len(leaves), sorted(leaves)))


def test_the_sources_of_a_conclusion_are_minimal_and_hold_no_fact(engine: Engine, records: Records) -> None:
    explainer = Explainer(known(engine, records(**ADULT, **PANCYTOPENIC)))
    found = explainer.sources(of_patient("hasArgumentAgainst", "VitaminB12Deficiency"))
    common = {"claim/A1-08", "source/generated", "source/schema", "source/tree"}
    assert [set(one) for one in found] == [common | {"claim/A1-11"}, common | {"claim/A1-12"}]


# -- bounds


def test_a_bound_on_justifications_is_named_when_it_fires(
    engine: Engine, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = known(engine, records(**ADULT, **TWO_CANCERS, measurements=[hb(11)]))
    whole, cut = Explainer(graph), Explainer(graph)
    conclusion = of_patient("claimApplies", "claim/A0-44")
    assert len(whole.justifications(conclusion)) == 2
    assert conclusion not in whole.partial
    monkeypatch.setattr(proofs, "JUSTIFICATIONS", 1)
    assert cut.justifications(conclusion) == whole.justifications(conclusion)[:1]
    assert conclusion in cut.partial


def test_a_bound_on_ways_through_one_axiom_is_named_when_it_fires(
    engine: Engine, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = records(**ADULT, **TWO_CANCERS, measurements=[hb(11)])
    cancer = of_patient("type", "PatientWithCancer")
    whole = Explainer(known(engine, record)).proof(cancer)
    assert (whole.alternatives, whole.partial) == (2, False)
    monkeypatch.setattr(derived, "COMBINATIONS", 1)
    explainer = Explainer(known(engine, record))
    cut = explainer.proof(cancer)
    assert (cut.alternatives, cut.partial) == (1, True)
    # and what rests on it may lack alternatives too
    explainer.justifications(of_patient("claimApplies", "claim/A0-44"))
    assert of_patient("claimApplies", "claim/A0-44") in explainer.partial


# -- small steps


def listed(engine: Engine, graph: Derivations) -> list[Conclusion]:
    """Everything in the lists of the patient, and the clashes."""
    wanted = {"hasClash", *(chain.result for chain in engine.rules.chains if chain.first == "claimApplies")}
    return sorted(conclusion for conclusion in graph.depth if conclusion.predicate in wanted)


def proofs_of_lists(engine: Engine, record: Record) -> list[Proof]:
    graph = known(engine, record)
    explainer = Explainer(graph)
    found = [explainer.proof(conclusion) for conclusion in listed(engine, graph)]
    assert len(found) >= 10
    return found
