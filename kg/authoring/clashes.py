"""Statements that cannot hold together, as conclusions: `hasClash value X`, never an inconsistency."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import permutations

from kg.authoring import nodes
from kg.authoring.condition_names import GENERATED
from kg.authoring.owl import Module
from kg.authoring.vocabulary import Vocabulary
from kg.ontology.kinds import TREATMENTS, ConceptKind
from kg.ontology.manchester import And, Named, Some, Value


def write_clashes(module: Module, vocabulary: Vocabulary) -> None:
    """Present and absent together: `hasClash value X`, per concept and per context."""
    for term in vocabulary.terms:
        for present, absent in _contexts(term.kind):
            body = And((Some(present, Named(term.name)), Value(absent, term.name)))
            module.subclass(body, Value("hasClash", term.name), GENERATED)


def write_exclusive_positions(module: Module, vocabulary: Vocabulary) -> None:
    """Statements that one quantity is low and normal, or low and high: `hasClash value X`, for either of them."""
    axes = sorted((axis, name) for name, axis in vocabulary.axes.items())
    for (one, first), (other, second) in permutations(axes, 2):
        if one[0] == other[0] and one[1] != other[1]:
            both = And((Some("hasStatedFinding", Named(first)), Some("hasStatedFinding", Named(second))))
            module.subclass(both, Value("hasClash", first), nodes.source("exclusive-positions"))


def _contexts(kind: ConceptKind) -> Iterable[tuple[str, str]]:
    """The properties of presence and absence that cannot both hold of an entry of a kind."""
    match kind:
        case ConceptKind.FINDING | ConceptKind.CONDITION:
            yield "hasStatedFinding", "hasAbsent"
        case ConceptKind.DRUG | ConceptKind.THERAPY:
            yield "receives", "hasAbsent"
    if kind in (ConceptKind.CONDITION, ConceptKind.FINDING, ConceptKind.HISTORY, *TREATMENTS):
        yield "hasHistoryOf", "hasNoHistoryOf"
    match kind:
        case ConceptKind.DRUG | ConceptKind.THERAPY:
            yield "plans", "hasNoPlanFor"
        case ConceptKind.CONDITION | ConceptKind.SUSPICION:
            yield "hasSuspicionOf", "hasNoSuspicionOf"
        case ConceptKind.INTENT:
            yield "hasIntent", "hasNoIntentOf"
