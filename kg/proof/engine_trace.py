"""What the engine recorded of one patient, read back as derivations.

The engine works on features and records which rules fired; here that is steps over plain conclusions again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from itertools import combinations, product
from typing import Final

from kg.proof.derivations import Conclusion, Derivations, Node, Way
from kg.reasoner.engine import Engine
from kg.reasoner.rule_tables import COMPARE, AxiomNumber, FeatureNumber, RuleNumber
from kg.reasoner.rule_views import views
from kg.reasoner.rules import Axiom, Rules
from kg.reasoner.saturation import FillerLink, IndividualNumber, Joined, Saturation

COMBINATIONS: Final = 64
BITS: Final = 32
MASK: Final = (1 << BITS) - 1


def derivations(engine: Engine, saturation: Saturation) -> Derivations:
    """Every rule instance of a patient's fixpoint, as a hypergraph."""
    return RecordedDerivations(engine.rules, saturation)


class RecordedDerivations(Derivations):
    """What the engine recorded. An individual with a feature is one number; anything else is its own node.

    Most proofs ask for a fifth of it. What is quick to make is made at once; what a rule with several ways or a link
    gives, when its conclusion is looked at.
    """

    def __init__(self, rules: Rules, run: Saturation) -> None:
        self.rules, self.views, self.run, self.axioms = rules, views(rules), run, rules.axioms
        self._known = defaultdict(list)
        self.cut = set()
        self.index = {name: number for number, name in enumerate(run.names)}
        self._nothing_looked_at()
        self.raised: set[Node] = set()
        self.texts: dict[int, Conclusion] = {}
        self._fire: dict[Node, list[tuple[RuleNumber, IndividualNumber]]] = defaultdict(list)
        self._between: dict[tuple[str, str], list[tuple[Node, Conclusion]]] = defaultdict(list)
        self._whole = False
        self._record()

    @property
    def ways(self) -> Mapping[Node, Sequence[Way]]:
        self._complete()
        return self._known

    def group(self, node: Node) -> Sequence[Way]:
        if not self._whole:
            self._look(node)
        return self._known.get(node, ())

    def _look(self, node: Node) -> None:
        """Make what is left of the instances of a node.

        That something is of a class by its links, or is linked by another link, may come from any link; a link with
        text as its node comes from those between the same two, or is made by a chain.
        """
        if node in self._fire:
            for rule, individual in self._fire.pop(node):
                self._instances(rule, individual)
        if isinstance(node, int):
            unknown = self.views.raised[FeatureNumber(node & MASK)]
        else:
            for pair in ((node.subject, node.object), (node.object, node.subject)):
                self._raise_between(pair)
            unknown = node.predicate == "type" or node not in self._known
        if unknown:
            self._complete()

    def _complete(self) -> None:
        """Make whatever has not been looked at."""
        if self._whole:
            return
        self._whole = True
        for group in self._fire.values():
            for rule, individual in group:
                self._instances(rule, individual)
        for pair in list(self._between):
            self._raise_between(pair)
        self._ends()
        self._fire.clear()

    def _raise_between(self, pair: tuple[str, str]) -> None:
        for node, link in self._between.pop(pair, ()):
            self._raise(node, link)

    def node(self, conclusion: Conclusion) -> Node:
        subject, predicate, value = conclusion
        individual = self.index.get(subject)
        if individual is not None:
            feature = self.views.number[predicate, value]
            if feature is not None:
                node = individual << BITS | feature
                self.texts[node] = conclusion
                return node
        return conclusion

    def text(self, node: Node) -> Conclusion:
        if not isinstance(node, int):
            return node
        text = self.texts.get(node)
        if text is None:
            predicate, value = self.views.said[FeatureNumber(node & MASK)]
            text = self.texts[node] = Conclusion(self.run.names[node >> BITS], predicate, value)
        return text

    # -- reading the record

    def _record(self) -> None:
        for item in self.run.record.assertions:
            self._leaf(Conclusion(item.subject, item.predicate, item.object), item.leaf.value, None)
        for pair in sorted(self._apart):
            self._leaf(Conclusion(pair[0], "differentFrom", pair[1]), "about the record", None)
        for name in self.run.names:
            for _, axiom in self.rules.classes[name]:
                self._assertion(axiom)
        self._fired()
        for joined in self.run.joined:
            self._join(joined)

    @cached_property
    def _apart(self) -> set[tuple[str, ...]]:
        return {tuple(sorted(pair)) for group in self.run.record.different for pair in combinations(group, 2)}

    def axiom(self, number: AxiomNumber) -> tuple[Axiom, str]:
        return self.views.axiom[number]

    def put(self, node: Node, rule: str, axiom: AxiomNumber | None, *premises: Node) -> None:
        """Store if new."""
        way, group = (node, rule, axiom, premises), self._known[node]
        if way not in group:
            group.append(way)

    def _leaf(self, conclusion: Conclusion, rule: str, axiom: AxiomNumber | None) -> None:
        node = self.node(conclusion)
        self.put(node, rule, axiom)
        if conclusion.predicate != "type":
            self._between[conclusion.subject, conclusion.object].append((node, conclusion))

    def _assertion(self, axiom: AxiomNumber) -> None:
        """An assertion of the ontology."""
        self._leaf(self.views.assertion[axiom], "ontology", axiom)

    def _fired(self) -> None:
        """The rules: those with one feature in the body wherever it holds, longer ones as the engine recorded them.

        The patient is the individual with the number 0, where nodes are features: its instances are made once for all.
        """
        ways, short, fire = self._known, self.views.short, self._fire
        for number, present in enumerate(self.run.present):
            individual = IndividualNumber(number)
            base = individual << BITS
            for feature in present:
                plain, others = short[feature]
                if base:
                    past = (base | feature,)
                    for head, (_, name, axiom, _) in plain:
                        ways[base | head].append((base | head, name, axiom, past))
                else:
                    for head, way in plain:
                        ways[head].append(way)
                for head, rule in others:
                    fire[base | head].append((rule, individual))
        for rule, individual in self.run.fired:
            fire[individual << BITS | self.views.shape[rule].head].append((rule, individual))

    def _instances(self, rule: RuleNumber, individual: IndividualNumber) -> None:
        """The instances of a rule at an individual: one where the body is named classes and values."""
        plain, name, body, head, axiom, way = self.views.shape[rule]
        base = individual << BITS
        node = base | head
        if plain:
            self._known[node].append((node, name, axiom, tuple([base | one for one in body])) if base else way)
        elif name == "prp-spo2":
            self._chain(node, base | body[0], rule)
        else:
            self._several(node, name, axiom, individual, body)

    def _several(
        self, node: Node, name: str, axiom: AxiomNumber, individual: IndividualNumber, body: tuple[FeatureNumber, ...]
    ) -> None:
        for place, premises in enumerate(self._premises(individual, body)):
            if place == COMBINATIONS:
                self.cut.add(node)
                break
            self.put(node, name, axiom, *premises)

    def _chain(self, node: Node, first: Node, rule: RuleNumber) -> None:
        """prp-spo2: P o Q ⊑ R, the second link an assertion of the ontology, or what follows from it."""
        chain, second, ground = self.views.second[rule]
        if second.subject in self.index or second.object in self.index:
            for conclusion, name, axiom, *premises in ground:
                self.put(self.node(conclusion), name, axiom, *map(self.node, premises))
            self.put(node, "prp-spo2", chain, first, self.node(second))
            return
        for way in ground:
            self.put(*way)
        self.put(node, "prp-spo2", chain, first, second)

    def _join(self, joined: Joined) -> None:
        """prp-spo2 over two links of the patient graph."""
        chain = self.rules.chains[joined.chain]
        start, middle, end = (self.run.names[one] for one in joined[1:])
        links = (Conclusion(start, chain.first, middle), Conclusion(middle, chain.second, end))
        result = Conclusion(start, chain.result, end)
        node = self.node(result)
        self.put(node, "prp-spo2", chain.axiom, *map(self.node, links))
        self._between[start, end].append((node, result))

    # -- what holds without a rule of its own

    def _ends(self) -> None:
        """prp-dom and prp-rng of concluded values; most are of properties that stand under no other."""
        ways, ends = self._known, self.views.ends
        for node in [node for node in ways if isinstance(node, int) and node not in self.raised]:
            found = ends[FeatureNumber(node & MASK)]
            if found is None:
                continue
            value, simple, domains, ranges = found
            if not simple or value in self.index:
                self._raise(node, self.text(node))
                continue
            if node >> BITS:
                past = (node,)
                for feature, (_, rule, axiom, _) in domains:
                    head = node >> BITS << BITS | feature
                    ways[head].append((head, rule, axiom, past))
                for kind, rule, axiom, _ in ranges:
                    ways[kind].append((kind, rule, axiom, past))
            else:
                for feature, way in domains:
                    ways[feature].append(way)
                for way in ranges:
                    ways[way[0]].append(way)

    def _raise(self, node: Node, link: Conclusion) -> None:
        """prp-dom and prp-rng over a link; prp-spo1 and prp-inv to the links that it makes, and the same there.

        Every link comes by once, so these instances are new.
        """
        domains, ranges, todo = self.rules.domains, self.rules.ranges, [(node, link)]
        while todo:
            node, link = todo.pop()
            if node in self.raised:
                continue
            self.raised.add(node)
            start, prop, end = link
            for rule, name, ends in (("prp-dom", start, domains.get(prop, ())), ("prp-rng", end, ranges.get(prop, ()))):
                for feature, axiom in ends:
                    kind = self._kind(name, feature)
                    self._known[kind].append((kind, rule, axiom, (node,)))
            for axiom, upper, turned in self.rules.above.get(prop, ()):
                raised = Conclusion(end, upper, start) if turned else Conclusion(start, upper, end)
                above = self.node(raised)
                self._known[above].append((above, "prp-inv" if turned else "prp-spo1", axiom, (node,)))
                todo.append((above, raised))

    def _kind(self, name: str, feature: FeatureNumber) -> Node:
        """An individual is of the class that is this feature."""
        individual = self.index.get(name)
        if individual is not None:
            return individual << BITS | feature
        return Conclusion(name, "type", self.rules.features.item[feature].filler)

    # -- every way in which a body holds

    def _premises(self, individual: IndividualNumber, body: tuple[FeatureNumber, ...]) -> Iterator[tuple[Node, ...]]:
        ways = [dict.fromkeys(self._ways(individual, feature)) for feature in body]
        for choice in product(*ways):
            yield tuple(dict.fromkeys(premise for part in choice for premise in part))

    def _ways(self, individual: IndividualNumber, feature: FeatureNumber) -> Iterator[tuple[Node, ...]]:
        kind, prop, filler, number = self.rules.features.item[feature]
        match kind:
            case "some":
                for link in self._links[individual, feature]:
                    yield self._link(prop, link)
            case "min":
                yield from self._counted(prop, int(number), self._links[individual, feature])
            case "facet":
                yield from self._facet(individual, prop, COMPARE[filler], Decimal(number))
            case _:
                yield (individual << BITS | feature,)

    @cached_property
    def _links(self) -> Mapping[tuple[IndividualNumber, FeatureNumber], list[FillerLink]]:
        found: dict[tuple[IndividualNumber, FeatureNumber], list[FillerLink]] = {}
        for link in self.run.links:
            found.setdefault((link.start, link.feature), []).append(link)
        return found

    def _link(self, prop: str, link: FillerLink) -> tuple[Node, Node]:
        """cls-svf1: the link, and the class of its end."""
        names = self.run.names
        return self.node(Conclusion(names[link.start], prop, names[link.end])), link.end << BITS | link.holds

    def _counted(self, prop: str, size: int, links: Sequence[FillerLink]) -> Iterator[tuple[Node, ...]]:
        """cls-minqc: as many links to ends that are known to differ."""
        ends = {self.run.names[link.end]: self._link(prop, link) for link in links}
        for names in combinations(sorted(ends), size):
            pairs = list(combinations(names, 2))
            if all(pair in self._apart for pair in pairs):
                different = (Conclusion(left, "differentFrom", right) for left, right in pairs)
                yield (*(part for name in names for part in ends[name]), *different)

    def _facet(
        self, individual: IndividualNumber, prop: str, holds: Callable[[Decimal, Decimal], bool], limit: Decimal
    ) -> Iterator[tuple[Node, ...]]:
        """dt-facet: the values on this side of the limit."""
        name = self.run.names[individual]
        for item in self.run.record.assertions:
            if item.subject == name and item.predicate == prop and holds(Decimal(item.object), limit):
                yield (Conclusion(name, prop, item.object),)
