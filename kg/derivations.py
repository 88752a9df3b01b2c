"""All derivations of one patient as a hypergraph: conclusions, and for each every instance of a rule that gives it.

The engine works on features and records which rules fired; here that record is read back as steps over plain
conclusions: an individual is of a class, or is related to another. Everything that explains (proofs, alternatives,
justifications, retraction) works on this graph and knows nothing of the engine's insides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import combinations, product
from typing import Final, NamedTuple

from kg.reasoner import Engine, Link, Saturation
from kg.rule_tables import COMPARE
from kg.rules import Axiom, Rules

COMBINATIONS: Final = 64


class Conclusion(NamedTuple):
    """`subject` is of the class `object` (predicate `type`), or is related to it; local names throughout."""

    subject: str
    predicate: str
    object: str

    def __str__(self) -> str:
        return f"{self.subject} {self.predicate} {self.object}"


class Instance(NamedTuple):
    """One application of a rule. Leaves have no premises: a fact (no axiom) or an assertion of the ontology."""

    conclusion: Conclusion
    rule: str
    axiom: int | None
    premises: tuple[Conclusion, ...]


@dataclass(frozen=True)
class Derivations:
    """Conclusion → its instances, and the axioms they name. `cut` has more instances than COMBINATIONS of a rule."""

    instances: Mapping[Conclusion, tuple[Instance, ...]]
    axioms: Sequence[Axiom]
    cut: frozenset[Conclusion] = frozenset()

    @cached_property
    def depth(self) -> Mapping[Conclusion, int]:
        """The height of the lowest derivation of each conclusion: leaves are 0."""
        found: dict[Conclusion, int] = {}
        waiting: dict[Conclusion, list[Instance]] = {}
        ready = [instance for group in self.instances.values() for instance in group if not instance.premises]
        for group in self.instances.values():
            for instance in group:
                for premise in instance.premises:
                    waiting.setdefault(premise, []).append(instance)
        level = 0
        while ready:
            new = {instance.conclusion for instance in ready} - set(found)
            found |= dict.fromkeys(new, level)
            touched = {id(instance): instance for conclusion in new for instance in waiting.get(conclusion, ())}
            ready = [
                instance for instance in touched.values() if all(premise in found for premise in instance.premises)
            ]
            level += 1
        return found

    @cached_property
    def best(self) -> Mapping[Conclusion, Instance]:
        """Each conclusion's instance of lowest height; ties are broken by content, so the choice never varies."""
        depth, found = self.depth, {}
        for conclusion, group in self.instances.items():
            if conclusion in depth:
                lower = [one for one in group if self._height(one) < depth[conclusion]] if len(group) > 1 else group
                found[conclusion] = lower[0] if len(lower) == 1 else min(lower, key=self._order)
        return found

    def _height(self, instance: Instance) -> int:
        """The height of an instance's highest premise, -1 for a leaf; one that does not follow is above all."""
        depth = self.depth
        return max([depth.get(premise, len(depth)) for premise in instance.premises], default=-1)

    def _order(self, instance: Instance) -> tuple[int, str, str]:
        axiom = "" if instance.axiom is None else str(self.axioms[instance.axiom])
        return self._height(instance), instance.rule, axiom + "".join(map(str, instance.premises))


def derivations(engine: Engine, saturation: Saturation) -> Derivations:
    """Every rule instance of a patient's fixpoint, as a hypergraph."""
    return _Reader(engine.rules, saturation).read()


