"""FHIR R4 as a format that is read: a Bundle, Parameters, or one resource; never strict, and nothing is lost."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kg.errors import CaseError, Problem
from kg.facts.origins import JsonPath
from kg.facts.patient import Reason
from kg.readers.builder import FactBuilder
from kg.readers.case.parsing import ParseLimits, parse_json
from kg.readers.case.reader import OLDEST
from kg.readers.fhir import observations, statements
from kg.readers.fhir.coding import Codes
from kg.readers.fhir.conventions import conventions
from kg.readers.fhir.elements import Bundle, Element, FhirResource, day, years_between
from kg.readers.fhir.extensions import AGE, COMPLETE
from kg.readers.fhir.intake import Intake, title
from kg.readers.protocol import Context, ReadResult, decoded

LIMITS: Final = ParseLimits(fields=5_000_000, entries=5_000_000)
SEXES: Final = ("female", "male")
PERSONS: Final = ("subject", "patient")
_HOLDER: Final = re.compile(r".*\.resource(?=[.\[]|$)")
_TYPE: Final = re.compile(rb'"resourceType"\s*:')
READ: Final = {**statements.READ, "Observation": observations.read}
# what only carries others
FRAMES: Final = ("Bundle", "Parameters")


@dataclass(frozen=True)
class FhirFormat:
    """Bundles, Parameters and single resources of FHIR in JSON."""

    media_types: tuple[str, ...] = ("application/fhir+json",)
    extensions: tuple[str, ...] = (".json",)

    def sniff(self, data: bytes) -> bool:
        """Whether data is an object that says which resource it is."""
        return data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") and _TYPE.search(data) is not None

    def read(self, data: bytes, context: Context) -> ReadResult:
        """The facts of a document. Raises CaseError where it is no FHIR or is about several patients."""
        return self.parsed(parse_json(decoded(data), LIMITS), context)

    def parsed(self, document: Any, context: Context) -> ReadResult:
        """The same for a document that is parsed already, numbers as decimals."""
        if not isinstance(document, dict) or not isinstance(document.get("resourceType"), str):
            problem = Problem("$.resourceType", "is missing", "Send a Bundle, Parameters or a resource of FHIR R4.")
            raise CaseError([problem])
        return _Document(document, context).read()


FHIR = FhirFormat()


class _Document:
    """One document being read."""

    def __init__(self, document: Mapping[str, Any], context: Context) -> None:
        self.top, self.context = FhirResource("$", document), context
        self.resources = list(_resources(self.top))
        self.parameters = list(_parameters(self.top))
        builder = FactBuilder(context.names, self._as_of(), lenient=True)
        tables = conventions(context.names.ontology)
        bundle = Bundle(self.resources)
        self.intake = Intake(builder, Codes(context.names), tables, bundle)
        self.patient = self._patient()

    def read(self) -> ReadResult:
        intake = self.intake
        sex, age = self._person()
        for resource in intake.bundle.resources:
            if resource is not self.patient and resource.type not in FRAMES:
                self._resource(resource)
        self._rest()
        return intake.result(sex, age, self._complete())

    def _as_of(self) -> datetime.date:
        """The day that was asked for, that Parameters name, of the Bundle, or today."""
        if self.context.as_of is not None:
            return self.context.as_of
        named = [item for item in self.parameters if item.text("name") == "as_of"]
        said = [day(item.text(field)) for item in named for field in ("valueDate", "valueDateTime", "valueString")]
        bundles = [resource for resource, _ in self.resources if resource.type == "Bundle"]
        said += [day(resource.text("timestamp")) for resource in bundles]
        for text in said:
            if len(text) == len("2026-02-01"):
                try:
                    return datetime.date.fromisoformat(text)
                except ValueError:
                    continue
        return self.context.today

    # -- the person

    def _patient(self) -> FhirResource | None:
        found = [resource for resource, _ in self.resources if resource.type == "Patient"]
        if len(found) > 1:
            remedy = "Send the resources of one patient at a time."
            raise CaseError([Problem(found[1].path, "is a second patient", remedy)])
        if found:
            return found[0]
        others = {ref for resource, _ in self.resources if (ref := _subject(resource).text("reference"))}
        if len(others) > 1:
            said = f"the resources are about {len(others)} patients: {', '.join(sorted(others)[:3])}"
            raise CaseError([Problem("$", said, "Send the resources of one patient at a time.")])
        return None

    def _person(self) -> tuple[str, int | None]:
        patient = self.patient
        if patient is None:
            return "", None
        self.intake.use(patient)
        gender = patient.text("gender")
        if gender and gender not in SEXES:
            place = Element(f"{patient.path}.gender", {})
            said = "neither female nor male: what differs by sex stays open"
            self.intake.leave(place, gender, Reason.UNSUPPORTED, said)
        age = years_between(patient.text("birthDate"), self.intake.as_of)
        said_age = patient.extension(AGE)
        if said_age is not None and (number := said_age.number("valueInteger")) is not None:
            age = int(number)
        if age is not None and age > OLDEST:
            place = Element(f"{patient.path}.birthDate", {})
            said = f"would make an age of {age}"
            self.intake.leave(place, patient.text("birthDate"), Reason.IMPOSSIBLE_VALUE, said)
            age = None
        return gender if gender in SEXES else "", age

    def _complete(self) -> Iterator[str]:
        """The lists that are the whole truth, as an extension of the patient says."""
        for item in self.patient.children("extension") if self.patient else ():
            if item.text("url") == COMPLETE and (name := item.text("valueCode")):
                yield name

    # -- the rest

    def _resource(self, resource: FhirResource) -> None:
        intake = self.intake
        reader = READ.get(resource.type)
        if self._is_of_another(resource):
            said = f"{title(resource)}: it is about another person or thing"
            intake.leave(resource, title(resource), Reason.OTHER_PERSON, said)
        elif reader is not None:
            reader(intake, resource)

    def _is_of_another(self, resource: FhirResource) -> bool:
        """Whether a resource names somebody else than the patient of the document."""
        reference = _subject(resource)
        text = reference.text("reference")
        if not text or self.patient is None:
            return False
        found = self.intake.bundle.referred(resource, reference)
        if found is not None:
            return found is not self.patient
        mine = self.patient.text("id")
        return bool(mine) and text.rpartition("/")[2] != mine

    def _rest(self) -> None:
        """What is in the document and is neither used nor reported yet."""
        intake = self.intake
        places = [*intake.used, *(item.origin for item in intake.unread)]
        taken = [origin.path for origin in places if isinstance(origin, JsonPath)]
        # a resource whose parts were used or reported is accounted for by them
        seen = {found[0] if (found := _HOLDER.match(path)) else "$" for path in taken}
        for resource in intake.bundle.resources:
            if resource.type in FRAMES or resource.path in seen:
                continue
            said = f"{resource.type or 'no resource type'}: states nothing that is used here"
            intake.leave(resource, title(resource), Reason.UNSUPPORTED, said)
        for item in self.parameters:
            if item.text("name") != "as_of" and not isinstance(item.data.get("resource"), dict):
                intake.leave(item, item.text("name"), Reason.UNSUPPORTED, "no parameter of an assessment")


def _resources(resource: FhirResource, address: str = "") -> Iterator[tuple[FhirResource, str]]:
    """Every resource of a document with its address, those that carry others included."""
    yield resource, address
    match resource.type:
        case "Bundle":
            for entry in resource.children("entry"):
                yield from _inside(entry, entry.text("fullUrl"))
        case "Parameters":
            for item in resource.children("parameter"):
                yield from _inside(item, "")


def _inside(holder: Element, address: str) -> Iterator[tuple[FhirResource, str]]:
    found = holder.data.get("resource")
    if isinstance(found, dict):
        yield from _resources(FhirResource(f"{holder.path}.resource", found), address)


def _parameters(top: FhirResource) -> Iterator[Element]:
    if top.type == "Parameters":
        yield from top.children("parameter")


def _subject(resource: FhirResource) -> Element:
    return next((found for name in PERSONS if (found := resource.child(name))), resource.child("subject"))
