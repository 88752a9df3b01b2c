"""Laws of the engine, over facts drawn from the whole vocabulary."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures import Records
from kg.judges.patients import patients
from kg.ontology.compiled import Ontology
from kg.proof.checker import Checker
from kg.proof.derivations import Conclusion, Derivations
from kg.proof.engine_trace import derivations
from kg.proof.proof import Explainer, Proof
from kg.reasoner.closure import Closure
from kg.reasoner.engine import Engine
from kg.record.assertions import record as record_of
from kg.record.record import Assertion, Record
from kg.vocabulary.names import KINDS_OF_LIST
from places import ROOT, SUPPORT

SEED = 11
PATIENTS = 20
DAYS = st.sampled_from([None, "2025-06-01", "2026-01-15", "2026-02-01"])


@pytest.fixture(scope="module")
def engine(ontology: Ontology) -> Engine:
    return Engine(ontology)


@pytest.fixture(scope="module")
def drawn(ontology: Ontology) -> tuple[Record, ...]:
    return tuple(record_of(ontology, facts, "patient/drawn") for facts in patients(ontology, PATIENTS, SEED))


# -- cases


@cache
def entries(ontology: Ontology) -> list[tuple[str, str]]:
    """Every list with every concept that may be stated in it."""
    return [
        (name, concept.code)
        for name, kinds in KINDS_OF_LIST.items()
        for concept in ontology.concepts.values()
        if concept.kind in kinds and concept.kind != "analyte"
    ]


@cache
def limits(ontology: Ontology) -> list[tuple[str, str, Decimal]]:
    """Quantities with their unit and each of their limits."""
    found = [(ontology.quantities.get(item.quantity), item.limit) for item in ontology.thresholds.values()]
    codes = {name: concept.code for name, concept in ontology.concepts.items()}
    return [(codes[quantity.concept], quantity.unit, limit) for quantity, limit in found if quantity]


def cases(ontology: Ontology) -> st.SearchStrategy[dict[str, Any]]:
    """Statements about anything, values on and around the limits."""
    statement = st.tuples(st.sampled_from(entries(ontology)), st.sampled_from(["present", "present", "absent"]))
    value = st.tuples(st.sampled_from(limits(ontology)), st.sampled_from([-1, 0, 1]), DAYS)
    sex, age = st.sampled_from([None, "female", "male"]), st.sampled_from([None, 60])
    return st.builds(a_case, st.lists(statement, max_size=8), st.lists(value, max_size=4), sex, age)


def a_case(statements: Any, values: Any, sex: str | None, age: int | None) -> dict[str, Any]:
    case: dict[str, Any] = {"sex": sex, "age": age, "measurements": []}
    for (name, code), status in statements:
        case.setdefault(name, []).append({"concept": code, "status": status})
    for (code, unit, limit), side, day in values:
        case["measurements"].append({"test": code, "value": max(limit + side, Decimal(0)), "unit": unit, "date": day})
    return case


def drawn_case(data: st.DataObject, records: Records) -> Record:
    return records(**data.draw(cases(records.ontology)))


def closure(engine: Engine, record: Record, assertions: Sequence[Assertion] | None = None) -> Closure:
    asserted = record.assertions if assertions is None else tuple(assertions)
    return engine.closure(engine.saturate(replace(record, assertions=asserted)))


def conclusions(closure: Closure) -> set[Conclusion]:
    """Everything that a closure says, as plain conclusions."""
    found = {Conclusion(closure.patient, "type", name) for name in closure.types}
    return found | {Conclusion(closure.patient, prop, name) for prop, names in closure.values.items() for name in names}


# -- what does not matter


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_neither_the_order_of_facts_nor_a_repeated_fact_matters(
    data: st.DataObject, records: Records, engine: Engine
) -> None:
    record = drawn_case(data, records)
    shuffled = data.draw(st.permutations([*record.assertions, *record.assertions[:5]]))
    assert closure(engine, record, shuffled) == closure(engine, record)


@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_neither_the_order_of_entries_nor_a_repeated_entry_matters(
    data: st.DataObject, records: Records, engine: Engine
) -> None:
    case = data.draw(cases(records.ontology))
    turned: dict[str, Any] = {
        name: [*part[::-1], *part] if isinstance(part, list) else part for name, part in case.items()
    }
    assert closure(engine, records(**turned)) == closure(engine, records(**case))


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_fewer_assertions_never_give_more(data: st.DataObject, records: Records, engine: Engine) -> None:
    record = drawn_case(data, records)
    kept = data.draw(st.lists(st.booleans(), min_size=len(record.assertions), max_size=len(record.assertions)))
    fewer = [item for item, keep in zip(record.assertions, kept, strict=True) if keep]
    assert conclusions(closure(engine, record, fewer)) <= conclusions(closure(engine, record))


@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_one_patient_leaves_nothing_behind_for_the_next(data: st.DataObject, records: Records, engine: Engine) -> None:
    first, other = drawn_case(data, records), drawn_case(data, records)
    alone = closure(engine, first)
    assert engine.infer([other, first])[1] == alone


def test_recording_changes_nothing_but_the_record(engine: Engine, drawn: tuple[Record, ...]) -> None:
    for patient in drawn:
        silent = engine.saturate(patient, recording=False)
        assert not silent.fired
        assert not silent.links
        assert engine.closure(silent) == closure(engine, patient)


# -- proofs


def derived(engine: Engine, record: Record) -> Derivations:
    return derivations(engine, engine.saturate(record))


def proofs(engine: Engine, record: Record) -> dict[Conclusion, Proof]:
    """A proof of everything that the closure says."""
    explainer = Explainer(derived(engine, record))
    return {conclusion: explainer.proof(conclusion) for conclusion in sorted(conclusions(closure(engine, record)))}


def facts(record: Record) -> list[tuple[str, str, str]]:
    different = [(left, "differentFrom", right) for group in record.different for left in group for right in group]
    return [*((item.subject, item.predicate, item.object) for item in record.assertions), *different]


@pytest.mark.long
def test_the_checker_accepts_every_proof_after_a_journey_through_json(
    ontology: Ontology, engine: Engine, drawn: tuple[Record, ...]
) -> None:
    checker, seen = Checker(ontology.files), 0
    for patient in drawn:
        for proof in proofs(engine, patient).values():
            sent = proof.to_json()
            received = json.loads(json.dumps(sent))
            assert received == sent
            checker.check(received, facts(patient))
            seen += 1
    assert seen > 1000


def test_the_derivations_say_of_the_patient_what_the_closure_says(engine: Engine, drawn: tuple[Record, ...]) -> None:
    for patient in drawn:
        said = {item for item in derived(engine, patient).depth if item.subject == patient.patient}
        whole = conclusions(closure(engine, patient))
        inferred = {item.predicate for item in whole}
        assert {item for item in said if item.predicate in inferred} == whole


def test_a_fact_that_no_proof_needs_can_be_left_out(engine: Engine, drawn: tuple[Record, ...]) -> None:
    for patient in drawn[:5]:
        for conclusion, proof in proofs(engine, patient).items():
            named = {tuple(fact) for fact in proof.facts}
            needed = [item for item in patient.assertions if (item.subject, item.predicate, item.object) in named]
            assert conclusion in conclusions(closure(engine, patient, needed))


def test_two_runs_give_the_same_ids(ontology: Ontology, engine: Engine, drawn: tuple[Record, ...]) -> None:
    other = Engine(ontology)
    for patient in drawn[:5]:
        turned = replace(patient, assertions=patient.assertions[::-1])
        again = proofs(other, turned)
        assert {item: proof.id for item, proof in proofs(engine, patient).items()} == {
            item: proof.id for item, proof in again.items()
        }


def test_the_ids_do_not_depend_on_how_python_hashes() -> None:
    script = "from test_engine import print_ids; print_ids()"
    found = {
        subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
            cwd=Path(__file__).parent,
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join((str(ROOT), str(SUPPORT)))},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1
    assert found.pop().count("sha256:") > 100


def print_ids() -> None:
    """What the child process of the test above does."""
    ontology = Ontology()
    engine = Engine(ontology)
    for facts_of in patients(ontology, 5, SEED):
        for conclusion, proof in proofs(engine, record_of(ontology, facts_of)).items():
            print(conclusion, json.dumps(proof.to_json()))
