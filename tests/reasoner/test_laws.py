"""Laws of the engine and of proofs, for patients that hypothesis invents."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kg.errors import InputError
from kg.facts.patient import Fact, PatientFacts, Status
from kg.judges.patients import patients
from kg.ontology.compiled import Ontology
from kg.proof.checker import Checker
from kg.proof.engine_trace import derivations
from kg.proof.proof import Explainer, Proof
from kg.proof.proof_json import JsonProofReader
from kg.reasoner.closure import inferred_properties
from kg.reasoner.engine import Engine
from kg.record.assertions import record
from kg.record.record import Assertion, Leaf, Record

Json = dict[str, Any]
LAW = settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
seeds = st.integers(0, 10_000)
chance = st.randoms(use_true_random=False)


@pytest.fixture(scope="module")
def engine(ontology: Ontology) -> Engine:
    return Engine(ontology)


@pytest.fixture(scope="module")
def checker(ontology: Ontology) -> Checker:
    return Checker(ontology.files)


@pytest.fixture(scope="module")
def reader(engine: Engine) -> JsonProofReader:
    return JsonProofReader(engine.rules.axioms)


def patient(ontology: Ontology, seed: int) -> PatientFacts:
    """A patient over the whole vocabulary."""
    (facts,) = patients(ontology, 1, seed)
    return facts


def entailed(engine: Engine, found: Record) -> set[tuple[str, str]]:
    """Classes and inferred values of a patient."""
    closure = engine.closure(engine.saturate(found))
    values = {(prop, name) for prop, names in closure.values.items() for name in names}
    return values | {("type", name) for name in closure.types}


def proofs(ontology: Ontology, engine: Engine, found: Record) -> list[Proof]:
    """The proofs of everything that the lists and outcomes of a patient hold."""
    explainer, wanted = Explainer(derivations(engine, engine.saturate(found))), inferred_properties(ontology)
    depth = explainer.derivations.depth
    return [explainer.proof(conclusion) for conclusion in sorted(depth) if conclusion.predicate in wanted]


# -- independent of order and of duplicates


@LAW
@given(seeds, chance)
def test_facts_in_any_order_and_repeated_give_the_same_record_and_closure(
    ontology: Ontology, engine: Engine, seed: int, chance: Random
) -> None:
    facts = patient(ontology, seed)
    mixed = replace(
        facts,
        facts=tuple(chance.sample(facts.facts * 2, 2 * len(facts.facts))),
        measurements=tuple(chance.sample(facts.measurements * 2, 2 * len(facts.measurements))),
    )
    straight, again = record(ontology, facts), record(ontology, mixed)
    assert again == straight
    assert entailed(engine, again) == entailed(engine, straight)


@LAW
@given(seeds, chance)
def test_assertions_in_any_order_and_repeated_give_the_same_closure_and_the_same_proofs(
    ontology: Ontology, engine: Engine, seed: int, chance: Random
) -> None:
    straight = record(ontology, patient(ontology, seed))
    again = replace(straight, assertions=tuple(chance.sample(straight.assertions * 2, 2 * len(straight.assertions))))
    assert entailed(engine, again) == entailed(engine, straight)
    assert sorted(proof.id for proof in proofs(ontology, engine, again)) == sorted(
        proof.id for proof in proofs(ontology, engine, straight)
    )


@LAW
@given(seeds, chance)
def test_what_is_made_when_it_is_looked_at_is_what_is_made_at_once(
    ontology: Ontology, engine: Engine, seed: int, chance: Random
) -> None:
    # Given all derivations of a patient, and the same of which nothing has been asked yet
    run = engine.saturate(record(ontology, patient(ontology, seed)))
    whole, asked = derivations(engine, run), derivations(engine, run)
    conclusions = sorted(whole.depth)
    # When these are asked for some conclusions in any order, then nothing is missing and nothing is different
    explainer, other = Explainer(whole), Explainer(asked)
    for conclusion in chance.sample(conclusions, min(40, len(conclusions))):
        assert other.proof(conclusion) == explainer.proof(conclusion)
        assert set(asked.group(asked.node(conclusion))) == set(whole.ways[whole.node(conclusion)])
    for conclusion in chance.sample(conclusions, min(4, len(conclusions))):
        assert other.justifications(conclusion) == explainer.justifications(conclusion)
    assert asked.depth == whole.depth


@LAW
@given(seeds, chance)
def test_records_that_differ_in_little_are_closed_together_as_each_alone(
    ontology: Ontology, engine: Engine, seed: int, chance: Random
) -> None:
    # Given a patient, and the same patient with another fact or with one fact less
    facts = patient(ontology, seed)
    conditions = sorted(name for name, concept in ontology.concepts.items() if concept.kind == "condition")
    more = [replace(facts, facts=(*facts.facts, Fact("diagnoses", name))) for name in chance.sample(conditions, 4)]
    less = [replace(facts, facts=facts.facts[:place]) for place in range(min(2, len(facts.facts)))]
    records = [record(ontology, one) for one in (facts, *more, *less)]
    # When their closures are asked for together, then each is what it is alone
    assert tuple(engine.closures(records)) == engine.infer(records)


# -- monotone on the positive fragment


@LAW
@given(seeds, seeds)
def test_more_assertions_never_take_a_conclusion_away(
    ontology: Ontology, engine: Engine, seed: int, other: int
) -> None:
    # Given the graphs of two patients, when everything about the second is stated of the first, too
    some, more = record(ontology, patient(ontology, seed)), apart(record(ontology, patient(ontology, other)))
    both = replace(
        some,
        assertions=tuple(sorted({*some.assertions, *more.assertions})),
        different=(*some.different, *more.different),
    )
    # then everything that followed of either still follows
    assert entailed(engine, some) | entailed(engine, more) <= entailed(engine, both)


def apart(found: Record) -> Record:
    """The same graph with other names for everything but the patient."""

    def name(old: str) -> str:
        return old.replace(found.patient + "/", found.patient + "/other-")

    return replace(
        found,
        assertions=tuple(
            item._replace(subject=name(item.subject), object=name(item.object)) for item in found.assertions
        ),
        different=tuple(tuple(map(name, group)) for group in found.different),
    )


@LAW
@given(seeds, chance)
def test_one_more_thing_that_is_present_takes_nothing_away_that_rests_on_what_is_present(
    ontology: Ontology, engine: Engine, seed: int, chance: Random
) -> None:
    # Given a patient without values and complete lists, of whom one more finding, diagnosis or treatment is stated
    facts = replace(patient(ontology, seed), measurements=(), complete=frozenset())
    concept = chance.choice([name for name, one in ontology.concepts.items() if one.kind in LIST_OF])
    new = Fact(LIST_OF[ontology.concepts[concept].kind], concept)
    before = record(ontology, facts)
    after = record(ontology, replace(facts, facts=(*facts.facts, new)).ordered())
    # when what is about the record, or absent, is taken from both, then nothing falls
    plain, fuller = (replace(one, assertions=tuple(positive(one.assertions))) for one in (before, after))
    assert set(plain.assertions) <= set(fuller.assertions)
    assert entailed(engine, plain) <= entailed(engine, fuller)


LIST_OF = {"finding": "findings", "condition": "diagnoses", "drug": "treatments", "therapy": "treatments"}


def positive(assertions: Iterable[Assertion]) -> Iterable[Assertion]:
    """What is stated to be present."""
    return (item for item in assertions if item.leaf not in (Leaf.RECORD, Leaf.ABSENT))


@LAW
@given(seeds)
def test_an_unknown_fact_is_as_good_as_none(ontology: Ontology, engine: Engine, seed: int) -> None:
    facts = replace(patient(ontology, seed), complete=frozenset())
    known = tuple(fact for fact in facts.facts if fact.status is not Status.UNKNOWN)
    assert entailed(engine, record(ontology, facts)) == entailed(engine, record(ontology, replace(facts, facts=known)))


# -- proofs


@settings(LAW, max_examples=6)
@given(seeds)
def test_every_recorded_proof_passes_the_checker(
    ontology: Ontology, engine: Engine, checker: Checker, seed: int
) -> None:
    found = record(ontology, patient(ontology, seed))
    known = {(item.subject, item.predicate, item.object) for item in found.assertions}
    known |= {(a, "differentFrom", b) for group in found.different for a in group for b in group if a != b}
    whole = proofs(ontology, engine, found)
    assume(whole)
    for proof in whole:
        checker.check(proof.to_json(), known)


@settings(LAW, max_examples=25)
@given(seeds)
def test_a_proof_is_the_same_after_writing_and_reading(
    ontology: Ontology, engine: Engine, reader: JsonProofReader, seed: int
) -> None:
    whole = proofs(ontology, engine, record(ontology, patient(ontology, seed)))
    assume(whole)
    for proof in whole:
        written = json.dumps(proof.to_json())
        again = reader.read(json.loads(written))
        assert again == proof
        assert json.dumps(again.to_json()) == written


def tampered(proof: Json, **fields: Any) -> Json:
    return proof | {"steps": [*proof["steps"][:-1], proof["steps"][-1] | fields]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda proof: tampered(proof, id="sha256:0"), r"\$\.steps\[\d+\]\.id: is not the hash"),
        (lambda proof: tampered(proof, axiom="A subClassOf B"), r"\.axiom: the ontology has no such axiom"),
        (lambda proof: tampered(proof, source="claim/A0-00"), "its sentence or source is not that of its rule"),
        (lambda proof: tampered(proof, sentence="because"), "its sentence or source is not that of its rule"),
        (lambda proof: proof | {"conclusion": ["a", "b", "c"]}, r"\$\.conclusion: is not that of the last step"),
        (lambda proof: proof | {"steps": []}, r"\$\.conclusion: is not that of the last step"),
        (lambda proof: {"steps": 7}, "has not the form of a proof"),
    ],
)
def test_what_no_proof_was_written_as_is_not_read(
    change: Any, message: str, ontology: Ontology, engine: Engine, reader: JsonProofReader
) -> None:
    proof = proofs(ontology, engine, record(ontology, patient(ontology, 2)))[0].to_json()
    with pytest.raises(InputError, match=message):
        reader.read(change(proof))
