"""ontology/warrant.ttl: one file for people, without imports.

It holds the schema, the vocabulary, the claims with their evidence and requirements, and the situations of the claims,
each written out as one expression. Limits and reference intervals are individuals. What only a reasoner of patients
needs (readings, refutations, limits as classes of values) stands in warrant-reasoning.ttl.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import pyoxigraph as ox
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS
from rdflib.term import Node

from kg.authoring import nodes
from kg.authoring.owl import Module
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.ontology.index import parse_module
from kg.ontology.manchester import And, AtLeast, Expression, Named, Not, Or, Some, Value
from kg.ontology.model import Claim
from kg.publication.conditions import expression
from kg.publication.evidence import EvidenceWriter
from kg.publication.head import read_head, write_head
from kg.publication.labels import LONGEST, short_label
from kg.publication.requirements import RequirementWriter
from kg.publication.vocabulary import FILE, read_vocabulary

WHOLE: Final = ("core", "sources", "hematology")
"""Modules that the product repeats; of the others, what is said of individuals."""
LEFT_OUT: Final = frozenset(terms.term(name) for name in ("asks", "hasReading", "readingSituation", "opposite"))
Row = tuple[Node, URIRef, Node]


def browsing_product(ontology: Ontology) -> Module:
    """The product as a module."""
    return _Product(ontology).build()


def compile_product(ontology: Ontology) -> dict[str, str]:
    """The generated file of the product: path relative to the ontology's folder → text."""
    return {"warrant.ttl": browsing_product(ontology).turtle()}


class _Product:
    def __init__(self, ontology: Ontology) -> None:
        self.ontology, self.index = ontology, ontology.index
        self.limits = set(ontology.thresholds)
        kinds = (terms.term(kind.kind_class) for kind in ontology.kinds.values())
        self.findings = {
            terms.local(iri) for top in kinds for iri in self.index.subjects(terms.RDFS + "subClassOf", top)
        }
        self.module = Module(
            "warrant",
            "Warrant: a clinical knowledge graph that shows its proofs",
            "Claims of clinical articles with their evidence, to browse and to query; warrant-reasoning.ttl is the "
            "product that infers outcomes for a patient.",
            (),
        )

    def build(self) -> Module:
        ontology, vocabulary = self.ontology, read_vocabulary(self.ontology.folder, self.index)
        requirements = RequirementWriter(ontology, vocabulary).write()
        self.limits |= {terms.local(iri) for iri in requirements.graph.objects(None, nodes.term("requiresValue"))}
        self._repeat(parse_module((ontology.folder / FILE).read_bytes(), len(ontology.files)))
        for path in ontology.files:
            if path.stem in WHOLE:
                self._repeat(ontology.triples_of(path))
            else:
                self._individuals(ontology.triples_of(path))
        for claim in ontology.claims.values():
            self._situations(claim)
        for written in (requirements, EvidenceWriter(ontology, vocabulary).write()):
            header = nodes.module(written.name)
            for row in written.graph:
                if row[0] != header:
                    self.module.graph.add(row)
        self._shorten()
        write_head(self.module, read_head(ontology.folder))
        return self.module

    # -- what stands in other modules

    def _repeat(self, triples: Iterable[ox.Triple]) -> None:
        rows = [row for row in map(_row, triples) if not str(row[0]).startswith(terms.BASE + "ontology")]
        chains = _chains(rows)
        for subject, predicate, value in rows:
            if subject not in chains and value not in chains:
                self.module.note(subject, predicate, value)

    def _individuals(self, triples: Iterable[ox.Triple]) -> None:
        """What is said of individuals and of concepts, without expressions; axioms keep their source."""
        rows = [_row(triple) for triple in triples]
        sources = dict(_annotated(rows))
        for subject, predicate, value in rows:
            if isinstance(subject, BNode) or isinstance(value, BNode) or not self._kept(subject, predicate):
                continue
            found = sources.get((subject, predicate, value), ())
            for source in found:
                self.module.axiom(subject, predicate, value, source)
            if not found:
                self.module.note(subject, predicate, value)

    def _kept(self, subject: Node, predicate: URIRef) -> bool:
        name = terms.local(subject)
        if str(predicate) in LEFT_OUT or name.startswith("ontology") or "/reading/" in name:
            return False
        if name in self.limits:
            return predicate not in (RDF.type, RDFS.subClassOf, RDFS.label)
        return (
            name in self.ontology.concepts
            or name in self.findings
            or ("/" in name and not name.startswith(("http", "witness/")))
        )

    # -- situations

    def _situations(self, claim: Claim) -> None:
        source = nodes.claim(claim.id)
        names = [reading.situation for reading in claim.readings]
        for name in (*names, *claim.exception_classes):
            self._situation(name, source)
        if names:
            body = And(tuple(map(Named, names))) if len(names) > 1 else Named(names[0])
            for prop, value in (("claimApplies", f"claim/{claim.id}"), *self._entries(claim)):
                self.module.subclass(body, Value(prop, value), source)
            for name in names:
                self.module.note(source, nodes.term("hasSituation"), nodes.term(name))

    def _entries(self, claim: Claim) -> Iterator[tuple[str, str]]:
        """What the property chains of the schema give a patient to whom the claim applies."""
        ontology = self.ontology
        for predicate, target in claim.conclusions:
            for prop, list_name in ontology.list_properties.items():
                if ontology.lists.get(predicate) == list_name:
                    yield prop, target

    def _situation(self, name: str, source: URIRef) -> None:
        iri = nodes.term(name)
        if (iri, RDF.type, OWL.Class) in self.module.graph:
            return
        written = self._plain(expression(self.ontology, name))
        label = self.ontology.label(name)
        self.module.declare_class(name, label, f"{label}: patients of whom this holds: {written}.", source)
        self.module.subclass(Named(name), Named("Situation"), source)
        self.module.equivalent(name, written, source)

    def _plain(self, formula: Expression) -> Expression:
        """The expression with limits as individuals: `some HemoglobinBelow10` is `some (meetsLimit value ...)`."""
        match formula:
            case And(parts):
                return And(tuple(map(self._plain, parts)))
            case Or(parts):
                return Or(tuple(map(self._plain, parts)))
            case Not(part):
                return Not(self._plain(part))
            case Some(prop, Named(name)) if name in self.limits:
                return Some(prop, Value("meetsLimit", name))
            case AtLeast(prop, count, Named(name)) if name in self.limits:
                return AtLeast(prop, count, Value("meetsLimit", name))
        return formula

    # -- names

    def _shorten(self) -> None:
        """Labels that fit into a tree or a list; one that was longer stands as the title, whole."""
        graph = self.module.graph
        for subject, _, label in list(graph.triples((None, RDFS.label, None))):
            short = short_label(self.ontology, terms.local(subject), str(label))
            if short != str(label):
                graph.remove((subject, RDFS.label, label))
                graph.add((subject, RDFS.label, Literal(short, lang="en")))
            if len(str(label)) > LONGEST:
                graph.add((subject, DCTERMS.title, label))


