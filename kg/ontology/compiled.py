"""The compiled ontology as frozen data: read once, shared, never changed.

Everything the program knows of medicine comes from here; nothing in `kg` names a disease, a drug or a test.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pyoxigraph as ox

from kg.cache.collector import paused
from kg.cache.derived import DerivedOwner
from kg.cache.derived import derived as kept
from kg.errors import OntologyError
from kg.ontology import terms
from kg.ontology.claims import ClaimReader, articles, references
from kg.ontology.entries import read_concept, read_conversion, read_threshold
from kg.ontology.hierarchy import Hierarchy, causes_of, quantities_yielded
from kg.ontology.index import cached_index, content_digest, reasoning_files
from kg.ontology.intervals import alerts, figure, intervals, parts, possible_values
from kg.ontology.kinds import ConceptKind, Kinds, read_absences, read_kinds
from kg.ontology.model import (
    AlertKindOf,
    Article,
    Claim,
    Concept,
    DerivedQuantity,
    Formula,
    Limit,
    PartOf,
    Quantity,
    Reference,
    ReferenceInterval,
    Threshold,
)
from kg.ontology.reach import reach
from kg.ontology.resources import shipped
from kg.ontology.scores import read_formula

DEFAULT_FOLDER: Final = shipped("ontology")
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_SHOWS = "shows"
_OWL = "http://www.w3.org/2002/07/owl#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_DCTERMS = "http://purl.org/dc/terms/"


class Ontology(DerivedOwner):
    """The loaded ontology. `version` is the version IRI of the root, `digest` a SHA-256 over the module files."""

    def __init__(self, folder: Path = DEFAULT_FOLDER) -> None:
        self.folder = folder
        self.files = reasoning_files(folder)
        missing = [str(path) for path in self.files if not path.exists()]
        if missing:
            raise OntologyError(f"missing modules: {', '.join(missing)}; run `make ontology`")
        contents = [path.read_bytes() for path in self.files]
        self.digest = content_digest(contents)
        with paused():
            self.index = cached_index(self.digest, contents)
        self.version = self.index.value(terms.module("warrant-reasoning"), _OWL + "versionIRI")

    def triples_of(self, path: Path) -> tuple[ox.Triple, ...]:
        """The triples of one module file."""
        return self.index.parts[self.files.index(path)]

    # -- concepts

    @cached_property
    def concepts(self) -> Mapping[str, Concept]:
        """All vocabulary entries by local name."""
        names = self.index.having(terms.BASE + "conceptKind")
        return MappingProxyType(
            {terms.local(iri): read_concept(self.index, iri) for iri in names if not iri.startswith("_:")}
        )

    @cached_property
    def kinds(self) -> Kinds:
        """What is declared of each kind of concept."""
        return read_kinds(self.index)

    @cached_property
    def absences(self) -> Mapping[str, str]:
        """Property by which something is present → the property by which it is absent."""
        return read_absences(self.index, self.kinds)

    @cached_property
    def codes(self) -> Mapping[str, str]:
        """Concept → its code in the vocabulary."""
        return MappingProxyType({name: concept.code for name, concept in self.concepts.items()})

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """Concept → its label."""
        return MappingProxyType({name: concept.label for name, concept in self.concepts.items()})

    @cached_property
    def placed(self) -> frozenset[str]:
        """Quantities of which some finding says that they are low, normal or high."""
        return frozenset(concept.axis[0] for concept in self.concepts.values() if concept.axis)

    @cached_property
    def hierarchy(self) -> Hierarchy:
        """What stands above and below each concept."""
        return Hierarchy(self.concepts, self.causes_of)

    @cached_property
    def causes_of(self) -> Mapping[str, frozenset[str]]:
        """Concept that stands for what can cause a finding → the concepts that a sourced axiom says can cause it."""
        return causes_of(self.index)

    @cached_property
    def yields(self) -> Mapping[str, tuple[str, ...]]:
        """Test → the quantities of which it gives values."""
        return quantities_yielded(self.index)

    def ancestors(self, name: str) -> frozenset[str]:
        """A concept and everything above it, what stands for its effects included."""
        return self.hierarchy.ancestors[name]

    def descendants(self, name: str) -> frozenset[str]:
        """A concept and everything below it, what can cause its finding included."""
        return self.hierarchy.descendants[name]

    def label(self, name: str) -> str:
        """The label of any named thing, or its name."""
        return self.index.value(terms.BASE + name, _RDFS + "label", name)

    # -- numbers

    @cached_property
    def quantities(self) -> Mapping[str, Quantity]:
        index = self.index
        found = {}
        conversions = index.subjects(_TYPE, terms.BASE + "UnitConversion")
        for name, concept in self.concepts.items():
            iri = terms.BASE + name
            unit = index.own_value(iri, "canonicalUnit")
            if concept.kind is ConceptKind.ANALYTE and unit:
                mine = [
                    read_conversion(index, node) for node in conversions if index.own_value(node, "quantity") == name
                ]
                table = {conversion.unit: conversion for conversion in mine}
                others = tuple(index.own(iri, "otherUnit"))
                found[name] = Quantity(name, unit, MappingProxyType(table), others, possible_values(index, iri))
        return MappingProxyType(found)

    @cached_property
    def thresholds(self) -> Mapping[str, Threshold]:
        names = self.index.having(terms.BASE + "bound")
        return MappingProxyType({terms.local(iri): read_threshold(self.index, iri) for iri in names})

    @cached_property
    def limits(self) -> tuple[Limit, ...]:
        index = self.index
        ranked = index.having(terms.BASE + "rank")
        return tuple(
            Limit(
                quantity=index.own_value(node, "quantity"),
                threshold=index.own_value(node, "limit"),
                position=index.own_value(node, "positionOf"),
                rank=index.own_value(node, "rank"),
                source=self._source_name(index.value(node, _DCTERMS + "source")),
            )
            for node in ranked
        )

    def _source_name(self, iri: str) -> str:
        """The id of a claim, or the label of any other source."""
        name = terms.local(iri)
        return (
            name.removeprefix("claim/") if name.startswith("claim/") else self.index.value(iri, _RDFS + "label", name)
        )

    @cached_property
    def intervals(self) -> Mapping[str, tuple[ReferenceInterval, ...]]:
        """The reference intervals of each quantity, the narrowest first."""
        return MappingProxyType(intervals(self.index))

    @cached_property
    def parts(self) -> tuple[PartOf, ...]:
        """The quantities that cannot exceed another one."""
        return parts(self.index)

    @cached_property
    def alerts(self) -> Mapping[str, AlertKindOf]:
        """Every alert by the local part of its IRI."""
        return MappingProxyType(alerts(self.index))

    @cached_property
    def derived(self) -> tuple[DerivedQuantity, ...]:
        index = self.index
        nodes = index.having(terms.BASE + "formula")
        return tuple(
            DerivedQuantity(
                name=terms.local(node),
                formula=index.own_value(node, "formula"),
                operands=tuple(index.own_value(node, "ofQuantity").split()),
                factor=Decimal(index.own_value(node, "factor", "1")),
                unit=index.own_value(node, "canonicalUnit"),
                recomputes=index.own_value(node, "recomputes"),
                low_when=index.own_value(node, "lowWhen"),
                not_low_when=index.own_value(node, "notLowWhen"),
                possible_to=figure(index, node, "possibleTo"),
                data=read_formula(index, node),
            )
            for node in nodes
        )

    @cached_property
    def adult_from(self) -> int:
        """The age in years from which sourced defaults hold."""
        return int(self.index.own_value(terms.BASE + "SourcedDefault", "adultFrom"))

    @cached_property
    def stale_after_days(self) -> int:
        """The age in days from which a current value is pointed out."""
        return int(self.index.own_value(terms.BASE + "SourcedDefault", "staleAfterDays"))

    @cached_property
    def blood(self) -> tuple[str, ...]:
        """The names of the specimens whose values are those of the blood."""
        found = [self.concepts[name] for name in self.index.own(terms.BASE + "SourcedDefault", "bloodSpecimen")]
        words = self.index.own(terms.BASE + "SourcedDefault", "bloodWord")
        return (*words, *(name for one in found for name in (one.label, one.code, *one.synonyms)))

    @cached_property
    def defaults_not_in(self) -> tuple[str, ...]:
        """Conditions in which sourced defaults do not hold."""
        return tuple(self.index.own(terms.BASE + "SourcedDefault", "notIn"))

    # -- the record

    @kept
    def fillers(self, prop: str) -> tuple[str, ...]:
        """Every concept that a `prop value X` of the ontology names."""
        nodes = self.index.subjects(_OWL + "onProperty", terms.BASE + prop)
        values = {terms.local(value) for node in nodes for value in self.index.values(node, _OWL + "hasValue")}
        return tuple(sorted(values & set(self.concepts)))

    @cached_property
    def concluded_by(self) -> Mapping[str, tuple[str, ...]]:
        """Elementary expression such as `hasFinding some X` → the conditions from which an axiom concludes it."""
        witnessed = {key: bodies for key, bodies in self._witnessed.items() if key[0] != _SHOWS}
        return {
            f"{prop} some {name}": tuple(sorted(name for one in bodies if len(one) == 1 for name in one))
            for (prop, name), bodies in witnessed.items()
        }

    @cached_property
    def shown_by(self) -> Mapping[str, tuple[frozenset[str], ...]]:
        """Finding → the classes of values that show it, each as the named classes that it is the intersection of."""
        shown = {name: bodies for (prop, name), bodies in self._witnessed.items() if prop == _SHOWS}
        return {name: tuple(sorted(bodies, key=sorted)) for name, bodies in shown.items()}

    @cached_property
    def _witnessed(self) -> Mapping[tuple[str, str], frozenset[frozenset[str]]]:
        """Property and concept of a typed witness → what an axiom asks of whom it gives the witness."""
        index = self.index
        found: dict[tuple[str, str], set[frozenset[str]]] = {}
        for node in index.subjects(_TYPE, _OWL + "Restriction"):
            value = terms.local(index.value(node, _OWL + "hasValue"))
            if value.startswith("witness/"):
                prop = terms.local(index.value(node, _OWL + "onProperty"))
                concept = index.own_value(terms.BASE + value, "witnessOf")
                bodies = map(self._body, index.subjects(_RDFS + "subClassOf", node))
                found.setdefault((prop, concept), set()).update(bodies)
        return {key: frozenset(bodies) for key, bodies in sorted(found.items())}

    def _body(self, node: str) -> frozenset[str]:
        """A named class, or the named classes that an intersection is of."""
        if not node.startswith("_:"):
            return frozenset({terms.local(node)})
        return frozenset(map(terms.local, self.index.members(self.index.value(node, _OWL + "intersectionOf"))))

    @cached_property
    def conclusions_of_rules(self) -> Mapping[str, frozenset[str]]:
        """Concept → concepts and quantities in the bodies of the axioms that conclude it."""
        found: dict[str, set[str]] = {}
        for atom, conditions in self.concluded_by.items():
            names = {name for condition in conditions for name in self.mentioned(condition)}
            found.setdefault(atom.rpartition(" ")[2], set()).update(names)
        return {concept: frozenset(names) for concept, names in found.items()}

    def mentioned(self, condition: str) -> frozenset[str]:
        """The concepts and quantities in a condition."""
        return frozenset(self._mentioned(condition))

    def _mentioned(self, condition: str, seen: frozenset[str] = frozenset()) -> set[str]:
        if condition in seen:
            return set()
        seen |= {condition}
        formula = self.formulas.get(condition)
        if formula is None:
            reading = self.index.own_value(terms.BASE + condition, "formalReading")
            words = set(re.findall(r"[A-Z]\w*", reading))
            quantities = {self.thresholds[word].quantity for word in words & set(self.thresholds)}
            positions = {re.sub(r"(Low|Normal|High)$", "", word.removesuffix("Not")) for word in words} & set(
                self.quantities
            )
            return (words & set(self.concepts)) | quantities | positions
        return {name for part in formula.parts for name in self._mentioned(part, seen)}

    # -- conditions

    @cached_property
    def formulas(self) -> Mapping[str, Formula]:
        """Composite condition → how it is built from others; elementary conditions are not in here."""
        index, found = self.index, {}
        for iri in index.subjects(_RDFS + "subClassOf", terms.BASE + "Situation"):
            name = terms.local(iri)
            if formula := self._formula(iri):
                found[name] = formula
        return found

    def _formula(self, iri: str) -> Formula | None:
        index = self.index
        for node in index.values(iri, _OWL + "equivalentClass"):
            if head := index.value(node, _OWL + "intersectionOf"):
                return Formula("and", tuple(map(terms.local, index.members(head))))
            return None
        below = [sub for sub in index.subjects(_RDFS + "subClassOf", iri) if not sub.startswith("_:")]
        situations = [sub for sub in below if terms.BASE + "Situation" in index.values(sub, _RDFS + "subClassOf")]
        return Formula("or", tuple(map(terms.local, situations))) if situations else None

    def atom(self, condition: str) -> str:
        """The elementary expression of a condition in Manchester syntax."""
        return self.index.own_value(terms.BASE + condition, "formalReading")

    def certain_form(self, name: str) -> str:
        """The concept or condition of which this is the wider twin, else itself."""
        return self.index.own_value(terms.BASE + name, "possibleFormOf", name)

    # -- claims

    @cached_property
    def lists(self) -> Mapping[str, str]:
        """Conclusion predicate → the list of an assessment it belongs in."""
        index = self.index
        found = {}
        for top in index.having(terms.BASE + "listedAs"):
            name = index.own_value(top, "listedAs")
            found[terms.local(top)] = name
            for sub in index.subjects(_RDFS + "subPropertyOf", top):
                found[terms.local(sub)] = name
        return MappingProxyType(dict(sorted(found.items())))

    @cached_property
    def list_properties(self) -> Mapping[str, str]:
        """Property of a patient such as `hasNextStep` → the list it fills, in the order of the schema."""
        index, found = self.index, {}
        chains = _OWL + "propertyChainAxiom"
        for prop in index.having(chains):
            for head in index.values(prop, chains):
                first, last = index.members(head)
                if terms.local(first) == "claimApplies" and index.own_value(last, "listedAs"):
                    found[terms.local(prop)] = self.lists[terms.local(last)]
        return MappingProxyType(found)

    @cached_property
    def opposes(self) -> Mapping[str, frozenset[str]]:
        """Conclusion predicate → the predicates that it speaks against, of the same concept."""
        index, found = self.index, {}
        for top in index.having(terms.BASE + "opposes"):
            against = {name for other in index.own(top, "opposes") for name in self.below(other)}
            found.update(dict.fromkeys(self.below(terms.local(top)), frozenset(against)))
        return MappingProxyType(found)

    @cached_property
    def predicates(self) -> frozenset[str]:
        """Every predicate of conclusions."""
        return self.below("concludes") - {"concludes"}

    def below(self, prop: str) -> frozenset[str]:
        """A property and everything below it."""
        base = terms.BASE
        return reach(prop, lambda one: map(terms.local, self.index.subjects(_RDFS + "subPropertyOf", base + one)))

    @cached_property
    def claims(self) -> Mapping[str, Claim]:
        """All claims by identifier."""
        return MappingProxyType(ClaimReader(self.index, self.predicates).claims())

    @cached_property
    def articles(self) -> Mapping[str, Article]:
        """All articles by identifier."""
        return MappingProxyType(articles(self.index))

    @cached_property
    def references(self) -> Mapping[str, Reference]:
        """The entries of the articles' reference lists, by the local part of their IRI."""
        return MappingProxyType(references(self.index))
