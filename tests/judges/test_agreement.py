"""The judge: invented patients reach every end of every claim, and engine and HermiT agree on them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.assess.outcomes import Outcome, outcomes
from kg.check import Report
from kg.commands import check
from kg.commands.dispatch import main
from kg.errors import ReasonerError
from kg.judges.agreement import FAILED, TYPES, chosen, judge
from kg.judges.justification_check import JustificationVerdict
from kg.judges.patients import Purpose, PurposeCoverage, Target, coverage, drawn, patients, targeted
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.ontology.modules import Modules
from kg.readers.case.parsing import parse_json
from kg.readers.case.reader import CaseReader
from kg.reasoner.closure import Closure
from kg.reasoner.engine import Engine
from kg.record.assertions import record
from kg.record.record import Record

CLAIMS = 174


@pytest.fixture(scope="module")
def engine(ontology: Ontology) -> Engine:
    return Engine(ontology)


@pytest.fixture(scope="module")
def targets(ontology: Ontology, engine: Engine) -> tuple[Target, ...]:
    return targeted(ontology, engine)


@pytest.fixture(scope="module")
def reached(ontology: Ontology, engine: Engine, targets: tuple[Target, ...]) -> PurposeCoverage:
    return coverage(ontology, engine, targets)


class Without:
    """The modules of an ontology without the axioms whose subject, predicate and object (local names) are given."""

    def __init__(self, whole: Modules, predicate: str, value: str) -> None:
        self.whole, self.predicate, self.value = whole, predicate, value
        self.digest, self.files = "", whole.files

    def triples_of(self, path: Path) -> tuple[ox.Triple, ...]:
        return tuple(triple for triple in self.whole.triples_of(path) if not self._dropped(triple))

    def _dropped(self, triple: ox.Triple) -> bool:
        value = getattr(triple.object, "value", "")
        return triple.predicate.value.endswith("#" + self.predicate) and terms.local(value) == self.value


class Fails:
    """A reasoner that gives up on one patient."""

    def __init__(self, engine: Engine, patient: str) -> None:
        self.engine, self.patient = engine, patient

    def infer(self, records: Sequence[Record]) -> tuple[Closure, ...]:
        if any(item.patient == self.patient for item in records):
            raise ReasonerError("HermiT finds the ontology with these patients inconsistent")
        return self.engine.infer(records)


# -- patients built for claims


def test_every_claim_is_met_by_the_patient_built_for_it(reached: PurposeCoverage) -> None:
    assert len(reached.reached[Purpose.MET]) == CLAIMS
    assert reached.missed[Purpose.MET] == ()


def test_every_claim_has_a_patient_who_is_one_fact_short_of_it(reached: PurposeCoverage) -> None:
    assert len(reached.reached[Purpose.SHORT]) == CLAIMS
    assert reached.missed[Purpose.SHORT] == ()


def test_every_claim_has_a_patient_who_contradicts_it(reached: PurposeCoverage) -> None:
    assert len(reached.reached[Purpose.CONTRADICTED]) == CLAIMS
    assert reached.missed[Purpose.CONTRADICTED] == ()
    assert reached.complete


def test_a_claim_about_a_suspicion_is_contradicted_by_the_absence_of_the_condition(
    ontology: Ontology, engine: Engine, reader: CaseReader
) -> None:
    # Given a claim whose one condition is the suspicion of a condition
    claim = "A0-49"
    (atom,) = {ontology.atom(reading.situation) for reading in ontology.claims[claim].readings}
    prop, _, concept = atom.split()
    assert prop == "hasSuspicionOf"
    # when the condition is stated absent, suspected, or both, then the claim is excluded only where nobody suspects it
    for statuses, wanted in ((["absent"], "claimExcluded"), (["suspected"], "claimApplies"),
                             (["absent", "suspected"], "claimApplies")):  # fmt: skip
        entries = [{"concept": concept, "status": status} for status in statuses]
        (closure,) = engine.infer((record(ontology, reader.read({"diagnoses": entries})),))
        assert [name for name in ("claimApplies", "claimExcluded") if claim in closure.claims(name)] == [wanted]


def test_targets_have_the_outcome_they_were_built_for(
    ontology: Ontology, engine: Engine, targets: tuple[Target, ...]
) -> None:
    for target in targets[::9]:
        facts = record(ontology, target.facts)
        (closure,) = engine.infer((facts,))
        found = outcomes(ontology, facts, closure).by_claim[target.claim].outcome
        wanted = {Purpose.MET: {Outcome.APPLICABLE}, Purpose.CONTRADICTED: {Outcome.EXCLUDED}}
        open_ones = {Outcome.UNDETERMINED, Outcome.AMBIGUOUS}
        assert found in wanted.get(target.purpose, open_ones), target


def test_coverage_misses_what_has_no_patient(ontology: Ontology, engine: Engine, targets: tuple[Target, ...]) -> None:
    found = coverage(ontology, engine, [target for target in targets if target.purpose is Purpose.CONTRADICTED])
    assert len(found.missed[Purpose.SHORT]) == CLAIMS
    assert found.missed[Purpose.MET]
    assert not found.complete


def test_the_rotation_gives_each_target_its_turn(targets: tuple[Target, ...]) -> None:
    whole = {target.facts for target in targets}
    turns = [{target.facts for target in chosen(targets, 12, seed)} for seed in range(len(whole) // 12 + 1)]
    assert set().union(*turns) == whole
    assert all(len(turn) == 12 for turn in turns)
    assert {target.facts for target in chosen(targets, 10_000, 3)} == whole


# -- patients drawn at random


def test_the_same_seed_gives_the_same_patients(ontology: Ontology) -> None:
    assert patients(ontology, 30, 5) == patients(ontology, 30, 5)
    assert patients(ontology, 30, 5)[:10] == patients(ontology, 10, 5)


def test_another_seed_gives_other_patients(ontology: Ontology) -> None:
    assert not set(patients(ontology, 30, 5)) & set(patients(ontology, 30, 6))


def test_random_patients_reach_the_whole_vocabulary(ontology: Ontology, engine: Engine) -> None:
    some = patients(ontology, 400, 1)
    stated = {fact.concept for facts in some for fact in facts.facts}
    known = {name for name, concept in ontology.concepts.items() if concept.kind not in NO_STATEMENTS}
    assert len(known - stated) < len(known) // 20
    assert {item.quantity for facts in some for item in facts.measurements} == set(ontology.quantities)
    assert {item.comparator for facts in some for item in facts.measurements} >= {"<", "<=", ">", ">=", "~"}
    records = [record(ontology, facts) for facts in some]
    assert {item.quantity.name for found in records for item in found.derivations} == {
        item.name for item in ontology.derived
    }
    assert sum(bool(closure.values["hasClash"]) for closure in engine.infer(records)) > 20


NO_STATEMENTS = ("specimen", "qualifier", "substance", "context", "analyte")


def test_a_patient_can_be_read_back_from_its_case(ontology: Ontology, reader: CaseReader) -> None:
    for patient in drawn(ontology, 100, 3):
        assert reader.read(parse_json(patient.case)) == patient.facts


# -- the judgment


@pytest.mark.long
def test_hermit_and_the_engine_agree(ontology: Ontology, targets: tuple[Target, ...]) -> None:
    told: list[tuple[int, int]] = []
    verdict = judge(ontology, 22, 20260210, lambda done, whole: told.append((done, whole)), targets=targets)
    assert not verdict.differences, verdict.summary()
    assert verdict.agreed
    assert verdict.complete
    assert verdict.patients == 22
    assert told[-1] == (verdict.records, verdict.records)
    assert "0 differences" in verdict.summary()


@pytest.mark.long
def test_hermit_sees_a_rule_that_the_engine_lacks(ontology: Ontology, targets: tuple[Target, ...]) -> None:
    claim, situation = "A1-57", ontology.claims["A1-57"].readings[0].situation
    lame = Engine(Without(ontology, "equivalentClass", _definition(ontology, situation)))
    verdict = judge(ontology, 2, _turn(targets, claim), engine=lame, targets=targets)
    seen = {item.property: item for item in verdict.differences}
    assert not verdict.agreed
    assert f"claim/{claim}" in seen["claimApplies"].hermit_only
    assert situation in seen[TYPES].hermit_only
    assert seen["claimApplies"].case in verdict.summary()


def test_a_rule_that_hermit_lacks_is_seen_too(ontology: Ontology, engine: Engine, targets: tuple[Target, ...]) -> None:
    situation = ontology.claims["A1-57"].readings[0].situation
    lame = Engine(Without(ontology, "equivalentClass", _definition(ontology, situation)))
    verdict = judge(ontology, 2, _turn(targets, "A1-57"), engine=engine, hermit=lame, targets=targets)
    seen = {item.property: item for item in verdict.differences}
    assert "claim/A1-57" in seen["claimApplies"].engine_only


def test_a_call_that_fails_is_narrowed_down_to_its_patient(
    ontology: Ontology, engine: Engine, targets: tuple[Target, ...]
) -> None:
    verdict = judge(ontology, 9, 1, engine=engine, hermit=Fails(engine, "patient/5"), targets=targets)
    (only,) = verdict.differences
    assert only.property == FAILED
    assert "inconsistent" in only.hermit_only[0]


def _definition(ontology: Ontology, situation: str) -> str:
    (node,) = ontology.index.values(terms.BASE + situation, "http://www.w3.org/2002/07/owl#equivalentClass")
    return node.removeprefix("_:")


def _turn(targets: tuple[Target, ...], claim: str) -> int:
    """The seed with which a judgment of two patients takes the one who meets the claim."""
    unique = list({target.facts: target for target in targets}.values())
    return next(turn for turn, item in enumerate(unique) if item.claim == claim and item.purpose is Purpose.MET)


# -- the command


def options(*more: str) -> list[str]:
    return ["check", "--patients", "2", "--seed", "7", *more]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, targets: tuple[Target, ...]) -> pytest.MonkeyPatch:
    """`warrant check` without its gates, and with the patients that are built already."""
    monkeypatch.setattr(check, "run_gates", lambda folder, extra: Report.build((), ()))
    monkeypatch.setattr(check, "targeted", lambda ontology, engine: targets)
    return monkeypatch


@pytest.mark.long
def test_the_command_prints_the_verdict_and_is_done_where_both_agree(
    quick: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(options("--justifications", "2")) == 0
    printed = capsys.readouterr().out
    assert "2 patients" in printed
    assert "claims one fact short: 174 by the patients built for them, 0 never" in printed
    assert "0 differences" in printed
    assert "sound by HermiT: 2 of 2" in printed


@pytest.mark.long
@pytest.mark.parametrize("missing", ["a rule", "a patient", "a justification"])
def test_the_command_fails_on_any_difference_and_on_any_claim_that_is_never_reached(
    missing: str, quick: pytest.MonkeyPatch, ontology: Ontology, targets: tuple[Target, ...]
) -> None:
    claim, situation = "A1-57", ontology.claims["A1-57"].readings[0].situation
    if missing == "a rule":
        lame = Engine(Without(ontology, "equivalentClass", _definition(ontology, situation)))
        turn = _turn(targets, claim)
        quick.setattr(check, "judge", lambda *given, **more: judge(ontology, 2, turn, engine=lame, targets=targets))
        assert main(options()) == 1
    elif missing == "a patient":
        some = tuple(target for target in targets if target.claim != claim)
        quick.setattr(check, "targeted", lambda ontology, engine: some)
        assert main(options()) == 1
    else:
        quick.setattr(check, "judge_justifications", lambda *given: JustificationVerdict(2, (), 0.1))
        assert main(["check", "--justifications", "2"]) == 1


@pytest.mark.parametrize("number", ["0", "-1", "many", "1.5"])
def test_a_number_of_patients_is_at_least_one(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["check", f"--patients={number}"])
    assert "is no number from 1" in capsys.readouterr().err
