"""What a document gives: facts and values of one patient, and everything else with its path and the reason."""

from __future__ import annotations

from kg.facts.origins import JsonPath
from kg.facts.patient import Reason, Unread
from kg.facts.time import period
from kg.readers.builder import FactBuilder
from kg.readers.fhir.coding import Codes, words
from kg.readers.fhir.conventions import Conventions
from kg.readers.fhir.elements import Bundle, Element, FhirResource, day, visible
from kg.readers.fhir.extensions import dates_of, listed, status_of
from kg.readers.records import OUTSIDE, UNKNOWN_NAME, RecordIntake
from kg.vocabulary.names import AmbiguousName


class Intake(RecordIntake):
    """Facts in the making. Each resource, component or activity is either `used` or reported as unread."""

    def __init__(self, builder: FactBuilder, codes: Codes, tables: Conventions, bundle: Bundle) -> None:
        super().__init__(builder)
        self.codes, self.tables, self.bundle = codes, tables, bundle

    def use(self, element: Element) -> None:
        """Something that facts were made of."""
        self.used.append(JsonPath(element.path))

    def leave(self, element: Element, text: str, reason: Reason, message: str, concept: str = "") -> None:
        """Something that was not used."""
        text = text or str(element.data.get("resourceType") or "element")
        self.reject(JsonPath(element.path), text, reason, message, concept)

    def outside(self, element: Element, concept: Element, brings: bool = False) -> None:
        """A concept that the vocabulary does not have; `brings` says that it may be what brings the patient."""
        text = words(concept)
        coded = any(coding.text("code") for coding in concept.children("coding"))
        reason = Reason.OUTSIDE_ARTICLES if coded else Reason.UNKNOWN_NAME
        said = OUTSIDE if coded else UNKNOWN_NAME
        if not text:
            self.leave(element, "", Reason.UNSUPPORTED, "names nothing: it has no code and no text")
            return
        self.unread.append(Unread(text, reason, f"{text}: {said}", JsonPath(element.path), aside=not brings))

    def state(
        self,
        element: Element,
        concept: Element,
        list_name: str,
        status: str = "present",
        brings: bool = False,
        **dates: str,
    ) -> None:
        """The fact that an element states of a CodeableConcept; dates are those of FHIR.

        What the extensions of the element say goes before the list, the status and the dates given here.
        """
        text, list_name = words(concept), listed(element) or list_name
        if listed(element):
            status, dates = status_of(element) or status, dates_of(element)
        try:
            meaning = self.codes.meaning(concept, list_name)
        except AmbiguousName as error:
            self.leave(element, text, Reason.AMBIGUOUS, str(error))
            return
        if meaning is None:
            self.outside(element, concept, brings)
            return
        self.named(element, meaning.name, text, list_name, status, **dates)

    def named(self, element: Element, name: str, text: str, list_name: str, status: str, **dates: str) -> None:
        """The same for a name of the vocabulary."""
        given = {key: whole_day(value, last=key == "ended") for key, value in dates.items()}
        self.entry(JsonPath(element.path), list_name, {"concept": name, "status": status, **given}, text or name)

    def retracted(self, resource: FhirResource, *statuses: str) -> bool:
        """Whether a resource was entered in error; it is reported then."""
        if self.tables.retracted.isdisjoint(statuses):
            return False
        self.leave(resource, title(resource), Reason.ENTERED_IN_ERROR, "was entered in error")
        return True


def title(resource: Element) -> str:
    """What a resource is about, as a person reads it."""
    for name in ("code", "medicationCodeableConcept", "vaccineCode", "type", "relationship"):
        if text := words(resource.child(name)):
            return text
    for name in ("medicationReference", "subject"):
        if text := resource.child(name).text("display"):
            return text
    return visible(str(resource.data.get("resourceType", "")))


def whole_day(text: str, last: bool = False) -> str:
    """The day of a FHIR date; of a month or a year its last day, where that is asked for, else nothing."""
    found = day(text)
    if len(found) == len("2026-02-01") or not found:
        return found
    whole = period(found)
    return whole.isoformat() if last and whole else ""
