"""Entailments of the ontology that are materialised: about its classes, properties and individuals, not of a patient.

    C(x) ⊢ D(x), by the engine's rules               ⟹  C rdfs:subClassOf D
    P ⊑ Q ⊑ R                        (scm-spo)       ⟹  P rdfs:subPropertyOf R
    P(x, y), P ⊑ Q                   (prp-spo1)      ⟹  Q(x, y)
    P(x, y), domain or range C       (prp-dom, -rng) ⟹  C(x) or C(y)
    C(x), C ⊑ D                      (cax-sco)       ⟹  D(x)

Subsumption covers defined classes: the rules are read from intersections, unions and restrictions too.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Final

import pyoxigraph as ox

from kg.facts.patient import PatientFacts
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.ontology.index import Index
from kg.reasoner.engine import Engine
from kg.reasoner.rule_cache import cached_rules
from kg.record.record import Assertion, Record

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
TYPE: Final = RDF + "type"
ANYONE: Final = "anyone"
Links = dict[str, frozenset[str]]


def inferred(ontology: Ontology) -> tuple[ox.Triple, ...]:
    """The closure as triples, sorted; asserted triples of the same kinds are part of it."""
    classes, properties = _classes(ontology), _properties(ontology)
    relations = set(_relations(ontology, properties))
    types = _types(ontology, relations, classes)
    found = {(c, RDFS + "subClassOf", d) for c, above in classes.items() for d in above}
    found |= {(p, RDFS + "subPropertyOf", q) for p, above in properties.items() for q in above}
    found |= relations | {(x, TYPE, c) for x, c in types}
    return tuple(ox.Triple(*map(ox.NamedNode, row)) for row in sorted(found))


def _classes(ontology: Ontology) -> Links:
    """Named class → every other named class that an instance of it belongs to."""
    engine = Engine(ontology, cached_rules(ontology))
    feature = engine.rules.features.item
    found = {}
    for iri in _named(ontology, OWL + "Class"):
        present = engine.saturate(_Instance(ontology.index).of(iri), recording=False).present[0]
        names = {filler for kind, _, filler, _ in map(feature.__getitem__, present) if kind == "class"}
        found[iri] = frozenset(_iri(name) for name in names) - {iri}
    return found


class _Instance:
    """A record of which a class is true and nothing that does not follow from it: of a defined class, its definition.

    The rules are Horn, so what they infer of this instance they infer of every one.
    """

    def __init__(self, index: Index) -> None:
        self.index = index
        self.assertions: list[Assertion] = []
        self.different: list[tuple[str, ...]] = []
        self.others = 0

    def of(self, iri: str) -> Record:
        self._state(ANYONE, iri)
        facts = PatientFacts(datetime.date.min)
        return Record(ANYONE, facts, tuple(self.assertions), tuple(self.different), (), (), (), ())

    def _state(self, individual: str, iri: str) -> None:
        definitions = self.index.values(iri, OWL + "equivalentClass")
        if not definitions:
            self.assertions.append(Assertion(individual, "type", terms.local(iri)))
        for node in definitions:
            self._fulfil(individual, node)

    def _fulfil(self, individual: str, node: str) -> None:
        """One of the expressions that a definition can be: C and D, P some C, P value x, P min n C."""
        index = self.index
        if head := index.value(node, OWL + "intersectionOf"):
            for member in index.members(head):
                self._state(individual, member)
            return
        prop = terms.local(index.value(node, OWL + "onProperty"))
        if value := index.value(node, OWL + "hasValue"):
            self.assertions.append(Assertion(individual, prop, terms.local(value)))
            return
        count = int(index.value(node, OWL + "minQualifiedCardinality", "1"))
        others = tuple(f"{ANYONE}/{self.others + number}" for number in range(1, count + 1))
        self.others += count
        self.different.append(others)
        for other in others:
            self.assertions.append(Assertion(individual, prop, other))
            self._state(other, index.value(node, OWL + "someValuesFrom") or index.value(node, OWL + "onClass"))


def _properties(ontology: Ontology) -> Links:
    """Property → every other property above it."""
    direct = {
        iri: {above for above in ontology.index.values(iri, RDFS + "subPropertyOf") if not above.startswith("_:")}
        for iri in _named(ontology, OWL + "ObjectProperty", OWL + "DatatypeProperty")
    }
    return {iri: frozenset(_above(iri, direct)) - {iri} for iri in direct}


def _above(start: str, direct: dict[str, set[str]]) -> set[str]:
    found, todo = {start}, [start]
    while todo:
        new = direct.get(todo.pop(), set()) - found
        found |= new
        todo += new
    return found


def _relations(ontology: Ontology, properties: Links) -> Iterator[tuple[str, str, str]]:
    """Object property assertions between individuals, and what they entail by the property hierarchy."""
    for triple in ontology.index.triples:
        start, prop, end = triple.subject, triple.predicate.value, triple.object
        if prop in properties and isinstance(start, ox.NamedNode) and isinstance(end, ox.NamedNode):
            yield from ((start.value, above, end.value) for above in (prop, *properties[prop]))


def _types(ontology: Ontology, relations: Iterable[tuple[str, str, str]], classes: Links) -> Iterator[tuple[str, str]]:
    direct = {(x, c) for x in _named(ontology, OWL + "NamedIndividual") for c in ontology.index.values(x, TYPE)}
    for subject, prop, value in relations:
        direct |= {(subject, c) for c in ontology.index.values(prop, RDFS + "domain")}
        direct |= {(value, c) for c in ontology.index.values(prop, RDFS + "range")}
    for individual, name in direct:
        if name in classes:
            yield individual, name
            yield from ((individual, above) for above in classes[name])


def _named(ontology: Ontology, *kinds: str) -> list[str]:
    """IRIs, not blank nodes, of these types."""
    found = {iri for kind in kinds for iri in ontology.index.subjects(TYPE, kind)}
    return sorted(iri for iri in found if not iri.startswith("_:"))


def _iri(name: str) -> str:
    return name if "://" in name else terms.BASE + name
