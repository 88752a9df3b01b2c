"""The fragment gate: every logical axiom is Horn, as docs/model.md section 5 lists its parts.

    bodies      named class, intersection, union, some, value, qualified min, facet, inverse property
    heads       named class, intersection, value, owl:Nothing
    properties  sub-property, chain, inverse, domain, range; functional for data properties, which is
                Horn (two values derive bottom) and keeps one value to a measurement
    definitions named class EquivalentTo a body without a union: read from right to left a union is a
                body, from left to right it would be a disjunction in a head

Whatever stands in the vocabulary of OWL or RDFS and is not in this list is refused by name: nothing
is passed over in silence. Mapping to RDF: OWL 2 Mapping to RDF Graphs (W3C, 2012), section 3.2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import pyoxigraph as ox
from rdflib import OWL, RDF, RDFS, XSD

from kg.check.expressions import Renderer, short
from kg.check.modules import CheckedModules, Node, iri
from kg.check.report import Description, Finding

DESCRIPTION: Final = Description(
    "fragment",
    "Logical axiom outside the Horn fragment",
    "The engine is complete for the fragment of docs/model.md section 5 only; an axiom outside it would be lost there "
    "and still count for HermiT.",
    "Say the same with a named class, an intersection, `some`, `value` or `min` in the body and a named class or "
    "`value` in the head; state absence positively (hasAbsent) instead of by a complement.",
)
LOGICAL: Final = tuple(map(str, (OWL, RDFS)))
ANNOTATIONS: Final = frozenset(
    map(
        str,
        (
            RDFS.label, RDFS.comment, RDFS.seeAlso, RDFS.isDefinedBy, OWL.deprecated, OWL.versionInfo, OWL.versionIRI,
            OWL.priorVersion, OWL.backwardCompatibleWith, OWL.incompatibleWith, OWL.imports, OWL.annotatedSource,
            OWL.annotatedProperty, OWL.annotatedTarget,
        ),
    )
)  # fmt: skip
PARTS: Final = frozenset(
    map(
        str,
        (
            OWL.intersectionOf, OWL.unionOf, OWL.onProperty, OWL.someValuesFrom, OWL.hasValue, OWL.onClass,
            OWL.minQualifiedCardinality, OWL.onDatatype, OWL.withRestrictions, OWL.members,
        ),
    )
)  # fmt: skip
KINDS: Final = frozenset(
    map(
        str,
        (
            OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.NamedIndividual, OWL.Thing,
            OWL.Ontology, OWL.Axiom, OWL.Annotation, OWL.Restriction, RDFS.Datatype, OWL.AllDisjointClasses,
        ),
    )
)  # fmt: skip
DATATYPES: Final = frozenset(map(str, (XSD.decimal, XSD.integer, XSD.dateTime)))
FACETS: Final = frozenset(map(str, (XSD.minInclusive, XSD.minExclusive, XSD.maxInclusive, XSD.maxExclusive)))


class Walker:
    """Walks every axiom of the modules and tells what is outside the fragment, and why."""

    def __init__(self, modules: CheckedModules) -> None:
        self.modules, self.renderer = modules, Renderer(modules)
        self.data_properties = modules.typed([OWL.DatatypeProperty])
        self.axioms: dict[str, Callable[[ox.Quad], Iterator[str]]] = {
            str(RDFS.subClassOf): self._sub_class,
            str(OWL.equivalentClass): self._equivalent,
            str(OWL.disjointWith): self._disjoint,
            str(RDFS.subPropertyOf): self._properties,
            str(OWL.inverseOf): self._properties,
            str(OWL.propertyChainAxiom): self._chain,
            str(RDFS.domain): self._domain,
            str(RDFS.range): self._range,
        }

    def findings(self) -> Iterator[Finding]:
        for quad in self.modules.quads():
            for reason in self._reasons(quad):
                detail = f"{self.modules.file_of(quad)}: {self._axiom(quad)}: {reason}"
                yield Finding(DESCRIPTION.name, self._entity(quad), detail)

    def _axiom(self, quad: ox.Quad) -> str:
        subject, value = map(self.renderer.text, (quad.subject, quad.object))
        return f"{subject} {short(quad.predicate.value)} {value}"

    def _entity(self, quad: ox.Quad) -> str:
        """The named end of the axiom, its subject if that has a name."""
        named = isinstance(quad.object, ox.NamedNode) and isinstance(quad.subject, ox.BlankNode)
        return self.renderer.text(quad.object if named and quad.predicate.value in self.axioms else quad.subject)

    def _reasons(self, quad: ox.Quad) -> Iterator[str]:
        predicate = quad.predicate.value
        if predicate in self.axioms:
            yield from self.axioms[predicate](quad)
        elif predicate == str(RDF.type):
            yield from self._type(quad)
        elif (
            predicate.startswith(LOGICAL) and predicate not in PARTS | ANNOTATIONS and not self._is_judged(quad.subject)
        ):
            yield f"{short(predicate)} is not in the fragment"

    def _is_judged(self, term: Node) -> bool:
        """An expression that stands in an axiom is refused there, by name, and once."""
        if not isinstance(term, ox.BlankNode):
            return False
        heads = [quad for quad in self.modules.quads(term) if quad.predicate.value in self.axioms]
        return bool(heads) or any(True for _ in self.modules.quads(None, None, term))

    # -- axioms

    def _sub_class(self, quad: ox.Quad) -> Iterator[str]:
        yield from self._body(quad.subject)
        yield from self._head(quad.object)

    def _equivalent(self, quad: ox.Quad) -> Iterator[str]:
        if not isinstance(quad.subject, ox.NamedNode):
            yield "only a named class has a definition"
        yield from self._body(quad.object)
        if self._has_union(quad.object):
            yield "a union in a definition is a disjunction in a head; write one SubClassOf for each part"

    def _disjoint(self, quad: ox.Quad) -> Iterator[str]:
        yield from self._body(quad.subject)
        yield from self._body(quad.object)

    def _properties(self, quad: ox.Quad) -> Iterator[str]:
        if isinstance(quad.subject, ox.NamedNode):
            yield from self._property(quad.subject)
            yield from self._property(quad.object)

    def _chain(self, quad: ox.Quad) -> Iterator[str]:
        for step in self.renderer.members(quad.object):
            yield from self._property(step)

    def _domain(self, quad: ox.Quad) -> Iterator[str]:
        yield from self._head(quad.object)

    def _range(self, quad: ox.Quad) -> Iterator[str]:
        if iri(quad.subject) in self.data_properties:
            yield from self._datatype(quad.object)
        else:
            yield from self._head(quad.object)

    def _type(self, quad: ox.Quad) -> Iterator[str]:
        kind = quad.object
        if iri(kind).startswith((*LOGICAL, str(RDF))):
            yield from self._declared(quad.subject, iri(kind))
        else:
            yield from self._head(kind)

    def _declared(self, subject: Node, kind: str) -> Iterator[str]:
        if kind == str(OWL.AllDisjointClasses):
            for head in self.modules.values(subject, OWL.members):
                for member in self.renderer.members(head):
                    yield from self._body(member)
        elif kind == str(OWL.FunctionalProperty):
            if iri(subject) not in self.data_properties:
                yield "only a data property may be functional"
        elif kind not in KINDS:
            yield f"{short(kind)} is not in the fragment"

    # -- expressions

    def _body(self, term: Node) -> Iterator[str]:
        if isinstance(term, ox.NamedNode):
            return
        for predicate in (OWL.intersectionOf, OWL.unionOf):
            for head in self.modules.values(term, predicate):
                for member in self.renderer.members(head):
                    yield from self._body(member)
                return
        if properties := self.modules.values(term, OWL.onProperty):
            yield from self._property(properties[0])
            yield from self._restriction(term)
        else:
            yield f"{self.renderer.text(term)} cannot stand in a body"

    def _restriction(self, term: Node) -> Iterator[str]:
        for filler in self.modules.values(term, OWL.someValuesFrom):
            is_datatype = bool(self.modules.values(filler, OWL.onDatatype)) or self._is_datatype(filler)
            yield from self._datatype(filler) if is_datatype else self._body(filler)
            return
        if self.modules.values(term, OWL.hasValue):
            return
        classes = self.modules.values(term, OWL.onClass)
        if classes and self.modules.values(term, OWL.minQualifiedCardinality):
            yield from self._body(classes[0])
        else:
            yield f"{self.renderer.text(term)} cannot stand in a body"

    def _head(self, term: Node) -> Iterator[str]:
        if isinstance(term, ox.NamedNode):
            return
        for head in self.modules.values(term, OWL.intersectionOf):
            for member in self.renderer.members(head):
                yield from self._head(member)
            return
        if self.modules.values(term, OWL.hasValue):
            for prop in self.modules.values(term, OWL.onProperty):
                yield from self._property(prop)
        else:
            yield f"{self.renderer.text(term)} cannot stand in a head"

    def _property(self, term: Node) -> Iterator[str]:
        if isinstance(term, ox.BlankNode) and not self.modules.values(term, OWL.inverseOf):
            yield f"{self.renderer.text(term)} is no property"

    def _datatype(self, term: Node) -> Iterator[str]:
        bases = self.modules.values(term, OWL.onDatatype) or [term]
        if not all(iri(base) in DATATYPES for base in bases):
            yield f"{self.renderer.text(term)} is no range over xsd:decimal, xsd:integer or xsd:dateTime"
        for head in self.modules.values(term, OWL.withRestrictions):
            for constraint in self.renderer.members(head):
                for quad in self.modules.quads(constraint):
                    if quad.predicate.value not in FACETS:
                        yield f"the facet {short(quad.predicate.value)} is not in the fragment"

    @staticmethod
    def _is_datatype(term: Node) -> bool:
        return iri(term).startswith(str(XSD))

    def _has_union(self, term: Node) -> bool:
        if self.modules.values(term, OWL.unionOf):
            return True
        heads = self.modules.values(term, OWL.intersectionOf)
        members = [member for head in heads for member in self.renderer.members(head)]
        fillers = self.modules.values(term, OWL.someValuesFrom) + self.modules.values(term, OWL.onClass)
        parts = members + [filler for filler in fillers if isinstance(filler, ox.BlankNode)]
        return any(map(self._has_union, parts))


def check(modules: CheckedModules) -> Iterator[Finding]:
    """What is outside the fragment: entity, then file, axiom and reason."""
    return Walker(modules).findings()
