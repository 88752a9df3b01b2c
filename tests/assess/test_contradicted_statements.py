"""No claim both applies and is excluded: labels and yardsticks that the rest of a record contradicts give way."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fixtures import TODAY
from kg.assess.quarantine import Settled, settle
from kg.facts.patient import PatientFacts
from kg.judges.patients import patients
from kg.ontology.compiled import Ontology
from kg.readers.case.reader import CaseReader
from kg.reasoner.closure import Closure
from kg.reasoner.engine import Engine
from kg.record.default_limits import placing_limits
from kg.vocabulary.names import Names

Read = Callable[..., PatientFacts]
B12 = {"test": "b12", "value": 1250, "unit": "ng/L"}
ADULT = {"age": 70, "sex": "female", "measurements": [B12]}


@pytest.fixture(scope="module")
def engine(ontology: Ontology) -> Engine:
    return Engine(ontology)


@pytest.fixture(scope="module")
def read(ontology: Ontology) -> Read:
    reader = CaseReader(Names(ontology), TODAY)
    return lambda **case: reader.read(ADULT | case)


def closure(engine: Engine, settled: Settled) -> Closure:
    return engine.closure(settled.saturation)


def contradicted(found: Closure) -> frozenset[str]:
    return found.claims("claimApplies") & found.claims("claimExcluded")


def issues(settled: Settled, kind: str) -> list[str]:
    return [issue.message for issue in settled.record.issues if issue.kind == kind]


def test_no_claim_of_500_random_patients_both_applies_and_is_excluded(ontology: Ontology, engine: Engine) -> None:
    settled = [settle(ontology, engine, facts) for facts in patients(ontology, 500, 2)]
    assert [some for one in settled if (some := contradicted(closure(engine, one)))] == []
    assert sum(bool(closure(engine, one).claims("claimApplies")) for one in settled) > 50


def test_a_label_gives_way_to_a_recorded_cause(ontology: Ontology, engine: Engine, read: Read) -> None:
    # given a cytopenia called unexplained, and a cause of it
    facts = read(findings=[{"concept": "unexplained_cytopenia"}], diagnoses=[{"concept": "acute_leukemia"}])
    # when it is settled, then the label is set aside, the diagnosis stands, and an issue says so
    settled = settle(ontology, engine, facts)
    assert [label.fact.concept for label in settled.labels] == ["UnexplainedCytopenia"]
    assert "PatientWithCauseOfCytopenia" in closure(engine, settled).types
    (message,) = issues(settled, "label_against_record")
    assert "A1-59" in message
    assert not contradicted(closure(engine, settled))


def test_a_denied_label_gives_way_to_a_cytopenia_without_a_cause(
    ontology: Ontology, engine: Engine, read: Read
) -> None:
    denied = {"concept": "unexplained_cytopenia", "status": "absent"}
    settled = settle(ontology, engine, read(findings=[{"concept": "pancytopenia"}, denied]))
    assert [label.fact.status for label in settled.labels] == ["absent"]
    assert "PatientWithPancytopenia" in closure(engine, settled).types
    assert not contradicted(closure(engine, settled))


def test_a_label_that_nothing_contradicts_stands(ontology: Ontology, engine: Engine, read: Read) -> None:
    settled = settle(ontology, engine, read(findings=[{"concept": "unexplained_cytopenia"}]))
    assert settled.labels == ()
    assert "A1-59" in closure(engine, settled).claims("claimApplies")


@pytest.mark.parametrize("high", [2500, 1001])
def test_a_range_that_calls_a_value_normal_beyond_a_limit_refutes_nothing(
    high: int, ontology: Ontology, engine: Engine, read: Read
) -> None:
    # given a value from which a claim reads a finding, and a printed range that calls it normal or high
    ldh = {"test": "ldh", "value": 2000, "unit": "U/L", "reference_range": {"low": 100, "high": high}}
    settled = settle(ontology, engine, read(measurements=[ldh]))
    # then the finding holds and is not refuted, and the disagreement is told
    types = closure(engine, settled).types
    assert "PatientWithRaisedLDH" in types
    assert "PatientWithRaisedLDHRefuted" not in types
    assert bool(issues(settled, "yardstick_against_limit")) == (high == 2500)


def test_a_normal_value_below_the_limit_refutes_as_before(ontology: Ontology, engine: Engine, read: Read) -> None:
    ldh = {"test": "ldh", "value": 200, "unit": "U/L", "reference_range": {"low": 100, "high": 250}}
    settled = settle(ontology, engine, read(measurements=[ldh]))
    assert "PatientWithRaisedLDHRefuted" in closure(engine, settled).types


def test_the_limits_that_place_a_value_are_read_from_rules_and_definitions(ontology: Ontology) -> None:
    found = {
        (name, f"{limit.bound} {limit.limit:f}", position)
        for name in ontology.quantities
        for limit, position, _ in placing_limits(ontology, name)
    }
    assert found == {
        ("Hemoglobin", "< 7.0", "Low"),
        ("LactateDehydrogenase", "> 1000.0", "High"),
        ("PlateletCount", "< 20000.0", "Low"),
        ("TotalIronBindingCapacity", "> 400.0", "High"),
    }
