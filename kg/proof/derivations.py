"""All derivations of one patient as a hypergraph: conclusions, and for each every instance of a rule that gives it.

A conclusion is plain: an individual is of a class, or is related to another. Everything that explains (proofs,
alternatives, justifications, retraction) works on this graph and knows nothing of the engine's insides, which
`kg.proof.engine_trace` reads.

A node is a conclusion, or the number of one: text is made of it when it is asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from kg.reasoner.rule_tables import Axiom, AxiomNumber
from kg.reasoner.rule_views import Conclusion, Node, Way


class Instance(NamedTuple):
    """One application of a rule. Leaves have no premises: a fact (no axiom) or an assertion of the ontology."""

    conclusion: Conclusion
    rule: str
    axiom: AxiomNumber | None
    premises: tuple[Conclusion, ...]


class Derivations:
    """Conclusion → its instances, and the axioms they name. `cut` are those with more instances than are kept."""

    def __init__(
        self,
        instances: Mapping[Conclusion, Sequence[Instance]],
        axioms: Sequence[Axiom],
        cut: Iterable[Conclusion] = (),
    ) -> None:
        self._known: dict[Node, list[Way]] = {conclusion: list(group) for conclusion, group in instances.items()}
        self.axioms = axioms
        self.cut: set[Node] = set(cut)
        self._nothing_looked_at()

    def _nothing_looked_at(self) -> None:
        self._looked_at: set[Node] = set()
        self._level: dict[Node, int] = {}
        self._best: dict[Node, Way] = {}

    @property
    def ways(self) -> Mapping[Node, Sequence[Way]]:
        """Every node with its instances."""
        return self._known

    def group(self, node: Node) -> Sequence[Way]:
        """The instances of a node; none where it does not follow."""
        return self._known.get(node, ())

    def node(self, conclusion: Conclusion) -> Node:
        """What stands for a conclusion in `ways`."""
        return conclusion

    def text(self, node: Node) -> Conclusion:
        """The conclusion that a node stands for."""
        if isinstance(node, int):
            raise TypeError(f"{node}: these derivations have no numbers")
        return node

    @cached_property
    def instances(self) -> Mapping[Conclusion, tuple[Instance, ...]]:
        """Everything as text."""
        found: dict[Conclusion, tuple[Instance, ...]] = {}
        for node, group in self.ways.items():
            head = self.text(node)
            found[head] = tuple(
                Instance(head, rule, axiom, tuple(map(self.text, past))) for _, rule, axiom, past in group
            )
        return found

    def axiom(self, number: AxiomNumber) -> tuple[Axiom, str]:
        """An axiom and its text."""
        return self.axioms[number], str(self.axioms[number])

    @cached_property
    def depth(self) -> Mapping[Conclusion, int]:
        """The height of the lowest derivation of each conclusion: leaves are 0."""
        return {self.text(node): level for node, level in self.level.items()}

    @cached_property
    def level(self) -> Mapping[Node, int]:
        """`depth` by node."""
        self._settle([node for node in self.ways if node not in self._looked_at])
        return self._level

    def lowest(self, nodes: Iterable[Node]) -> Mapping[Node, Way]:
        """The instance of lowest height of every node that follows, and of each that its lowest proof rests on.

        Ties are broken by content, so the choice never varies. Other nodes may be there or not. Whatever an instance
        rests on stands before it.
        """
        if new := [node for node in nodes if node not in self._looked_at]:
            self._settle(self._below(new))
        return self._best

    def heights(self, nodes: Iterable[Node]) -> Mapping[Node, int]:
        """`level` for these nodes, as far as they follow. Other nodes may be there or not."""
        self.lowest(nodes)
        return self._level

    def _below(self, nodes: Iterable[Node]) -> list[Node]:
        """Nodes and what their lowest proofs may rest on, as far as not looked at. Nothing is lower than a leaf."""
        seen, found = self._looked_at, dict.fromkeys(nodes)
        todo = list(found)
        while todo:
            node = todo.pop()
            if self._is_leaf(node):
                continue
            for way in self.group(node):
                for premise in way[3]:
                    if premise not in found and premise not in seen:
                        found[premise] = None
                        todo.append(premise)
        return list(found)

    def _is_leaf(self, node: Node) -> bool:
        """Whether a fact or an assertion is the first instance of a node, whatever else gives it."""
        group = self._known.get(node)
        return not group[0][3] if group else False

    def _settle(self, nodes: list[Node]) -> None:
        """Breadth first: an instance is ready when the last of its premises is found.

        Nodes looked at before keep their heights: whatever their lowest proofs rest on was looked at with them.
        """
        level, best = self._level, self._best
        self._looked_at.update(nodes)
        single, several, ready = self._waiting(nodes)
        before: dict[int, list[Node]] = {}
        if level:
            for premise in {*single, *several} & level.keys():
                before.setdefault(level[premise], []).append(premise)
        height = 0
        while ready or before:
            new: dict[Node, Way] = {}
            ties: dict[Node, list[Way]] = {}
            for way in ready:
                node = way[0]
                if node not in level:
                    if node in new:
                        ties.setdefault(node, [new[node]]).append(way)
                    else:
                        new[node] = way
            level |= dict.fromkeys(new, height)
            best |= new
            best |= {node: self._first(ways) for node, ways in ties.items()}
            ready = []
            for node in (*new, *before.pop(height)) if height in before else new:
                if node in single:
                    ready += single[node]
                if node in several:
                    for waiting in several[node]:
                        waiting[0] -= 1
                        if not waiting[0]:
                            ready.append(waiting[1])
            height += 1

    def _waiting(self, nodes: Iterable[Node]) -> tuple[dict[Node, list[Way]], dict[Node, list[list[Any]]], list[Way]]:
        """By premise: the instances with that one only, and the number of premises missing with the others; leaves.

        A leaf comes first in its group; what gives it otherwise too is no lower.
        """
        single: dict[Node, list[Way]] = defaultdict(list)
        several: dict[Node, list[list[Any]]] = defaultdict(list)
        ready: list[Way] = []
        for node in nodes:
            group = self._known.get(node, ())
            if group and not group[0][3]:
                ready += [way for way in group if not way[3]]
                continue
            for way in group:
                premises = way[3]
                if len(premises) == 1:
                    single[premises[0]].append(way)
                elif not premises:
                    ready.append(way)
                else:
                    waiting = [len(premises), way]
                    for premise in premises:
                        several[premise].append(waiting)
        return single, several, ready

    def _first(self, ways: list[Way]) -> Way:
        """The first by rule, axiom and premises."""
        keys = [(way[1], "" if way[2] is None else self.axiom(way[2])[1]) for way in ways]
        first = min(keys)
        same = [way for way, key in zip(ways, keys, strict=True) if key == first]
        return same[0] if len(same) == 1 else min(same, key=lambda way: tuple(map(self.text, way[3])))


__all__ = ["Conclusion", "Derivations", "Instance", "Node", "Way"]
