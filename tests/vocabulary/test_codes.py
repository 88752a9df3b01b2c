"""Codes of outside vocabularies: hierarchy inside a system, labels of ICD-10-CM, codes that a site maps itself."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import pytest

from fhir import coded, condition, reading
from kg.errors import InputError
from kg.facts.patient import Reason
from kg.ontology.compiled import Ontology
from kg.vocabulary.names import Names, UnknownName
from kg.vocabulary.site_codes import SITE, read_site_codes, site_codes

ICD: Final = "http://hl7.org/fhir/sid/icd-10-cm"
SCT: Final = "http://snomed.info/sct"
LOCAL: Final = "https://hospital.example/diagnoses"
TABLE: Final = """#curie_map:
#  warrant: https://w3id.org/warrant/
#  SNOMEDCT: http://snomed.info/id/
#  HOSP: https://hospital.example/diagnoses/
subject_id\tpredicate_id\tobject_id\tmapping_justification
warrant:BreastCancer\tskos:exactMatch\tSNOMEDCT:111\tsemapv:ManualMappingCuration
SNOMEDCT:222\tskos:broadMatch\twarrant:BreastCancer\tsemapv:ManualMappingCuration
HOSP:K7\tskos:exactMatch\twarrant:Cirrhosis\tsemapv:ManualMappingCuration
warrant:Cirrhosis\tskos:broadMatch\tSNOMEDCT:333\tsemapv:ManualMappingCuration
"""
CONCEPT_MAP: Final[dict[str, Any]] = {
    "resourceType": "ConceptMap",
    "group": [
        {
            "source": LOCAL,
            "target": "https://w3id.org/warrant/",
            "element": [
                {"code": "K7", "target": [{"code": "cirrhosis", "equivalence": "equivalent"}]},
                {"code": "K8", "target": [{"code": "breast_cancer", "relationship": "source-is-narrower-than-target"}]},
                {"code": "K9", "target": [{"equivalence": "unmatched", "code": "cancer"}]},
            ],
        }
    ],
}


@pytest.fixture(scope="module")
def icd() -> dict[str, ElementTree.Element]:
    """The entries of the release of ICD-10-CM that `simple-icd-10-cm` ships, by code; read as a file, not imported."""
    spec = importlib.util.find_spec("simple_icd_10_cm")
    assert spec is not None
    assert spec.origin is not None
    (path,) = (Path(spec.origin).parent / "data").glob("*.xml")
    return {str(entry.findtext("name")): entry for entry in ElementTree.parse(path).iter("diag")}


def mapped(ontology: Ontology, folder: Path, text: str) -> Names:
    path = folder / "site.map"
    path.write_text(text, encoding="utf-8")
    return Names(ontology, read_site_codes(path, ontology))


@pytest.mark.parametrize(
    ("code", "concept", "broader"),
    [
        ("ICD10CM:C50", "BreastCancer", ""),
        ("ICD10CM:C50.911", "BreastCancer", "ICD10CM:C50"),
        ("ICD10CM:D46.22", "MyelodysplasticSyndrome", "ICD10CM:D46"),
        ("ICD10CM:C92.02", "AcuteLeukemia", "ICD10CM:C92.0"),
        ("ICD10CM:C78.7", "HepaticMetastases", ""),
        ("ICD10CM:C78.01", "MetastaticDisease", "ICD10CM:C78"),
    ],
)
def test_a_code_means_what_the_nearest_mapped_code_above_it_means(
    names: Names, code: str, concept: str, broader: str
) -> None:
    found = names.find(code, "diagnoses", suggest=False)
    assert (found.concept.name, found.broader) == (concept, broader)
    assert found.exact is (code in ("ICD10CM:C50", "ICD10CM:C78.7"))


@pytest.mark.parametrize("code", ["ICD10CM:C92.01", "ICD10CM:N18.1", "ICD10CM:C5", "ICD10CM:E11.9", "LOINC:718-70"])
def test_a_code_that_is_none_of_the_kinds_is_not_taken_for_one(names: Names, code: str) -> None:
    """Leukaemia in remission; a stage below a code that is only close; another chapter; a system without levels."""
    with pytest.raises(UnknownName):
        names.find(code, "diagnoses", suggest=False)


def test_a_narrower_code_says_by_which_it_was_read_and_is_not_denied_by_its_absence(names: Names) -> None:
    (fact,) = reading(names, condition(coded("C50.911", ICD))).facts.facts
    assert (fact.concept, fact.broader) == ("BreastCancer", "ICD10CM:C50")
    found = reading(names, condition(coded("C50.911", ICD), verified="refuted"))
    assert not found.facts.facts
    assert len(found.unread) == 1


def test_labels_of_the_classification_are_those_of_its_release(
    ontology: Ontology, icd: dict[str, ElementTree.Element]
) -> None:
    lines = (ontology.folder / "mappings.sssom.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if "\tICD10CM:" in line]
    assert {code: label for _, _, _, _, code, label, *_ in rows} == {
        code: icd[code.partition(":")[2]].findtext("desc") for _, _, _, _, code, *_ in rows
    }
    assert len(rows) >= 95


def test_codes_that_are_billed_are_recognised(names: Names, icd: dict[str, ElementTree.Element]) -> None:
    """Of every mapped category each code that has none below it, but those in remission."""
    categories = ["C50", "D46", "D50", "D52", "D70", "C34", "C25", "C18", "D61.81", "N18.3", "C92.0", "I26", "I82"]
    billed = [
        str(entry.findtext("name"))
        for category in categories
        for entry in icd[category].iter("diag")
        if entry.find("diag") is None
    ]
    assert len(billed) >= 200
    assert [code for code in billed if not known(names, f"ICD10CM:{code}")] == ["C92.01"]


def known(names: Names, code: str) -> bool:
    try:
        names.find(code, "diagnoses", suggest=False)
    except UnknownName:
        return False
    return True


def test_a_table_of_a_site_maps_what_may_not_be_shipped(ontology: Ontology, tmp_path: Path) -> None:
    names = mapped(ontology, tmp_path, TABLE)
    exact, narrower = (names.find(f"SNOMEDCT:{code}", "diagnoses", suggest=False) for code in ("111", "222"))
    assert (exact.concept.name, exact.exact) == ("BreastCancer", True)
    assert (narrower.concept.name, narrower.exact) == ("BreastCancer", False)
    for code in ("HOSP:K7", f"{LOCAL}/K7"):
        assert names.find(code, "diagnoses", suggest=False).concept.name == "Cirrhosis"
    (unread,) = reading(names, condition(coded("333", SCT, "Liver scarring"))).unread
    assert unread.reason is Reason.OUTSIDE_ARTICLES


@pytest.mark.parametrize("system", [LOCAL, LOCAL + "/"])
def test_a_concept_map_of_a_site_is_read(ontology: Ontology, tmp_path: Path, system: str) -> None:
    names = mapped(ontology, tmp_path, json.dumps(CONCEPT_MAP))
    found = [reading(names, condition(coded(code, system))).facts.facts for code in ("K7", "K8", "K9")]
    assert [[fact.concept for fact in facts] for facts in found] == [["Cirrhosis"], ["BreastCancer"], []]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\tb\n1\t2\n", "no column"),
        (TABLE.replace("warrant:Cirrhosis", "warrant:Nonesuch"), "Nonesuch is no concept here"),
        (TABLE.replace("HOSP:K7", "warrant:Cancer"), "maps no code to a concept"),
        ('{"resourceType": "Bundle"}', "no ConceptMap"),
        (json.dumps(CONCEPT_MAP).replace("https://w3id.org/warrant/", "http://x.example"), "its target is"),
        ('{"resourceType": "ConceptMap"', "no mapping of codes"),
    ],
)
def test_a_file_that_maps_nothing_is_refused(ontology: Ontology, tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        mapped(ontology, tmp_path, text)


def test_the_environment_names_the_file(ontology: Ontology, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert site_codes(ontology) == ()
    path = tmp_path / "site.sssom.tsv"
    path.write_text(TABLE, encoding="utf-8")
    monkeypatch.setenv(SITE, str(path))
    assert len(site_codes(ontology)) == 5
