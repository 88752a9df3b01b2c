"""Each article's typical patient, in ten wordings with ordinary numbers and no printed range, reaches its step."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import pytest

from assessing import assessed, b12, ids, named

Case = dict[str, Any]
EXCLUDED: Final = ("myeloproliferative disorder", "liver disease", "chronic kidney failure")


def value(test: str, number: float, unit: str, **more: Any) -> dict[str, Any]:
    return {"test": test, "value": Decimal(str(number)), "unit": unit, **more}


def survivor(hb: tuple[float, str], wbc: tuple[float, str], level: tuple[float, str], **more: Any) -> Case:
    values = [value("hemoglobin", *hb), value("wbc", *wbc), value("b12", *level)]
    return {"sex": "female", "age": 66, "measurements": values, "history": named("breast cancer"), **more}


def low_in_three(
    hb: tuple[float, str], wbc: tuple[float, str], plt: tuple[float, str], level: tuple[float, str], **more: Any
) -> Case:
    values = [value("hemoglobin", *hb), value("wbc", *wbc), value("platelets", *plt), value("b12", *level)]
    return {"sex": "male", "age": 71, "measurements": [*values, *more.pop("measurements", [])], **more}


def lasting(first: tuple[float, str], second: tuple[float, str], cancer: str, **more: Any) -> Case:
    values = [b12(first[0], "2025-10-03", first[1]), b12(second[0], "2026-01-20", second[1])]
    absent = named(*EXCLUDED, status="absent")
    taken = named("B12 supplement", status="absent")
    return {"measurements": values, "diagnoses": [*named(cancer), *absent], "treatments": taken, **more}


SURVIVORS: Final = (
    survivor((97, "g/L"), (2.3, "10^9/L"), (1380, "ng/L")),
    survivor((10.2, "g/dL"), (2400, "/uL"), (1215, "pg/mL")),
    survivor((5.9, "mmol/L"), (1.8, "G/L"), (905, "pmol/L")),
    survivor((88, "g/L"), (2.9, "K/uL"), (1990, "ng/L"), age=41),
    survivor((103, "g/L"), (2.7, "10^9/L"), (1111, "ng/L"), age=83),
    survivor((9.0, "g/dL"), (1.4, "10^9/L"), (1050, "pg/mL"), findings=named("weight loss")),
    survivor((110, "g/L"), (2.5, "10^9/L"), (1600, "ng/L"), treatments=named("chemotherapy", status="absent")),
    survivor((94, "g/L"), (2.2, "10^9/L"), (1720, "ng/L"), plans=named("B12 replacement")),
    {
        "sex": "female",
        "age": 52,
        "measurements": [value("wbc", 2.1, "10^9/L"), value("b12", 1300, "ng/L")],
        "findings": named("anaemia"),
        "history": named("mammary carcinoma"),
    },
    survivor((8.6, "g/dL"), (1900, "/uL"), (1400, "pg/mL"), procedures=named("bone marrow biopsy", status="absent")),
)
PANCYTOPENIC: Final = (
    low_in_three((84, "g/L"), (1.9, "10^9/L"), (66, "10^9/L"), (1420, "ng/L")),
    low_in_three((7.9, "g/dL"), (2200, "/uL"), (51000, "/uL"), (1180, "pg/mL")),
    low_in_three((5.1, "mmol/L"), (2.0, "G/L"), (73, "G/L"), (980, "pmol/L")),
    low_in_three((9.5, "g/dL"), (2.4, "K/uL"), (88, "K/uL"), (1333, "pg/mL"), sex="female"),
    low_in_three((91, "g/L"), (1.5, "10^9/L"), (40, "10^9/L"), (2000, "ng/L"), age=35),
    low_in_three((79, "g/L"), (1.7, "10^9/L"), (33, "10^9/L"), (1260, "ng/L"), findings=named("night sweats")),
    low_in_three((86, "g/L"), (2.1, "10^9/L"), (59, "10^9/L"), (1700, "ng/L"), measurements=[value("MCV", 91, "fL")]),
    low_in_three(
        (80, "g/L"),
        (2.3, "10^9/L"),
        (62, "10^9/L"),
        (1510, "ng/L"),
        measurements=[value("serum iron", 32, "ug/dL"), value("TIBC", 310, "ug/dL")],
    ),
    low_in_three((8.2, "g/dL"), (1.2, "10^9/L"), (47, "10^9/L"), (1090, "ng/L"), diagnoses=named("liver cirrhosis")),
    {"sex": "male", "age": 60, "findings": named("pancytopenia"), "measurements": [value("b12", 1240, "ng/L")]},
)
CANCER: Final = (
    lasting((1120, "ng/L"), (1340, "ng/L"), "lung cancer"),
    lasting((1010, "pg/mL"), (1005, "pg/mL"), "colon cancer"),
    lasting((880, "pmol/L"), (912, "pmol/L"), "gastric cancer"),
    lasting((2100, "ng/L"), (1900, "ng/L"), "melanoma"),
    lasting((1400, "ng/L"), (1000, "ng/L"), "ovarian cancer"),
    lasting((1230, "pg/mL"), (1500, "pg/mL"), "pancreatic cancer", sex="female", age=58),
    lasting((1170, "ng/L"), (1460, "ng/L"), "bladder cancer", sex="male", age=77),
    lasting((1650, "ng/L"), (1610, "ng/L"), "breast cancer", sex="female", age=49),
    lasting((1090, "ng/L"), (1280, "ng/L"), "lymphoma"),
    lasting((1300, "ng/L"), (1350, "ng/L"), "lung cancer", findings=named("weight loss")),
)


@pytest.mark.parametrize("case", SURVIVORS)
def test_a_survivor_of_breast_cancer_with_two_low_counts_reaches_the_biopsy(case: Case) -> None:
    found = assessed(**case)
    assert "next_step:bone_marrow_biopsy" in ids(found)
    assert "contraindication:b12_supplement" in ids(found, "contraindications")


@pytest.mark.parametrize("case", PANCYTOPENIC)
def test_pancytopenia_with_raised_b12_reaches_biopsy_or_haematology(case: Case) -> None:
    found = assessed(**case)
    assert "next_step:bone_marrow_biopsy" in ids(found)
    assert next(item for item in found.lists["next_steps"] if item.concept == "BoneMarrowBiopsy").urgency == "urgent"


@pytest.mark.parametrize("case", CANCER)
def test_a_lasting_elevation_in_cancer_reaches_imaging_of_the_liver(case: Case) -> None:
    assert {"next_step:ct_abdomen", "next_step:mri_abdomen"} <= set(ids(assessed(**case)))


def test_there_are_ten_wordings_of_each_article() -> None:
    assert [len(group) for group in (SURVIVORS, PANCYTOPENIC, CANCER)] == [10, 10, 10]
