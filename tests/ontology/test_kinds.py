"""Kinds of vocabulary entries: core.ttl declares what the program reads of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import OntologyError
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.ontology.index import Index, parse_module
from kg.ontology.kinds import ConceptKind, read_kinds
from kg.readers.builder import FACT_LISTS

FACTS = [kind for kind in ConceptKind if kind not in ("specimen", "qualifier", "substance", "context")]


@pytest.mark.parametrize("kind", ConceptKind)
def test_every_kind_is_declared_and_has_entries(kind: ConceptKind, ontology: Ontology) -> None:
    assert terms.BASE + ontology.kinds[kind].kind_class in ontology.index.subjects(
        terms.RDF + "type", terms.OWL + "Class"
    )
    assert any(concept.kind is kind for concept in ontology.concepts.values())


@pytest.mark.parametrize("kind", FACTS)
def test_what_can_be_stated_has_a_list_and_a_property(kind: ConceptKind, ontology: Ontology) -> None:
    declared = ontology.kinds[kind]
    assert declared.case_list in ("measurements", *FACT_LISTS)
    assert declared.present_by


@pytest.mark.parametrize("kind", sorted(set(ConceptKind) - set(FACTS)))
def test_what_cannot_be_stated_has_neither(kind: ConceptKind, ontology: Ontology) -> None:
    declared = ontology.kinds[kind]
    assert (declared.case_list, declared.present_by, declared.absent_by) == ("", "", "")


@pytest.mark.parametrize("kind", FACTS)
def test_the_absence_of_a_kind_is_the_one_that_negates_its_presence(kind: ConceptKind, ontology: Ontology) -> None:
    declared = ontology.kinds[kind]
    if declared.asked_by and declared.absent_by:
        assert ontology.absences[declared.asked_by] == ontology.absences[declared.present_by] == declared.absent_by


def test_properties_of_absence_follow_the_hierarchy(ontology: Ontology) -> None:
    assert dict(ontology.absences) == {
        "hasFinding": "hasAbsent",
        "hasStatedFinding": "hasAbsent",
        "hasDiagnosis": "hasAbsent",
        "receives": "hasAbsent",
        "hasHistoryOf": "hasNoHistoryOf",
        "hasUndergone": "hasNoHistoryOf",
        "plans": "hasNoPlanFor",
        "hasIntent": "hasNoIntentOf",
        "hasSuspicionOf": "hasNoSuspicionOf",
    }


def test_a_kind_that_only_one_side_knows_is_an_error(ontology: Ontology) -> None:
    core = Path(ontology.folder / "core.ttl").read_text(encoding="utf-8")
    other = core.replace('skos:notation "finding"', 'skos:notation "sign"')
    with pytest.raises(OntologyError, match="finding, sign"):
        read_kinds(Index(parse_module(other.encode(), 0)))
