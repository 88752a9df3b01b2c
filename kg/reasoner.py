"""The engine: rules and one patient's assertions to a closure, every rule instance recorded.

The main loop is pop, store if new, fire. The rules are shared and never changed; a patient is laid on top and
dropped. A fact is a feature of an individual. A longer rule waits for one feature of its body at a time, the rarest
first, so that rules which share a condition with the patient but do not apply cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import combinations
from operator import ge, gt, le, lt
from typing import Final, NamedTuple

from kg.closure import Closure, inferred_properties
from kg.ontology import Ontology
from kg.record import Record
from kg.rules import Feature, Rules, compile_rules

COMPARE: Final = {"<": lt, "<=": le, ">": gt, ">=": ge}
DATA: Final = ("value", "valueAtMost", "valueBelow", "valueAtLeast", "valueAbove")


class Edge(NamedTuple):
    """An asserted or concluded link between two individuals of the patient graph."""

    start: int
    property: str
    end: int


class Link(NamedTuple):
    """`end` is a C, so `start` has `P some C`: through this edge."""

    edge: Edge
    end_feature: int
    feature: int


@dataclass
class Saturation:
    """A patient's fixpoint: what holds, in the order in which it was found, and every instance of every rule."""

    record: Record
    names: list[str] = field(default_factory=list)
    present: list[dict[int, int]] = field(default_factory=list)
    asserted: dict[tuple[int, int], int] = field(default_factory=dict)
    fired: list[tuple[int, int]] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    values: dict[int, list[tuple[str, Decimal]]] = field(default_factory=dict)


class Engine:
    """The engine over one ontology."""

    def __init__(self, ontology: Ontology, rules: Rules | None = None) -> None:
        self.ontology = ontology
        self.rules = rules or compile_rules(ontology)

    def infer(self, records: Sequence[Record]) -> tuple[Closure, ...]:
        """The closure of each patient."""
        return tuple(self.closure(self.saturate(record)) for record in records)

    def saturate(self, record: Record) -> Saturation:
        """The fixpoint of one patient."""
        return _Run(self.rules, record).run()

    def closure(self, saturation: Saturation) -> Closure:
        """The patient's classes and inferred values."""
        features = self.rules.features
        wanted: dict[str, set[str]] = {name: set() for name in self._inferred}
        types = set()
        for number in saturation.present[0]:
            feature = features[number]
            if feature.kind == "class":
                types.add(feature.filler)
            elif feature.kind == "value" and feature.property in wanted:
                wanted[feature.property].add(feature.filler)
        values = {name: frozenset(found) for name, found in wanted.items()}
        return Closure(saturation.record.patient, frozenset(types), values)

    @cached_property
    def _inferred(self) -> tuple[str, ...]:
        return inferred_properties(self.ontology)


