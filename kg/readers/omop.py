"""Rows of the OMOP Common Data Model 5.4 as facts: tables of one person, in a JSON object by their names.

The object holds `person`, `measurement`, `condition_occurrence` and the like, each a list of rows. What a concept id
means is told by the rows of `concept` that come along, else by the source values of the row itself; no id is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from kg.errors import CaseError, Problem
from kg.facts.origins import JsonPath
from kg.facts.patient import Reason
from kg.readers.builder import FactBuilder
from kg.readers.case.parsing import ParseLimits, parse_json
from kg.readers.case.reader import OLDEST
from kg.readers.fhir.conventions import conventions
from kg.readers.fhir.elements import Element, moment, years_between
from kg.readers.protocol import Context, ReadResult, decoded
from kg.readers.records import RecordIntake, RecordTerm
from kg.readers.tables.layouts import record_tables

LIMITS: Final = ParseLimits(fields=5_000_000, entries=5_000_000)
PERSON: Final = "person"
MEASUREMENT: Final = "measurement"
CONCEPT: Final = "concept"
UCUM: Final = "UCUM"
_SNIFFED: Final = re.compile(
    rb'"(?:measurement_concept_id|condition_concept_id|drug_concept_id|gender_concept_id)"\s*:'
)


@dataclass(frozen=True)
class OmopFormat:
    """Rows of OMOP tables in JSON; a system's format, so it is never strict."""

    media_types: tuple[str, ...] = ("application/vnd.ohdsi.omop+json",)
    extensions: tuple[str, ...] = (".json",)

    def sniff(self, data: bytes) -> bool:
        """Whether data is an object with columns of the model."""
        return data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") and _SNIFFED.search(data) is not None

    def read(self, data: bytes, context: Context) -> ReadResult:
        """The facts of one person's rows. Raises CaseError where they are of several."""
        return self.parsed(parse_json(decoded(data), LIMITS), context)

    def parsed(self, document: Any, context: Context) -> ReadResult:
        """The same for an object that is parsed already, numbers as decimals."""
        if not isinstance(document, dict):
            raise CaseError([Problem("$", "is no object of tables", 'Write {"person": [...], "measurement": [...]}.')])
        return _Rows(Element("$", document), context).read()


OMOP: Final = OmopFormat()


class _Rows:
    """The rows of one person being read."""

    def __init__(self, top: Element, context: Context) -> None:
        self.top, ontology = top, context.names.ontology
        self.tables = record_tables(ontology).omop
        self.answers = conventions(ontology).answers
        self.intake = RecordIntake(FactBuilder(context.names, context.as_of or context.today, lenient=True))
        self.concepts = {_id(row, "concept_id"): row for row in top.children(CONCEPT)}

    def read(self) -> ReadResult:
        sex, age = self._person()
        for row in self.top.children(MEASUREMENT):
            self._measurement(row)
        for table, tells in self.tables["tables"].items():
            for row in self.top.children(table):
                dates = {"started": tells["start"], "ended": tells.get("end", "")}
                if tells["list"] != "treatments":
                    dates = {"date": tells["start"]}
                given = {name: moment(row.text(column)).partition("T")[0] for name, column in dates.items() if column}
                self.intake.fact(JsonPath(row.path), self._term(row, tells["name"]), tells["list"], **given)
        self._rest()
        return self.intake.result(sex, age, silent=[JsonPath(f"$.{CONCEPT}")])

    def _rest(self) -> None:
        """Reports tables that are not read; the vocabulary's own rows state nothing of a patient."""
        read = (PERSON, MEASUREMENT, CONCEPT, *self.tables["tables"])
        for name, rows in self.top.data.items():
            place = JsonPath(f"$.{name}")
            if name not in read:
                self.intake.reject(place, str(name), Reason.UNSUPPORTED, f"the table {name} is not read")
            elif not isinstance(rows, list):
                self.intake.reject(place, str(name), Reason.UNSUPPORTED, "must be a list of rows")
            else:
                for number, row in enumerate(rows):
                    if not isinstance(row, dict):
                        at = JsonPath(f"{place.path}[{number}]")
                        self.intake.reject(at, str(row), Reason.UNSUPPORTED, "is no row")

    def _person(self) -> tuple[str, int | None]:
        rows = [row for name in (PERSON, MEASUREMENT, *self.tables["tables"]) for row in self.top.children(name)]
        people = list(dict.fromkeys(key for row in rows if (key := _id(row, "person_id"))))
        if len(people) > 1:
            said = f"holds rows of {len(people)} persons: {', '.join(people[:5])}"
            raise CaseError([Problem("$.person", said, "Send the rows of one person; `warrant cohort` reads many.")])
        for row in self.top.children(PERSON):
            self.intake.used.append(JsonPath(row.path))
            return self._sex(row), self._age(row)
        return "", None

    def _sex(self, row: Element) -> str:
        known: Mapping[int, str] = self.tables["sexes"]
        return known.get(int(row.number("gender_concept_id") or 0), "")

    def _age(self, row: Element) -> int | None:
        parts = [row.number(f"{part}_of_birth") for part in ("year", "month", "day")]
        widths = ("04d", "02d", "02d")
        known = [format(int(part), width) for part, width in zip(parts, widths, strict=True) if part is not None]
        age = years_between(row.text("birth_datetime") or "-".join(known), self.intake.as_of)
        return age if age is None or age <= OLDEST else None

    def _measurement(self, row: Element) -> None:
        place, term = JsonPath(row.path), self._term(row, MEASUREMENT)
        number = row.number("value_as_number")
        date = moment(row.text("measurement_datetime") or row.text("measurement_date"))
        if number is None:
            answer = self.concepts.get(_id(row, "value_as_concept_id"), Element("", {})).text("concept_name")
            said = answer or row.text("value_source_value")
            self.intake.answer(place, term, self.answers, said, date.partition("T")[0])
            return
        limits: dict[str, Decimal] = {
            side: limit for side in ("low", "high") if (limit := row.number(f"range_{side}")) is not None
        }
        operator = int(row.number("operator_concept_id") or 0)
        entry = {"value": number, "unit": self._unit(row), "date": date, "reference_range": limits}
        self.intake.value(place, term, entry | {"comparator": self.tables["operators"].get(operator, "")})

    def _unit(self, row: Element) -> str:
        concept = self.concepts.get(_id(row, "unit_concept_id"))
        if concept is not None and concept.text("vocabulary_id") == UCUM:
            return concept.text("concept_code")
        return row.text("unit_source_value")

    def _term(self, row: Element, name: str) -> RecordTerm:
        """What a row is about: its standard concept, its source concept, its source value."""
        codes, words = [], []
        for column in (f"{name}_concept_id", f"{name}_source_concept_id"):
            concept = self.concepts.get(_id(row, column))
            if concept is None:
                continue
            prefix = self.tables["vocabularies"].get(concept.text("vocabulary_id"))
            if prefix and (code := concept.text("concept_code")):
                codes.append(code if code.startswith(f"{prefix}:") else f"{prefix}:{code}")
            words.append(concept.text("concept_name"))
        source = row.text(f"{name}_source_value")
        return RecordTerm(tuple(codes), tuple(filter(None, (*words, source))))


def _id(row: Element, column: str) -> str:
    """An id as text; 0 is OMOP's "no matching concept"."""
    number = row.number(column)
    return str(int(number)) if number else row.text(column)
