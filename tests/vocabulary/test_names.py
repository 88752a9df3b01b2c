"""From what people write to the concept they mean."""

from __future__ import annotations

import doctest
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kg.vocabulary.names
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.ontology.kinds import ConceptKind
from kg.ontology.model import Concept
from kg.vocabulary.names import KINDS_OF_LIST, AmbiguousName, Names, UnknownName, fold
from places import SHARED

VOCABULARY = SHARED / "claims" / "vocabulary.json"
LISTS = tuple(KINDS_OF_LIST)
with_vocabulary = pytest.mark.skipif(not VOCABULARY.exists(), reason=f"the vocabulary is not at hand ({VOCABULARY})")
TAKEN_BY_A_LABEL = [("vitamin_b12", "B12 replacement")]
REMARK = re.compile(r" \((wrong but common|one cause|000)\)$")
ADDED_BY_THE_PROJECT = {
    "cancer_investigation",
    "cause_of_cytopenia",
    "diagnostic_evaluation",
    "hematologic_intervention",
    "hepatic_imaging",
    "high_risk_b12_deficiency",
    "iron_treatment",
    "neutropenia",
    "pregnancy",
}


def vocabulary() -> list[dict[str, Any]]:
    entries = json.loads(VOCABULARY.read_text(encoding="utf-8"))
    assert isinstance(entries, list)
    return entries


def found(names: Names, name: str, list_name: str = "findings") -> str:
    return names.find(name, list_name).concept.code


# -- every entry, every name


def reached_by(names: Names, name: str) -> set[str]:
    """Codes of what a name means in some list, those included that an error offers to choose from."""
    reached: set[str] = set()
    for list_name in LISTS:
        try:
            reached.add(found(names, name, list_name))
        except AmbiguousName as error:
            reached |= {concept.code for concept in error.concepts}
        except UnknownName:
            continue
    return reached


def test_every_concept_is_reached_by_each_of_its_names(ontology: Ontology, names: Names) -> None:
    rows = [
        (concept.code, name)
        for concept in ontology.concepts.values()
        for name in (concept.code, concept.name, terms.BASE + concept.name, concept.label, *concept.synonyms)
    ]
    assert [row for row in rows if row[0] not in reached_by(names, row[1])] == TAKEN_BY_A_LABEL
    assert len(ontology.concepts) >= 205 + len(ADDED_BY_THE_PROJECT)
    assert len(rows) > 2000


@with_vocabulary
def test_the_concepts_are_the_vocabulary_and_what_the_project_added(ontology: Ontology) -> None:
    codes = {entry["code"] for entry in vocabulary()}
    assert len(codes) == 205
    assert {concept.code for concept in ontology.concepts.values()} >= codes | ADDED_BY_THE_PROJECT


@with_vocabulary
def test_every_label_synonym_and_lay_term_of_the_vocabulary_leads_to_its_entry(names: Names) -> None:
    rows = [
        (entry["code"], REMARK.sub("", name))
        for entry in vocabulary()
        for name in (entry["label"], *entry["synonyms"], *entry["lay"])
    ]
    assert [row for row in rows if row[0] not in reached_by(names, row[1])] == TAKEN_BY_A_LABEL
    assert len(rows) > 600


@pytest.mark.parametrize(
    ("name", "list_name", "code"),
    [
        ("LOINC:718-7", "measurements", "hemoglobin"),
        ("loinc:718-7", "measurements", "hemoglobin"),
        ("MONDO:0018881", "diagnoses", "mds"),
        ("ATC:B03XA01", "treatments", "epoetin"),
        ("https://w3id.org/warrant/VitaminB12", "measurements", "b12"),
        ("VitaminB12", "measurements", "b12"),
        ("vitaminb12", "measurements", "b12"),
        ("b12_elevated", "findings", "b12_elevated"),
        ("  b12_elevated ", "findings", "b12_elevated"),
    ],
)
def test_a_code_an_iri_or_a_local_name_leads_to_its_concept(names: Names, name: str, list_name: str, code: str) -> None:
    assert found(names, name, list_name) == code