class _Run:
    """One patient being saturated."""

    def __init__(self, rules: Rules, record: Record) -> None:
        self.rules = rules
        self.out = Saturation(record)
        self.index: dict[str, int] = {}
        self.incoming: list[list[Edge]] = []
        self.waiting: list[dict[int, list[int]]] = []
        self.counted: dict[tuple[int, int], set[int]] = {}
        self.queue: list[tuple[int, int]] = []
        self.apart = {frozenset(pair) for group in record.different for pair in combinations(group, 2)}

    def run(self) -> Saturation:
        self.individual(self.out.record.patient)
        self._assert(self.out.record)
        queue = self.queue
        while queue:
            individual, feature = queue.pop()
            self._fire(individual, feature)
        return self.out

    # -- individuals, edges and facts

    def individual(self, name: str) -> int:
        number = self.index.get(name)
        if number is None:
            number = self.index[name] = len(self.out.names)
            self.out.names.append(name)
            self.out.present.append({})
            self.incoming.append([])
            self.waiting.append({})
        return number

    def add(self, individual: int, feature: int) -> None:
        """Store if new."""
        present = self.out.present[individual]
        if feature not in present:
            present[feature] = len(present)
            self.queue.append((individual, feature))

    def _assert(self, record: Record) -> None:
        known = self.rules.known
        nodes = {item.subject for item in record.assertions}
        for number, item in enumerate(record.assertions):
            subject = self.individual(item.subject)
            if item.predicate == "type":
                feature = self.rules.feature(Feature("class", "", item.object))
                self.out.asserted[subject, feature] = number
                self.add(subject, feature)
            elif item.predicate in DATA:
                self._value(subject, item.predicate, Decimal(item.object))
            else:
                found = known.get(Feature("value", item.predicate, item.object))
                if found is not None:
                    self.out.asserted[subject, found] = number
                    self.add(subject, found)
                self._ends(subject, item.predicate)
                if item.object in nodes:
                    self.edge(subject, item.predicate, self.individual(item.object))

    def _value(self, individual: int, prop: str, value: Decimal) -> None:
        """dt-facet: a value on this side of the limit."""
        self.out.values.setdefault(individual, []).append((prop, value))
        for bound, limit, feature in self.rules.facets.get(prop, ()):
            if COMPARE[bound](value, limit):
                self.add(individual, feature)

    def _ends(self, start: int, prop: str) -> None:
        for upper in self.rules.supers.get(prop, ()):
            for feature, _ in self.rules.domains.get(upper, ()):
                self.add(start, feature)

    def edge(self, start: int, prop: str, end: int) -> None:
        """A link, with its inverses; what is known of its end is carried to its start."""
        self._one_way(Edge(start, prop, end))
        for upper in self.rules.supers[prop]:
            for feature, _ in self.rules.ranges.get(upper, ()):
                self.add(end, feature)
            for inverse, _ in self.rules.inverses.get(upper, ()):
                self._one_way(Edge(end, inverse, start))

    def _one_way(self, edge: Edge) -> None:
        self.incoming[edge.end].append(edge)
        for feature in list(self.out.present[edge.end]):
            self._carry(edge, feature)

    # -- the rules

    def _fire(self, individual: int, feature: int) -> None:
        rules, fired = self.rules, self.out.fired
        for rule, head in rules.unary.get(feature, ()):
            fired.append((rule, individual))
            self.add(individual, head)
        waiting = self.waiting[individual]
        later: Iterable[int] = waiting.pop(feature, ())
        for group in (rules.watched.get(feature, ()), later):
            for rule in group:
                self._advance(individual, rule, waiting)
        for edge in tuple(self.incoming[individual]):
            self._carry(edge, feature)
        self._witness(individual, feature)

    def _advance(self, individual: int, rule: int, waiting: dict[int, list[int]]) -> None:
        """cls-int1: fire when the whole body holds, else wait for a feature that does not."""
        present = self.out.present[individual]
        _, body, head, _ = self.rules.rules[rule]
        for needed in body:
            if needed not in present:
                waiting.setdefault(needed, []).append(rule)
                return
        self.out.fired.append((rule, individual))
        self.add(individual, head)

    def _carry(self, edge: Edge, feature: int) -> None:
        """cls-svf1: an edge to a C gives `some C` at its start; cls-minqc counts different ends."""
        for wanted in self.rules.some.get(edge.property, {}).get(feature, ()):
            if self.rules.features[wanted].kind == "some":
                self.out.links.append(Link(edge, feature, wanted))
                self.add(edge.start, wanted)
            else:
                self._count(edge, feature, wanted)

    def _count(self, edge: Edge, feature: int, wanted: int) -> None:
        ends = self.counted.setdefault((edge.start, wanted), set())
        ends.add(edge.end)
        self.out.links.append(Link(edge, feature, wanted))
        names = sorted(self.out.names[end] for end in ends)
        size = int(self.rules.features[wanted].number)
        if any(
            all(frozenset(pair) in self.apart for pair in combinations(group, 2)) for group in combinations(names, size)
        ):
            self.add(edge.start, wanted)

    def _witness(self, individual: int, feature: int) -> None:
        """cls-hv1: a concluded `P value w` is a link to the witness, which has its asserted classes."""
        kind, prop, filler, _ = self.rules.features[feature]
        if kind == "value" and filler in self.rules.witnesses:
            new = filler not in self.index
            end = self.individual(filler)
            if new:
                for asserted, _ in self.rules.witnesses[filler]:
                    self.add(end, asserted)
            self._ends(individual, prop)
            self.edge(individual, prop, end)


__all__ = ["Edge", "Engine", "Feature", "Link", "Saturation"]
