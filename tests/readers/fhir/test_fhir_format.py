"""A document of FHIR as a whole: whose it is, of which day, and that nothing of it is lost."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from fhir import DAY, bundle, coded, condition, hemoglobin, observation, reading
from kg.errors import CaseError
from kg.export.fhir_case import bundle_of, bundle_text
from kg.facts.origins import JsonPath
from kg.facts.patient import Reason
from kg.knowledge import Knowledge
from kg.ontology.compiled import Ontology
from kg.readers.case.parsing import parse_yaml
from kg.readers.case.reader import CaseReader
from kg.readers.fhir.format import FHIR
from kg.readers.protocol import Context
from kg.readers.registry import READERS
from kg.record.examples import paths
from kg.render import as_json
from kg.vocabulary.names import Names

WOMAN = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1964-02-11"}
DOCS = Path(__file__).parents[3] / "docs"
OTHERS = Path(__file__).parents[4] / "shared" / "dev" / "fhir"


def test_an_example_as_a_bundle_is_the_same_patient(ontology: Ontology, names: Names, reader: CaseReader) -> None:
    cases = [parse_yaml(path.read_text(encoding="utf-8")) for path in paths(ontology.folder)]
    assert len(cases) >= 15
    knowledge = Knowledge()
    for case in cases:
        facts = reader.read(case)
        again = reading(names, bundle_of(ontology, facts)).facts
        assert again == facts
        assert knowledge.assess(again).id == knowledge.assess(facts).id


def test_numbers_keep_their_digits_there_and_back(ontology: Ontology, names: Names) -> None:
    text = '{"resourceType": "Observation", "status": "final", "code": {"text": "hemoglobin"}, "valueQuantity": %s}'
    given = text % '{"value": 9.12345678901234567890123, "unit": "g/dL"}'
    facts = FHIR.read(given.encode(), Context(names, DAY)).facts
    written = bundle_text(bundle_of(ontology, facts))
    assert '"value": 9.12345678901234567890123,' in written
    assert FHIR.read(written.encode(), Context(names, DAY)).facts == facts
    (value,) = as_json(Knowledge().assess(facts))["understood"]
    assert value["exact"] == "9.12345678901234567890123"


def test_the_bundle_of_the_documents_is_their_case(names: Names, reader: CaseReader) -> None:
    case, document = ((DOCS / name).read_text(encoding="utf-8") for name in ("case.yaml", "bundle.json"))
    assert reading(names, json.loads(document)).facts == reader.read(parse_yaml(case))


def test_age_is_that_of_the_day_and_sex_is_the_gender(names: Names) -> None:
    facts = reading(names, bundle(WOMAN)).facts
    assert (facts.sex, facts.age) == ("female", 61)
    assert reading(names, bundle({**WOMAN, "birthDate": "1964"})).facts.age == 61


def test_another_gender_leaves_the_sex_open_and_says_so(names: Names) -> None:
    found = reading(names, bundle({**WOMAN, "gender": "other"}))
    assert found.facts.sex == ""
    assert [item.origin for item in found.unread] == [JsonPath("$.entry[0].resource.gender")]


@pytest.mark.parametrize(
    ("asked", "parameter", "stamp", "day"),
    [
        ("2026-01-05", "2026-01-06", "2026-01-07T08:00:00Z", "2026-01-05"),
        (None, "2026-01-06", "2026-01-07T08:00:00Z", "2026-01-06"),
        (None, None, "2026-01-07T08:00:00Z", "2026-01-07"),
        (None, None, None, "2026-02-10"),
    ],
)
def test_the_day_is_the_one_asked_for_then_a_parameter_then_that_of_the_bundle(
    names: Names, asked: str | None, parameter: str | None, stamp: str | None, day: str
) -> None:
    inner = bundle(hemoglobin(), **({"timestamp": stamp} if stamp else {}))
    parameters: list[dict[str, Any]] = [{"name": "record", "resource": inner}]
    parameters += [{"name": "as_of", "valueDate": parameter}] if parameter else []
    document = {"resourceType": "Parameters", "parameter": parameters}
    found = reading(names, document, as_of=DAY.fromisoformat(asked) if asked else None)
    assert str(found.facts.as_of) == day
    assert len(found.facts.measurements) == 1


def test_two_patients_are_not_mixed(names: Names) -> None:
    with pytest.raises(CaseError, match="second patient"):
        reading(names, bundle(WOMAN, {**WOMAN, "id": "q"}))
    mine, hers = ({**hemoglobin(), "subject": {"reference": f"Patient/{name}"}} for name in "pq")
    found = reading(names, bundle(WOMAN, mine, hers))
    assert len(found.facts.measurements) == 1
    assert [(item.reason, item.origin) for item in found.unread] == [
        (Reason.OTHER_PERSON, JsonPath("$.entry[2].resource"))
    ]


def test_every_resource_is_used_or_reported_with_its_path(names: Names) -> None:
    found = reading(
        names,
        bundle(
            WOMAN,
            hemoglobin(),
            observation(coded("2345-7", display="Glucose [Mass/volume] in Serum or Plasma"), 99, "mg/dL"),
            condition(coded("44054006", "http://snomed.info/sct", "Diabetes")),
            {"resourceType": "Immunization", "vaccineCode": {"text": "tetanus"}},
            {"resourceType": "Encounter"},
        ),
    )
    places = [f"$.entry[{number}].resource" for number in range(6)]
    assert [found.coverage.of(JsonPath(place)) for place in places] == ["used"] * 2 + ["unread"] * 4
    assert [item.text for item in found.unread][:1] == ["Glucose [Mass/volume] in Serum or Plasma"]


@pytest.mark.parametrize("document", ['{"entry": []}', "[]", '{"resourceType": 7}'])
def test_what_is_no_fhir_is_told_so(names: Names, document: str) -> None:
    with pytest.raises(CaseError, match="resourceType"):
        reading(names, json.loads(document))


def test_a_file_of_fhir_is_told_from_a_case(names: Names) -> None:
    fhir, case = (READERS.of_file("a.json", data) for data in (b'{"resourceType": "Bundle"}', b'{"sex": "female"}'))
    assert fhir.media_types == ("application/fhir+json",)
    assert case.media_types == ("application/json",)


# what a system may send in the place of anything
ODD: list[Any] = [None, 7, "", "x", [], {}, [[]], [None], {"coding": [7]}, {"value": "9"}, {"reference": 1}, True]


def test_no_document_makes_the_reader_fail(names: Names) -> None:
    chance = random.Random(20260210)
    documents = 0
    for _ in range(300):
        document = bundle(WOMAN, hemoglobin(), condition({"text": "anemia"}), {"resourceType": "MedicationRequest"})
        resource = chance.choice(document["entry"])["resource"]
        name = chance.choice([*resource, "subject", "component", "medicationReference", "contained", "extension"])
        if name != "resourceType":
            resource[name] = chance.choice(ODD)
        found = reading(names, document)
        for number in range(4):
            assert found.coverage.of(JsonPath(f"$.entry[{number}].resource")), (number, document)
        documents += 1
    assert documents == 300


@pytest.mark.skipif(not OTHERS.exists(), reason=f"the examples of others are not at hand ({OTHERS})")
def test_documents_that_others_wrote_are_accounted_for(names: Names) -> None:
    read = 0
    for path in sorted(OTHERS.rglob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        found = reading(names, document)
        entries = len(document.get("entry", ()))
        places = [f"$.entry[{number}].resource" for number in range(entries)] or ["$"]
        assert all(found.coverage.of(JsonPath(place)) in ("used", "unread") for place in places), path.name
        read += 1
    assert read >= 30
