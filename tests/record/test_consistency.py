"""Values of one day that cannot all be right are a data issue."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from fixtures import Records
from patients import ADULT, kinds


def value(test: str, number: Any, unit: str, date: str = "2026-02-01") -> dict[str, Any]:
    return {"test": test, "value": Decimal(str(number)), "unit": unit, "date": date}


IRON, TIBC = value("iron", 30, "ug/dL"), value("TIBC", 300, "ug/dL")


@pytest.mark.parametrize(
    ("measured", "kind"),
    [
        ([value("wbc", 2.0, "10^9/L"), value("anc", 4.4, "10^9/L")], "part_exceeds_whole"),
        ([value("iron", 410, "ug/dL"), value("TIBC", 90, "ug/dL")], "impossible_ratio"),
        ([IRON, TIBC, value("TSAT", 1, "%")], "factor_of_ten"),
    ],
)
def test_what_cannot_be_together_is_said(records: Records, measured: list[dict[str, Any]], kind: str) -> None:
    assert kind in kinds(records(measurements=measured, **ADULT))


@pytest.mark.parametrize(
    "measured",
    [
        [value("wbc", 5.0, "10^9/L"), value("anc", 4.4, "10^9/L")],
        [value("wbc", 2.0, "10^9/L"), value("anc", 4.4, "10^9/L", "2026-01-01")],
        [IRON, TIBC, value("TSAT", 11, "%")],
    ],
)
def test_what_can_be_together_is_not(records: Records, measured: list[dict[str, Any]]) -> None:
    found = {"part_exceeds_whole", "impossible_ratio", "factor_of_ten"}
    assert not found & set(kinds(records(measurements=measured, **ADULT)))
