"""A structured case (JSON or YAML) as facts. Every error of a case is reported at once, with its JSON path."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from kg.errors import CaseError
from kg.facts.origins import JsonPath
from kg.facts.patient import Fact, PatientFacts
from kg.readers.builder import FACT_LISTS, FactBuilder
from kg.readers.case.parsing import shortened
from kg.vocabulary.names import Names

OLDEST: Final = 130
REPORT: Final = "report"
TOP: Final = ("as_of", "sex", "age", "measurements", *FACT_LISTS, "record", "unknown")


class CaseReader:
    """Reads cases against one ontology. `today` serves where a case has no `as_of`.

    A `lenient` reader, or any for a case that says `"unknown": "report"`, puts what it cannot use into `unread`.
    """

    def __init__(self, names: Names, today: datetime.date, lenient: bool = False) -> None:
        self.names, self.today, self.lenient = names, today, lenient

    def read(self, case: Any) -> PatientFacts:
        """The facts of a parsed case. Raises CaseError with all its problems."""
        return self.reading(case).facts

    def reading(self, case: Any) -> CaseReading:
        """The same, with the paths of what was used."""
        lenient = self.lenient or (isinstance(case, dict) and case.get("unknown") == REPORT)
        reading = _Reading(FactBuilder(self.names, self.today, lenient))
        facts = reading.case(case)
        if reading.builder.flaws:
            raise CaseError([flaw.problem for flaw in reading.builder.flaws])
        return CaseReading(facts.ordered(), tuple(reading.builder.used))


@dataclass(frozen=True)
class CaseReading:
    """The facts of a case, and the paths of the fields that they were made of."""

    facts: PatientFacts
    used: tuple[JsonPath, ...]


class _Reading:
    """One case being read: its lists are walked, its entries go to the builder."""

    def __init__(self, builder: FactBuilder) -> None:
        self.builder = builder

    def case(self, case: Any) -> PatientFacts:
        builder = self.builder
        if not isinstance(case, dict):
            builder.problem("$", "a case is an object", 'Start with {"sex": ..., "findings": [...]}.')
            return PatientFacts(builder.as_of)
        builder.fields("$", case, TOP)
        builder.choice("$.unknown", case.get("unknown"), (REPORT,))
        builder.as_of = builder.date("$.as_of", case.get("as_of"), limit=False) or builder.as_of
        facts = tuple(fact for name in FACT_LISTS for fact in self.entries(name, case))
        values = tuple(builder.each("$.measurements", case.get("measurements"), builder.measurement))
        return PatientFacts(
            as_of=builder.as_of,
            sex=builder.choice("$.sex", case.get("sex"), ("female", "male"), minor=True),
            age=self.age(case.get("age")),
            facts=facts,
            measurements=values,
            complete=self.complete(case.get("record")),
            issues=tuple(builder.issues),
            unread=tuple(builder.unread),
        )

    def age(self, value: Any) -> int | None:
        if value is None:
            return None
        number = isinstance(value, int | Decimal) and not isinstance(value, bool) and Decimal(value).is_finite()
        if not number or not 0 <= value <= OLDEST:
            self.builder.minor(value, "$.age", f"{shortened(value)} is not an age", f"Give years, 0 to {OLDEST}.")
            return None
        return math.floor(Decimal(value))

    def complete(self, record: Any) -> frozenset[str]:
        if record is None:
            return frozenset()
        if not isinstance(record, dict):
            self.builder.minor(record, "$.record", "must be an object", 'Write {"complete": ["treatments"]}.')
            return frozenset()
        self.builder.fields("$.record", record, ("complete",))
        return frozenset(self.builder.each("$.record.complete", record.get("complete"), self.list_name))

    def list_name(self, path: str, name: Any) -> str | None:
        self.builder.used.append(JsonPath(path))
        return self.builder.choice(path, name, ("measurements", *FACT_LISTS)) or None

    def entries(self, name: str, case: Mapping[str, Any]) -> list[Fact]:
        read = self.builder.each(f"$.{name}", case.get(name), lambda path, item: self.builder.entry(name, path, item))
        return list(read)
