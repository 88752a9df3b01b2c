"""The checker accepts what follows and rejects what was tampered with, however carefully.

Every forgery below gets correct ids, facts and justification again (`sealed`), unless these are what is forged: so it
is rejected for what it says, not for a hash.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from fixtures import Records
from kg.ontology.compiled import Ontology
from kg.proof.axiom_files import NOTHING
from kg.proof.checker import FACTS, SENTENCES, Checker, Rejected
from kg.proof.derivations import Conclusion
from kg.proof.engine_trace import derivations
from kg.proof.proof import Explainer
from kg.reasoner.engine import Engine
from kg.record.record import Record
from patients import ADULT, P, b12, hb

Json = dict[str, Any]
Forgery = Callable[[Json], None]
APPLIES = Conclusion(P, "claimApplies", "claim/A0-44")
CONTRAINDICATED = Conclusion(P, "hasContraindication", "ErythropoiesisStimulatingAgent")
TWICE = Conclusion(P, "type", "PatientWithAtLeast2VitaminB12AtLeast1000")
LIMIT = "(HemoglobinMeasurement and value some xsd:decimal[> {}]) subClassOf HemoglobinAbove{}"
OTHER_LIMIT = {"axiom": LIMIT.format("13.125", "13125"), "source": "claim/A0-01"}


@pytest.fixture(scope="module")
def engine(ontology: Ontology) -> Engine:
    return Engine(ontology)


@pytest.fixture(scope="module")
def judge(ontology: Ontology) -> Checker:
    return Checker(ontology.files)


@pytest.fixture(scope="module")
def patient(records: Records) -> Record:
    """In cancer, with a haemoglobin over 10 g/dL and two high values of B12."""
    values = [hb(11), b12(1250), b12(1100, date="2025-11-01")]
    return records(**ADULT, diagnoses=[{"concept": "breast cancer"}], measurements=values)


@pytest.fixture(scope="module")
def explainer(engine: Engine, patient: Record) -> Explainer:
    return Explainer(derivations(engine, engine.saturate(patient)))


def facts(record: Record) -> list[tuple[str, ...]]:
    pairs = [(left, "differentFrom", right) for group in record.different for left in group for right in group]
    return [*((item.subject, item.predicate, item.object) for item in record.assertions), *pairs]


# -- the work of a forger


def step(proof: Json, value: str) -> Json:
    """The step that concludes something with this object."""
    (found,) = (step for step in proof["steps"] if step["conclusion"][2] == value)
    assert isinstance(found, dict)
    return found


def sealed(proof: Json) -> Json:
    """The proof with the ids, the facts and the justification that its steps call for."""
    new: dict[str, str] = {}
    for one in proof["steps"]:
        one["premises"] = [new.get(premise, premise) for premise in one["premises"]]
        if one["rule"] in SENTENCES:
            one["sentence"] = SENTENCES[one["rule"]].format(" ".join(one["conclusion"]), one["axiom"])
        content = (*one["conclusion"], one["rule"], one["axiom"] or "", *sorted(one["premises"]))
        new[one["id"]] = one["id"] = "sha256:" + hashlib.sha256("\n".join(content).encode()).hexdigest()
    proof["facts"] = [one["conclusion"] for one in proof["steps"] if one["rule"] in FACTS]
    proof["justification"] = sorted({one["axiom"] for one in proof["steps"] if one["axiom"]})
    return proof


def setting(value: str, **fields: Any) -> Forgery:
    """Change the step that concludes something with this object."""
    return lambda proof: step(proof, value).update(fields)


def concluding(value: str, new: str) -> Forgery:
    """Put another object into the conclusion of a step, and of the proof if that is its last."""

    def forge(proof: Json) -> None:
        forged = step(proof, value)
        forged["conclusion"] = [*forged["conclusion"][:2], new]
        proof["conclusion"] = proof["steps"][-1]["conclusion"]

    return forge


def exchanging_a_premise(proof: Json) -> None:
    above, value, cancer = (step(proof, name) for name in ("HemoglobinAbove10", "11", "BreastCancer"))
    above["premises"] = [cancer["id"] if one == value["id"] else one for one in above["premises"]]


def leaving_out_a_premise(proof: Json) -> None:
    above, value = step(proof, "HemoglobinAbove10"), step(proof, "11")
    above["premises"] = [one for one in above["premises"] if one != value["id"]]


def leaving_out_a_leaf(proof: Json) -> None:
    proof["steps"].remove(step(proof, "11"))


def leaving_out_a_step(proof: Json) -> None:
    proof["steps"].remove(step(proof, "HemoglobinAbove10"))


def putting_a_premise_after_its_use(proof: Json) -> None:
    value, above = step(proof, "11"), step(proof, "HemoglobinAbove10")
    proof["steps"].remove(value)
    proof["steps"].insert(proof["steps"].index(above) + 1, value)


def resting_on_itself(proof: Json) -> None:
    above = step(proof, "HemoglobinAbove10")
    above["premises"].append(above["id"])


def exchanging_the_limit(proof: Json) -> None:
    concluding("HemoglobinAbove10", "HemoglobinAbove13125")(proof)
    step(proof, "HemoglobinAbove13125").update(OTHER_LIMIT)


def skipping_a_class(proof: Json) -> None:
    step(proof, "Cancer")["premises"] = [step(proof, "BreastCancer")["id"]]


def stating_what_is_concluded(proof: Json) -> None:
    step(proof, "HemoglobinAbove10").update(rule="stated", axiom=None, premises=[], source="record")


def asserting_what_is_concluded(proof: Json) -> None:
    step(proof, "HemoglobinAbove10").update(rule="ontology", premises=[])


def ending_without_steps(proof: Json) -> None:
    proof["steps"] = []


def forging_the_id(proof: Json) -> None:
    step(proof, "11")["id"] = "sha256:" + "0" * 64


NOT_FOLLOWING = "does not follow from its premises"
NOWHERE = "of its premises stand nowhere before it"
FORGERIES: list[tuple[str, Forgery, str]] = [
    ("a wrong premise", exchanging_a_premise, NOT_FOLLOWING),
    ("a premise too few", leaving_out_a_premise, NOT_FOLLOWING),
    ("a missing leaf", leaving_out_a_leaf, NOWHERE),
    ("a missing step", leaving_out_a_step, NOWHERE),
    ("a premise after its use", putting_a_premise_after_its_use, NOWHERE),
    ("a step that rests on itself", resting_on_itself, NOWHERE),
    ("no steps", ending_without_steps, "the last step is not the conclusion"),
    ("an axiom that does not exist", setting("HemoglobinAbove10", axiom=LIMIT.format("9.0", "10")), "no such axiom"),
    ("no axiom", setting("HemoglobinAbove10", axiom=None), "no such axiom"),
    ("another axiom", setting("HemoglobinAbove10", **OTHER_LIMIT), NOT_FOLLOWING),
    ("another limit", exchanging_the_limit, NOT_FOLLOWING),
    ("a value on the other side", concluding("11", "9.9"), NOT_FOLLOWING),
    ("a value on the limit", concluding("11", "10.0"), NOT_FOLLOWING),
    ("a value that is no number", concluding("11", "eleven"), NOT_FOLLOWING),
    ("a class skipped on the way up", skipping_a_class, NOT_FOLLOWING),
    ("another claim", concluding("claim/A0-44", "claim/A0-43"), NOT_FOLLOWING),
    ("another source", setting("HemoglobinAbove10", source="claim/A0-44"), "the source is claim/A0-43"),
    ("another source of a fact", setting("11", source="claim/A0-44"), "the source of a fact is the record"),
    ("the rule of another kind of axiom", setting("HemoglobinAbove10", rule="prp-spo2"), "is no rule for"),
    ("a rule that does not exist", setting("HemoglobinAbove10", rule="intuition"), "is no rule for"),
    ("a conclusion as an assertion of the ontology", asserting_what_is_concluded, "is no rule for"),
    ("a fact with an axiom", setting("11", axiom=LIMIT.format("10.0", "10")), "is no fact"),
]


@pytest.mark.parametrize(("forge", "reason"), [row[1:] for row in FORGERIES], ids=[row[0] for row in FORGERIES])
def test_a_forged_proof_is_rejected(forge: Forgery, reason: str, judge: Checker, explainer: Explainer) -> None:
    # Given a proof that is accepted, even after it was sealed anew
    proof = explainer.proof(APPLIES).to_json()
    judge.check(sealed(copy.deepcopy(proof)))
    # when it is tampered with and all its hashes are put right, then it is rejected
    forge(proof)
    with pytest.raises(Rejected, match=reason):
        judge.check(sealed(proof))


def test_an_id_that_is_not_the_hash_is_rejected(judge: Checker, explainer: Explainer) -> None:
    for forge in (forging_the_id, concluding("11", "11.0"), exchanging_a_premise):
        proof = explainer.proof(APPLIES).to_json()
        forge(proof)
        with pytest.raises(Rejected, match="its id is not the hash of its content"):
            judge.check(proof)


def test_the_conclusion_must_be_that_of_the_last_step(judge: Checker, explainer: Explainer) -> None:
    proof = explainer.proof(APPLIES).to_json() | {"conclusion": list(CONTRAINDICATED)}
    with pytest.raises(Rejected, match="the last step is not the conclusion"):
        judge.check(proof)


@pytest.mark.parametrize("name", ["facts", "justification"])
def test_the_summary_must_be_that_of_the_steps(name: str, judge: Checker, explainer: Explainer) -> None:
    whole = explainer.proof(APPLIES).to_json()
    for forged in (whole[name][1:], [*whole[name], whole[name][0][::-1]], []):
        with pytest.raises(Rejected, match=r"the facts named|the justification is not"):
            judge.check(whole | {name: forged})


def test_a_step_that_nothing_rests_on_is_rejected(judge: Checker, explainer: Explainer, patient: Record) -> None:
    proof = explainer.proof(APPLIES).to_json()
    idle = explainer.proof(TWICE).to_json()["steps"][0]
    assert idle["id"] not in {one["id"] for one in proof["steps"]}
    proof["steps"].insert(0, idle)
    with pytest.raises(Rejected, match="nothing rests on it"):
        judge.check(sealed(proof), facts(patient))


# -- facts


def test_every_leaf_must_be_a_fact_of_this_patient(judge: Checker, explainer: Explainer, patient: Record) -> None:
    proof, given = explainer.proof(APPLIES).to_json(), facts(patient)
    judge.check(proof, given)
    for leaf in proof["facts"]:
        with pytest.raises(Rejected, match="is no fact of this patient"):
            judge.check(proof, [fact for fact in given if list(fact) != leaf])


def test_a_conclusion_may_not_pass_as_a_fact(judge: Checker, explainer: Explainer, patient: Record) -> None:
    proof = explainer.proof(APPLIES).to_json()
    stating_what_is_concluded(proof)
    with pytest.raises(Rejected, match="HemoglobinAbove10: is no fact of this patient"):
        judge.check(sealed(proof), facts(patient))


# -- rules with more than one patient's fact to them


def test_one_value_under_two_names_is_not_two_values(judge: Checker, explainer: Explainer) -> None:
    # Given the proof that two values are high, when the older one is replaced by the later one throughout
    proof = explainer.proof(TWICE).to_json()
    judge.check(proof)
    older, later = f"{P}/VitaminB12-2025-11-01", f"{P}/VitaminB12-2026-02-01"
    forged = json.loads(json.dumps(proof).replace(older, later).replace("1100", "1250"))
    # then one value is left, which is not two, whatever is said of its being different from itself
    with pytest.raises(Rejected, match=f"stands there twice|{NOT_FOLLOWING}"):
        judge.check(sealed(forged))


def test_two_values_not_said_to_differ_are_not_two_values(judge: Checker, explainer: Explainer) -> None:
    proof = explainer.proof(TWICE).to_json()
    (apart,) = (one for one in proof["steps"] if one["conclusion"][1] == "differentFrom")
    proof["steps"].remove(apart)
    proof["steps"][-1]["premises"].remove(apart["id"])
    with pytest.raises(Rejected, match=NOT_FOLLOWING):
        judge.check(sealed(proof))


def test_of_two_classes_that_exclude_each_other_nothing_can_be(judge: Checker) -> None:
    # Given what core.ttl says of kinds, when something is of two of them, then it is of owl:Nothing, by one step
    (text,) = [text for text, axiom in judge.files.axioms.items() if judge.files.excluding(axiom)]
    both = [("patient/case", "type", kind) for kind in ("Patient", "Measurement")]
    assert judge.models.of(both).impossible == ["patient/case"]
    assert not judge.models.of(both[:1]).impossible
    known = {str(number): fact for number, fact in enumerate(both)}
    step = {
        "conclusion": ["patient/case", "type", NOTHING],
        "rule": "cax-adc",
        "axiom": text,
        "source": "source/schema",
    }
    judge.check_step(hashed({**step, "premises": sorted(known)}), dict(known), None)
    with pytest.raises(Rejected, match="does not follow"):
        judge.check_step(hashed({**step, "premises": ["0"]}), dict(known), None)


def hashed(step: Json) -> Json:
    content = "\n".join((*step["conclusion"], step["rule"], step["axiom"], *step["premises"]))
    return {**step, "id": "sha256:" + hashlib.sha256(content.encode()).hexdigest()}


def test_a_chain_needs_its_second_link_in_the_ontology(judge: Checker, explainer: Explainer) -> None:
    proof = explainer.proof(CONTRAINDICATED).to_json()
    (link,) = (one for one in proof["steps"] if one["rule"] == "ontology")
    forged = json.loads(json.dumps(proof).replace(link["conclusion"][2], "BreastCancer"))
    with pytest.raises(Rejected, match="the ontology has no such axiom"):
        judge.check(sealed(forged))


# -- what is no proof at all


@pytest.mark.parametrize(
    "proof",
    [
        {},
        {"conclusion": ["a", "b", "c"], "steps": 7, "facts": [], "justification": []},
        {"conclusion": ["a", "b"], "steps": [{"conclusion": ["a", "b"]}], "facts": [], "justification": []},
        {"conclusion": 7, "steps": [{"conclusion": 7}], "facts": [], "justification": []},
        {"conclusion": "abc", "steps": ["abc"], "facts": [], "justification": []},
    ],
)
def test_what_has_not_the_form_of_a_proof_is_rejected(proof: Json, judge: Checker) -> None:
    with pytest.raises(Rejected, match="not in the form of a proof"):
        judge.check(proof)