class _Reader:
    def __init__(self, rules: Rules, saturation: Saturation) -> None:
        self.rules, self.run = rules, saturation
        self.found: dict[Conclusion, dict[Instance, None]] = {}
        self.cut: set[Conclusion] = set()
        self.links: dict[tuple[int, int], list[Link]] = {}
        for link in saturation.links:
            self.links.setdefault((link.edge.start, link.feature), []).append(link)
        self.apart = {frozenset(pair) for group in saturation.record.different for pair in combinations(group, 2)}

    def read(self) -> Derivations:
        for item in self.run.record.assertions:
            self.put(Instance(Conclusion(item.subject, item.predicate, item.object), str(item.leaf), None, ()))
        for left, right in (sorted(pair) for pair in self.apart):
            self.put(Instance(Conclusion(left, "differentFrom", right), "about the record", None, ()))
        for rule, individual in self.run.fired:
            self._rule(rule, individual)
        self._witnesses()
        self._ends()
        found = {key: tuple(group) for key, group in self.found.items()}
        return Derivations(found, self.rules.axioms, frozenset(self.cut))

    def put(self, instance: Instance) -> Conclusion:
        self.found.setdefault(instance.conclusion, {})[instance] = None
        return instance.conclusion

    def leaf(self, axiom: int) -> Conclusion:
        """An assertion of the ontology."""
        text = self.rules.axioms[axiom]
        return self.put(Instance(Conclusion(text.subject, text.predicate, text.object), "ontology", axiom, ()))

    # -- rules

    def _rule(self, number: int, individual: int) -> None:
        rule = self.rules.rules[number]
        head = self._conclusion(individual, rule.head)
        if rule.name == "prp-spo2":
            self._chain(head, self._conclusion(individual, rule.body[0]), rule.axioms)
            return
        for place, premises in enumerate(self._premises(individual, rule.body)):
            if place == COMBINATIONS:
                self.cut.add(head)
                break
            self.put(Instance(head, rule.name, rule.axioms[0], premises))

    def _conclusion(self, individual: int, feature: int) -> Conclusion:
        kind, prop, filler, _ = self.rules.features[feature]
        return Conclusion(self.run.names[individual], "type" if kind == "class" else prop, filler)

    def _chain(self, head: Conclusion, first: Conclusion, axioms: tuple[int, ...]) -> None:
        """P o Q ⊑ R, the second link an assertion of the ontology raised to Q by its superproperties."""
        chain, assertion, *path = axioms
        second = self._raised(self.leaf(assertion), path)
        self.put(Instance(head, "prp-spo2", chain, (first, second)))

    def _raised(self, conclusion: Conclusion, path: Iterable[int]) -> Conclusion:
        """prp-spo1 along a path of sub-property axioms."""
        for axiom in path:
            upper = Conclusion(conclusion.subject, self.rules.axioms[axiom].object, conclusion.object)
            conclusion = self.put(Instance(upper, "prp-spo1", axiom, (conclusion,)))
        return conclusion

    def _premises(self, individual: int, body: tuple[int, ...]) -> Iterator[tuple[Conclusion, ...]]:
        """Every way in which a body holds."""
        ways = [dict.fromkeys(self._ways(individual, feature)) for feature in body]
        for choice in product(*ways):
            yield tuple(dict.fromkeys(premise for part in choice for premise in part))

    def _ways(self, individual: int, feature: int) -> Iterator[tuple[Conclusion, ...]]:
        match self.rules.features[feature].kind:
            case "some":
                for link in self.links[individual, feature]:
                    yield self._link(link)
            case "min":
                yield from self._counted(individual, feature)
            case "facet":
                yield from self._facet(individual, feature)
            case _:
                yield (self._conclusion(individual, feature),)

    def _link(self, link: Link) -> tuple[Conclusion, ...]:
        edge, rules = link.edge, self.rules
        start, end = self.run.names[edge.start], self.run.names[edge.end]
        low = Conclusion(start, edge.property, end)
        self._inverse(low)
        path = rules.supers[edge.property][rules.features[link.feature].property]
        return self._raised(low, path), self._conclusion(edge.end, link.end_feature)

    def _inverse(self, wanted: Conclusion) -> None:
        """prp-inv1, prp-inv2: found from the stated edge that runs the other way."""
        ways = [
            (prop, axiom)
            for prop, rows in self.rules.inverses.items()
            for end, axiom in rows
            if end == wanted.predicate
        ]
        for prop, axiom in ways:
            for lower, above in self.rules.supers.items():
                low = Conclusion(wanted.object, lower, wanted.subject)
                if prop in above and any(instance.rule != "prp-inv" for instance in self.found.get(low, ())):
                    self.put(Instance(wanted, "prp-inv", axiom, (self._raised(low, above[prop]),)))

    def _counted(self, individual: int, feature: int) -> Iterator[tuple[Conclusion, ...]]:
        """cls-minqc: as many links to ends that are known to differ."""
        size = int(self.rules.features[feature].number)
        ends = {self.run.names[link.edge.end]: self._link(link) for link in self.links[individual, feature]}
        for names in combinations(sorted(ends), size):
            pairs = [tuple(sorted(pair)) for pair in combinations(names, 2)]
            if all(frozenset(pair) in self.apart for pair in pairs):
                different = tuple(Conclusion(a, "differentFrom", b) for a, b in pairs)
                yield (*(part for name in names for part in ends[name]), *different)

    def _facet(self, individual: int, feature: int) -> Iterator[tuple[Conclusion, ...]]:
        """dt-facet: the values on this side of the limit."""
        _, prop, bound, limit = self.rules.features[feature]
        name, holds = self.run.names[individual], COMPARE[bound]
        for item in self.run.record.assertions:
            if item.subject == name and item.predicate == prop and holds(Decimal(item.object), Decimal(limit)):
                yield (Conclusion(name, prop, item.object),)

    # -- what holds without a rule of its own

    def _witnesses(self) -> None:
        for name in set(self.run.names) & set(self.rules.witnesses):
            for _, axiom in self.rules.witnesses[name]:
                self.leaf(axiom)

    def _ends(self) -> None:
        """prp-dom and prp-rng, for edges that are there."""
        table = _ends_of(self.rules)
        for edge in [conclusion for conclusion in self.found if conclusion.predicate in table]:
            for name, path, feature, axiom in table[edge.predicate]:
                subject = edge.subject if name == "prp-dom" else edge.object
                head = Conclusion(subject, "type", self.rules.features[feature].filler)
                self.put(Instance(head, name, axiom, (self._raised(edge, path),)))


class End(NamedTuple):
    """A domain or range of a property: the rule, the sub-property axioms on the way, the class and the axiom."""

    rule: str
    path: tuple[int, ...]
    feature: int
    axiom: int


@lru_cache(maxsize=4)
def _ends_of(rules: Rules) -> Mapping[str, tuple[End, ...]]:
    found: dict[str, list[End]] = {}
    for prop, above in rules.supers.items():
        for upper, path in above.items():
            for name, table in (("prp-dom", rules.domains), ("prp-rng", rules.ranges)):
                found.setdefault(prop, []).extend(End(name, path, *row) for row in table.get(upper, ()))
    return {prop: tuple(ends) for prop, ends in found.items() if ends}
