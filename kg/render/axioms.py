"""Axioms in OWL 2 Manchester syntax (https://www.w3.org/TR/owl2-manchester-syntax/), each with its source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from kg.cache.derived import derived
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.ontology.fragment import FACETS, OWL, RDF, RDFS, XSD
from kg.ontology.index import Index

SOURCE: Final = "http://purl.org/dc/terms/source"
KEYWORDS: Final[Mapping[str, str]] = {
    RDFS + "subClassOf": "SubClassOf",
    OWL + "equivalentClass": "EquivalentTo",
    OWL + "disjointWith": "DisjointWith",
    RDFS + "subPropertyOf": "SubPropertyOf",
    OWL + "propertyChainAxiom": "SubPropertyChain",
    OWL + "inverseOf": "InverseOf",
    RDFS + "domain": "Domain",
    RDFS + "range": "Range",
    RDF + "type": "Type",
}
FILLERS: Final = (("someValuesFrom", "some"), ("hasValue", "value"), ("minQualifiedCardinality", "min"))


@dataclass(frozen=True)
class AxiomLine:
    """An axiom: `subject`, a keyword of the syntax or a property, `object` as text, `source` a local name."""

    subject: str
    keyword: str
    object: str
    source: str

    def __str__(self) -> str:
        return f"{self.subject} {self.keyword} {self.object}"


def axioms_of(ontology: Ontology, name: str) -> tuple[AxiomLine, ...]:
    """The axioms about a named thing (local name), in the order of their text."""
    return _about(ontology).get(name, ())


def axioms_naming(ontology: Ontology, name: str) -> tuple[AxiomLine, ...]:
    """The axioms about something else that name it."""
    return _naming(ontology).get(name, ())


@derived
def _about(ontology: Ontology) -> Mapping[str, tuple[AxiomLine, ...]]:
    found: dict[str, set[AxiomLine]] = {}
    for axiom in _stated(ontology.index):
        found.setdefault(axiom.subject, set()).add(axiom)
    return {name: tuple(sorted(axioms, key=str)) for name, axioms in found.items()}


@derived
def _naming(ontology: Ontology) -> Mapping[str, tuple[AxiomLine, ...]]:
    found: dict[str, list[AxiomLine]] = {}
    for axioms in _about(ontology).values():
        for axiom in axioms:
            for name in sorted({axiom.keyword, *re.findall(r"[\w./-]+", axiom.object)} - {axiom.subject}):
                found.setdefault(name, []).append(axiom)
    return {name: tuple(sorted(axioms, key=str)) for name, axioms in found.items()}


def _stated(index: Index) -> Iterator[AxiomLine]:
    for node in index.subjects(RDF + "type", OWL + "Axiom"):
        parts = (index.value(node, OWL + "annotated" + part) for part in ("Source", "Property", "Target"))
        subject, predicate, target = parts
        keyword = KEYWORDS.get(predicate) or terms.local(predicate)
        yield AxiomLine(
            expression(index, subject),
            keyword,
            expression(index, target, chain=keyword == "SubPropertyChain"),
            terms.local(index.value(node, SOURCE)),
        )


def expression(index: Index, node: str, chain: bool = False) -> str:
    """A node as Manchester text: a local name, or the expression, datatype or chain of a blank node."""
    if not node.startswith("_:"):
        return terms.local(node).replace(XSD, "xsd:").replace(OWL, "owl:")
    for kind, word in (("intersectionOf", " and "), ("unionOf", " or ")):
        if head := index.value(node, OWL + kind):
            return word.join(_nested(expression(index, member)) for member in index.members(head))
    if inverse := index.value(node, OWL + "inverseOf"):
        return f"inverse {terms.local(inverse)}"
    if prop := index.value(node, OWL + "onProperty"):
        return _restriction(index, node, expression(index, prop))
    if index.value(node, OWL + "withRestrictions"):
        return _datatype(index, node)
    assert chain, node
    return " o ".join(expression(index, member) for member in index.members(node))


def _restriction(index: Index, node: str, prop: str) -> str:
    for name, word in FILLERS:
        if filler := index.value(node, OWL + name):
            counted = index.value(node, OWL + "onClass") if word == "min" else ""
            text = f"{filler} {_nested(expression(index, counted))}" if counted else _nested(expression(index, filler))
            return f"{prop} {word} {text}"
    raise AssertionError(node)


def _datatype(index: Index, node: str) -> str:
    limits = [
        f"{sign} {value}"
        for member in index.members(index.value(node, OWL + "withRestrictions"))
        for facet, sign in FACETS.items()
        for value in index.values(member, facet)
    ]
    return f"{expression(index, index.value(node, OWL + 'onDatatype'))}[{', '.join(limits)}]"


def _nested(text: str) -> str:
    return f"({text})" if " and " in text or " or " in text else text