def test_every_outside_code_is_understood(ontology: Ontology, names: Names) -> None:
    codes = [(concept.code, code) for concept in ontology.concepts.values() for code in concept.codes]
    assert [row for row in codes if row[0] not in reached_by(names, row[1])] == []
    assert len(codes) > 200


@pytest.mark.parametrize(
    ("code", "concept", "exact"),
    [
        ("MONDO:0007254", "breast_cancer", True),
        ("MONDO:0004989", "breast_cancer", False),  # carcinoma: nearly all breast cancers, not every one
    ],
)
def test_an_outside_code_that_is_narrower_is_not_exact(names: Names, code: str, concept: str, exact: bool) -> None:
    match = names.find(code, "diagnoses")
    assert (match.concept.code, match.exact) == (concept, exact)


def test_an_outside_code_that_is_broader_is_no_name(names: Names) -> None:
    with pytest.raises(UnknownName):  # a neoplasm of the breast may be benign
        names.find("HP:0100013", "diagnoses")


# -- what does not matter


@pytest.mark.parametrize(
    "name",
    ["anaemia", "anemia", "ANAEMIA", " Anaemia ", "an\u00e1emia", "low  haemoglobin", "Low hemoglobin"],
)
def test_case_and_british_or_american_spelling_do_not_matter(names: Names, name: str) -> None:
    assert found(names, name) == "anemia"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("haemoglobin", "hemoglobin"),
        ("leucocytes", "leukocytes"),
        ("tumour", "tumor"),
        ("oedema", "edema"),
        ("ferrous sulphate", "ferrous sulfate"),
        ("haemolysis", "hemolysis"),
        ("localised", "localized"),
        ("Pelger\u2013Hu\u00ebt", "pelger huet"),
        ("iron\u2011binding capacity", "Iron-binding capacity"),
        ("low\u2010risk MDS", "Low Risk mds"),
        ("125\u202fg/L", "125 g/L"),
        ("vitamin\u00a0B12", "Vitamin  B12"),
        ("CA 15\u22123", "ca 15-3"),
        ("B\u2081\u2082", "B12"),
        ("\u03bcg", "\u00b5g"),
    ],
)
def test_two_ways_to_write_a_name_are_one_name(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(st.text(max_size=40))
def test_folding_a_folded_name_changes_nothing_that_matters(text: str) -> None:
    assert fold(text.upper().lower()) == fold(text.upper().lower() + " ")
    assert not any(letter.isspace() and letter != " " for letter in fold(text))


def test_the_non_breaking_letters_of_the_articles_are_understood(names: Names) -> None:
    assert found(names, "total iron\u2011binding\u202fcapacity", "measurements") == "tibc"
    assert found(names, "Pseudo\u2010Pelger\u2010Hu\u00ebt cells") == found(names, "pseudo-Pelger-Huet cells")


def test_the_examples_in_the_docstrings_run() -> None:
    results = doctest.testmod(kg.vocabulary.names)
    assert (results.failed, results.attempted) == (0, 1)


# -- precedence (P18)


class Shelf:
    """Just enough of an ontology for names: a few concepts."""

    def __init__(self, *concepts: Concept) -> None:
        self.concepts = {concept.name: concept for concept in concepts}


def concept(
    name: str,
    label: str,
    kind: ConceptKind = ConceptKind.FINDING,
    synonyms: tuple[str, ...] = (),
    related: tuple[str, ...] = (),
) -> Concept:
    return Concept(name, name.lower(), kind, label, "", (), synonyms, related, (), None)


def shelf(*concepts: Concept) -> Names:
    return Names(Shelf(*concepts))  # type: ignore[arg-type]


def test_a_code_beats_a_label() -> None:
    names = shelf(concept("Tea", "Coffee"), concept("Coffee", "Beverage"))
    assert found(names, "coffee") == "coffee"


def test_a_label_beats_a_synonym() -> None:
    names = shelf(concept("Tea", "Tea time", synonyms=("Cold cup",)), concept("Cup", "Cold cup"))
    assert found(names, "cold cup") == "cup"


def test_a_synonym_beats_a_related_name() -> None:
    names = shelf(concept("Tea", "Tea time", related=("Cold cup",)), concept("Cup", "A cup", synonyms=("cold cup",)))
    assert found(names, "cold cup") == "cup"
    assert names.find("cold cup", "findings").exact


def test_two_synonyms_in_one_list_are_ambiguous_and_both_are_named() -> None:
    names = shelf(concept("Tea", "Tea time", synonyms=("cuppa",)), concept("Cup", "A cup", synonyms=("cuppa",)))
    with pytest.raises(AmbiguousName, match=r"'cuppa' can mean Tea time \(tea\) or A cup \(cup\)"):
        names.find("cuppa", "findings")


def test_the_list_decides_between_the_hormone_and_the_drug(names: Names) -> None:
    assert found(names, "EPO", "measurements") == "erythropoietin"
    assert found(names, "EPO", "treatments") == "epoetin"
    assert found(names, "epo", "plans") == "epoetin"


@pytest.mark.parametrize("list_name", ["findings", "diagnoses", "intents", "procedures"])
def test_where_the_list_does_not_decide_both_meanings_are_named(names: Names, list_name: str) -> None:
    with pytest.raises(AmbiguousName) as caught:
        names.find("EPO", list_name)
    assert {meaning.code for meaning in caught.value.concepts} == {"erythropoietin", "epoetin"}
    assert "Epoetin (epoetin)" in str(caught.value)
    assert "Endogenous erythropoietin (erythropoietin)" in str(caught.value)


def test_a_label_and_a_synonym_of_different_kinds_are_decided_by_the_list(names: Names) -> None:
    assert found(names, "iron", "measurements") == "serum_iron"
    assert found(names, "iron", "treatments") == "iron_treatment"
    assert found(names, "cobalamin", "measurements") == "b12"
    assert found(names, "cobalamin", "treatments") == "vitamin_b12"


# -- unknown names


@pytest.mark.parametrize(
    ("name", "list_name", "closest"),
    [
        ("leukopnia", "findings", "Leukopenia"),
        ("anaemai", "findings", "Anaemia"),
        ("mylodysplastic syndrome", "diagnoses", "Myelodysplastic syndrome"),
        ("darbepoietin alpha", "treatments", "Darbepoetin"),
        ("hemoglobn", "measurements", "Haemoglobin"),
        ("ferritine level", "measurements", "Ferritin"),
    ],
)
def test_a_misspelt_name_is_an_error_with_the_closest_names(
    names: Names, name: str, list_name: str, closest: str
) -> None:
    with pytest.raises(UnknownName, match="unknown name") as caught:
        names.find(name, list_name)
    assert closest in caught.value.closest
    assert 1 <= len(caught.value.closest) <= 3


def test_a_name_like_nothing_has_no_closest_name(names: Names) -> None:
    with pytest.raises(UnknownName) as caught:
        names.find("qqqxyz", "findings")
    assert caught.value.closest == ()


def test_names_that_fit_the_list_come_first_among_the_closest(names: Names) -> None:
    assert names.closest("vitamin b 12 tretment", KINDS_OF_LIST["treatments"])[0] == "Vitamin B12 (treatment)"


# -- related names


@pytest.mark.parametrize(
    ("name", "list_name", "code"),
    [
        ("Eprex", "treatments", "epoetin"),
        ("TNBC", "diagnoses", "breast_cancer"),
        ("carcinoma", "diagnoses", "cancer"),
    ],
)
def test_a_brand_or_a_narrower_name_leads_to_the_concept_but_is_not_exact(
    names: Names, name: str, list_name: str, code: str
) -> None:
    assert found(names, name, list_name) == code
    assert not names.find(name, list_name).exact
    assert names.find(code, list_name).exact


def test_no_related_name_is_also_an_exact_name_of_the_same_concept(ontology: Ontology) -> None:
    related = [(item, name) for item in ontology.concepts.values() for name in item.related]
    twice = [
        (item.code, name) for item, name in related if fold(name) in {fold(n) for n in (item.label, *item.synonyms)}
    ]
    assert twice == []
    assert len(related) > 300
