"""Observations of FHIR as values and findings."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from fhir import bundle, coded, hemoglobin, observation, reading
from kg.facts.origins import JsonPath
from kg.facts.patient import Measurement, Reason, Status, Unread
from kg.vocabulary.names import Names

RANGE: dict[str, dict[str, Any]] = {"low": {"value": 12, "unit": "g/dL"}, "high": {"value": 15.5, "unit": "g/dL"}}
THERAPY = {**RANGE, "type": coded("therapeutic", "x"), "low": {"value": 1}}


def value(names: Names, resource: dict[str, Any]) -> Measurement:
    (found,) = reading(names, bundle(resource)).facts.measurements
    return found


def unread(names: Names, resource: dict[str, Any]) -> Unread:
    found = reading(names, bundle(resource))
    assert not found.facts.measurements
    assert not found.facts.facts
    (item,) = found.unread
    return item


def test_a_number_comes_with_its_unit_day_range_and_flag(names: Names) -> None:
    found = value(
        names,
        hemoglobin(
            effectiveDateTime="2026-02-01T08:30:00+01:00",
            referenceRange=[THERAPY, RANGE],
            interpretation=[coded("LL", "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation")],
        ),
    )
    assert (found.quantity, found.given, found.given_unit, found.flag) == ("Hemoglobin", Decimal("9.1"), "g/dL", "L")
    assert (str(found.date), str(found.time)) == ("2026-02-01", "08:30:00")
    assert found.range is not None
    assert (found.range.low, found.range.high) == (Decimal(12), Decimal("15.5"))


@pytest.mark.parametrize(
    ("quantity", "comparator"),
    [({"comparator": "<"}, "<"), ({"comparator": ">="}, ">="), ({}, "")],
)
def test_a_comparator_is_kept(names: Names, quantity: dict[str, str], comparator: str) -> None:
    resource = hemoglobin(valueQuantity={"value": 9, "unit": "g/dL", **quantity})
    assert value(names, resource).comparator == comparator


@pytest.mark.parametrize("text", ["<9.1 g/dL", "< 9.1g/dL"])
def test_a_number_in_words_is_read(names: Names, text: str) -> None:
    found = value(names, observation(coded("718-7"), {"valueString": text}))
    assert (found.comparator, found.given) == ("<", Decimal("9.1"))


def test_a_range_in_words_or_in_another_unit_is_read(names: Names) -> None:
    words = value(names, hemoglobin(referenceRange=[{"text": "12.0 - 15.5 g/dL"}]))
    other = {name: {"value": side["value"] * 10, "unit": "g/L"} for name, side in RANGE.items()}
    assert words.range == value(names, hemoglobin(referenceRange=[other])).range


@pytest.mark.parametrize(("low", "high"), [(0, 0), (15.5, 12)])
def test_a_range_that_cannot_be_is_not_used_and_told(names: Names, low: float, high: float) -> None:
    found = reading(names, bundle(hemoglobin(referenceRange=[{"low": {"value": low}, "high": {"value": high}}])))
    assert found.facts.measurements[0].range is None
    assert [issue.kind for issue in found.facts.issues] == ["reference_range"]


@pytest.mark.parametrize(
    ("unit", "low", "high", "meant"),
    [("ug/L", 50, 170, "ug/dL"), ("umol/L", 50, 170, "ug/dL"), ("ug/dL", 9, 30, "umol/L"), ("ug/dL", 50, 170, ""),
     ("ug/L", 500, 1700, ""), ("umol/L", 9, 30, ""), ("ug/dL", 30, 120, ""), ("ug/L", 0, 0, "")],
)  # fmt: skip
def test_a_unit_that_the_printed_range_denies_is_reported_and_not_corrected(
    names: Names, unit: str, low: float, high: float, meant: str
) -> None:
    printed = [{"low": {"value": low, "unit": unit}, "high": {"value": high, "unit": unit}}]
    found = reading(names, bundle(observation(coded("2498-4"), 80, unit, referenceRange=printed)))
    assert len(found.facts.measurements) == (not meant)
    if meant:
        assert [issue.suggested_unit for issue in found.facts.issues] == [meant]
        assert [item.reason for item in found.unread] == [Reason.IMPOSSIBLE_VALUE]


def test_components_are_values_of_their_own(names: Names) -> None:
    panel = observation({"text": "blood count"}, component=[hemoglobin(), observation({"text": "nonesuch"}, 1)])
    found = reading(names, bundle(panel))
    assert [item.origin for item in found.facts.measurements] == [JsonPath("$.entry[0].resource.component[0]")]
    assert [item.origin for item in found.unread] == [JsonPath("$.entry[0].resource.component[1]")]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"status": "entered-in-error"}, Reason.ENTERED_IN_ERROR),
        ({"valueQuantity": {"value": 9.1}}, Reason.UNIT_UNKNOWN),
        ({"valueQuantity": {"value": 9.1, "unit": "mmHg"}}, Reason.UNIT_UNKNOWN),
        ({"valueQuantity": {"value": 130, "unit": "g/dL"}}, Reason.IMPOSSIBLE_VALUE),
        ({"valueQuantity": {}, "dataAbsentReason": {"text": "not asked"}}, Reason.UNSUPPORTED),
        ({"specimen": {"display": "Urine specimen"}}, Reason.OTHER_SPECIMEN),
    ],
)
def test_what_cannot_be_used_says_why(names: Names, fields: dict[str, Any], reason: Reason) -> None:
    item = unread(names, hemoglobin(**fields))
    assert item.reason is reason
    assert item.origin == JsonPath("$.entry[0].resource")


@pytest.mark.parametrize("code", ["119297000", "BLD"])
def test_a_specimen_that_is_blood_is_none_of_another_kind(names: Names, code: str) -> None:
    specimen = {"resourceType": "Specimen", "id": "s", "type": coded(code, "x", "Sample")}
    resource = hemoglobin(contained=[specimen], specimen={"reference": "#s"})
    assert value(names, resource).quantity == "Hemoglobin"


@pytest.mark.parametrize(
    ("display", "quantity"),
    [
        ("Hemoglobin [Mass/volume] in Venous blood", "Hemoglobin"),
        ("Hemo\u200bglobin", "Hemoglobin"),
        ("Ferritin [Mass/volume] in Serum or Plasma by Immunoassay", "Ferritin"),
    ],
)
def test_an_unknown_code_is_read_by_its_name(names: Names, display: str, quantity: str) -> None:
    unit = "g/dL" if quantity == "Hemoglobin" else "ng/mL"
    assert value(names, observation(coded("00000-0", display=display), 12, unit)).quantity == quantity


def test_a_name_of_another_specimen_is_no_value_of_the_blood(names: Names) -> None:
    resource = observation(coded("00000-0", display="Leukocytes [#/volume] in Cerebral spinal fluid"), 3, "10*3/uL")
    assert unread(names, resource).reason is Reason.OTHER_SPECIMEN


def test_every_coding_is_looked_up(names: Names) -> None:
    code = {"coding": [{"system": "urn:oid:1.2.3", "code": "HB"}, {"system": "http://loinc.org", "code": "718-7"}]}
    assert value(names, observation(code, 9.1)).quantity == "Hemoglobin"


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"valueBoolean": True}, Status.PRESENT),
        ({"valueBoolean": False}, Status.ABSENT),
        ({"valueCodeableConcept": coded("260385009", "http://snomed.info/sct")}, Status.ABSENT),
        ({"valueString": "Positive"}, Status.PRESENT),
    ],
)
def test_yes_and_no_make_a_finding(names: Names, answer: dict[str, Any], status: Status) -> None:
    (fact,) = reading(names, bundle(observation({"text": "fever"}, answer))).facts.facts
    assert (fact.list, fact.concept, fact.status) == ("findings", "Fever", status)


def test_a_registered_observation_is_a_pending_result(names: Names) -> None:
    found = reading(names, bundle(observation({"text": "methylmalonic acid"}, status="registered")))
    assert [(fact.list, fact.status) for fact in found.facts.facts] == [("results", Status.PENDING)]
