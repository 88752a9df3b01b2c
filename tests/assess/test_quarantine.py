"""Facts that contradict each other: which are set aside, how it is reported, and that nothing else goes."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest

from kg.assess import assess
from kg.assess.quarantine import settle
from kg.facts.patient import Fact, PatientFacts
from kg.judges.patients import patients
from kg.ontology.compiled import Ontology
from kg.proof.checker import Checker
from kg.readers.case.reader import CaseReader
from kg.reasoner.engine import Engine
from kg.record.assertions import record
from patients import ADULT, hb

Case = dict[str, Any]


@pytest.fixture(scope="module")
def engine(ontology: Ontology) -> Engine:
    return Engine(ontology)


def present(*names: str, **fields: str) -> list[Case]:
    return [{"concept": name} | fields for name in names]


def absent(*names: str) -> list[Case]:
    return [{"concept": name, "status": "absent"} for name in names]


def clash(ontology: Ontology, engine: Engine, facts: PatientFacts) -> frozenset[str]:
    """What both is and is not there, by the record as stated."""
    return engine.closure(engine.saturate(record(ontology, facts))).values["hasClash"]


def found_by_trying(ontology: Ontology, engine: Engine, facts: PatientFacts, size: int) -> frozenset[Fact]:
    """The statements of all contradictory sets, up to a size, of which no part is contradictory."""
    minimal: list[frozenset[Fact]] = []
    for number in range(1, size + 1):
        for group in combinations(facts.facts, number):
            if any(one <= set(group) for one in minimal):
                continue
            if clash(ontology, engine, replace(facts, facts=group)):
                minimal.append(frozenset(group))
    return frozenset(fact for one in minimal for fact in one)


CLASHES = [
    pytest.param({"treatments": present("active chemotherapy") + absent("active chemotherapy")}, 2, id="direct"),
    pytest.param({"findings": present("anemia") + absent("cytopenia")}, 2, id="subsumed"),
    pytest.param({"treatments": present("palliative chemotherapy") + absent("chemotherapy")}, 2, id="subsumed twice"),
    pytest.param(
        {"findings": present("anemia", "leukopenia", "thrombocytopenia") + absent("pancytopenia")}, 4, id="by a rule"
    ),
    pytest.param({"treatments": present("chemotherapy") + absent("active chemotherapy")}, 2, id="by a shorter rule"),
    pytest.param({"findings": present("pancytopenia") + absent("anemia")}, 2, id="a part of what is present"),
    pytest.param({"history": present("breast cancer") + absent("cancer")}, 2, id="history"),
    pytest.param({"plans": present("darbepoetin") + absent("ESA")}, 2, id="plans"),
    pytest.param(
        {"diagnoses": present("early-stage breast cancer"), "intents": absent("curative")}, 2, id="an inferred intent"
    ),
    pytest.param(
        {
            "findings": present("anemia", "fever") + absent("cytopenia"),
            "history": present("breast cancer") + absent("cancer"),
        },
        4,
        id="two at once",
    ),
    pytest.param(
        {"diagnoses": present("folate deficiency", ended="2026-02-01"), "history": absent("nutritional deficiency")},
        2,
        id="what has ended against no history of it",
    ),
]


@pytest.mark.parametrize(("case", "count"), CLASHES)
def test_set_aside_is_what_is_contradictory_and_no_more(
    case: Case, count: int, ontology: Ontology, engine: Engine, reader: CaseReader
) -> None:
    # Given a record that contradicts itself
    facts = reader.read(ADULT | case)
    assert clash(ontology, engine, facts)
    # when it is settled, then what trying all sets of statements finds is set aside, and no clash is left
    settled = settle(ontology, engine, facts)
    assert settled.quarantined == found_by_trying(ontology, engine, facts, 4)
    assert len(settled.quarantined) == count
    assert not engine.closure(engine.saturate(settled.record)).values["hasClash"]
    assert {fact for fact in facts.facts if fact not in settled.quarantined} == set(facts.facts) - settled.quarantined


def test_so_it_is_for_patients_drawn_at_random(ontology: Ontology, engine: Engine) -> None:
    seen = 0
    for facts in patients(ontology, 160, 5):
        some = replace(facts, measurements=(), complete=frozenset(), facts=facts.facts[:10])
        settled = settle(ontology, engine, some)
        if settled.clashes:
            seen += 1
            assert settled.quarantined == found_by_trying(ontology, engine, some, 4)
    assert seen >= 10


def test_no_random_patient_keeps_a_clash(ontology: Ontology, engine: Engine) -> None:
    seen = 0
    for facts in patients(ontology, 400, 7):
        settled = settle(ontology, engine, facts)
        seen += bool(settled.clashes)
        assert not engine.closure(engine.saturate(settled.record)).values["hasClash"]
    assert seen >= 40


def test_a_record_without_contradiction_is_left_as_it_is(
    ontology: Ontology, engine: Engine, reader: CaseReader
) -> None:
    facts = reader.read(ADULT | {"diagnoses": present("breast cancer"), "history": absent("lymphoma")})
    settled = settle(ontology, engine, facts)
    assert (settled.clashes, settled.record) == ((), record(ontology, facts))


def test_the_report_of_a_clash_is_its_proof(ontology: Ontology, engine: Engine, reader: CaseReader) -> None:
    # Given chemotherapy that is both running and absent
    facts = reader.read(
        ADULT | {"treatments": present("palliative chemotherapy", "epoetin") + absent("active chemotherapy")}
    )
    # when the record is settled
    settled = settle(ontology, engine, facts)
    (found,) = settled.clashes
    # then the clash has a proof that the checker accepts, whose facts are those set aside
    Checker(ontology.files).check(found.proof.to_json())
    assert found.proof.conclusion.predicate == "hasClash"
    stated = {fact for item, facts in record(ontology, facts).behind.items() for fact in facts
              if (item.subject, item.predicate, item.object) in found.proof.facts}  # fmt: skip
    assert stated == settled.quarantined
    assert {leaf.text for leaf in found.justification if leaf.source} == set(map(str, found.proof.axioms))


def test_the_issue_names_the_statements_the_proof_and_the_axioms(
    ontology: Ontology, engine: Engine, reader: CaseReader
) -> None:
    facts = reader.read(ADULT | {"treatments": present("chemotherapy") + absent("chemotherapy")})
    (found,) = settle(ontology, engine, facts).clashes
    (issue,) = [one for one in assess(ontology, engine, facts).record.issues if one.kind == "contradiction"]
    assert issue == found.issue(ontology)
    assert issue.proof == found.proof.id
    assert issue.axioms
    assert "Chemotherapy (treatments: present)" in issue.message


def test_a_value_against_a_statement_is_no_contradiction(
    ontology: Ontology, engine: Engine, reader: CaseReader
) -> None:
    # Given a low value of what is stated not to be low, when the record is settled, then nothing is set aside
    facts = reader.read(ADULT | {"findings": absent("anemia"), "measurements": [hb(8, flag="L")]})
    settled = settle(ontology, engine, facts)
    assert settled.clashes == ()
    assert [issue.kind for issue in settled.record.issues] == ["label_against_value"]
    assert "PatientWithAnemia" in engine.closure(engine.saturate(settled.record)).types
