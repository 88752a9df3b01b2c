"""Ordinary numbers without printed ranges reach what the index cases of the articles reach."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from assessing import FOUR_NEGATIVES, assessed, ids

Counts = tuple[tuple[str, str, str], ...]
SURVIVOR: dict[str, Any] = {"sex": "female", "history": [{"concept": "breast cancer"}]}
SURVIVORS: tuple[Counts, ...] = (
    (("hemoglobin", "9.6", "g/dL"), ("wbc", "2.3", "10^9/L"), ("b12", "1610", "pg/mL")),
    (("hemoglobin", "94", "g/L"), ("wbc", "2300", "/uL"), ("b12", "1300", "pmol/L")),
    (("hemoglobin", "5.9", "mmol/L"), ("wbc", "1.8", "K/uL"), ("b12", "1275", "ng/L")),
    (("hemoglobin", "104", "g/L"), ("wbc", "2.7", "10^9/L"), ("b12", "2.1", "ng/mL")),
    (("hemoglobin", "8.9", "g/dL"), ("wbc", "1.3", "G/L"), ("b12", "1100", "ng/L"), ("mcv", "108", "fL")),
    (("hemoglobin", "10.8", "g/dL"), ("wbc", "2.9", "10^3/uL"), ("b12", "1999", "pg/mL")),
    (("hemoglobin", "99", "g/L"), ("wbc", "2.2", "10^9/L"), ("anc", "0.9", "10^9/L"), ("b12", "1480", "ng/L")),
    (("hemoglobin", "78", "g/L"), ("wbc", "1.9", "10^9/L"), ("platelets", "190", "10^9/L"), ("b12", "1530", "ng/L")),
    (("hemoglobin", "11.1", "g/dL"), ("wbc", "2600", "/mm3"), ("b12", "1020", "pg/mL")),
    (("hemoglobin", "91", "g/L"), ("wbc", "2.5", "10^9/L"), ("b12", "1700", "ng/L"), ("ldh", "190", "U/L")),
)
PANCYTOPENIAS: tuple[Counts, ...] = tuple(
    (*counts[:2], ("platelets", number, unit), counts[-1] if counts[-1][0] == "b12" else ("b12", "1410", "ng/L"))
    for counts, (number, unit) in zip(
        SURVIVORS,
        [("71", "10^9/L"), ("64000", "/uL"), ("52", "K/uL"), ("88", "G/L"), ("45", "10^9/L")] * 2,
        strict=True,
    )
)


def measured(counts: Counts, **said: Any) -> list[dict[str, Any]]:
    return [{"test": test, "value": Decimal(number), "unit": unit, **said} for test, number, unit in counts]


def urgent(case: dict[str, Any]) -> set[str]:
    found = assessed(**case)
    steps = [*found.lists["next_steps"], *found.lists["escalations"]]
    return {item.id for item in steps if item.urgency}


@pytest.mark.parametrize("counts", SURVIVORS)
def test_a_survivor_with_low_counts_and_a_high_b12_reaches_the_biopsy(counts: Counts) -> None:
    assert "next_step:bone_marrow_biopsy" in ids(assessed(age=61, measurements=measured(counts), **SURVIVOR))


@pytest.mark.parametrize("counts", PANCYTOPENIAS)
@pytest.mark.parametrize("sex", ["female", "male"])
def test_pancytopenia_with_a_high_b12_reaches_the_biopsy(counts: Counts, sex: str) -> None:
    assert "next_step:bone_marrow_biopsy" in ids(assessed(age=64, sex=sex, measurements=measured(counts)))


@pytest.mark.parametrize(
    ("first", "second"),
    [((str(1010 + 90 * n), "pg/mL"), (str(1150 + 70 * n), "pg/mL")) for n in range(5)]
    + [((str(760 + 40 * n), "pmol/L"), (str(810 + 30 * n), "pmol/L")) for n in range(5)],
)
def test_cancer_with_a_lasting_elevation_reaches_imaging_of_the_liver(
    first: tuple[str, str], second: tuple[str, str]
) -> None:
    values = [
        {"test": "b12", "value": Decimal(number), "unit": unit, "date": day}
        for (number, unit), day in ((first, "2025-11-03"), (second, "2026-02-02"))
    ]
    steps = ids(assessed(age=66, measurements=values, **FOUR_NEGATIVES))
    assert {"next_step:ct_abdomen", "next_step:mri_abdomen", "next_step:hepatic_imaging"} & set(steps)


RANGES = {"hemoglobin": (12, 16, "g/dL"), "wbc": (4, 11, "10^9/L"), "platelets": (150, 400, "10^9/L")}


@pytest.mark.parametrize("counts", [*PANCYTOPENIAS[:1], (*SURVIVORS[0], ("platelets", "240", "10^9/L"))])
def test_a_printed_normal_range_changes_no_urgent_step(counts: Counts) -> None:
    plain = measured(counts)
    ranged = [
        item | {"reference_range": {"low": RANGES[item["test"]][0], "high": RANGES[item["test"]][1]}}
        if item["test"] in RANGES and RANGES[item["test"]][2] == item["unit"]
        else item
        for item in plain
    ]
    assert urgent({"age": 61, "measurements": plain, **SURVIVOR}) == urgent(
        {"age": 61, "measurements": ranged, **SURVIVOR}
    )
