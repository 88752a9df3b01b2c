"""Kinds of vocabulary entries: where a case states an entry, and by which properties it is present or absent.

The table stands in core.ttl, one individual of `ConceptKind` a kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kg.errors import OntologyError
from kg.ontology import terms
from kg.ontology.index import Index


class ConceptKind(StrEnum):
    """The kind of a vocabulary entry, by its notation."""

    ANALYTE = "analyte"
    PROCEDURE = "procedure"
    FINDING = "finding"
    CONDITION = "condition"
    DRUG = "drug"
    THERAPY = "therapy"
    INTENT = "intent"
    HISTORY = "history"
    SPECIMEN = "specimen"
    QUALIFIER = "qualifier"
    SUSPICION = "suspicion"
    RESULT = "result"
    SUBSTANCE = "substance"
    CONTEXT = "context"


TREATMENTS: Final = (ConceptKind.DRUG, ConceptKind.THERAPY)


@dataclass(frozen=True)
class KindDeclaration:
    """What core.ttl declares of a kind; properties by local name, empty where there is none.

    A patient has an entry by `present_by` when it is stated, which lies below `asked_by`, the property of conditions,
    and by `absent_by` when it is denied. An entry without a `case_list` is no fact of a patient.
    """

    kind: ConceptKind
    kind_class: str
    case_list: str
    present_by: str
    asked_by: str
    absent_by: str


Kinds = Mapping[ConceptKind, KindDeclaration]


def read_kinds(index: Index) -> Kinds:
    """The declarations of all kinds. Raises OntologyError where they are not the members of ConceptKind."""
    nodes = index.subjects(terms.RDF + "type", terms.BASE + "ConceptKind")
    found = {index.value(node, terms.SKOS + "notation"): node for node in nodes}
    if set(found) != set(ConceptKind):
        wrong = ", ".join(sorted(set(found) ^ set(ConceptKind)))
        raise OntologyError(f"kinds that are declared in core.ttl or in kg/ontology/kinds.py, not in both: {wrong}")
    return {kind: _declaration(index, kind, found[kind]) for kind in ConceptKind}


def _declaration(index: Index, kind: ConceptKind, node: str) -> KindDeclaration:
    fields = ("kindClass", "caseList", "presentBy", "askedBy", "absentBy")
    return KindDeclaration(kind, *(index.own_value(node, field) for field in fields))


def read_negations(index: Index) -> Mapping[str, str]:
    """Property of presence → the property of absence that `negates` it, by local name."""
    absences = sorted(index.having(terms.BASE + "negates"))
    return {present: terms.local(absence) for absence in absences for present in index.own(absence, "negates")}


def read_populations(index: Index) -> Mapping[str, str]:
    """Class of patients that a condition may name → the class that its members cannot be in, by local name."""
    return {terms.local(one): index.own_value(one, "otherPopulation") for one in index.having(_OTHER)}


_OTHER: Final = terms.BASE + "otherPopulation"


def read_absences(index: Index, kinds: Kinds) -> Mapping[str, str]:
    """The same, with the properties of statements that stand below one that is negated."""
    negations = read_negations(index)
    stated = {kind.present_by for kind in kinds.values()} - {""} | set(negations)
    below = {name: _above(index, name) & set(negations) for name in sorted(stated)}
    return {name: negations[min(above)] for name, above in below.items() if above}


def _above(index: Index, name: str) -> set[str]:
    """A property and all above it, by local name."""
    found, todo = {name}, [name]
    while todo:
        upper = map(terms.local, index.values(terms.BASE + todo.pop(), terms.RDFS + "subPropertyOf"))
        new = set(upper) - found
        found |= new
        todo += new
    return found