def _chains(rows: Iterable[Row]) -> set[Node]:
    """The nodes of property chains and of their annotations. HermiT takes three times as long with them; what they
    entail of a situation is written out instead."""
    table: dict[Node, dict[URIRef, Node]] = {}
    for subject, predicate, value in rows:
        if isinstance(subject, BNode):
            table.setdefault(subject, {})[predicate] = value
    todo = [value for _, predicate, value in rows if predicate == OWL.propertyChainAxiom]
    found = set(todo)
    while todo:
        rest = table.get(todo.pop(), {}).get(RDF.rest)
        if isinstance(rest, BNode) and rest not in found:
            found.add(rest)
            todo.append(rest)
    return found | {node for node, part in table.items() if part.get(OWL.annotatedProperty) == OWL.propertyChainAxiom}


def _row(triple: ox.Triple) -> Row:
    return _node(triple.subject), URIRef(triple.predicate.value), _node(triple.object)


def _node(node: object) -> Node:
    if isinstance(node, ox.NamedNode):
        return URIRef(node.value)
    if isinstance(node, ox.BlankNode):
        return BNode(node.value)
    assert isinstance(node, ox.Literal)
    if node.language:
        return Literal(node.value, lang=node.language)
    plain = node.datatype.value == terms.XSD + "string"
    return Literal(node.value) if plain else Literal(node.value, datatype=URIRef(node.datatype.value))


def _annotated(rows: Iterable[Row]) -> Iterator[tuple[Row, tuple[URIRef, ...]]]:
    """The axioms that are annotated, each with its sources."""
    parts: dict[Node, dict[URIRef, list[Node]]] = {}
    for subject, predicate, value in rows:
        if isinstance(subject, BNode):
            parts.setdefault(subject, {}).setdefault(predicate, []).append(value)
    found: dict[Row, list[URIRef]] = {}
    for part in parts.values():
        if OWL.annotatedSource in part:
            predicate = URIRef(str(part[OWL.annotatedProperty][0]))
            row = (part[OWL.annotatedSource][0], predicate, part[OWL.annotatedTarget][0])
            found.setdefault(row, []).extend(URIRef(str(one)) for one in part.get(DCTERMS.source, ()))
    for row, sources in found.items():
        yield row, tuple(sources)
