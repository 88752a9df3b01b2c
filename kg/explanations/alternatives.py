"""The alternative explanations of a conclusion, ranked by length and by the state of their sources."""

from __future__ import annotations

from dataclasses import dataclass

from kg.assess import Assessment
from kg.ontology.compiled import Ontology
from kg.proof.derivations import Conclusion
from kg.proof.proof import Explainer

CLAIM = "claim/"


@dataclass(frozen=True)
class Alternative:
    """One minimal set of facts and axioms that proves a conclusion, and how firm its sources are.

    `open_markers` counts the markers of its claims that do not resolve to a reference, `unmarked` its claims without a
    marker, `doubts` the doubts about its claims.
    """

    facts: tuple[str, ...]
    axioms: tuple[str, ...]
    claims: tuple[str, ...]
    open_markers: int
    unmarked: int
    doubts: int

    @property
    def length(self) -> int:
        """The number of facts and axioms."""
        return len(self.facts) + len(self.axioms)


@dataclass(frozen=True)
class Alternatives:
    """All alternatives in two orders; `partial` where there may be more."""

    by_length: tuple[Alternative, ...]
    by_sources: tuple[Alternative, ...]
    partial: bool


def alternatives(assessment: Assessment, explainer: Explainer, conclusion: Conclusion) -> Alternatives:
    """Every minimal set that proves a conclusion: the shortest first, and the one with the firmest sources first.

    Raises NotEntailed.
    """
    sets = explainer.justifications(conclusion)
    found = []
    for leaves in sets:
        facts = tuple(sorted(leaf.text for leaf in leaves if not leaf.source))
        axioms = tuple(sorted(leaf.text for leaf in leaves if leaf.source))
        named = {leaf.source.removeprefix(CLAIM) for leaf in leaves if leaf.source.startswith(CLAIM)}
        found.append(_alternative(assessment.ontology, facts, axioms, tuple(sorted(named))))
    by_length = sorted(found, key=lambda one: (one.length, one.facts, one.axioms))
    by_sources = sorted(by_length, key=lambda one: (one.open_markers + one.unmarked, one.doubts, len(one.claims)))
    return Alternatives(tuple(by_length), tuple(by_sources), conclusion in explainer.partial)


def _alternative(
    ontology: Ontology, facts: tuple[str, ...], axioms: tuple[str, ...], names: tuple[str, ...]
) -> Alternative:
    claims = [ontology.claims[name] for name in names]
    return Alternative(
        facts=facts,
        axioms=axioms,
        claims=names,
        open_markers=sum(not marker.reference for claim in claims for marker in claim.markers),
        unmarked=sum(not claim.markers for claim in claims),
        doubts=sum(len(claim.doubts) for claim in claims),
    )
