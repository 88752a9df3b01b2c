"""What a text leaves to confirm: which of several patients is meant, and spellings that were corrected."""

from __future__ import annotations

import datetime

import pytest

from kg.facts.patient import Reason, Status
from kg.readers.text import read_text
from kg.readers.text.several import SEVERAL
from kg.render.facts import fact_json
from kg.vocabulary.names import Names

DAY = datetime.date(2026, 2, 10)
WARD = "Bed 3: 62F, Hb 9 g/dL, no fever\nBed 4: 71F, Hb 11 g/dL, ferritin 15 ng/mL"


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        (WARD, ["Bed 3", "Bed 4"]),
        ("Patient A: woman of 62, Hb 9 g/dL.\nPatient B: man, 45, Hb 14 g/dL", ["Patient A", "Patient B"]),
        ("62F with Hb 9.8 g/dL\n45M with Hb 14 g/dL", ["62F", "45M"]),
        ("Seen on the ward: 62F, Hb 9 g/dL, and 45M, Hb 14 g/dL.", ["62F", "45M"]),
    ],
)
def test_a_text_of_two_patients_asks_which(text: str, starts: list[str], names: Names) -> None:
    reading = read_text(text, names, DAY)
    assert not reading.facts.measurements
    assert [issue.kind for issue in reading.facts.issues] == [SEVERAL]
    assert [
        text[span.start : span.start + len(start)] for span, start in zip(reading.patients, starts, strict=True)
    ] == starts
    assert {item.code for item in reading.not_understood} == {Reason.AMBIGUOUS}


@pytest.mark.parametrize(("patient", "age", "values"), [("2", 71, 2), ("bed 3", 62, 1), ("Bed 4", 71, 2)])
def test_one_of_several_is_read_alone(patient: str, age: int, values: int, names: Names) -> None:
    reading = read_text(WARD, names, DAY, patient)
    assert (reading.facts.age, len(reading.facts.measurements)) == (age, values)
    assert reading.text == WARD
    assert Reason.OTHER_PERSON in {item.code for item in reading.not_understood}


@pytest.mark.parametrize(
    "text",
    [
        "62F with MDS, Hb 9 g/dL; husband 65M has CLL.",
        "62F, breast cancer at 45, Hb 9 g/dL. 62 year old female.",
        "A 62-year-old woman. Her mother had a stroke at 70. Hb 9 g/dL",
    ],
)
def test_relatives_and_earlier_ages_are_no_second_patient(text: str, names: Names) -> None:
    reading = read_text(text, names, DAY)
    assert not reading.patients
    assert len(reading.facts.measurements) == 1


def test_a_corrected_spelling_is_shown_and_keeps_its_polarity(names: Names) -> None:
    text = "62F with pancytopenai, haemaglobin 9 g/dL, and no splenomegally"
    facts = read_text(text, names, DAY).facts
    assert {(item.concept, item.status, item.corrected_from) for item in facts.facts} == {
        ("Pancytopenia", Status.PRESENT, "pancytopenai"),
        ("Splenomegaly", Status.ABSENT, "splenomegally"),
    }
    assert [item.corrected_from for item in facts.measurements] == ["haemaglobin"]
    assert "corrected_from" in fact_json(names.ontology, facts.facts[0])
