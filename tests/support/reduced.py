"""A patient's derivations with most of what they rest on taken away."""

from __future__ import annotations

from collections.abc import Iterable

from kg.proof.derivations import Derivations
from kg.proof.proof import ProofLeaf


def left(known: Derivations, leaves: Iterable[ProofLeaf]) -> Derivations:
    """What can be derived from some facts and axioms alone."""
    texts = {leaf.text for leaf in leaves}
    kept = {
        conclusion: tuple(i for i in group if str(conclusion if i.axiom is None else known.axioms[i.axiom]) in texts)
        for conclusion, group in known.instances.items()
    }
    return Derivations(kept, known.axioms)
