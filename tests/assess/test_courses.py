"""One course of a treatment from plan to stop, the results of steps that are awaited, and when asking may end."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

import pytest

from assessing import DAY, KNOWLEDGE, assessed, entry, ids, named
from kg.assess import Assessment, Basis, Course
from kg.facts.patient import Fact, Status
from kg.readers.case.parsing import parse_yaml

ESA_CANDIDATE: Final = KNOWLEDGE.folder / "examples" / "esa-candidate-with-low-risk-mds.yaml"
EPO: Final = {"test": "erythropoietin", "value": 210, "unit": "U/L", "date": "2025-11-20"}


def hb(before: float, now: float) -> list[dict[str, Any]]:
    days = (("2025-11-20", before), ("2026-02-09", now))
    return [{"test": "hemoglobin", "value": Decimal(str(one)), "unit": "g/dL", "date": day} for day, one in days]


def on_an_esa(started: str, before: float, now: float, **more: Any) -> Assessment:
    treatments = [{"concept": "epoetin", "started": started, **more}]
    return assessed(diagnoses=named("low-risk MDS"), measurements=[*hb(before, now), EPO], treatments=treatments)


def test_after_ten_weeks_without_response_the_answer_is_stop_and_nothing_offers_to_start() -> None:
    found = on_an_esa("2025-12-01", 8.1, 8.4)
    stop = entry(found, "monitoring", "monitoring:esa")
    assert stop.relations == ("stops",)
    assert stop.course is Course.FAILED
    assert stop.supersedes == ("A0-31", "A0-32", "A0-34")
    assert found.lists["treatments"] == ()
    assert [item for item in found.conflicts if {"A0-31", "A0-32", "A0-34"} & set(item.supporting)] == []


def test_a_response_is_a_state_of_the_course_and_the_other_preparation_is_not_offered() -> None:
    found = on_an_esa("2025-12-01", 8.1, 9.4)
    assert ids(found, "monitoring") == []
    assert entry(found, "treatments", "treatment:esa").course is Course.RESPONDING
    assert "treatment:darbepoetin" not in ids(found, "treatments")


def test_before_eight_weeks_the_course_is_running_and_after_its_end_there_is_nothing_to_stop() -> None:
    assert entry(on_an_esa("2026-01-05", 8.1, 8.2), "treatments", "treatment:esa").course is Course.RUNNING
    over = on_an_esa("2025-10-01", 8.1, 8.2, ended="2026-01-10")
    assert ids(over, "monitoring") == []
    assert entry(over, "treatments", "treatment:epoetin").course is Course.ENDED


def test_an_add_on_needs_what_it_is_added_to() -> None:
    without = assessed(diagnoses=named("low-risk MDS"), measurements=[EPO])
    planned = assessed(diagnoses=named("low-risk MDS"), measurements=[EPO], plans=named("ESA"))
    assert "treatment:g_csf" not in ids(without, "treatments")
    assert "treatment:g_csf" in ids(planned, "treatments")


def test_a_value_above_the_highest_target_is_concluded_of_a_running_course_alone() -> None:
    over, planned = on_an_esa("2025-12-01", 8.1, 12.3), assessed(measurements=hb(8.1, 12.3), plans=named("ESA"))
    condition = "PatientHemoglobinAboveESATargetByRule"
    assert condition in over.closure.types
    assert condition not in planned.closure.types


# -- caution has two sides


def test_a_wider_reading_stands_by_its_urgency_and_offers_no_treatment() -> None:
    found = assessed(findings=named("pancytopenia", "b12_elevated"))
    biopsy = entry(found, "next_steps", "next_step:bone_marrow_biopsy")
    assert (biopsy.basis, biopsy.urgency) == (Basis.AMBIGUOUS, "urgent")
    order = ids(found)
    assert order.index("next_step:complete_blood_count") < order.index("next_step:bone_marrow_biopsy")
    assert order.index("next_step:bone_marrow_biopsy") < order.index("next_step:secondary_pancytopenia")
    reads = assessed(history=named("colon cancer"), diagnoses=named("iron deficiency"))
    assert "A0-45" in [item.claim for item in reads.outcomes.by_claim.values() if item.held]
    assert "treatment:intravenous_iron" not in ids(reads, "treatments")


# -- what a result would mean, and when asking may end


def test_the_reading_of_an_awaited_result_stands_beside_the_test_that_yields_it() -> None:
    found = assessed(findings=named("pancytopenia", "b12_elevated"))
    readings = {
        (one.claim, tuple(fact.concept for fact in one.facts)) for one in found.result_readings["next_step:mma"]
    }
    assert ("A1-48", ("NormalHomocysteine", "NormalMethylmalonicAcid")) in readings


def test_the_management_branches_stand_under_the_results_with_their_doses() -> None:
    found = assessed(findings=named("anemia", "leukopenia", "b12_elevated"), history=named("breast cancer"))
    claims = {one.claim for one in found.result_readings["next_step:bone_marrow_biopsy"]}
    assert {"A0-31", "A0-32"} <= claims
    assert KNOWLEDGE.ontology.claims["A0-32"].regimen
    assert {"A0-45", "A0-48"} <= {one.claim for one in found.result_readings["next_step:ferritin"]}


def test_what_could_reveal_an_emergency_is_asked_before_the_rest() -> None:
    found = assessed(findings=named("pancytopenia", "b12_elevated")).questions
    flags = [one.red_flag and len(one.missing) == 1 for one in found if not one.pressing]
    assert True in flags
    assert flags == sorted(flags, reverse=True)
    blasts = next(one for one in found if [fact.concept for fact in one.missing] == ["CirculatingBlasts"])
    assert "A1-68" in blasts.settles


def test_asking_goes_on_while_an_answer_changes_what_to_do_now() -> None:
    asking = assessed(True, findings=named("pancytopenia", "b12_elevated")).asking
    assert asking is not None
    assert asking.could_change is not None
    assert not asking.done


def test_asking_ends_where_every_answer_leaves_what_to_do_now_as_it_is() -> None:
    # Given a patient of whom every question was tried
    facts = KNOWLEDGE.read_case(parse_yaml(ESA_CANDIDATE.read_text(encoding="utf-8")), DAY)
    found = KNOWLEDGE.assess(facts, with_branches=True)
    assert found.asking is not None
    assert found.asking.done
    assert found.asking.tried >= 10
    # When each is answered in turn and the whole patient assessed again, then what to do now is the same
    for question in found.questions:
        if all(fact.list != "measurements" for fact in question.missing):
            stated = tuple(Fact(fact.list, fact.concept, Status(fact.status)) for fact in question.missing)
            assert now(KNOWLEDGE.assess(replace(facts, facts=(*facts.facts, *stated)))) == now(found), question


def now(found: Assessment) -> set[str]:
    urgent = {item.id for item in found.lists["next_steps"] if item.urgency}
    return urgent | {item.id for name in ("escalations", "contraindications") for item in found.lists[name]}


def test_nothing_tried_is_no_end_of_asking() -> None:
    found = assessed(True, findings=named("weight loss", status="absent")).asking
    assert found is not None
    assert (found.done, found.tried) == (False, 0)


# -- no number of another patient


@pytest.mark.parametrize("figure", [r"\b125\b", r"\b12\.5\b"])
def test_no_sentence_carries_the_value_of_the_articles_own_patient(figure: str) -> None:
    sentences = [claim.sentence for claim in KNOWLEDGE.ontology.claims.values()]
    assert len(sentences) == 234
    assert [text for text in sentences if re.search(figure, text)] == []
