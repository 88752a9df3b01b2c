"""Questions about a patient who was assessed, and what follows on them."""

from __future__ import annotations

import datetime

import pytest

from kg.ask import then
from kg.assess import Assessment
from kg.knowledge import Knowledge

DAY = datetime.date(2026, 2, 10)
CASE = {"as_of": "2026-02-10", "sex": "female", "findings": [{"concept": "pancytopenia"}, {"concept": "raised B12"}]}


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge()


@pytest.fixture(scope="module")
def patient(knowledge: Knowledge) -> Assessment:
    return knowledge.assess_case(CASE, DAY)


def told(knowledge: Knowledge, patient: Assessment, *questions: str) -> list[str]:
    """The first sentence of each answer."""
    return [found.sentences[0].text for found in then(knowledge, patient, questions)]


@pytest.mark.parametrize("question", ["What if she xyzzies?", "Suppose he wibbles."])
def test_a_supposition_that_is_not_read_does_not_reassure(
    knowledge: Knowledge, patient: Assessment, question: str
) -> None:
    assert told(knowledge, patient, question) == ["Nothing that this supposes was understood."]


def test_a_supposition_is_reasoned_about_and_its_facts_are_told(knowledge: Knowledge, patient: Assessment) -> None:
    (found,) = then(knowledge, patient, ["What if there are blasts on the blood film?"])
    assert found.supposed is not None
    assert [fact.concept for fact in found.supposed.facts]
    assert found.change is not None
    assert "A1-68" in {claim for sentence in found.sentences for claim in sentence.claims} | set(found.change.added)


def test_tests_that_share_a_result_are_supposed_together(knowledge: Knowledge, patient: Assessment) -> None:
    (found,) = then(knowledge, patient, ["What if homocysteine and MMA are normal?"])

    assert found.supposed is not None
    assert {fact.concept for fact in found.supposed.facts} == {"NormalHomocysteine", "NormalMethylmalonicAcid"}
    assert found.sentences[0].text.startswith("It now applies: Normal metabolites with high B12")
    assert found.sentences[0].claims == ("A1-48",)


def test_a_supposition_that_changes_nothing_says_so_and_how_the_claims_stand(
    knowledge: Knowledge, patient: Assessment
) -> None:
    (found,) = then(knowledge, patient, ["Suppose MMA is normal."])
    first, second = found.sentences

    assert first.text == "Nothing that is said of the patient changes."
    assert second.text.startswith("It is open here (not known: Patient with: Normal homocysteine): ")
    assert second.claims == ("A1-48",)


@pytest.mark.parametrize("question", ["What if there are no blasts?", "And if the film shows no blasts?"])
def test_a_finding_is_supposed_to_be_absent(knowledge: Knowledge, patient: Assessment, question: str) -> None:
    (found,) = told(knowledge, patient, question)
    assert found.startswith("It does not apply here: Blasts on the film")


def test_one_supposition_stands_on_another_behind_and(knowledge: Knowledge, patient: Assessment) -> None:
    first, second = then(knowledge, patient, ["What if she has a fever?", "And if the ferritin is 10 ng/mL?"])
    assert first.assessment is not second.assessment
    assert {"Fever"} <= {fact.concept for fact in second.assessment.record.facts.facts}
    assert [item.quantity for item in second.assessment.record.facts.measurements] == ["Ferritin"]


def test_a_supposition_leaves_the_subject_of_the_conversation(knowledge: Knowledge, patient: Assessment) -> None:
    *_, found = then(
        knowledge, patient, ["Can I start epoetin?", "And if her haemoglobin is 9 g/dL?", "So may I give it?"]
    )
    assert "Epoetin" in found.concepts


def test_why_not_names_what_is_open(knowledge: Knowledge, patient: Assessment) -> None:
    (sentence,) = told(knowledge, patient, "Why not iron?")
    assert "iron" in sentence.lower()
