"""The engine: rules and one patient's assertions to a closure, every rule instance recorded.

The main loop is pop, store if new, fire. The rules are shared and never changed; a patient is laid on top and
dropped. A fact is a feature of an individual. A longer rule waits for one feature of its body at a time, the rarest
first, so that rules which share a condition with the patient but do not apply cost nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import combinations
from typing import Final, NamedTuple

from kg.closure import OUTCOMES, Closure
from kg.modules import Modules
from kg.record import Record
from kg.rule_tables import Facet, Others, Wanted, Witness
from kg.rules import Feature, Rules, compile_rules

DATA: Final = ("value", "valueAtMost", "valueBelow", "valueAtLeast", "valueAbove")
Waiting = dict[int, list[tuple[int, tuple[int, ...], int]]]


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
    """A patient's fixpoint: what holds, in the order in which it was found, and every instance of every rule.

    `present` holds the features of each individual. A facet is tried only where a class holds that some rule asks
    for together with it. A class of the record that no axiom names is in the record only: nothing follows from it.
    """

    record: Record
    names: list[str] = field(default_factory=list)
    present: list[dict[int, int]] = field(default_factory=list)
    asserted: dict[tuple[int, int], int] = field(default_factory=dict)
    fired: list[tuple[int, int]] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    values: dict[int, list[tuple[str, Decimal]]] = field(default_factory=dict)


class Engine:
    """The engine over one ontology, or over its rules alone."""

    def __init__(self, ontology: Modules | None = None, rules: Rules | None = None) -> None:
        if rules is None:
            if ontology is None:
                raise TypeError("an engine needs an ontology or its rules")
            rules = compile_rules(ontology)
        self.ontology, self.rules = ontology, rules

    def infer(self, records: Sequence[Record]) -> tuple[Closure, ...]:
        """The closure of each patient."""
        return tuple(self.closure(self.saturate(record)) for record in records)

    def saturate(self, record: Record, recording: bool = True) -> Saturation:
        """The fixpoint of one patient. Without `recording`, `fired` and `links` stay empty: no proofs."""
        return _Run(self.rules, record, recording).run()

    def closure(self, saturation: Saturation) -> Closure:
        """The patient's classes and inferred values."""
        feature, patient = self.rules.features.item, saturation.record.patient
        wanted: dict[str, set[str]] = {name: set() for name in self._inferred}
        asserted = saturation.record.assertions
        types = {item.object for item in asserted if item.predicate == "type" and item.subject == patient}
        for kind, prop, filler, _ in map(feature.__getitem__, saturation.present[0]):
            if kind == "class":
                types.add(filler)
            elif kind == "value" and prop in wanted:
                wanted[prop].add(filler)
        values = {name: frozenset(found) for name, found in wanted.items()}
        return Closure(patient, frozenset(types), values)

    @cached_property
    def _inferred(self) -> tuple[str, ...]:
        """Outcomes, clashes and the lists of an assessment: what claims that apply lead to by a chain."""
        return (*OUTCOMES, *sorted(result for first, _, result in self.rules.chains if first == "claimApplies"))


