"""Records and axioms as N-Triples lines, which the judges give to reasoners of other makers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import pyoxigraph as ox

from kg.ontology import terms
from kg.ontology.index import Index
from kg.record.record import Record

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
XSD_DECIMAL: Final = "http://www.w3.org/2001/XMLSchema#decimal"
IGNORED: Final = frozenset(
    {OWL + name for name in ("imports", "versionIRI", "versionInfo", "deprecated")} | {RDFS + "label", RDFS + "comment"}
)


def logical_axioms(index: Index) -> tuple[str, ...]:
    """Every logical axiom and declaration; annotations and provenance stay behind."""
    annotations = set(index.subjects(RDF + "type", OWL + "AnnotationProperty")) | IGNORED
    reified = set(index.subjects(RDF + "type", OWL + "Axiom"))
    return tuple(
        f"{triple} ."
        for triple in index.triples
        if triple.predicate.value not in annotations
        and node_of(triple.subject) not in reified
        and node_of(triple.object) not in (OWL + "AnnotationProperty", OWL + "Ontology")
    )


def facet_nodes(index: Index) -> frozenset[str]:
    """Blank nodes of the axioms in whose body a facet stands."""
    found: set[str] = set()
    for prop in terms.BOUNDS:
        for restriction in index.subjects(OWL + "onProperty", terms.BASE + prop):
            found |= _axiom_around(index, restriction)
    return frozenset(found)


def assertions(record: Record) -> Iterable[str]:
    """The assertions of a record, its individuals declared and told apart."""
    individuals = {item.subject for item in record.assertions}
    for name in sorted(individuals):
        yield f"<{terms.BASE}{name}> <{RDF}type> <{OWL}NamedIndividual> ."
    for item in record.assertions:
        if item.predicate == "type":
            yield f"<{terms.BASE}{item.subject}> <{RDF}type> <{terms.BASE}{item.object}> ."
        elif item.predicate in terms.BOUNDS:
            yield f'<{terms.BASE}{item.subject}> <{terms.BASE}{item.predicate}> "{item.object}"^^<{XSD_DECIMAL}> .'
        else:
            yield f"<{terms.BASE}{item.subject}> <{terms.BASE}{item.predicate}> <{terms.BASE}{item.object}> ."
    for number, group in enumerate(record.different):
        yield from _all_different(record.patient.replace("/", "-") + str(number), group)


def _all_different(key: str, names: Sequence[str]) -> Iterable[str]:
    node = f"_:d{key}"
    yield f"{node} <{RDF}type> <{OWL}AllDifferent> ."
    yield f"{node} <{OWL}distinctMembers> _:d{key}x0 ."
    for number, name in enumerate(names):
        rest = f"_:d{key}x{number + 1}" if number + 1 < len(names) else f"<{RDF}nil>"
        yield f"_:d{key}x{number} <{RDF}first> <{terms.BASE}{name}> ."
        yield f"_:d{key}x{number} <{RDF}rest> {rest} ."


def is_bound(line: str) -> bool:
    """Whether a line asserts a bound of a number."""
    return any(f"<{terms.BASE}{prop}>" in line for prop in terms.BOUNDS)


def node_of(node: object) -> str:
    """The IRI of a node, or the name of a blank one with `_:`."""
    return f"_:{node.value}" if isinstance(node, ox.BlankNode) else str(getattr(node, "value", node))


def _axiom_around(index: Index, restriction: str) -> set[str]:
    """A facet restriction, the lists and the intersection it stands in, and its datatype."""
    found = {restriction}
    todo = [restriction]
    up = (RDF + "first", RDF + "rest", OWL + "intersectionOf")
    down = (RDF + "rest", OWL + "someValuesFrom", OWL + "withRestrictions", RDF + "first", OWL + "intersectionOf")
    while todo:
        node = todo.pop()
        near = [other for prop in up for other in index.subjects(prop, node)]
        near += [other for prop in down for other in index.values(node, prop)]
        for other in near:
            if other.startswith("_:") and other not in found:
                found.add(other)
                todo.append(other)
    return found
