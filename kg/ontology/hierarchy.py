"""What stands above and below each concept: the tree, and definitions by what a condition can cause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from kg.ontology import terms
from kg.ontology.index import Index
from kg.ontology.model import Concept
from kg.ontology.reach import reach

_OWL: Final = "http://www.w3.org/2002/07/owl#"
_SUBCLASS: Final = terms.RDFS + "subClassOf"


@dataclass(frozen=True)
class Hierarchy:
    """Concepts by local name, and of each that stands for the causes of a finding, those causes."""

    concepts: Mapping[str, Concept]
    causes_of: Mapping[str, frozenset[str]]

    @cached_property
    def narrower(self) -> Mapping[str, tuple[str, ...]]:
        """Concept → concepts directly below it in the tree."""
        found: dict[str, list[str]] = {name: [] for name in self.concepts}
        for name, concept in self.concepts.items():
            for parent in concept.parents:
                found[parent].append(name)
        return {name: tuple(children) for name, children in found.items()}

    @cached_property
    def ancestors(self) -> Mapping[str, frozenset[str]]:
        """Concept → itself and everything above it."""
        defined: dict[str, list[str]] = {}
        for name, causes in self.causes_of.items():
            for cause in causes:
                defined.setdefault(cause, []).append(name)
        above = {name: (*concept.parents, *defined.get(name, ())) for name, concept in self.concepts.items()}
        return {name: reach(name, above.__getitem__) for name in self.concepts}

    @cached_property
    def descendants(self) -> Mapping[str, frozenset[str]]:
        """Concept → itself and everything below it."""
        below = {name: (*one, *self.causes_of.get(name, ())) for name, one in self.narrower.items()}
        return {name: reach(name, below.__getitem__) for name in self.concepts}


def causes_of(index: Index) -> Mapping[str, frozenset[str]]:
    """Concept above `canCause value X` → the concepts below it."""
    causes: dict[str, set[str]] = {}
    defined: dict[str, set[str]] = {}
    for node in index.subjects(_OWL + "onProperty", terms.BASE + "canCause"):
        effect = index.value(node, _OWL + "hasValue")
        causes.setdefault(effect, set()).update(map(terms.local, index.subjects(_SUBCLASS, node)))
        defined.setdefault(effect, set()).update(map(terms.local, index.values(node, _SUBCLASS)))
    return {name: frozenset(causes[effect] - names) for effect, names in defined.items() for name in names}


def quantities_yielded(index: Index) -> Mapping[str, tuple[str, ...]]:
    """Test → the quantities of which it gives values."""
    tests = index.having(terms.BASE + "yields")
    return {terms.local(test): tuple(sorted(index.own(test, "yields"))) for test in tests}
