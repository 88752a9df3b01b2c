"""Names of the nodes that stand for proofs in RDF: each is the hash of what the node says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

import pyoxigraph as ox

from kg.ontology import terms
from kg.proof.derivations import Conclusion
from kg.proof.proof import ProofLeaf

OUTSIDE: Final = {"type": terms.RDF + "type", "differentFrom": terms.OWL + "differentFrom"}
"""Predicates of conclusions that are no properties of ours."""
LOCAL: Final = {iri: name for name, iri in OUTSIDE.items()}
Node = ox.NamedNode | ox.Literal


def own(name: str) -> ox.NamedNode:
    """The node of a local name."""
    return ox.NamedNode(terms.BASE + name)


def _hashed(kind: str, content: str) -> ox.NamedNode:
    """A node by the first 128 bits of the SHA-256 of what it says."""
    return own(f"{kind}/{hashlib.sha256(content.encode()).hexdigest()[:32]}")


def step_node(identifier: str) -> ox.NamedNode:
    """The node of a proof step by its id, `sha256:` and the digest."""
    return own("step/" + identifier.removeprefix("sha256:"))


def assessment_node(identifier: str) -> ox.NamedNode:
    """The node of an assessment by its id."""
    return own("assessment/" + identifier.removeprefix("sha256:"))


def conclusion_node(conclusion: Conclusion) -> ox.NamedNode:
    """The node of a statement about a patient."""
    return _hashed("conclusion", str(conclusion))


def axiom_node(text: str) -> ox.NamedNode:
    """The node of an axiom by its text."""
    return _hashed("axiom", text)


def justification_node(conclusion: Conclusion, leaves: Iterable[ProofLeaf]) -> ox.NamedNode:
    """The node of one justification of a conclusion."""
    return _hashed("justification", "\n".join((str(conclusion), *sorted(leaf.text for leaf in leaves))))


def shared_elements_node(conclusion: Conclusion) -> ox.NamedNode:
    """The node of the elements that all justifications of a conclusion have."""
    return _hashed("shared", str(conclusion))


def predicate_node(name: str) -> ox.NamedNode:
    """The property that a conclusion's predicate stands for."""
    return ox.NamedNode(OUTSIDE.get(name, terms.BASE + name))


def object_node(conclusion: Conclusion) -> Node:
    """The object of a conclusion: an individual, a class, or a decimal."""
    if conclusion.predicate in terms.BOUNDS:
        return ox.Literal(conclusion.object, datatype=ox.NamedNode(terms.XSD + "decimal"))
    return own(conclusion.object)
