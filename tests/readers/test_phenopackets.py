"""GA4GH phenopackets: features, measurements, diseases and medical actions as facts; nothing of it is lost."""

from __future__ import annotations

import datetime
import json
from typing import Any

from accounted import lost
from kg.facts.origins import JsonPath
from kg.facts.patient import Reason, Status
from kg.readers.phenopackets import PHENOPACKET
from kg.readers.protocol import Context, ReadResult
from kg.readers.registry import READERS
from kg.vocabulary.names import Names


def term(code: str, label: str) -> dict[str, str]:
    return {"id": code, "label": label}


PACKET: dict[str, Any] = {
    "id": "packet",
    "subject": {"id": "s", "sex": "FEMALE", "timeAtLastEncounter": {"age": {"iso8601duration": "P62Y3M"}}},
    "phenotypicFeatures": [
        {"type": term("HP:0001876", "Pancytopenia")},
        {"type": term("HP:0001744", "Splenomegaly"), "excluded": True},
        {"type": term("HP:9999999", "Blue hair")},
    ],
    "measurements": [
        {
            "assay": term("LOINC:718-7", "Hemoglobin"),
            "value": {
                "quantity": {
                    "unit": term("UCUM:g/dL", "gram per deciliter"),
                    "value": 9.8,
                    "referenceRange": {"low": 12, "high": 15.5},
                }
            },
            "timeObserved": {"timestamp": "2026-01-05T10:00:00Z"},
        },
        {"assay": term("LOCAL:1", "HIV test"), "value": {"ontologyClass": term("NCIT:C38757", "Negative")}},
        {"assay": term("LOINC:2276-4", "Ferritin")},
    ],
    "diseases": [{"term": term("MONDO:0007254", "breast cancer"), "resolution": {"timestamp": "2020-01-01T00:00:00Z"}}],
    "medicalActions": [
        {
            "treatment": {
                "agent": term("DrugCentral:1", "darbepoetin"),
                "doseIntervals": [{"interval": {"start": "2026-01-05T00:00:00Z", "end": "2026-01-20T00:00:00Z"}}],
            }
        },
        {"procedure": {"code": term("MAXO:0000336", "biopsy of bone marrow")}},
        {"radiationTherapy": {"modality": term("NCIT:C28039", "photons")}},
    ],
    "biosamples": [],
    "metaData": {"created": "2026-02-01T00:00:00Z", "phenopacketSchemaVersion": "2.0"},
}


def read(names: Names) -> ReadResult:
    return READERS.read_file("packet.json", json.dumps(PACKET).encode(), Context(names, datetime.date(2026, 2, 10)))


def test_a_phenopacket_is_a_patient_on_the_day_it_was_made(names: Names) -> None:
    assert READERS.of_file("packet.json", json.dumps(PACKET).encode()) is PHENOPACKET
    facts = read(names).facts
    assert (facts.sex, facts.age, facts.as_of) == ("female", 62, datetime.date(2026, 2, 1))
    stated = {item.concept: (item.list, item.status) for item in facts.facts}
    assert stated["Pancytopenia"] == ("findings", Status.PRESENT)
    assert stated["Splenomegaly"] == ("findings", Status.ABSENT)
    assert stated["BreastCancer"][0] == "history"
    assert stated["HIVTest"] == ("results", Status.ABSENT)
    (drug,) = (item for item in facts.facts if item.concept == "Darbepoetin")
    assert (drug.started, drug.ended) == (datetime.date(2026, 1, 5), datetime.date(2026, 1, 20))
    (value,) = facts.measurements
    assert (value.quantity, value.unit, value.origin) == ("Hemoglobin", "g/dL", JsonPath("$.measurements[0]"))


def test_what_is_not_used_is_reported_and_nothing_is_lost(names: Names) -> None:
    found = read(names)
    assert {(item.origin, item.reason) for item in found.unread} == {
        (JsonPath("$.phenotypicFeatures[2]"), Reason.OUTSIDE_ARTICLES),
        (JsonPath("$.measurements[2]"), Reason.UNSUPPORTED),
        (JsonPath("$.medicalActions[2]"), Reason.UNSUPPORTED),
        (JsonPath("$.biosamples"), Reason.UNSUPPORTED),
    }
    assert lost(found, PACKET) == []
