"""The axioms of one module file as text, and its class expressions as the features that rules are made of."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from kg.ontology import terms
from kg.ontology.fragment import (
    FACETS,
    OWL,
    RDF,
    XSD,
    OutsideFragment,
    reserved,
)
from kg.ontology.index import Index, node_text
from kg.reasoner.rule_tables import Axiom, Feature


class ModuleExpressions:
    """The triples of one module file: the expressions of an axiom and its source stand in the file of the axiom."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self.index = Index(triples)
        self.sources = self._axiom_sources()

    def _axiom_sources(self) -> dict[tuple[str, str, str], str]:
        index, found = self.index, {}
        for node in index.subjects(RDF + "type", OWL + "Axiom"):
            key = tuple(
                index.value(node, OWL + name) for name in ("annotatedSource", "annotatedProperty", "annotatedTarget")
            )
            found[key] = terms.local(index.value(node, "http://purl.org/dc/terms/source"))
        return found  # type: ignore[return-value]

    def text(self, triple: ox.Triple, file: str) -> Axiom:
        """An axiom as proofs name it, with its source."""
        subject, predicate, value = (node_text(node) for node in (triple.subject, triple.predicate, triple.object))
        source = self.sources.get((subject, predicate, value), "")
        return Axiom(
            self.show(subject), predicate.rsplit("#")[-1].removeprefix(terms.BASE), self.show(value), source, file
        )

    def members_of(self, node: str) -> list[str]:
        """The classes of an axiom that says that they are all disjoint."""
        return self.index.members(self.index.value(node, OWL + "members"))

    def disjoint_classes(self, node: str, file: str) -> Axiom:
        """Such an axiom, whose source stands at its own node (OWL 2 Mapping to RDF, section 2.2)."""
        source = terms.local(self.index.value(node, "http://purl.org/dc/terms/source"))
        members = ", ".join(map(self.show, self.members_of(node)))
        return Axiom("AllDisjointClasses", "members", f"({members})", source, file)

    def refused(self, triple: ox.Triple, file: str, reason: str) -> OutsideFragment:
        """The error for an axiom that rules cannot express."""
        return OutsideFragment(str(self.text(triple, file)), file, reason)

    def show(self, node: str) -> str:
        """A node as Manchester text."""
        if not node.startswith("_:"):
            return terms.local(node).removeprefix(OWL)
        index = self.index
        if inverse := index.value(node, OWL + "inverseOf"):
            return f"inverse {terms.local(inverse)}"
        for kind, word in (("intersectionOf", " and "), ("unionOf", " or ")):
            if head := index.value(node, OWL + kind):
                return "(" + word.join(map(self.show, index.members(head))) + ")"
        if prop := index.value(node, OWL + "onProperty"):
            return str(self.restriction(node) or f"({self.show(prop)} ...)")
        return "(" + " o ".join(map(self.show, index.members(node))) + ")"

    # -- class expressions

    def bodies(self, node: str) -> list[tuple[Feature, ...]] | None:
        """A class expression in a body as alternative conjunctions of features; None if it is no body."""
        if not node.startswith("_:"):
            return None if reserved(node) else [(Feature("class", "", terms.local(node)),)]
        index = self.index
        if head := index.value(node, OWL + "intersectionOf"):
            found: list[tuple[Feature, ...]] = [()]
            for member in index.members(head):
                right = self.bodies(member)
                if right is None:
                    return None
                found = [(*one, *other) for one in found for other in right]
            return found
        if head := index.value(node, OWL + "unionOf"):
            parts = [self.bodies(member) for member in index.members(head)]
            return None if None in parts else [body for part in parts if part for body in part]
        feature = self.restriction(node)
        return [(feature,)] if feature else None

    def restriction(self, node: str) -> Feature | None:
        """A restriction as a feature; None if it is none."""
        index = self.index
        prop = index.value(node, OWL + "onProperty")
        if not prop or prop.startswith("_:"):
            return None
        prop = terms.local(prop)
        if value := index.value(node, OWL + "hasValue"):
            return Feature("value", prop, terms.local(value)) if ":" in value and value[:2] != "_:" else None
        if filler := index.value(node, OWL + "someValuesFrom"):
            limit = self.facet(filler)
            return Feature("facet", prop, *limit) if limit else self.filler("some", prop, filler)
        if (count := index.value(node, OWL + "minQualifiedCardinality")) != "0" and count:
            return self.filler("min", prop, index.value(node, OWL + "onClass"), count)
        return None

    def filler(self, kind: str, prop: str, filler: str, count: str = "") -> Feature | None:
        named = filler and not filler.startswith("_:") and not reserved(filler)
        return Feature(kind, prop, terms.local(filler), count) if named else None

    def facet(self, datatype: str) -> tuple[str, str] | None:
        """The one bound of a datatype restriction of decimals, and its limit."""
        index = self.index
        facets = index.members(index.value(datatype, OWL + "withRestrictions"))
        if len(facets) != 1 or index.value(datatype, OWL + "onDatatype") != XSD + "decimal":
            return None
        found = [(bound, limit) for iri, bound in FACETS.items() for limit in index.values(facets[0], iri)]
        return found[0] if len(found) == 1 else None

    def heads(self, node: str) -> list[Feature] | None:
        """A class expression in a head as features; None if it is no head."""
        if not node.startswith("_:"):
            return None if reserved(node) else [Feature("class", "", terms.local(node))]
        if head := self.index.value(node, OWL + "intersectionOf"):
            parts = [self.heads(member) for member in self.index.members(head)]
            return None if None in parts else [feature for part in parts if part for feature in part]
        feature = self.restriction(node)
        return [feature] if feature and feature.kind == "value" else None
