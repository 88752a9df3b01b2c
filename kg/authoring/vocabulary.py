"""Sources and terms: modules/sources.ttl and modules/hematology.ttl."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SKOS

from kg.authoring import nodes
from kg.authoring.owl import Module
from kg.authoring.schema import HarmEntry, SourceFile, Term
from kg.ontology.codes import address
from kg.ontology.kinds import KindDeclaration, Kinds
from kg.ontology.manchester import Named, Value

HARMS = ("emergency", "life-threatening", "irreversible")
CLAIM = re.compile(r"[A-Z][A-Za-z0-9]*-[0-9]{2,}")
POSITIONS = ("Low", "Normal", "High", "NotLow", "NotNormal", "NotHigh")


@dataclass(frozen=True)
class Vocabulary:
    """All terms by local name; what core.ttl declares of their kinds, of absence and of populations.

    `negations` are the properties that `negates` names, `absences` those and the properties of statements below them.
    """

    terms: tuple[Term, ...]
    kinds: Kinds
    negations: Mapping[str, str]
    absences: Mapping[str, str]
    populations: Mapping[str, str]

    @cached_property
    def by_name(self) -> dict[str, Term]:
        return {term.name: term for term in self.terms}

    def __contains__(self, name: str) -> bool:
        return name in self.by_name

    def __getitem__(self, name: str) -> Term:
        return self.by_name[name]

    def kind(self, name: str) -> KindDeclaration:
        """What is declared of the kind of a term."""
        return self.kinds[self.by_name[name].kind]

    def ancestors(self, name: str) -> tuple[str, ...]:
        """The terms above a term, itself first."""
        found = dict.fromkeys([name])
        queue = [name]
        while queue:
            for parent in self.by_name[queue.pop()].parents:
                if parent not in found:
                    found[parent] = None
                    queue.append(parent)
        return tuple(found)

    def known_ancestors(self, name: str) -> frozenset[str]:
        """A term and the terms above it; parents that are no terms, and circles, end the way."""
        found, todo = set[str](), [name]
        while todo:
            one = todo.pop()
            if one not in found and one in self.by_name:
                found.add(one)
                todo += self.by_name[one].parents
        return frozenset(found)

    @cached_property
    def axes(self) -> dict[str, tuple[str, str]]:
        """Finding → (quantity, position that shows it): `Anemia` → (`Hemoglobin`, `Low`)."""
        return {
            term.name: (quantity, position)
            for term in self.terms
            for position, quantity in (("Low", term.low_of), ("Normal", term.normal_of), ("High", term.high_of))
            if quantity
        }


def sources_module(file: SourceFile) -> Module:
    """Published sources and editorial decisions, which axioms name as their source."""
    module = Module(
        "sources",
        "Warrant: sources",
        "Publications and editorial decisions on which axioms outside the articles rest.",
        (),
    )
    schema = nodes.source("schema")
    for reference in file.references:
        iri = nodes.source(reference.name)
        module.note(iri, RDF.type, OWL.NamedIndividual)
        module.axiom(iri, RDF.type, nodes.term("PublishedSource"), schema)
        module.note(iri, RDFS.label, Literal(reference.title, lang="en"))
        module.text(iri, DCTERMS.title, reference.title)
        module.text(iri, DCTERMS.publisher, reference.publisher)
        if reference.year is not None:
            module.text(iri, DCTERMS.date, str(reference.year))
        module.text(iri, nodes.term("supports"), reference.supports)
    for decision in file.decisions:
        iri = nodes.source(decision.name)
        module.note(iri, RDF.type, OWL.NamedIndividual)
        module.axiom(iri, RDF.type, nodes.term("EditorialDecision"), schema)
        module.note(iri, RDFS.label, Literal(f"editorial decision {decision.name}", lang="en"))
        module.note(iri, nodes.DEFINITION, Literal(decision.about, lang="en"))
    return module


def vocabulary_module(vocabulary: Vocabulary) -> Module:
    """Class trees of the vocabulary, each concept a class and an individual (OWL 2 punning, declared)."""
    module = Module(
        "hematology",
        "Warrant: vocabulary of haematology",
        "Findings, conditions, tests and treatments with their names, definitions and outside codes.",
        ("core",),
    )
    for term in vocabulary.terms:
        _term(module, term, vocabulary.kinds[term.kind])
    return module


def _term(module: Module, term: Term, kind: KindDeclaration) -> None:
    source = nodes.source(term.source)
    iri = module.declare_class(term.name, term.label, term.definition, source)
    module.note(iri, RDF.type, OWL.NamedIndividual)
    module.text(iri, SKOS.notation, term.code)
    module.text(iri, nodes.term("conceptKind"), term.kind.value)
    _names(module, term)
    for parent in term.parents or (kind.kind_class,):
        module.subclass(Named(term.name), Named(parent), source)
    for parent in term.parents:
        module.axiom(nodes.term(parent), nodes.term("hasNarrower"), iri, nodes.source("generated"))
    for prop, quantity in (("lowOf", term.low_of), ("normalOf", term.normal_of), ("highOf", term.high_of)):
        if quantity:
            module.note(iri, nodes.term(prop), nodes.term(quantity))
    for mapping in term.mappings:
        module.note(iri, SKOS[mapping.predicate], URIRef(address(mapping.code)))
    if term.response_to:
        module.note(iri, nodes.term("responseTo"), nodes.term(term.response_to))
    for quantity in term.yields:
        module.axiom(iri, nodes.term("yields"), nodes.term(quantity), source)
    if term.can_cause:
        effect = Value("canCause", term.can_cause.effect)
        module.subclass(Named(term.name), effect, _source(term.can_cause.source))
    if term.causes_of:
        effect = Value("canCause", term.causes_of)
        module.subclass(Named(term.name), effect, source)
        module.subclass(effect, Named(term.name), source)
    if term.harm_if_missed:
        _harm(module, term.name, term.harm_if_missed)
    if term.note:
        module.text(iri, SKOS.editorialNote, term.note)


def _names(module: Module, term: Term) -> None:
    iri = nodes.term(term.name)
    lists: Iterable[tuple[str, tuple[str, ...]]] = (
        ("abbreviation", term.abbreviations),
        ("layTerm", term.lay),
        ("relatedTerm", term.related),
    )
    for name in term.exact:
        module.note(iri, SKOS.altLabel, Literal(name, lang="en"))
    for prop, values in lists:
        for name in values:
            module.note(iri, nodes.term(prop), Literal(name, lang="en"))


def _harm(module: Module, concept: str, harm: HarmEntry) -> None:
    """What is lost when a condition is found too late, with the source that says so."""
    iri = nodes.W[f"harm/of-missed-{concept}"]
    module.note(iri, RDF.type, OWL.NamedIndividual)
    module.axiom(iri, RDF.type, nodes.term("HarmIfMissed"), nodes.source("order"))
    module.note(iri, RDFS.label, Literal(f"harm if missed: {concept}", lang="en"))
    module.note(iri, nodes.DEFINITION, Literal(harm.text, lang="en"))
    module.note(iri, nodes.term("harmOf"), nodes.term(concept))
    module.text(iri, nodes.term("harmLevel"), harm.level)
    module.note(iri, nodes.term("orderPosition"), Literal(HARMS.index(harm.level) + 1))
    module.note(iri, DCTERMS.source, _source(harm.source))


def _source(name: str) -> URIRef:
    """The IRI of a claim of an article or of another source."""
    return nodes.claim(name) if CLAIM.fullmatch(name) else nodes.source(name)
