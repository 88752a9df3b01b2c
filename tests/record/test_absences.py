"""What a record denies by complete lists, and what it says about itself."""

from __future__ import annotations

from dataclasses import replace

from fixtures import Records
from kg.facts.patient import Status
from kg.judges.patients import patients
from kg.ontology.compiled import Ontology
from kg.reasoner.engine import Engine
from kg.record.absences import LEFT_OUT
from kg.record.assertions import record
from patients import ADULT, b12, hb, listed, of_patient

# -- complete lists


def test_what_a_complete_list_does_not_name_is_absent(ontology: Ontology, records: Records) -> None:
    found = records(treatments=[{"concept": "epoetin"}], record={"complete": ["treatments"]})
    absent = {name for top in of_patient(found, "hasAbsent") for name in ontology.descendants(top)}
    assert {"ActiveChemotherapy", "PalliativeChemotherapy", "VitaminB12Supplement", "Darbepoetin"} <= absent
    assert not {"Epoetin", "ErythropoiesisStimulatingAgent"} & absent
    assert not {"Anemia", "Cancer"} & absent


def test_a_complete_list_of_one_context_says_nothing_of_another(records: Records) -> None:
    found = records(record={"complete": ["history"]})
    assert "Cancer" in of_patient(found, "hasNoHistoryOf")
    assert of_patient(found, "hasAbsent") == set()


def test_a_complete_list_of_findings_yields_to_what_is_measured(records: Records) -> None:
    found = records(measurements=[hb(9)], record={"complete": ["findings"]}, **ADULT)
    assert "Anemia" not in found.absences
    assert "Splenomegaly" in found.absences


def test_a_complete_list_of_findings_yields_to_a_value_over_a_limit_that_makes_the_finding(records: Records) -> None:
    found = records(measurements=[b12(1200)], record={"complete": ["findings"]}, **ADULT)
    assert not {"MarkedlyRaisedVitaminB12", "RaisedVitaminB12"} & set(found.absences)


def test_a_value_over_such_a_limit_stands_against_a_stated_absence(records: Records) -> None:
    for value, disputed in ((1200, {"MarkedlyRaisedVitaminB12"}), (900, set())):
        found = records(
            measurements=[b12(value)], **listed("findings", concept="b12_markedly_elevated", status="absent")
        )
        assert of_patient(found, "hasDisputedAbsence") == disputed


def test_a_complete_list_yields_to_what_another_list_states(records: Records) -> None:
    found = records(findings=[{"concept": "breast cancer"}], record={"complete": ["diagnoses"]})
    assert not {"BreastCancer", "SolidTumor", "Cancer"} & set(found.absences)
    assert "LungCancer" in found.absences


def test_a_complete_list_leaves_unknown_what_is_stated_as_unknown(records: Records) -> None:
    found = records(diagnoses=[{"concept": "lymphoma", "status": "unknown"}], record={"complete": ["diagnoses"]})
    assert not {"Lymphoma", "Cancer", "HematologicMalignancy"} & set(found.absences)


def test_a_complete_history_leaves_what_has_ended_in_it(records: Records) -> None:
    # Given a diagnosis that has ended, when the history is declared complete, then it is not denied there
    ended = [{"concept": "vitamin B12 deficiency", "ended": "2026-01-27"}]
    found = records(diagnoses=ended, record={"complete": ["history"]})
    assert of_patient(found, "hasHistoryOf") == {"hasHistoryOf-VitaminB12Deficiency"}
    assert "VitaminB12Deficiency" not in of_patient(found, "hasNoHistoryOf")
    assert "BreastCancer" in found.absences or "Cancer" in found.absences


def test_a_complete_list_of_intents_leaves_open_what_a_rule_concludes(records: Records) -> None:
    # Given an early stage, from which a rule concludes a curative intent
    early = [{"concept": "early-stage breast cancer"}]
    # when the intents are declared complete and name none, then only without that finding is the intent denied
    assert "CurativeIntent" not in records(diagnoses=early, record={"complete": ["intents"]}).absences
    assert "CurativeIntent" in records(record={"complete": ["intents"]}).absences


