"""Values that no living person has, and the unit meant."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from kg.facts.patient import Reason
from kg.readers.case.reader import CaseReader

IMPOSSIBLE = [
    ("hemoglobin", 118, "g/dL", "g/L"),
    ("wbc", 4900, "10^9/L", "/uL"),
    ("platelets", 310, "/uL", "10*3/uL"),
    ("anc", 3.2, "/uL", "10*3/uL"),
    ("b12", 0.3, "ng/L", "ng/mL"),
    ("creatinine", 88, "mg/dL", "umol/L"),
]


@pytest.mark.parametrize(("test", "number", "unit", "meant"), IMPOSSIBLE)
def test_an_impossible_value_is_not_used_and_the_unit_meant_is_named(
    reader: CaseReader, test: str, number: Any, unit: str, meant: str
) -> None:
    facts = reader.read({"measurements": [{"test": test, "value": Decimal(str(number)), "unit": unit}]})
    assert facts.measurements == ()
    (issue,), (unread,) = facts.issues, facts.unread
    assert (issue.kind, issue.suggested_unit) == ("impossible_value", meant)
    assert unread.reason is Reason.IMPOSSIBLE_VALUE


@pytest.mark.parametrize(
    ("test", "number", "unit"),
    [
        ("anc", 0, "/uL"),
        ("hemoglobin", 2.1, "g/dL"),
        ("wbc", 480, "10^9/L"),
        ("platelets", 2, "10^9/L"),
        ("mcv", 139, "fL"),
    ],
)
def test_an_extreme_value_that_people_have_is_used(reader: CaseReader, test: str, number: Any, unit: str) -> None:
    assert reader.read({"measurements": [{"test": test, "value": Decimal(str(number)), "unit": unit}]}).measurements


@pytest.mark.parametrize(
    ("specimen", "used"), [("venous blood", 1), ("serum", 1), ("ascites", 0), ("bronchial lavage", 0)]
)
def test_a_value_of_another_specimen_is_no_blood_count(reader: CaseReader, specimen: str, used: int) -> None:
    facts = reader.read(
        {"measurements": [{"test": "wbc", "value": Decimal("3.1"), "unit": "10^9/L", "specimen": specimen}]}
    )
    assert len(facts.measurements) == used
    assert [item.reason for item in facts.unread] == [Reason.OTHER_SPECIMEN] * (1 - used)
