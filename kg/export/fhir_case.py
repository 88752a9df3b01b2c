"""The facts of a patient as a Bundle of HL7 FHIR R4, from which the same facts are read again (docs/fhir.md)."""

from __future__ import annotations

import datetime
import json
import re
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from kg.facts.patient import Fact, Measurement, PatientFacts, Status
from kg.facts.unit_spellings import ucum
from kg.ontology import terms
from kg.ontology.codes import FHIR_SYSTEMS, code_of
from kg.ontology.compiled import Ontology
from kg.ontology.kinds import TREATMENTS, ConceptKind
from kg.readers.fhir.extensions import AGE, APPROXIMATE, COMPLETE, DATE, LIST, PERIOD, STATUS

UCUM: Final = "http://unitsofmeasure.org"
CLINICAL: Final = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFIED: Final = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
FLAGS: Final = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
SPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, terms.BASE + "fhir")
# the address of a code system by its prefix; of several the first
SYSTEMS: Final = {prefix: system for system, prefix in reversed(FHIR_SYSTEMS.items()) if prefix}
SUBJECT: Final = {"reference": "Patient/patient"}
VERIFICATION: Final = {Status.PRESENT: "confirmed", Status.ABSENT: "refuted", Status.SUSPECTED: "provisional"}
_NUMBER: Final = re.compile(r'"\\u0000([^"\\]+)\\u0000"')
Json = dict[str, Any]


def bundle_of(ontology: Ontology, facts: PatientFacts) -> Json:
    """A collection of resources as JSON data with decimals for numbers; its addresses depend on nothing else."""
    resources = [_patient(facts), *_CaseWriter(ontology).resources(facts)]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": f"{facts.as_of.isoformat()}T00:00:00Z",
        "entry": [{"fullUrl": _address(item), "resource": item} for item in resources],
    }


def bundle_text(bundle: Json) -> str:
    """The Bundle as JSON text, every number with the digits that were given, as FHIR asks of decimals."""
    text = json.dumps(bundle, ensure_ascii=False, default=lambda number: f"\0{number}\0")
    return _NUMBER.sub(r"\1", text)


def concept_of(ontology: Ontology, name: str) -> Json:
    """A CodeableConcept: the code of the vocabulary, and those that other systems have for it, or nearly so.

    Of a test, codes of one specimen or method stand there too; a narrower disease or drug is another one.
    """
    found = ontology.concepts[name]
    codings = [{"system": terms.BASE.rstrip("/"), "code": found.code, "display": found.label}]
    narrower = set(map(code_of, ontology.index.values(terms.BASE + name, terms.SKOS + "narrowMatch")))
    for code in found.codes:
        prefix, _, local = code.partition(":")
        if prefix in SYSTEMS and (found.kind is ConceptKind.ANALYTE or code not in narrower):
            codings.append({"system": SYSTEMS[prefix], "code": local})
    return {"coding": codings, "text": found.label}


def _address(resource: Json) -> str:
    return f"urn:uuid:{uuid.uuid5(SPACE, resource['resourceType'] + '/' + resource['id'])}"


def _patient(facts: PatientFacts) -> Json:
    extensions: list[Json] = [{"url": COMPLETE, "valueCode": name} for name in sorted(facts.complete)]
    if facts.age is not None:
        extensions.append({"url": AGE, "valueInteger": facts.age})
    found: Json = {"resourceType": "Patient", "id": "patient"}
    if extensions:
        found["extension"] = extensions
    return found | ({"gender": facts.sex} if facts.sex else {})


