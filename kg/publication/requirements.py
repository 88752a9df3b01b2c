"""What a claim requires as plain triples, derived from the axioms: the graph `requirements`.

    SituationOfA0-39 ⊑ ∃hasFinding.Cancer ⊓ ∋hasAbsent.Chemotherapy   ⟹   A0-39 :requiresFinding :Cancer ; ...

What every way to meet the condition has in common stands at the claim; where there are several, each is a node of its
own (`:hasAlternative`) with all that it requires. Sub-properties are written out, so that a query needs no reasoner.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from rdflib import Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, XSD

from kg.authoring import nodes
from kg.authoring.owl import Module
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.ontology.manchester import AtLeast, Atom, Expression, Named, Not, Some, Value
from kg.ontology.model import Claim, Threshold
from kg.publication.conditions import condition_of, exceptions_of, ways
from kg.publication.vocabulary import PublicVocabulary

Statement: TypeAlias = tuple[str, str]
"""A property of claims and what it names."""
PRESENCE: Final = "requires"


class RequirementWriter:
    """Writes the requirements of every claim into a module."""

    def __init__(self, ontology: Ontology, vocabulary: PublicVocabulary) -> None:
        self.ontology, self.vocabulary = ontology, vocabulary
        self.module = Module(
            "requirements",
            "Warrant: what claims require",
            "Findings, absences and values that a patient must have before a claim applies, as plain triples.",
            ("public",),
        )

    def write(self) -> Module:
        for claim in self.ontology.claims.values():
            condition = condition_of(self.ontology, claim)
            if condition is not None:
                self._required(nodes.claim(claim.id), claim.id, condition, nodes.claim(claim.id))
            for number, (name, excepting) in enumerate(exceptions_of(self.ontology, claim), 1):
                self._exception(claim, number, name, excepting)
        for name, threshold in sorted(self.ontology.thresholds.items()):
            self._limit(name, threshold)
        self._positions()
        self._contradictions()
        return self.module

    def _exception(self, claim: Claim, number: int, name: str, condition: Expression) -> None:
        source = nodes.claim(claim.id)
        node = nodes.W[f"claim/{claim.id}/exception/{number}"]
        self._individual(node, "Exception", f"{claim.id}, exception {number}", source)
        self.module.axiom(source, nodes.term("exceptedBy"), node, source)
        self.module.note(node, nodes.term("hasSituation"), nodes.term(name))
        self._required(node, f"{claim.id}, exception {number}", condition, source)

    def _required(self, node: URIRef, label: str, condition: Expression, source: URIRef) -> None:
        found = [self._statements(way) for way in ways(condition)]
        self._state(node, self._common(found), source)
        if len(found) == 1:
            return
        for number, statements in enumerate(found, 1):
            other = URIRef(f"{node}/alternative/{number}")
            self._individual(other, "Alternative", f"{label}, alternative {number}", source)
            self.module.axiom(node, nodes.term("hasAlternative"), other, source)
            self._state(other, statements, source)

    def _state(self, node: URIRef, statements: Iterable[Statement], source: URIRef) -> None:
        for prop, value in sorted(statements):
            self.module.axiom(node, nodes.term(prop), nodes.term(value), source)

    def _statements(self, way: Iterable[Atom]) -> frozenset[Statement]:
        """What a way requires: the property of claims that mirrors the atom's, those above it, and what it names."""
        found = set()
        for atom in way:
            if isinstance(atom, Named):
                found |= {("requiresPopulation", atom.name), ("requires", atom.name)}
                continue
            if isinstance(atom, Not):
                found.add(("requiresContradictionOf", _named(atom.part)))
                continue
            value = _named(atom)
            prop = self.vocabulary.mirrored[atom.property]
            while prop:
                found.add((prop, value))
                prop = self.vocabulary.parents.get(prop, "")
        return frozenset(found)

    def _common(self, found: Sequence[frozenset[Statement]]) -> set[Statement]:
        """What every way requires, the narrowest: a lymphoma in one and a cancer in the other are a cancer in both."""
        shared = set.intersection(*({wider for one in each for wider in self._wider(one)} for each in found))
        return {one for one in shared if not any(one in self._wider(other) for other in shared if other != one)}

    def _wider(self, statement: Statement) -> set[Statement]:
        """The statement and what it entails of wider concepts; of an absence nothing wider follows."""
        prop, value = statement
        presence = prop == PRESENCE or self.vocabulary.parents.get(prop) == PRESENCE
        if not presence or value not in self.ontology.concepts:
            return {statement}
        return {(prop, wider) for wider in self.ontology.ancestors(value)}

    def _individual(self, node: URIRef, kind: str, label: str, source: URIRef) -> None:
        self.module.note(node, RDF.type, OWL.NamedIndividual)
        self.module.axiom(node, RDF.type, nodes.term(kind), source)
        self.module.note(node, RDFS.label, Literal(label, lang="en"))

    def _limit(self, name: str, threshold: Threshold) -> None:
        """A threshold as a thing: its number, unit and strictness, and who prints it."""
        index, node = self.ontology.index, nodes.term(name)
        sources = index.values(terms.term(name), terms.DCTERMS + "source")
        source = URIRef(sources[0]) if sources else nodes.source("schema")
        self._individual(node, "Limit", threshold.label, source)
        if threshold.quantity in self.ontology.concepts:
            self.module.axiom(node, nodes.term("limitOf"), nodes.term(threshold.quantity), source)
        value = Literal(format(threshold.limit, "f"), datatype=XSD.decimal)
        self.module.axiom(node, nodes.term("limitValue"), value, source)
        for other in sources:
            self.module.axiom(node, nodes.term("statedBy"), URIRef(other), source)
        self.module.text(node, nodes.term("unit"), index.own_value(terms.term(name), "canonicalUnit"))
        self.module.note(node, nodes.term("strict"), Literal(threshold.bound in ("<", ">")))

    def _positions(self) -> None:
        """Low, normal, high and their opposites of a quantity, where a condition names them."""
        stated = self.module.graph.objects(None, nodes.term("requiresValue"))
        named = {terms.local(node) for node in stated} - set(self.ontology.thresholds)
        for name in sorted(named):
            source = nodes.source("schema")
            self._individual(nodes.term(name), "ValuePosition", self.ontology.label(name), source)
            for quantity in self.ontology.quantities:
                if name.removeprefix(quantity) in ("Low", "Normal", "High", "NotLow", "NotNormal", "NotHigh"):
                    self.module.axiom(nodes.term(name), nodes.term("limitOf"), nodes.term(quantity), source)
                    self.module.note(nodes.term(name), nodes.term("quantity"), nodes.term(quantity))

    def _contradictions(self) -> None:
        """Pairs of claims of which one pulls a concept for what the other pulls against; each says so of the other."""
        pulls = [
            (claim.id, prop, concept) for claim in self.ontology.claims.values() for prop, concept in claim.conclusions
        ]
        against: dict[tuple[str, str], list[str]] = {}
        for identifier, prop, concept in pulls:
            against.setdefault((prop, concept), []).append(identifier)
        for identifier, prop, concept in pulls:
            for other in self.ontology.opposes.get(prop, ()):
                for opponent in against.get((other, concept), ()):
                    self._opposed(identifier, opponent)
                    self._opposed(opponent, identifier)

    def _opposed(self, one: str, other: str) -> None:
        self.module.axiom(nodes.claim(one), nodes.term("contradicts"), nodes.claim(other), nodes.claim(one))


def _named(atom: Expression) -> str:
    """The name that an elementary condition ends in."""
    match atom:
        case Value(_, name):
            return name
        case Some(_, filler) | AtLeast(_, _, filler):
            return str(filler)
        case _:
            return str(atom)
