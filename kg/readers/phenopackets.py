"""GA4GH Phenopackets 2.0 (https://phenopacket-schema.readthedocs.io) in JSON as facts of a patient."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from kg.errors import CaseError, Problem
from kg.facts.origins import JsonPath
from kg.facts.patient import Reason
from kg.readers.builder import FactBuilder
from kg.readers.case.parsing import ParseLimits, parse_json
from kg.readers.case.reader import OLDEST
from kg.readers.fhir.conventions import conventions
from kg.readers.fhir.elements import Element, day, moment, years_between
from kg.readers.protocol import Context, ReadResult, decoded
from kg.readers.records import RecordIntake, RecordTerm
from kg.readers.tables.layouts import record_tables

LIMITS: Final = ParseLimits(fields=5_000_000, entries=5_000_000)
SEXES: Final = {"FEMALE": "female", "MALE": "male"}
READ: Final = ("subject", "phenotypicFeatures", "measurements", "diseases", "medicalActions")
# what identifies or describes the document
SILENT: Final = ("id", "metaData")
_SNIFFED: Final = re.compile(rb'"(?:phenopacketSchemaVersion|phenotypicFeatures)"\s*:')
_YEARS: Final = re.compile(r"P(\d+)Y")


@dataclass(frozen=True)
class PhenopacketFormat:
    """Phenopackets in JSON, as protobuf writes them; a system's format, so it is never strict."""

    media_types: tuple[str, ...] = ("application/vnd.ga4gh.phenopacket+json",)
    extensions: tuple[str, ...] = (".json",)

    def sniff(self, data: bytes) -> bool:
        """Whether data is an object with fields that only a phenopacket has."""
        return data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") and _SNIFFED.search(data) is not None

    def read(self, data: bytes, context: Context) -> ReadResult:
        """The facts of a phenopacket. Raises CaseError for another document."""
        document = parse_json(decoded(data), LIMITS)
        if not isinstance(document, dict):
            raise CaseError([Problem("$", "is no phenopacket", 'Write {"subject": {...}, "metaData": {...}}.')])
        return _Phenopacket(Element("$", document), context).read()


PHENOPACKET: Final = PhenopacketFormat()


class _Phenopacket:
    """One phenopacket being read."""

    def __init__(self, top: Element, context: Context) -> None:
        self.top, ontology = top, context.names.ontology
        self.prefixes = record_tables(ontology).prefixes
        self.answers = conventions(ontology).answers
        self.intake = RecordIntake(FactBuilder(context.names, _as_of(top, context), lenient=True))

    def read(self) -> ReadResult:
        sex, age = self._person()
        for feature in self.top.children("phenotypicFeatures"):
            self._stated(feature, "type", "findings")
        for disease in self.top.children("diseases"):
            self._stated(disease, "term", "diagnoses")
        for measurement in self.top.children("measurements"):
            self._measurement(measurement)
        for action in self.top.children("medicalActions"):
            self._action(action)
        for name, part in self.top.data.items():
            if name not in (*READ, *SILENT):
                self.intake.reject(JsonPath(f"$.{name}"), str(name), Reason.UNSUPPORTED, f"{name} is not read")
            elif name in READ[1:] and not isinstance(part, list):
                self.intake.reject(JsonPath(f"$.{name}"), str(name), Reason.UNSUPPORTED, "must be a list")
        return self.intake.result(sex, age, silent=[JsonPath(f"$.{name}") for name in SILENT])

    def _person(self) -> tuple[str, int | None]:
        subject = self.top.child("subject")
        if not subject:
            return "", None
        self.intake.used.append(JsonPath(subject.path))
        last = subject.child("timeAtLastEncounter").child("age").text("iso8601duration")
        years = _YEARS.match(last)
        age = int(years[1]) if years else years_between(subject.text("dateOfBirth"), self.intake.as_of)
        return SEXES.get(subject.text("sex"), ""), age if age is None or age <= OLDEST else None

    def _stated(self, element: Element, field: str, list_name: str) -> None:
        """A feature or a disease; what is excluded is recorded absent, what has ended is past."""
        status = "absent" if element.truth("excluded") else "present"
        if day(element.child("resolution").text("timestamp")) and status == "present":
            list_name = "history"
        onset = day(element.child("onset").text("timestamp"))
        self.intake.fact(JsonPath(element.path), self._term(element.child(field)), list_name, status, date=onset)

    def _measurement(self, element: Element) -> None:
        place, term = JsonPath(element.path), self._term(element.child("assay"))
        date = moment(element.child("timeObserved").text("timestamp"))
        value = element.child("value")
        quantity = value.child("quantity")
        number = quantity.number("value")
        if number is not None:
            self.intake.value(place, term, {"value": number, "date": date} | self._around(element, quantity))
        elif said := value.child("ontologyClass"):
            words = self._term(said)
            answer = next((word for word in (*words.words, said.text("id").partition(":")[2]) if word), "")
            self.intake.answer(place, term, self.answers, answer, date.partition("T")[0])
        else:
            self.intake.reject(place, term.shown, Reason.UNSUPPORTED, "has no value that is read")

    def _around(self, element: Element, quantity: Element) -> dict[str, Any]:
        """Unit, range and specimen of a value."""
        unit = quantity.child("unit")
        code = unit.text("id")
        limits = quantity.child("referenceRange")
        sides = {side: limit for side in ("low", "high") if (limit := limits.number(side)) is not None}
        found: dict[str, Any] = {"unit": code[5:] if code.startswith("UCUM:") else unit.text("label")}
        specimen = element.child("procedure").child("bodySite").text("label")
        return found | {"reference_range": sides, "specimen": specimen}

    def _action(self, action: Element) -> None:
        place, treatment = JsonPath(action.path), action.child("treatment")
        if procedure := action.child("procedure"):
            when = day(procedure.child("performed").text("timestamp"))
            self.intake.fact(place, self._term(procedure.child("code")), "procedures", date=when)
        elif treatment:
            started, ended = self._interval(treatment)
            self.intake.fact(place, self._term(treatment.child("agent")), "treatments", started=started, ended=ended)
        else:
            kinds = ", ".join(sorted(map(str, action.data)))
            self.intake.reject(place, kinds, Reason.UNSUPPORTED, "is neither a procedure nor a treatment")

    def _interval(self, treatment: Element) -> tuple[str, str]:
        """The first and the last day of all doses; a treatment without an end still runs."""
        spans = [dose.child("interval") for dose in treatment.children("doseIntervals")]
        starts = sorted(filter(None, (day(span.text("start")) for span in spans)))
        ends = [day(span.text("end")) for span in spans]
        return next(iter(starts), ""), max(ends) if ends and all(ends) else ""

    def _term(self, element: Element) -> RecordTerm:
        return RecordTerm(tuple(self._codes(element)), tuple(filter(None, (element.text("label"),))))

    def _codes(self, element: Element) -> Iterator[str]:
        prefix, _, code = element.text("id").partition(":")
        if code:
            yield f"{self.prefixes.get(prefix, prefix)}:{code}"


def _as_of(top: Element, context: Context) -> datetime.date:
    """The day that was asked for, the one on which the phenopacket was made, or today."""
    made = day(top.child("metaData").text("created"))
    if context.as_of is not None or len(made) != len("2026-02-01"):
        return context.as_of or context.today
    try:
        return datetime.date.fromisoformat(made)
    except ValueError:
        return context.today
