"""Observation: numbers with unit, range and flag as measurements; answers in words as findings or results."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from kg.facts.origins import JsonPath
from kg.facts.patient import Reason
from kg.facts.unit_spellings import ucum
from kg.facts.units import units_of
from kg.readers.fhir.coding import CodeMeaning, specimen_of, words
from kg.readers.fhir.elements import Element, FhirResource, moment
from kg.readers.fhir.extensions import approximate, status_of
from kg.readers.fhir.intake import Intake
from kg.readers.records import RESULTS, WRITTEN
from kg.vocabulary.names import AmbiguousName, fold

UCUM: Final = "http://unitsofmeasure.org"
NORMAL: Final = ("", "normal")
_RANGE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(?:-|–|to)\s*(\d+(?:\.\d+)?)")
_UNDER: Final = re.compile(r"(<=|<|>=|>)\s*(\d+(?:\.\d+)?)")


def read(intake: Intake, resource: FhirResource) -> None:
    """The facts of an Observation and of its components."""
    if intake.retracted(resource, resource.text("status")):
        return
    components = list(resource.children("component"))
    if not components or _has_value(resource):
        _one(intake, resource, resource)
    elif any(True for _ in resource.children("hasMember")) or components:
        # the value is in the parts
        intake.use(resource)
    for component in components:
        _one(intake, resource, component)


def _has_value(element: Element) -> bool:
    return any(name.startswith("value") for name in element.data)


def _one(intake: Intake, resource: FhirResource, element: Element) -> None:
    """A value of an Observation, or of a component of one."""
    code = element.child("code")
    quantity = element.child("valueQuantity")
    number = quantity.number("value") if quantity else element.number("valueInteger")
    written = WRITTEN.fullmatch(element.text("valueString")) if number is None else None
    if number is None and written is None:
        _in_words(intake, resource, element, code)
        return
    found = _meaning(intake, element, code)
    if found is None:
        return
    if found.match.concept.name not in intake.builder.names.ontology.quantities:
        intake.leave(element, words(code), Reason.UNSUPPORTED, f"{words(code)} has no numeric value here")
        return
    entry: dict[str, Any] = {"test": found.name, "value": number}
    if written is not None:
        entry |= {"value": Decimal(written["number"]), "comparator": written["sign"], "unit": written["unit"]}
    else:
        entry |= {"comparator": quantity.text("comparator") or None, "unit": _unit(intake, quantity, found)}
    if approximate(quantity or element):
        entry["comparator"] = "~"
    entry |= {"date": _when(resource) or None, "flag": _flag(intake, element) or None}
    entry |= {"reference_range": _range(intake, element, entry["unit"], found) or None}
    if specimen := _specimen(intake, resource, element, found):
        entry["specimen"] = specimen
    shown = " ".join(filter(None, (words(code), entry["comparator"], str(entry["value"]), entry["unit"])))
    given = {name: value for name, value in entry.items() if value is not None}
    intake.measurement(JsonPath(element.path), given, shown)


def _meaning(intake: Intake, element: Element, code: Element) -> CodeMeaning | None:
    try:
        found = intake.codes.meaning(code, "measurements")
    except AmbiguousName as error:
        intake.leave(element, words(code), Reason.AMBIGUOUS, str(error))
        return None
    if found is None:
        intake.outside(element, code)
    return found


def _unit(intake: Intake, quantity: Element, found: CodeMeaning) -> str:
    """The unit as it is printed, unless the code says another one that the test has."""
    known = units_of(intake.builder.names.ontology.quantities[found.match.concept.name])
    code, printed = quantity.text("code"), quantity.text("unit")
    if printed and (not code or ucum(printed) == ucum(code)):
        return printed
    return next((unit for unit in (code, printed) if unit and ucum(unit) in known), printed or code)


def _when(resource: FhirResource) -> str:
    period = resource.child("effectivePeriod")
    for text in (resource.text("effectiveDateTime"), period.text("end"), period.text("start")):
        if found := moment(text):
            return found
    return moment(resource.text("effectiveInstant")) or moment(resource.text("issued"))


def _flag(intake: Intake, element: Element) -> str:
    for concept in element.children("interpretation"):
        for coding in concept.children("coding"):
            if flag := intake.tables.interpretations.get(coding.text("code")):
                return flag
    # one object in STU3
    for coding in element.child("interpretation").children("coding"):
        if flag := intake.tables.interpretations.get(coding.text("code")):
            return flag
    return ""


def _range(intake: Intake, element: Element, unit: str | None, found: CodeMeaning) -> dict[str, Decimal | str]:
    """The normal range that is printed with a value, in the value's unit; the first that is none of another purpose."""
    known = units_of(intake.builder.names.ontology.quantities[found.match.concept.name])
    for item in element.children("referenceRange"):
        kinds = [coding.text("code") for coding in item.child("type").children("coding")]
        if any(kind in NORMAL for kind in kinds or [""]):
            return dict(_sides(item, unit or "", known))
    return {}


