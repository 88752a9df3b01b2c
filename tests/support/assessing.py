"""A patient in a few words, assessed: what the tests of the assessment share."""

from __future__ import annotations

import datetime
from typing import Any, Final

from kg.assess import Action, Assessment
from kg.knowledge import Knowledge

DAY: Final = datetime.date(2026, 2, 10)
INDEX_CASE_OF_A1: Final = ("pancytopenia", "iron_low", "tibc_normal", "tsat_normal", "b12_markedly_elevated")
FOUR_NEGATIVES: Final[dict[str, Any]] = {
    "diagnoses": [
        {"concept": "lung cancer"},
        {"concept": "myeloproliferative disorder", "status": "absent"},
        {"concept": "liver disease", "status": "absent"},
        {"concept": "chronic kidney failure", "status": "absent"},
    ],
    "treatments": [{"concept": "B12 supplement", "status": "absent"}],
}
KNOWLEDGE: Final = Knowledge()


def named(*concepts: str, **fields: str) -> list[dict[str, str]]:
    return [{"concept": concept, **fields} for concept in concepts]


def b12(value: Any, day: str, unit: str = "ng/L") -> dict[str, Any]:
    return {"test": "B12", "value": value, "unit": unit, "date": day}


def assessed(branches: bool = False, **case: Any) -> Assessment:
    return KNOWLEDGE.assess(KNOWLEDGE.read_case({"as_of": str(DAY), **case}, DAY), with_branches=branches)


def ids(found: Assessment, name: str = "next_steps") -> list[str]:
    return [item.id for item in found.lists[name]]


def entry(found: Assessment, name: str, identifier: str) -> Action:
    """The entry of a list by its id."""
    (item,) = [item for item in found.lists[name] if item.id == identifier]
    return item
