"""Proofs and justifications, read off a patient's derivations.

A proof is a DAG of steps with content-hashed ids whose leaves are facts of the patient and assertions of the ontology.
A justification is a minimal set of axioms and facts that entails a conclusion.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import networkx as nx

from kg.derivations import Conclusion, Derivations, Instance
from kg.errors import WarrantError
from kg.rules import Axiom

JUSTIFICATIONS: Final = 64
FACT_LEAVES: Final = ("stated", "computed", "asserted absent", "about the record")
SENTENCES: Final[Mapping[str, str]] = {
    "stated": "{c}: stated in the record",
    "computed": "{c}: computed from what the record states",
    "asserted absent": "{c}: the record states the absence",
    "about the record": "{c}: true of the record",
    "ontology": "{c}: asserted in the ontology",
    "cax-sco": "{c}, since {a}",
    "cls-int1": "{c}, since all parts hold of {a}",
    "cls-svf1": "{c}, since there is such a link: {a}",
    "cls-hv2": "{c}, since it has this value: {a}",
    "cls-minqc": "{c}, since there are enough different ones: {a}",
    "dt-facet": "{c}, since the value is on this side of the limit: {a}",
    "prp-spo1": "{c}, since {a}",
    "prp-spo2": "{c}, by the chain {a}",
    "prp-inv": "{c}, the other way round: {a}",
    "prp-dom": "{c}, since whatever has it is one: {a}",
    "prp-rng": "{c}, since whatever it leads to is one: {a}",
}


class NotEntailed(WarrantError):
    """A proof was asked for something that does not follow."""


@dataclass(frozen=True)
class Step:
    """One step of a proof. `id` is the hash of what it says and of its premises' ids."""

    id: str
    conclusion: Conclusion
    rule: str
    axiom: Axiom | None
    premises: tuple[str, ...]

    @property
    def sentence(self) -> str:
        return SENTENCES[self.rule].format(c=self.conclusion, a=self.axiom)

    @property
    def source(self) -> str:
        return self.axiom.source if self.axiom else "record"

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "conclusion": list(self.conclusion),
            "rule": self.rule,
            "axiom": str(self.axiom) if self.axiom else None,
            "premises": list(self.premises),
            "sentence": self.sentence,
            "source": self.source,
        }


@dataclass(frozen=True)
class Proof:
    """A conclusion with its steps, premises before what rests on them. It cannot be made without steps."""

    conclusion: Conclusion
    steps: tuple[Step, ...]
    alternatives: int
    partial: bool

    def __post_init__(self) -> None:
        if not self.steps or self.steps[-1].conclusion != self.conclusion:
            raise NotEntailed(f"no proof of {self.conclusion}")

    @property
    def id(self) -> str:
        return self.steps[-1].id

    @cached_property
    def facts(self) -> tuple[Conclusion, ...]:
        """The leaves that are facts of the patient."""
        return tuple(step.conclusion for step in self.steps if step.rule in FACT_LEAVES)

    @cached_property
    def axioms(self) -> tuple[Axiom, ...]:
        """The axioms that the steps name, each once."""
        return tuple(dict.fromkeys(step.axiom for step in self.steps if step.axiom))

    @cached_property
    def graph(self) -> nx.DiGraph[str]:
        """Premise → step, with the step as node attribute `step`."""
        graph: nx.DiGraph[str] = nx.DiGraph()
        for step in self.steps:
            graph.add_node(step.id, step=step)
            graph.add_edges_from((premise, step.id) for premise in step.premises)
        return graph

    def to_json(self) -> dict[str, Any]:
        """The form of INTERFACE.md, "A proof"."""
        return {
            "conclusion": list(self.conclusion),
            "steps": [step.to_json() for step in self.steps],
            "facts": [list(fact) for fact in self.facts],
            "justification": sorted(map(str, self.axioms)),
            "alternatives": self.alternatives,
            "partial": self.partial,
        }


def step_id(conclusion: Iterable[str], rule: str, axiom: str | None, premises: Iterable[str]) -> str:
    """The content hash of a step: the same step has the same id everywhere."""
    content = "\n".join((*conclusion, rule, axiom or "", *sorted(premises)))
    return "sha256:" + hashlib.sha256(content.encode()).hexdigest()