def test_a_complete_list_of_diagnoses_leaves_open_what_it_names_as_suspected(
    ontology: Ontology, records: Records
) -> None:
    found = records(diagnoses=[{"concept": "lymphoma", "status": "suspected"}], record={"complete": ["diagnoses"]})
    for prop in ("hasAbsent", "hasNoSuspicionOf"):
        assert not {"Lymphoma", "Cancer"} & below(ontology, of_patient(found, prop))
        assert "BreastCancer" in below(ontology, of_patient(found, prop))


def test_nothing_that_a_complete_list_leaves_out_contradicts_the_rest(ontology: Ontology) -> None:
    # Given patients drawn at random without stated absences, when every list is declared complete
    engine, complete, seen = Engine(ontology), frozenset(LEFT_OUT), 0
    for facts in patients(ontology, 300, 11):
        kept = tuple(fact for fact in facts.facts if fact.status is not Status.ABSENT and not fact.ended)
        found = record(ontology, replace(facts, facts=kept, complete=complete))
        before = record(ontology, replace(facts, facts=kept, complete=frozenset()))
        # then some things are absent, and no clash follows beyond what the statements make among themselves
        assert found.absences
        clashes = [engine.closure(engine.saturate(one)).values["hasClash"] for one in (before, found)]
        assert clashes[1] == clashes[0], facts
        seen += bool(kept)
    assert seen >= 200


def below(ontology: Ontology, names: set[str]) -> set[str]:
    return {name for top in names for name in ontology.descendants(top)}


# -- facts about the record


def test_the_record_lacks_what_it_does_not_state(records: Records) -> None:
    found = records(diagnoses=[{"concept": "vitamin B12 deficiency"}], measurements=[b12(300)])
    lacking = of_patient(found, "lacksRecordOf")
    assert {"IronDeficiency", "BoneMarrowResult", "TotalIronBindingCapacity"} <= lacking
    assert not {"VitaminB12Deficiency", "VitaminB12"} & lacking


def test_a_value_that_shows_a_finding_is_a_record_of_it_whenever_it_was(records: Records) -> None:
    for values, lacking in (([100], False), ([500], True), ([100, 500], False)):
        days = ("2025-02-01", "2026-02-01")[-len(values) :]
        found = records(measurements=[b12(value, day) for value, day in zip(values, days, strict=True)])
        assert ("LowVitaminB12" in of_patient(found, "lacksRecordOf")) is lacking


def test_a_suspicion_a_plan_or_an_absence_is_no_record_of_the_thing(records: Records) -> None:
    found = records(diagnoses=[{"concept": "iron deficiency", "status": "suspected"},
                               {"concept": "vitamin B12 deficiency", "status": "absent"}])  # fmt: skip
    assert {"IronDeficiency", "VitaminB12Deficiency"} <= of_patient(found, "lacksRecordOf")


def test_a_special_form_on_record_is_a_record_of_the_general_one(records: Records) -> None:
    assert "CauseOfCytopenia" in of_patient(records(), "lacksRecordOf")
    found = records(diagnoses=[{"concept": "iron deficiency"}])
    assert "CauseOfCytopenia" not in of_patient(found, "lacksRecordOf")


def test_what_can_cause_a_cytopenia_is_a_record_of_its_cause_by_a_sourced_relation(ontology: Ontology) -> None:
    # Given the conditions that an axiom says can cause a cytopenia: none has the cause above it in the tree
    causes = ontology.causes_of["CauseOfCytopenia"]
    assert len(causes) == 20
    assert not any("CauseOfCytopenia" in ontology.concepts[name].parents for name in causes)
    # polycythaemia vera, which raises counts, is none of them
    assert {"IronDeficiency", "Lymphoma", "MyelodysplasticSyndrome"} <= ontology.descendants("CauseOfCytopenia")
    assert "PolycythemiaVera" not in ontology.descendants("CauseOfCytopenia")


def test_one_value_on_record_is_the_sole_one_and_two_days_are_not(records: Records) -> None:
    assert of_patient(records(measurements=[b12(1200)]), "hasSoleRecordOf") == {"VitaminB12"}
    assert of_patient(records(measurements=[b12(1200), b12(1100)]), "hasSoleRecordOf") == {"VitaminB12"}
    assert of_patient(records(measurements=[b12(1200), b12(900, "2026-01-01")]), "hasSoleRecordOf") == set()