class _CaseWriter:
    """Writes the facts of one patient with the codes of an ontology."""

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology

    def resources(self, facts: PatientFacts) -> Iterator[Json]:
        for number, item in enumerate(facts.measurements, 1):
            yield self._value(item, f"value-{number}")
        for number, fact in enumerate(facts.facts, 1):
            yield self._fact(fact, f"fact-{number}")

    # -- values

    def _value(self, item: Measurement, identifier: str) -> Json:
        quantity: Json = {"value": item.given, "unit": item.given_unit, "system": UCUM, "code": ucum(item.given_unit)}
        if item.comparator == "~":
            quantity = {"extension": [{"url": APPROXIMATE, "valueBoolean": True}], **quantity}
        elif item.comparator not in ("", "="):
            quantity["comparator"] = item.comparator
        found: Json = {
            "resourceType": "Observation",
            "id": identifier,
            "status": "final",
            "code": concept_of(self.ontology, item.quantity),
            "subject": SUBJECT,
        }
        if item.date is not None:
            found["effectiveDateTime"] = _moment(item.date, item.time)
        found["valueQuantity"] = quantity
        if item.flag:
            found["interpretation"] = [{"coding": [{"system": FLAGS, "code": item.flag}]}]
        if item.range is not None:
            sides = {"low": item.range.low, "high": item.range.high}
            found["referenceRange"] = [
                {name: _side(side, item.unit) for name, side in sides.items() if side is not None}
            ]
        return found

    # -- facts

    def _fact(self, fact: Fact, identifier: str) -> Json:
        found = self._by_list(fact) | {"id": identifier, "subject": SUBJECT, "extension": list(_said(fact))}
        return {name: found[name] for name in sorted(found, key=lambda name: (name != "resourceType", name != "id"))}

    def _by_list(self, fact: Fact) -> Json:
        concept, over = concept_of(self.ontology, fact.concept), fact.status is Status.ABSENT
        treatment = self.ontology.concepts[fact.concept].kind in TREATMENTS
        match fact.list:
            case "diagnoses":
                return _condition(concept, fact, "active")
            case "history" if not treatment:
                return _condition(concept, fact, "inactive")
            case "treatments" | "history":
                past = fact.list == "history" or fact.ended is not None
                status = "not-taken" if over else "completed" if past else "active"
                return {"resourceType": "MedicationStatement", "status": status, "medicationCodeableConcept": concept}
            case "plans" if treatment:
                found = {"resourceType": "MedicationRequest", "medicationCodeableConcept": concept}
                return found | {"status": "active", "intent": "plan", "doNotPerform": over}
            case "plans":
                return {"resourceType": "ServiceRequest", "status": "active", "intent": "plan", "code": concept}
            case "procedures":
                done = "not-done" if over else "completed"
                return {"resourceType": "Procedure", "status": done, "code": concept}
            case _:
                return _observation(concept, fact)


def _condition(concept: Json, fact: Fact, clinical: str) -> Json:
    found: Json = {"resourceType": "Condition", "code": concept}
    if fact.status is not Status.ABSENT:
        found["clinicalStatus"] = {"coding": [{"system": CLINICAL, "code": clinical}]}
    code = VERIFICATION.get(fact.status, "unconfirmed")
    return found | {"verificationStatus": {"coding": [{"system": VERIFIED, "code": code}]}}


def _observation(concept: Json, fact: Fact) -> Json:
    pending = fact.status is Status.PENDING
    found: Json = {"resourceType": "Observation", "status": "registered" if pending else "final", "code": concept}
    if fact.status in (Status.PRESENT, Status.ABSENT):
        found["valueBoolean"] = fact.status is Status.PRESENT
    return found


def _said(fact: Fact) -> Iterator[Json]:
    """What FHIR has no field for, or another in each resource."""
    yield {"url": LIST, "valueCode": fact.list}
    if fact.status is Status.UNKNOWN:
        yield {"url": STATUS, "valueCode": str(fact.status)}
    if fact.date is not None:
        yield {"url": DATE, "valueDate": str(fact.date)}
    days = {"start": fact.started, "end": fact.ended}
    if fact.started is not None or fact.ended is not None:
        yield {"url": PERIOD, "valuePeriod": {name: str(found) for name, found in days.items() if found is not None}}


def _moment(day: datetime.date, clock: datetime.time | None) -> str:
    return f"{day}T{clock.isoformat()}Z" if clock is not None else str(day)


def _side(value: Decimal, unit: str) -> Json:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}
