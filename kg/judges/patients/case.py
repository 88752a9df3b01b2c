"""Entries of a case, put together and read as facts. Every invented patient goes the way of a user's case."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from kg.facts.patient import PatientFacts
from kg.ontology.compiled import Ontology
from kg.readers.case.parsing import parse_json
from kg.readers.case.reader import CaseReader
from kg.vocabulary.names import Names

AS_OF: Final = datetime.date(2026, 2, 10)
RECORD: Final = "record"


@dataclass(frozen=True)
class CaseItem:
    """One entry of a list of a case (docs/contract.md, "A case"); in the list `record`, a list declared complete."""

    list: str
    entry: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class CasePerson:
    """Who the case is about; an empty sex and no age are unknown. Age in years."""

    sex: str = ""
    age: int | None = None


@dataclass(frozen=True)
class InventedPatient:
    """An invented patient: what it is for, its case as JSON for `warrant assess`, and the facts read from it."""

    purpose: str
    case: str
    facts: PatientFacts


def _number(value: object) -> float:
    assert isinstance(value, Decimal)
    return int(value) if value == value.to_integral_value() else float(value)


def days_before(days: int) -> str:
    """The ISO date so many days before the date of every invented record."""
    return (AS_OF - datetime.timedelta(days=days)).isoformat()


class CaseWriter:
    """Writes entries of cases over one ontology and reads them back as facts."""

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology
        self.reader = CaseReader(Names(ontology), AS_OF)

    def statement(self, list_name: str, concept: str, status: str = "present", **dates: str) -> CaseItem:
        """A concept in a list; `dates` are ISO dates by field."""
        fields: dict[str, Any] = {"concept": self.ontology.concepts[concept].code, **dates}
        if status != "present":
            fields["status"] = status
        return CaseItem(list_name, tuple(fields.items()))

    def measurement(self, quantity: str, value: Decimal, unit: str, **more: Any) -> CaseItem:
        """A value in a unit; `more` are further fields of the entry, a reference range as (low, high)."""
        fields: dict[str, Any] = {"test": self.ontology.concepts[quantity].code, "value": value, "unit": unit, **more}
        return CaseItem("measurements", tuple(fields.items()))

    def complete(self, list_name: str) -> CaseItem:
        return CaseItem(RECORD, (("complete", list_name),))

    def patient(self, purpose: str, person: CasePerson, items: Iterable[CaseItem]) -> InventedPatient:
        """The patient of some entries. Raises CaseError if they make no case."""
        case: dict[str, Any] = {"as_of": AS_OF.isoformat()}
        if person.sex:
            case["sex"] = person.sex
        if person.age is not None:
            case["age"] = person.age
        for item in items:
            if item.list == RECORD:
                case.setdefault(RECORD, {"complete": []})["complete"].append(item.entry[0][1])
            else:
                case.setdefault(item.list, []).append(_entry(item))
        text = json.dumps(case, default=_number)
        return InventedPatient(purpose, text, self.reader.read(parse_json(text)))


def _entry(item: CaseItem) -> dict[str, Any]:
    entry = dict(item.entry)
    if "reference_range" in entry:
        sides = zip(("low", "high"), entry["reference_range"], strict=True)
        entry["reference_range"] = {side: limit for side, limit in sides if limit is not None}
    return entry
