"""What to ask next, ranked by what it would settle; and how old the values are that were used."""

from __future__ import annotations

import pytest

from assessing import INDEX_CASE_OF_A1, KNOWLEDGE, assessed, b12, named
from kg.assess.outcomes import Outcome
from kg.assess.questions import Question


def first(found: tuple[Question, ...]) -> tuple[str, str]:
    """List and concept of the fact that is asked for first."""
    fact, *_ = found[0].missing
    return fact.list, fact.concept


def test_the_fact_that_would_settle_a_warning_is_asked_for() -> None:
    found = assessed(diagnoses=named("ovarian cancer"), plans=named("ESA")).questions
    asked = {(fact.concept, fact.status): one.settles for one in found if len(one.missing) == 1 for fact in one.missing}
    assert asked["ActiveChemotherapy", "absent"] == ("A0-39",)


def test_what_settles_most_is_asked_first_and_never_more_than_two_facts_together() -> None:
    found = assessed(findings=named(*INDEX_CASE_OF_A1)).questions
    assert len(found) > 3
    alone = [one.red_flag and len(one.missing) == 1 for one in found]
    counts = [(not flag, -len(one.settles), one.effort) for flag, one in zip(alone, found, strict=True)]
    assert counts == sorted(counts)
    assert {len(one.missing) for one in found} <= {1, 2}


def test_nothing_is_asked_for_a_claim_of_which_nothing_is_met() -> None:
    asked = {name for one in assessed(findings=named("blasts")).questions for name in one.settles}
    assert "A0-31" not in asked
    assert "A1-54" in asked


def test_no_question_is_asked_twice() -> None:
    codes = KNOWLEDGE.ontology.codes
    found = assessed(diagnoses=named("lung cancer")).questions
    asked = [str([fact.fragment(codes) for fact in one.missing]) for one in found]
    assert sorted(asked) == sorted(set(asked))


def test_a_value_that_was_never_measured_is_asked_for_in_place_of_what_it_decides() -> None:
    found = assessed(diagnoses=named("lung cancer")).questions
    assert first(found) == ("measurements", "Hemoglobin")  # it alone could show what is urgent
    assert ("measurements", "VitaminB12") in [(one.list, one.concept) for item in found for one in item.missing]
    asked = {fact.concept for one in found for fact in one.missing}
    assert asked.isdisjoint({"LowVitaminB12", "RaisedVitaminB12"})


def test_a_finding_on_a_value_that_is_known_is_asked_for_itself() -> None:
    found = assessed(diagnoses=named("breast cancer"), measurements=[b12(600, "2026-02-05")]).questions
    asked = {fact.concept for one in found for fact in one.missing}
    assert "RaisedVitaminB12" in asked


def test_presence_and_absence_of_one_thing_are_one_question() -> None:
    found = assessed(diagnoses=named("lung cancer"), measurements=[b12(120, "2026-02-05")]).questions
    (one,) = [one for one in found if "NeurologicalSymptoms" in {fact.concept for fact in one.missing}]
    assert one.settles == ("A4-51", "A4-52", "A4-53", "A4-54")


def test_what_decides_on_a_planned_drug_is_asked_before_what_settles_more() -> None:
    planned = assessed(diagnoses=named("ovarian cancer"), plans=named("ESA"))
    idle = assessed(diagnoses=named("ovarian cancer"))
    assert planned.at_stake >= {"A0-39", "A0-51"}
    assert idle.at_stake == frozenset()
    pressing = [one.pressing for one in planned.questions]
    assert pressing == sorted(pressing, reverse=True)
    assert pressing[0]
    assert len(planned.questions[0].settles) < max(len(one.settles) for one in planned.questions)


# -- old values


@pytest.mark.parametrize(("day", "old"), [("2025-11-12", False), ("2025-11-11", True)])
def test_a_value_is_stale_after_ninety_days_and_used_all_the_same(day: str, old: bool) -> None:
    found = assessed(diagnoses=named("lung cancer"), measurements=[b12(1200, day)])
    assert [issue.kind for issue in found.issues] == (["stale_value"] if old else [])
    assert "A4-11" in found.outcomes.ids(Outcome.APPLICABLE)


def test_only_the_latest_value_can_be_stale() -> None:
    found = assessed(diagnoses=named("lung cancer"), measurements=[b12(1200, "2025-01-05"), b12(1300, "2026-02-05")])
    assert [issue.kind for issue in found.issues] == []
