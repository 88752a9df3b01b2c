"""Conditions, treatments, procedures and orders: facts with a status, in the list of a case where they belong."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Final

from kg.facts.patient import Reason
from kg.ontology.kinds import TREATMENTS, ConceptKind
from kg.readers.fhir.coding import words
from kg.readers.fhir.elements import Element, FhirResource, day
from kg.readers.fhir.extensions import listed
from kg.readers.fhir.intake import Intake, title
from kg.vocabulary.names import AmbiguousName

NOW: Final = datetime.timedelta(days=30)
OVER: Final = frozenset(["inactive", "remission", "resolved"])
LEADING: Final = frozenset(["encounter-diagnosis", "encounter"])
# MedicationRequest.intent and ServiceRequest.intent of what is not ordered yet
NOT_DONE: Final = "not-done"
INTENDED: Final = frozenset(["proposal", "plan", "option"])
PERIODS: Final = ("effectivePeriod", "performedPeriod", "occurrencePeriod", "whenHandedOver")
DATES: Final = ("effectiveDateTime", "performedDateTime", "occurrenceDateTime", "authoredOn", "dateAsserted")


def codes_of(concept: Element) -> frozenset[str]:
    """The codes of a CodeableConcept; of a code in STU3 itself."""
    return frozenset(coding.text("code") for coding in concept.children("coding"))


def _status(resource: FhirResource, name: str) -> frozenset[str]:
    """A status that is a CodeableConcept in R4 and a code in STU3."""
    return codes_of(resource.child(name)) | frozenset(filter(None, [resource.text(name)]))


# -- conditions


def condition(intake: Intake, resource: FhirResource) -> None:
    """A Condition: established, suspected, ruled out, or past."""
    verification, clinical = _status(resource, "verificationStatus"), _status(resource, "clinicalStatus")
    if intake.retracted(resource, *verification):
        return
    statuses = [found for code in verification if (found := intake.tables.conditions.get(code))]
    status = statuses[0] if statuses else "present"
    code = resource.child("code")
    plain, kind = intake.tables.without_title(words(code))
    if kind == "family":
        intake.leave(resource, words(code), Reason.OTHER_PERSON, f"{words(code)}: not of the patient")
        return
    past = kind == "past" or not OVER.isdisjoint(clinical)
    list_name = "history" if past and status != "absent" else _kind_of_list(intake, code)
    if (listed(resource) or list_name) in ("history", "findings") and status == "suspected":
        intake.leave(resource, words(code), Reason.UNSUPPORTED, "is not certain, and no diagnosis")
        return
    brings = not past and not LEADING.isdisjoint(_categories(resource)) and _is_new(intake, resource)
    dates = {"date": _date(resource, "onsetDateTime", "recordedDate", "assertedDate")} if not past else {}
    if kind == "past" and _unknown(intake, code):
        code = Element(code.path, {"text": plain})
    intake.state(resource, code, list_name, status, brings, **dates)


def _kind_of_list(intake: Intake, code: Element) -> str:
    try:
        found = intake.codes.meaning(code, "diagnoses")
    except AmbiguousName:
        return "diagnoses"
    return "findings" if found and found.match.concept.kind is ConceptKind.FINDING else "diagnoses"


def _unknown(intake: Intake, code: Element) -> bool:
    try:
        return intake.codes.meaning(code, "history") is None
    except AmbiguousName:
        return False


def _categories(resource: FhirResource) -> frozenset[str]:
    return frozenset(code for item in resource.children("category") for code in codes_of(item))


def _is_new(intake: Intake, resource: FhirResource) -> bool:
    found = _date(resource, "onsetDateTime", "recordedDate", "assertedDate")
    if len(found) < len("2026-02-01"):
        return False
    return datetime.date.fromisoformat(found) + NOW >= intake.as_of


def _date(resource: FhirResource, *names: str) -> str:
    return next((found for name in names if (found := day(resource.text(name)))), "")


def family(intake: Intake, resource: FhirResource) -> None:
    """A FamilyMemberHistory: never of the patient."""
    if intake.retracted(resource, resource.text("status")):
        return
    said = [words(item.child("code")) for item in resource.children("condition")]
    text = f"{title(resource)}: {', '.join(filter(None, said)) or 'nothing named'}"
    intake.leave(resource, text, Reason.OTHER_PERSON, f"{text}: not of the patient")


# -- treatments


def medication(intake: Intake, resource: FhirResource) -> None:
    """A medicine that is taken, was taken, is planned, or is not taken."""
    status = resource.text("status")
    if intake.retracted(resource, status):
        return
    concept = resource.child("medicationCodeableConcept")
    if not concept:
        reference = resource.child("medicationReference")
        target = intake.bundle.referred(resource, reference)
        if target is None:
            said = reference.text("display") or reference.text("reference")
            concept = Element(reference.path, {"text": reference.text("display")})
            if not concept.text("text"):
                intake.leave(resource, said, Reason.UNSUPPORTED, f"{said}: the medicine is not in the document")
                return
        else:
            concept = target.child("code")
            intake.use(target)
    intended = resource.text("intent") in INTENDED
    kind = intake.tables.treatments.get(status, "")
    if intended:
        kind = "planned" if kind in ("current", "planned") else ""
    if resource.truth("doNotPerform"):
        kind = "forbidden" if kind else ""
    _treatment(intake, resource, concept, kind, status)


def procedure(intake: Intake, resource: FhirResource) -> None:
    """A Procedure that was done or is planned. One that was not done at its time may have been done at another."""
    status = resource.text("status")
    if intake.retracted(resource, status):
        return
    code = resource.child("code")
    if _is_treatment(intake, code) or listed(resource):
        # a case that was written as FHIR says of an absent procedure that it is one
        kind = "absent" if listed(resource) and status == NOT_DONE else intake.tables.treatments.get(status, "")
        _treatment(intake, resource, code, kind, status)
        return
    date = _date(resource, "performedDateTime") or day(resource.child("performedPeriod").text("end"))
    match intake.tables.treatments.get(status):
        case "current" | "past":
            intake.state(resource, code, "procedures", date=date)
        case "planned":
            intake.state(resource, code, "plans")
        case _:
            intake.leave(resource, words(code), Reason.UNSUPPORTED, f"its status {status!r} says nothing certain")


def _is_treatment(intake: Intake, code: Element) -> bool:
    try:
        found = intake.codes.meaning(code, "treatments")
    except AmbiguousName:
        return False
    return found is not None and found.match.concept.kind in TREATMENTS


def _treatment(intake: Intake, resource: FhirResource, concept: Element, kind: str, status: str) -> None:
    """A course of treatment; one that is over without a day is history."""
    started, ended = _course(resource)
    match kind:
        case "current":
            intake.state(resource, concept, "treatments", started=started, ended=ended)
        case "past" if ended:
            intake.state(resource, concept, "treatments", started=started, ended=ended)
        case "past":
            intake.state(resource, concept, "history")
        case "planned":
            intake.state(resource, concept, "plans")
        case "absent":
            intake.state(resource, concept, "treatments", "absent")
        case "forbidden":
            intake.state(resource, concept, "plans", "absent")
        case _:
            text = words(concept)
            intake.leave(resource, text, Reason.UNSUPPORTED, f"{text}: its status {status!r} says nothing certain")


def _course(resource: FhirResource) -> tuple[str, str]:
    """The days on which a course began and ended, as far as they are given."""
    for name in PERIODS:
        period = resource.child(name)
        if period:
            return day(period.text("start")), day(period.text("end"))
    for dose in resource.children("dosageInstruction"):
        period = dose.child("timing").child("repeat").child("boundsPeriod")
        if period:
            return day(period.text("start")), day(period.text("end"))
    return _date(resource, *DATES), ""


# -- orders and reports


def request(intake: Intake, resource: FhirResource) -> None:
    """A ServiceRequest that is not done yet: a plan."""
    status, code = resource.text("status"), resource.child("code")
    if intake.retracted(resource, status):
        return
    if status not in ("active", "draft", "on-hold", ""):
        intake.leave(resource, words(code), Reason.UNSUPPORTED, f"{words(code)}: the order is {status}")
    elif resource.truth("doNotPerform"):
        intake.leave(resource, words(code), Reason.UNSUPPORTED, f"{words(code)}: it is ordered not to do it")
    else:
        intake.state(resource, code, "plans")


def care_plan(intake: Intake, resource: FhirResource) -> None:
    """The activities of a CarePlan that are planned."""
    if intake.retracted(resource, resource.text("status")):
        return
    activities = list(resource.children("activity"))
    for item in activities:
        detail = item.child("detail")
        code, status = detail.child("code"), detail.text("status")
        if status in ("completed", "cancelled", "stopped") or not detail:
            intake.leave(item, words(code), Reason.UNSUPPORTED, f"{words(code) or 'an activity'}: not planned any more")
        else:
            intake.state(item, code, "plans")
    if not activities:
        intake.leave(resource, title(resource), Reason.UNSUPPORTED, "names no activity")
    else:
        intake.use(resource)


def report(intake: Intake, resource: FhirResource) -> None:
    """A DiagnosticReport: what it concludes in codes, and a result that is awaited."""
    status, code = resource.text("status"), resource.child("code")
    if intake.retracted(resource, status):
        return
    conclusions = list(resource.children("conclusionCode"))
    for item in conclusions:
        intake.state(item, item, _kind_of_list(intake, item), date=_date(resource, "effectiveDateTime", "issued"))
    if status == "registered":
        intake.state(resource, code, "results", "pending")
    elif conclusions or any(True for _ in resource.children("result")):
        # its values are Observations of their own
        intake.use(resource)
    else:
        intake.leave(resource, title(resource), Reason.UNSUPPORTED, "reports nothing in codes")
    if text := resource.text("conclusion"):
        intake.leave(
            Element(f"{resource.path}.conclusion", {}), text, Reason.UNSUPPORTED, "words of a report are not read"
        )


def allergy(intake: Intake, resource: FhirResource) -> None:
    """An AllergyIntolerance: the articles do not ask for one."""
    if intake.retracted(resource, *_status(resource, "verificationStatus")):
        return
    text = words(resource.child("code"))
    intake.leave(
        resource, f"allergy: {text}", Reason.OUTSIDE_ARTICLES, f"allergy to {text}: the articles do not ask for it"
    )


READ: Final[Mapping[str, Callable[[Intake, FhirResource], None]]] = {
    "AllergyIntolerance": allergy,
    "CarePlan": care_plan,
    "Condition": condition,
    "DiagnosticReport": report,
    "FamilyMemberHistory": family,
    "MedicationAdministration": medication,
    "MedicationRequest": medication,
    "MedicationStatement": medication,
    "Procedure": procedure,
    "ServiceRequest": request,
}
"""What reads the resources of a type."""
