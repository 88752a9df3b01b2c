"""Collects the triples of assessments and proofs, each once, in the vocabulary of ontology/core.ttl and PROV-O.

A step holds what is its own: its rule and its premises. Its axiom and its conclusion are nodes that steps share.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pyoxigraph as ox

from kg import __version__
from kg.ontology import terms
from kg.proof.derivations import Conclusion
from kg.proof.proof import Proof, ProofLeaf, Step
from kg.proof.rdf_nodes import (
    Node,
    axiom_node,
    conclusion_node,
    justification_node,
    object_node,
    own,
    predicate_node,
    shared_elements_node,
    step_node,
)
from kg.reasoner.rule_tables import Axiom

ENTITIES: Final = ("ProofStep", "ProofAxiom", "Justification", "Conclusion", "FactSet")


def iri_node(iri: object) -> ox.NamedNode:
    """The node of an IRI."""
    return ox.NamedNode(str(iri))


class GraphWriter:
    """Collects triples, each once."""

    def __init__(self) -> None:
        self.triples: dict[ox.Triple, None] = {}

    def say(self, subject: ox.NamedNode, predicate: object, value: Node) -> None:
        """One triple."""
        self.triples[ox.Triple(subject, iri_node(predicate), value)] = None

    def own(self, subject: ox.NamedNode, name: str, value: Node) -> None:
        """One triple with a property of the project."""
        self.say(subject, terms.BASE + name, value)

    def text(self, subject: ox.NamedNode, name: str, value: str) -> None:
        """One triple with a property of the project and a text."""
        self.own(subject, name, ox.Literal(value))

    def kinds(self, subject: ox.NamedNode, *kinds: object) -> None:
        """The classes of something."""
        for kind in kinds:
            self.say(subject, terms.RDF + "type", iri_node(kind))

    def schema(self) -> None:
        """What all nodes of a class share, said once: they are entities of PROV-O, conclusions are statements."""
        for name in ENTITIES:
            self.say(own(name), terms.RDFS + "subClassOf", iri_node(terms.PROV + "Entity"))
        self.say(own("Conclusion"), terms.RDFS + "subClassOf", iri_node(terms.RDF + "Statement"))

    def statement(self, conclusion: Conclusion) -> ox.NamedNode:
        """A statement about a patient, reified so that proofs can point at it."""
        node = conclusion_node(conclusion)
        self.kinds(node, terms.term("Conclusion"))
        self.say(node, terms.RDF + "subject", own(conclusion.subject))
        self.say(node, terms.RDF + "predicate", predicate_node(conclusion.predicate))
        self.say(node, terms.RDF + "object", object_node(conclusion))
        return node

    def agent(self, activity: ox.NamedNode) -> None:
        """The program that carried out an activity."""
        agent = own(f"program/{__version__}")
        self.say(activity, terms.PROV + "wasAssociatedWith", agent)
        self.kinds(agent, terms.PROV + "SoftwareAgent")
        self.say(agent, terms.RDFS + "label", ox.Literal(f"Warrant {__version__}"))

    def fact(self, conclusion: Conclusion) -> None:
        """The statement itself as a triple."""
        self.say(own(conclusion.subject), predicate_node(conclusion.predicate).value, object_node(conclusion))

    def axiom(self, axiom: Axiom | ProofLeaf) -> ox.NamedNode:
        """An axiom as proofs name it, with its source."""
        text = axiom.text if isinstance(axiom, ProofLeaf) else str(axiom)
        node = axiom_node(text)
        self.kinds(node, terms.term("ProofAxiom"))
        self.text(node, "axiomText", text)
        self.say(node, terms.DCTERMS + "source", own(axiom.source))
        return node

    def step(self, step: Step) -> ox.NamedNode:
        """A step of a proof: what it concludes, by which rule and axiom, from which steps."""
        node = step_node(step.id)
        self.kinds(node, terms.term("ProofStep"))
        self.own(node, "concludesThat", self.statement(step.conclusion))
        self.text(node, "byRule", step.rule)
        if step.axiom:
            self.own(node, "byAxiom", self.axiom(step.axiom))
        for premise in step.premises:
            self.say(node, terms.PROV + "wasDerivedFrom", step_node(premise))
        return node

    def proof(self, proof: Proof) -> ox.NamedNode:
        """A proof: its steps, and what its conclusion knows of other ways."""
        self.schema()
        for step in proof.steps:
            self.step(step)
        node = self.statement(proof.conclusion)
        self.own(node, "hasProof", step_node(proof.id))
        self.own(node, "alternativeCount", ox.Literal(proof.alternatives))
        self.own(node, "partial", ox.Literal(proof.partial))
        return node

    def justifications(self, conclusion: Conclusion, sets: Iterable[frozenset[ProofLeaf]]) -> None:
        """The minimal sets of a conclusion; the elements that they all have stand once, at a node that they share."""
        rows = list(sets)
        common = frozenset.intersection(*rows) if len(rows) > 1 else frozenset()
        shared = shared_elements_node(conclusion)
        for leaf in common:
            self.own(shared, "element", self._element(leaf))
        for leaves in rows:
            node = justification_node(conclusion, leaves)
            self.kinds(node, terms.term("Justification"))
            self.own(conclusion_node(conclusion), "hasJustification", node)
            if common:
                self.own(node, "sharedElements", shared)
            for leaf in leaves - common:
                self.own(node, "element", self._element(leaf))

    def _element(self, leaf: ProofLeaf) -> ox.NamedNode:
        if leaf.source:
            return self.axiom(leaf)
        return self.statement(Conclusion(*leaf.text.split(" ")))
