"""Proofs and justifications, read off a patient's derivations.

A proof is a DAG of steps with content-hashed ids whose leaves are facts of the patient and assertions of the ontology.
A justification is a minimal set of axioms and facts that entails a conclusion.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from kg.errors import WarrantError
from kg.proof.derivations import Conclusion, Derivations, Node, Way
from kg.reasoner.rules import Axiom

if TYPE_CHECKING:
    import networkx as nx

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
    "cax-dw": "{c}, since these exclude each other: {a}",
    "cax-adc": "{c}, since these exclude each other: {a}",
}


class NotEntailed(WarrantError):
    """A proof was asked for something that does not follow."""


class Step(NamedTuple):
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
        import networkx as nx  # noqa: PLC0415 - a fifth of a cold start, and few ask for the graph

        graph: nx.DiGraph[str] = nx.DiGraph()
        for step in self.steps:
            graph.add_node(step.id, step=step)
            graph.add_edges_from((premise, step.id) for premise in step.premises)
        return graph

    def to_json(self) -> dict[str, Any]:
        """The form of docs/contract.md, "A proof"."""
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
    """Proofs and justifications of one patient's conclusions. Proofs share their steps."""

    def __init__(self, derivations: Derivations) -> None:
        self.derivations = derivations
        self._found: dict[Node, tuple[frozenset[ProofLeaf], ...]] = {}
        self._partial: set[Node] = set()
        self._made: dict[Node, Step] = {}

    @property
    def partial(self) -> frozenset[Conclusion]:
        """What may have more derivations or justifications than were looked at."""
        return frozenset(map(self.derivations.text, self._partial | self.derivations.cut))

    def proof(self, conclusion: Conclusion) -> Proof:
        """The lowest proof of a conclusion. Raises NotEntailed."""
        (node,), lowest = self._nodes([conclusion])
        found: dict[Node, Step] = {}
        self._prove(node, lowest, found)
        known = self.derivations
        return Proof(conclusion, tuple(found.values()), len(known.group(node)), node in known.cut)

    def ends(self, conclusions: Sequence[Conclusion]) -> Mapping[Conclusion, Step]:
        """The step that ends the lowest proof of each conclusion. Raises NotEntailed."""
        nodes, lowest = self._nodes(conclusions)
        self._steps(nodes, lowest)
        return {conclusion: self._made[node] for conclusion, node in zip(conclusions, nodes, strict=True)}

    def steps(self, conclusions: Iterable[Conclusion]) -> tuple[Step, ...]:
        """The lowest proofs of all these as one DAG: each step once, premises before what rests on them.

        Raises NotEntailed.
        """
        return self._steps(*self._nodes(conclusions))

    def _nodes(self, conclusions: Iterable[Conclusion]) -> tuple[list[Node], Mapping[Node, Way]]:
        """The conclusions as nodes, and lowest proofs with theirs among them."""
        nodes = list(map(self.derivations.node, conclusions))
        lowest = self.derivations.lowest(nodes)
        for node in nodes:
            if node not in lowest:
                raise NotEntailed(f"{self.derivations.text(node)} does not follow")
        return nodes, lowest

    def _steps(self, nodes: Iterable[Node], lowest: Mapping[Node, Way]) -> tuple[Step, ...]:
        todo, needed = list(nodes), set[Node]()
        while todo:
            node = todo.pop()
            if node not in needed:
                needed.add(node)
                todo += lowest[node][3]
        return tuple([self._step(way) for node, way in lowest.items() if node in needed])

    def _prove(self, node: Node, lowest: Mapping[Node, Way], found: dict[Node, Step]) -> None:
        """Adds the lowest proof of a node, each premise in full before the next."""
        way = lowest[node]
        for premise in way[3]:
            if premise not in found:
                self._prove(premise, lowest, found)
        found[node] = self._step(way)

    def _step(self, way: Way) -> Step:
        """The step that an instance is, once its premises have theirs; it is made once."""
        made, (node, rule, number, premises) = self._made, way
        step = made.get(node)
        if step is None:
            before = tuple([made[premise].id for premise in premises])
            conclusion = self.derivations.text(node)
            axiom, text = (None, None) if number is None else self.derivations.axiom(number)
            step = made[node] = Step(step_id(conclusion, rule, text, before), conclusion, rule, axiom, before)
        return step

    # -- justifications

    def justifications(self, conclusion: Conclusion) -> tuple[frozenset[ProofLeaf], ...]:
        """Minimal sets of axioms and facts that entail a conclusion, smallest first, up to JUSTIFICATIONS.

        Where the bound was met, by it or by what it may rest on, it is in `partial`: then others may be missing.
        Raises NotEntailed.
        """
        (node,), _ = self._nodes([conclusion])
        below = self._may_rest_on(node)
        self._partial |= self.derivations.cut
        self._close(below)
        if not self._partial.isdisjoint(below):
            self._partial.add(node)
        return self._found[node]

    def _close(self, nodes: Collection[Node]) -> None:
        """Least fixpoint over everything a conclusion may rest on; cycles add no minimal set."""
        heights, text = self.derivations.heights(nodes), self.derivations.text
        below = sorted(nodes, key=lambda node: (heights[node], text(node)))
        for node in below:
            self._found.setdefault(node, ())
        changed = True
        while changed:
            changed = False
            for node in below:
                new = self._combine(node)
                if new != self._found[node]:
                    self._found[node] = new
                    changed = True

    def _may_rest_on(self, node: Node) -> set[Node]:
        """Everything that follows in any derivation of a node."""
        found, todo = {node}, [node]
        while todo:
            for _, _, _, premises in self.derivations.group(todo.pop()):
                for premise in premises:
                    if premise not in found:
                        found.add(premise)
                        todo.append(premise)
        return found & self.derivations.heights(found).keys()

    def _combine(self, node: Node) -> tuple[frozenset[ProofLeaf], ...]:
        sets = set(self._found[node])
        for way in self.derivations.group(node):
            sets |= self._of_way(way)
        minimal = _minimal(sets)
        if len(minimal) > JUSTIFICATIONS:
            self._partial.add(node)
        return minimal[:JUSTIFICATIONS]

    def _of_way(self, way: Way) -> set[frozenset[ProofLeaf]]:
        sets = {frozenset((self._leaf(way),))}
        for premise in way[3]:
            sets = {left | right for left in sets for right in self._found.get(premise, ())}
            if len(sets) > JUSTIFICATIONS:
                sets = set(_minimal(sets))
            if len(sets) > JUSTIFICATIONS:
                self._partial.add(way[0])
                sets = set(_minimal(sets)[:JUSTIFICATIONS])
        return sets

    def _leaf(self, way: Way) -> ProofLeaf:
        if way[2] is None:
            return ProofLeaf(str(self.derivations.text(way[0])))
        axiom, text = self.derivations.axiom(way[2])
        return ProofLeaf(text, axiom.source)

    def sources(self, conclusion: Conclusion) -> tuple[frozenset[str], ...]:
        """The minimal sets of sources that a conclusion rests on; facts of the patient are not sources."""
        sets = {frozenset(leaf.source for leaf in found if leaf.source) for found in self.justifications(conclusion)}
        return tuple(
            found for found in sorted(sets, key=lambda one: (len(one), sorted(one))) if not any(o < found for o in sets)
        )


@dataclass(frozen=True, order=True)
class ProofLeaf:
    """An element of a justification: an axiom with its source, or a fact of the patient (no source)."""

    text: str
    source: str = ""


def _minimal(sets: Iterable[frozenset[ProofLeaf]]) -> tuple[frozenset[ProofLeaf], ...]:
    found: list[frozenset[ProofLeaf]] = []
    for one in sorted(sets, key=lambda item: (len(item), sorted(item))):
        if not any(other <= one for other in found):
            found.append(one)
    return tuple(found)