class Explainer:
    """Proofs and justifications of one patient's conclusions."""

    def __init__(self, derivations: Derivations) -> None:
        self.derivations = derivations
        self._steps: dict[Conclusion, Step] = {}
        self._found: dict[Conclusion, tuple[frozenset[Leaf], ...]] = {}
        self.partial: set[Conclusion] = set(derivations.cut)

    def proof(self, conclusion: Conclusion) -> Proof:
        """The lowest proof of a conclusion. Raises NotEntailed."""
        if conclusion not in self.derivations.depth:
            raise NotEntailed(f"{conclusion} does not follow")
        order = sorted(self._rests_on(conclusion), key=lambda item: (self.derivations.depth[item], item))
        steps = tuple(map(self.step, order))
        return Proof(conclusion, steps, len(self.derivations.instances[conclusion]), conclusion in self.derivations.cut)

    def _rests_on(self, conclusion: Conclusion) -> set[Conclusion]:
        best = self.derivations.best
        found, todo = {conclusion}, [conclusion]
        while todo:
            new = set(best[todo.pop()].premises) - found
            found |= new
            todo.extend(new)
        return found

    def step(self, conclusion: Conclusion) -> Step:
        """The step that ends the lowest proof of a conclusion; steps are shared by all proofs of a patient."""
        step = self._steps.get(conclusion)
        if step is None:
            instance = self.derivations.best[conclusion]
            premises = tuple(self.step(premise).id for premise in instance.premises)
            axiom = None if instance.axiom is None else self.derivations.axioms[instance.axiom]
            number = step_id(conclusion, instance.rule, str(axiom) if axiom else None, premises)
            step = self._steps[conclusion] = Step(number, conclusion, instance.rule, axiom, premises)
        return step

    # -- justifications

    def justifications(self, conclusion: Conclusion) -> tuple[frozenset[Leaf], ...]:
        """Minimal sets of axioms and facts that entail a conclusion, smallest first, up to JUSTIFICATIONS.

        Where the bound was met, by it or by what it may rest on, it is in `partial`: then others may be missing.
        Raises NotEntailed.
        """
        if conclusion not in self.derivations.depth:
            raise NotEntailed(f"{conclusion} does not follow")
        below = self._below(conclusion)
        self._close(below)
        if not self.partial.isdisjoint(below):
            self.partial.add(conclusion)
        return self._found[conclusion]

    def _close(self, conclusions: Iterable[Conclusion]) -> None:
        """Least fixpoint over everything a conclusion may rest on; cycles add no minimal set."""
        below = sorted(conclusions, key=lambda item: (self.derivations.depth[item], item))
        for item in below:
            self._found.setdefault(item, ())
        changed = True
        while changed:
            changed = False
            for item in below:
                new = self._combine(item)
                if new != self._found[item]:
                    self._found[item] = new
                    changed = True

    def _below(self, conclusion: Conclusion) -> set[Conclusion]:
        found, todo = {conclusion}, [conclusion]
        while todo:
            for instance in self.derivations.instances[todo.pop()]:
                for premise in instance.premises:
                    if premise not in found and premise in self.derivations.depth:
                        found.add(premise)
                        todo.append(premise)
        return found

    def _combine(self, conclusion: Conclusion) -> tuple[frozenset[Leaf], ...]:
        sets = set(self._found[conclusion])
        for instance in self.derivations.instances[conclusion]:
            sets |= self._of_instance(instance)
        minimal = _minimal(sets)
        if len(minimal) > JUSTIFICATIONS:
            self.partial.add(conclusion)
        return minimal[:JUSTIFICATIONS]

    def _of_instance(self, instance: Instance) -> set[frozenset[Leaf]]:
        own: frozenset[Leaf] = frozenset({_leaf(instance, self.derivations.axioms)})
        if not instance.premises:
            return {own}
        sets = {own}
        for premise in instance.premises:
            sets = {left | right for left in sets for right in self._found.get(premise, ())}
            if len(sets) > JUSTIFICATIONS:
                sets = set(_minimal(sets))
            if len(sets) > JUSTIFICATIONS:
                self.partial.add(instance.conclusion)
                sets = set(_minimal(sets)[:JUSTIFICATIONS])
        return sets

    def sources(self, conclusion: Conclusion) -> tuple[frozenset[str], ...]:
        """The minimal sets of sources that a conclusion rests on; facts of the patient are not sources."""
        sets = {frozenset(leaf.source for leaf in found if leaf.source) for found in self.justifications(conclusion)}
        return tuple(
            found for found in sorted(sets, key=lambda one: (len(one), sorted(one))) if not any(o < found for o in sets)
        )


@dataclass(frozen=True, order=True)
class Leaf:
    """An element of a justification: an axiom with its source, or a fact of the patient (no source)."""

    text: str
    source: str = ""


def _leaf(instance: Instance, axioms: Sequence[Axiom]) -> Leaf:
    if instance.axiom is None:
        return Leaf(str(instance.conclusion))
    axiom = axioms[instance.axiom]
    return Leaf(str(axiom), axiom.source)


def _minimal(sets: Iterable[frozenset[Leaf]]) -> tuple[frozenset[Leaf], ...]:
    found: list[frozenset[Leaf]] = []
    for one in sorted(sets, key=lambda item: (len(item), sorted(item))):
        if not any(other <= one for other in found):
            found.append(one)
    return tuple(found)