def _sides(item: Element, unit: str, known: tuple[str, ...]) -> Iterator[tuple[str, Decimal | str]]:
    low, high = item.child("low"), item.child("high")
    if not low and not high:
        text = item.text("text")
        if match := _RANGE.search(text):
            yield from (("low", Decimal(match[1])), ("high", Decimal(match[2])))
        elif match := _UNDER.search(text):
            yield ("high" if match[1][0] == "<" else "low"), Decimal(match[2])
        return
    for name, side in (("low", low), ("high", high)):
        number = side.number("value")
        printed = [text for text in (side.text("unit"), side.text("code")) if text]
        same = not printed or any(ucum(text) == ucum(unit) for text in printed)
        other = next((text for text in printed if ucum(text) in known), "")
        # a side in a unit that the test does not have is none of this value
        if number is not None and (same or other):
            yield name, number
            if not same:
                yield "unit", other


def _specimen(intake: Intake, resource: FhirResource, element: Element, found: CodeMeaning) -> str:
    """What a value was measured in, where that is not blood; a code of a test says it too."""
    reference = resource.child("specimen")
    target = intake.bundle.referred(resource, reference) if reference else None
    said = [reference.text("display")]
    if target is not None:
        concept = target.child("type")
        if any(coding.text("code") in intake.tables.blood for coding in concept.children("coding")):
            return ""
        said.append(words(concept))
    if ":" not in found.name:
        said.append(specimen_of(element.child("code")))
    blood = intake.builder.blood
    for text in filter(None, said):
        folded = f" {fold(text)} "
        if not any(f" {name} " in folded for name in blood):
            return text
    return ""


# -- in words


def _in_words(intake: Intake, resource: FhirResource, element: Element, code: Element) -> None:
    """An answer without a number: what the code names is there, is not, or is awaited."""
    text = words(code)
    if said := status_of(resource):
        intake.state(resource, code, "findings", said)
        return
    if absent := words(element.child("dataAbsentReason")):
        intake.leave(element, text, Reason.UNSUPPORTED, f"has no value: {absent}", _concept(intake, code))
        return
    status = _answer(intake, element)
    if not _has_value(element):
        status = "pending" if resource.text("status") == "registered" else ""
        if not status:
            intake.leave(element, text, Reason.UNSUPPORTED, "has no value", _concept(intake, code))
            return
    if not status:
        said = "has a value that is neither a number nor yes or no"
        intake.leave(element, text, Reason.NOT_A_NUMBER, said, _concept(intake, code))
        return
    list_name = "results" if status == "pending" or _is_result(intake, code) else "findings"
    intake.state(element, code, list_name, status, date=_when(resource).partition("T")[0])


def _answer(intake: Intake, element: Element) -> str:
    truth = element.truth("valueBoolean")
    if truth is not None:
        return "present" if truth else "absent"
    concept = element.child("valueCodeableConcept")
    said = [text for coding in concept.children("coding") for text in (coding.text("code"), coding.text("display"))]
    said += [concept.text("text"), element.text("valueString")]
    found = (intake.tables.answers.get(fold(text)) for text in said if text)
    return next(filter(None, found), "")


def _is_result(intake: Intake, code: Element) -> bool:
    try:
        found = intake.codes.meaning(code, "results")
    except AmbiguousName:
        return False
    return found is not None and found.match.concept.kind in RESULTS


def _concept(intake: Intake, code: Element) -> str:
    """The test that a code names, for what is told of a value that is missing."""
    try:
        found = intake.codes.meaning(code, "measurements")
    except AmbiguousName:
        return ""
    return found.match.concept.name if found else ""