class _Run:
    """One patient being saturated."""

    def __init__(self, rules: Rules, record: Record, recording: bool) -> None:
        self.rules, self.recording = rules, recording
        self.out = Saturation(record)
        self.index: dict[str, int] = {}
        self.incoming: list[list[Edge]] = []
        self.waiting: list[Waiting] = []
        self.counted: dict[tuple[int, int], set[int]] = {}
        self.links: dict[Link, None] = {}
        self.queue: list[tuple[int, int]] = []
        self.apart = {frozenset(pair) for group in record.different for pair in combinations(group, 2)}

    def run(self) -> Saturation:
        self.individual(self.out.record.patient)
        self._assert(self.out.record)
        self._saturate()
        self.out.links.extend(self.links)
        return self.out

    def _saturate(self) -> None:
        """Pop, fire, store if new. cax-sco, cls-hv2, prp-spo2 and the like, whose body is one feature, fire here."""
        plan, queue, recording, fired = self.rules.plan, self.queue, self.recording, self.out.fired
        while queue:
            individual, feature = queue.pop()
            alone, last, first, others = plan[feature]
            present, waiting = self.out.present[individual], self.waiting[individual]
            for rule, head in last:
                if recording:
                    fired.append((rule, individual))
                if head not in present:
                    present[head] = len(present)
            for rule, head in alone:
                if recording:
                    fired.append((rule, individual))
                if head not in present:
                    present[head] = len(present)
                    queue.append((individual, head))
            if first:
                self._advance(individual, first)
            if feature in waiting:
                self._advance(individual, waiting.pop(feature))
            if others:
                self._look(individual, feature, others)

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
        nodes = {item.subject for item in record.assertions}
        for number, item in enumerate(record.assertions):
            subject = self.individual(item.subject)
            if item.predicate == "type":
                self._stated(number, subject, Feature("class", "", item.object))
            elif item.predicate in DATA:
                self._value(subject, item.predicate, Decimal(item.object))
            else:
                self._stated(number, subject, Feature("value", item.predicate, item.object))
                self._ends(subject, item.predicate)
                if item.object in nodes:
                    self.edge(subject, item.predicate, self.individual(item.object))

    def _stated(self, number: int, individual: int, feature: Feature) -> None:
        found = self.rules.known.get(feature)
        if found is not None:
            self.out.asserted[individual, found] = number
            self.add(individual, found)

    def _value(self, individual: int, prop: str, value: Decimal) -> None:
        self.out.values.setdefault(individual, []).append((prop, value))
        self._facets(individual, self.rules.loose)

    def _ends(self, start: int, prop: str) -> None:
        """prp-dom: whatever has a P, or what is under P, is of its domain."""
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
            if others := self.rules.plan[feature].others:
                self._carry(edge, feature, others.wanted)

    # -- the rules

    def _look(self, individual: int, feature: int, others: Others) -> None:
        """What a new fact means for values, for edges that end here, and for edges that it makes."""
        if others.facets and individual in self.out.values:
            self._facets(individual, others.facets)
        for edge in tuple(self.incoming[individual]):
            self._carry(edge, feature, others.wanted)
        if others.witness:
            self._witness(individual, others.witness)

    def _advance(self, individual: int, rules: Sequence[tuple[int, tuple[int, ...], int]]) -> None:
        """cls-int1: fire when the whole body holds, else wait for a feature that does not."""
        present, waiting = self.out.present[individual], self.waiting[individual]
        for entry in rules:
            rule, body, head = entry
            for needed in body:
                if needed not in present:
                    waiting.setdefault(needed, []).append(entry)
                    break
            else:
                if self.recording:
                    self.out.fired.append((rule, individual))
                self.add(individual, head)

    def _facets(self, individual: int, facets: Sequence[Facet]) -> None:
        """dt-facet: a value on this side of the limit."""
        for name, value in self.out.values[individual]:
            for prop, test, limit, feature in facets:
                if prop == name and test(value, limit):
                    self.add(individual, feature)

    def _carry(self, edge: Edge, feature: int, wanted: Sequence[Wanted]) -> None:
        """cls-svf1: an edge to a C gives `some C` at its start; cls-minqc counts different ends."""
        above = self.rules.supers.get(edge.property, ())
        for prop, number, size in wanted:
            if prop in above:
                if self.recording:
                    self.links[Link(edge, feature, number)] = None
                if not size or self._enough(edge, number, size):
                    self.add(edge.start, number)

    def _enough(self, edge: Edge, feature: int, size: int) -> bool:
        """Whether the ends found so far hold `size` that are known to differ."""
        ends = self.counted.setdefault((edge.start, feature), set())
        ends.add(edge.end)
        names = sorted(self.out.names[end] for end in ends)
        return any(
            all(frozenset(pair) in self.apart for pair in combinations(group, 2)) for group in combinations(names, size)
        )

    def _witness(self, individual: int, witness: Witness) -> None:
        """cls-hv1: a concluded `P value w` is a link to the witness, which has its asserted classes."""
        new = witness.name not in self.index
        end = self.individual(witness.name)
        if new:
            for asserted in witness.classes:
                self.add(end, asserted)
        self._ends(individual, witness.property)
        self.edge(individual, witness.property, end)


__all__ = ["Edge", "Engine", "Feature", "Link", "Saturation"]
