"""Small words for patients and their graphs, shared by the tests of the fact layer."""

from __future__ import annotations

from typing import Any

from kg.record.record import Record

P = "patient/case"
ADULT: dict[str, Any] = {"sex": "female", "age": 50}


def listed(list_name: str, **entry: Any) -> dict[str, Any]:
    """A case with one entry in one list."""
    return {list_name: [entry]}


def hb(value: Any, date: str | None = "2026-02-01", **fields: Any) -> dict[str, Any]:
    return {"test": "Hb", "value": value, "unit": "g/dL", "date": date} | fields


def b12(value: Any, date: str | None = "2026-02-01", **fields: Any) -> dict[str, Any]:
    return {"test": "B12", "value": value, "unit": "ng/L", "date": date} | fields


def of_patient(found: Record, prop: str) -> set[str]:
    """What a property of the patient points at, without the patient's name."""
    return {
        item.object.removeprefix(P + "/") for item in found.assertions if (item.subject, item.predicate) == (P, prop)
    }


def of(found: Record, part: str, prop: str) -> set[str]:
    """Values of a property of one of the patient's individuals."""
    return {item.object for item in found.assertions if (item.subject, item.predicate) == (f"{P}/{part}", prop)}


def derived(found: Record, name: str) -> set[str]:
    """The exact value of a derived quantity."""
    return of(found, f"derived-{name}", "value")


def yardstick(found: Record, quantity: str, day: str = "2026-02-01") -> str:
    (name,) = of(found, f"{quantity}-{day}", "interpretedBy")
    return name


def kinds(found: Record) -> list[str]:
    return [issue.kind for issue in found.issues]
