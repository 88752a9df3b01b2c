"""Proofs read back from RDF that `kg.render.rdf` wrote: nothing is believed, the ids of steps are made anew."""

from __future__ import annotations

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from typing import Final

import pyoxigraph as ox

from kg.errors import InputError, Problem
from kg.ontology import terms
from kg.proof.derivations import Conclusion
from kg.proof.proof import Proof, Step, step_id
from kg.proof.rdf_nodes import LOCAL, Node, conclusion_node
from kg.reasoner.rule_tables import Axiom

AXIOMS: Final = (
    *("subClassOf", "equivalentClass", "subPropertyOf", "propertyChainAxiom"),
    *("inverseOf", "domain", "range", "disjointWith", "members"),
)


class RdfProofReader:
    """Proofs out of triples, read once; everything is looked up, nothing believed: the ids are made anew."""

    def __init__(self, triples: Iterable[ox.Triple | ox.Quad]) -> None:
        self.spo: dict[tuple[ox.NamedNode, str], list[Node]] = {}
        for triple in triples:
            if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.NamedNode | ox.Literal):
                self.spo.setdefault((triple.subject, triple.predicate.value), []).append(triple.object)

    def values(self, node: ox.NamedNode, predicate: object) -> list[Node]:
        return self.spo.get((node, str(predicate)), [])

    def one(self, node: ox.NamedNode, predicate: object) -> Node:
        found = self.values(node, predicate)
        if not found:
            raise _lacks(node, str(predicate))
        return found[0]

    def linked(self, node: ox.NamedNode, predicate: object) -> ox.NamedNode:
        found = self.one(node, predicate)
        if not isinstance(found, ox.NamedNode):
            raise _lacks(node, str(predicate))
        return found

    def conclusion(self, node: ox.NamedNode) -> Conclusion:
        parts = [self.one(node, terms.RDF + prop) for prop in ("subject", "predicate", "object")]
        subject, predicate, value = (terms.local(part.value) for part in parts)
        return Conclusion(subject, LOCAL.get(predicate, predicate), value)

    def axiom(self, node: ox.NamedNode) -> Axiom:
        """An axiom by its text; the file in which it stands is not told."""
        subject, predicate, value = _parts(self.one(node, terms.term("axiomText")).value)
        return Axiom(subject, predicate, value, terms.local(self.one(node, terms.DCTERMS + "source").value), "")

    def proof(self, conclusion: Conclusion) -> Proof:
        """The proof of a conclusion. Raises InputError when the triples hold no whole proof of it."""
        node = conclusion_node(conclusion)
        steps = self._steps(self.linked(node, terms.term("hasProof")))
        order = sorted(steps.values(), key=lambda item: (item[0], item[1].conclusion))
        alternatives = int(self.one(node, terms.term("alternativeCount")).value)
        partial = self.one(node, terms.term("partial")).value == "true"
        return Proof(conclusion, tuple(step for _, step in order), alternatives, partial)

    def _steps(self, last: ox.NamedNode) -> dict[ox.NamedNode, tuple[int, Step]]:
        """Every step below a step with its height, premises first."""
        below: dict[ox.NamedNode, list[ox.NamedNode]] = {}
        todo = [last]
        while todo:
            if (node := todo.pop()) not in below:
                premises = self.values(node, terms.PROV + "wasDerivedFrom")
                below[node] = [one for one in premises if isinstance(one, ox.NamedNode)]
                todo += below[node]
        done: dict[ox.NamedNode, tuple[int, Step]] = {}
        try:
            for node in TopologicalSorter(below).static_order():
                done[node] = self._step(node, [done[premise] for premise in below[node]])
        except CycleError as error:
            raise InputError([Problem(last.value, "rests on itself.", "A proof has no circle.")]) from error
        return done

    def _step(self, node: ox.NamedNode, premises: list[tuple[int, Step]]) -> tuple[int, Step]:
        conclusion = self.conclusion(self.linked(node, terms.term("concludesThat")))
        rule = self.one(node, terms.term("byRule")).value
        axiom = self.axiom(self.linked(node, terms.term("byAxiom"))) if self._has_axiom(node) else None
        ids = tuple(step.id for _, step in premises)
        number = step_id(conclusion, rule, str(axiom) if axiom else None, ids)
        height = 1 + max((height for height, _ in premises), default=-1)
        return height, Step(number, conclusion, rule, axiom, ids)

    def _has_axiom(self, node: ox.NamedNode) -> bool:
        return bool(self.values(node, terms.term("byAxiom")))


def _parts(text: str) -> tuple[str, str, str]:
    """Subject, predicate and object of the text of an axiom; class expressions hold no name of an axiom."""
    for predicate in AXIOMS:
        subject, found, value = text.partition(f" {predicate} ")
        if found:
            return subject, predicate, value
    subject, predicate, value = text.split(" ", 2)
    return subject, predicate, value


def _lacks(node: ox.NamedNode, predicate: str) -> InputError:
    return InputError([Problem(node.value, f"has no {terms.local(predicate)}.", "Give the whole graph of a proof.")])


def proof_from_rdf(triples: Iterable[ox.Triple | ox.Quad], conclusion: Conclusion) -> Proof:
    """The proof of a conclusion out of a graph that `proof_triples` or `assessment_graph` made.

    The ids of its steps are hashes of what was read, not what the graph claims. Raises InputError when the graph
    has no whole proof of it.
    """
    return RdfProofReader(triples).proof(conclusion)
