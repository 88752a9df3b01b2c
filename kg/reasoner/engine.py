"""The engine: rules and one patient's assertions to a closure, every rule instance recorded.

The main loop is pop, store if new, fire. The rules are shared and never changed; a patient is laid on top and
dropped. A fact is a feature of an individual. A longer rule waits for one feature of its body at a time, the rarest
first, so that rules which share a condition with the patient but do not apply cost nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cached_property
from itertools import combinations
from typing import Final

from kg.cache.flat import Remembered
from kg.errors import InputError, Problem
from kg.ontology.modules import Modules
from kg.reasoner.closure import OUTCOMES, STATES, Closure
from kg.reasoner.rule_tables import NOTHING, Entry, Facet, FeatureNumber, LinkWatch, Others, individual
from kg.reasoner.rules import Feature, Rules, compile_rules
from kg.reasoner.saturation import FillerLink, IndividualNumber, Joined, Saturation
from kg.record.record import PATIENT, Assertion, Record, of_nothing

NOT_ASKED: Final = ""
DATA: Final = ("value", "valueAtMost", "valueBelow", "valueAtLeast", "valueAbove")
Waiting = dict[FeatureNumber, list[Entry]]


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
        """The fixpoint of one patient. Without `recording`, `fired`, `links` and `joined` stay empty: no proofs."""
        return _Run(self.rules, record, recording).run()

    def closures(self, records: Sequence[Record]) -> Iterator[Closure]:
        """What `infer` gives, for records of one patient that differ in little: what they share is saturated once."""
        if not records:
            return
        first, *others = (frozenset(record.assertions) for record in records)
        shared = first.intersection(*others)
        nodes = {item.subject for record in records for item in record.assertions}
        start = _Run(self.rules, records[0], recording=False)
        start.extend(sorted(shared), nodes)
        for record in records:
            if record.patient == start.out.record.patient and record.different == start.out.record.different:
                run = start.copy(record)
                run.extend([item for item in record.assertions if item not in shared], nodes)
                yield self.closure(run.out)
            else:
                yield self.closure(self.saturate(record, recording=False))

    def features_from(self, features: Iterable[FeatureNumber]) -> tuple[FeatureNumber, ...]:
        """All features of a patient of whom these hold and nothing else is known."""
        run = _Run(self.rules, of_nothing(), recording=False)
        for feature in features:
            run.add(run.individual(PATIENT), feature)
        run._saturate()
        return tuple(run.out.present[0])

    def closure(self, saturation: Saturation) -> Closure:
        """The patient's classes and inferred values."""
        patient, asserted = saturation.record.patient, saturation.record.assertions
        stated = [item.object for item in asserted if item.predicate == "type" and item.subject == patient]
        return self.closure_of(patient, saturation.present[0], stated)

    def closure_of(self, patient: str, features: Iterable[FeatureNumber], stated: Iterable[str]) -> Closure:
        """What the features of a patient say; `stated` are the classes that the record gives."""
        found: dict[str, list[str]] = {name: [] for name in (NOT_ASKED, "type", *self._inferred)}
        for prop, value in map(self._asked.__getitem__, features):
            found[prop].append(value)
        types = frozenset((*found["type"], *stated))
        return Closure(patient, types, {name: frozenset(found[name]) for name in self._inferred})

    @cached_property
    def _asked(self) -> Remembered[FeatureNumber, tuple[str, str]]:
        """Feature → what it says in a closure: the name of a class, or an inferred property and its value."""

        def asked(number: FeatureNumber) -> tuple[str, str]:
            kind, prop, filler, _ = self.rules.features.item[number]
            if kind == "class":
                return "type", filler
            return (prop, filler) if kind == "value" and prop in self._inferred else (NOT_ASKED, "")

        return Remembered(asked)

    @cached_property
    def _inferred(self) -> tuple[str, ...]:
        """Outcomes, clashes, states and the lists of an assessment: what claims that apply lead to by a chain."""
        listed = sorted(chain.result for chain in self.rules.chains if chain.first == "claimApplies")
        return tuple(dict.fromkeys((*OUTCOMES, *STATES, *listed)))


class _Run:
    """One patient being saturated."""

    def __init__(self, rules: Rules, record: Record, recording: bool) -> None:
        self.rules, self.recording = rules, recording
        self.out = Saturation(record)
        self.index: dict[str, IndividualNumber] = {}
        self.incoming: list[list[tuple[IndividualNumber, frozenset[str]]]] = []
        self.outgoing: list[list[tuple[IndividualNumber, frozenset[str]]]] = []
        self.waiting: list[Waiting] = []
        self.counted: dict[tuple[IndividualNumber, FeatureNumber], set[IndividualNumber]] = {}
        self.links: dict[FillerLink, None] = {}
        self.joined: dict[Joined, None] = {}
        self.edges: set[tuple[IndividualNumber, str, IndividualNumber]] = set()
        self.queues: list[list[FeatureNumber]] = []
        self.busy: list[IndividualNumber] = []
        self.apart = {frozenset(pair) for group in record.different for pair in combinations(group, 2)}

    def run(self) -> Saturation:
        record = self.out.record
        self.extend(record.assertions, dict.fromkeys(item.subject for item in record.assertions))
        self.out.links.extend(self.links)
        self.out.joined.extend(self.joined)
        return self.out

    def extend(self, assertions: Iterable[Assertion], nodes: Collection[str]) -> None:
        """What follows from these assertions as well; `nodes` are the individuals of the record."""
        self.individual(self.out.record.patient)
        self._assert(assertions, nodes)
        self._saturate()
        self._refuse_nothing()

    def copy(self, record: Record) -> _Run:
        """The same for another record, without what is kept for proofs."""
        new = _Run(self.rules, record, recording=False)
        new.out.names, new.index = list(self.out.names), dict(self.index)
        new.out.present = [dict(present) for present in self.out.present]
        new.out.values = {individual: list(values) for individual, values in self.out.values.items()}
        new.incoming, new.outgoing = ([list(links) for links in table] for table in (self.incoming, self.outgoing))
        new.waiting = [{needed: list(group) for needed, group in waiting.items()} for waiting in self.waiting]
        new.counted = {key: set(ends) for key, ends in self.counted.items()}
        new.edges, new.queues = set(self.edges), [[] for _ in self.queues]
        return new

    def _saturate(self) -> None:  # noqa: C901, PLR0912 - the inner loop: a call costs more than a branch
        """Pop, fire, store if new.

        cax-sco, cls-hv2, prp-spo2 and the like, whose body is one feature, fire where that is popped. cls-int1: a
        longer rule fires when its whole body holds, else it waits for a feature that does not.
        """
        plan, fired = self.rules.plan, self.out.fired if self.recording else None
        while self.busy:
            individual = self.busy.pop()
            queue, present, waiting = self.queues[individual], self.out.present[individual], self.waiting[individual]
            while queue:
                feature = queue.pop()
                alone, last, start, entries, others = plan[feature]
                if last:
                    present.update(last)
                for above in start:
                    if above not in present:
                        present[above] = None
                        queue.append(above)
                for head in alone:
                    if head not in present:
                        present[head] = None
                        queue.append(head)
                if feature in waiting:
                    entries = (*entries, *waiting.pop(feature))
                for entry in entries:
                    rule, body, head = entry
                    for needed in body:
                        if needed not in present:
                            if needed in waiting:
                                waiting[needed].append(entry)
                            else:
                                waiting[needed] = [entry]
                            break
                    else:
                        if fired is not None:
                            fired.append((rule, individual))
                        if head not in present:
                            present[head] = None
                            queue.append(head)
                if others:
                    self._look(individual, feature, others)

    def _refuse_nothing(self) -> None:
        """cax-dw, cax-adc: what is of two classes that exclude each other cannot be. Raises InputError."""
        nothing = self.rules.known.get(NOTHING)
        for name, present in zip(self.out.names, self.out.present, strict=True):
            if nothing in present:
                rules = (self.rules.rules[number] for number in range(len(self.rules.rules)))
                broken = next(r for r in rules if r.head == nothing and all(part in present for part in r.body))
                classes = " and ".join(str(self.rules.features[part]) for part in broken.body)
                raise _refused(self.out.record, name, f"is {classes}, which exclude each other", "State one of them.")

    # -- individuals and facts

    def individual(self, name: str) -> IndividualNumber:
        """The number of an individual; one of the ontology comes with its asserted classes."""
        number = self.index.get(name)
        if number is None:
            number = self.index[name] = IndividualNumber(len(self.out.names))
            self.out.names.append(name)
            self.out.present.append({})
            self.queues.append([])
            self.incoming.append([])
            self.outgoing.append([])
            self.waiting.append({})
            for feature, _ in self.rules.classes[name]:
                self.add(number, feature)
        return number

    def add(self, individual: IndividualNumber, feature: FeatureNumber) -> None:
        """Store if new."""
        present = self.out.present[individual]
        if feature not in present:
            present[feature] = None
            if not self.queues[individual]:
                self.busy.append(individual)
            self.queues[individual].append(feature)

    def _assert(self, assertions: Iterable[Assertion], nodes: Collection[str]) -> None:
        record = self.out.record
        for name in nodes:
            if self.rules.known.get(individual(name)) is not None:
                raise _refused(record, name, "is an individual of the ontology", "Give the patient's own another name.")
        for item in assertions:
            subject = self.individual(item.subject)
            if item.predicate == "type":
                self._class(subject, item.object)
            elif item.predicate in DATA:
                self._value(subject, item.predicate, Decimal(item.object))
            else:
                self._related(subject, item.predicate, item.object, item.object in nodes)

    def _class(self, individual: IndividualNumber, name: str) -> None:
        feature = self.rules.known.get(Feature("class", "", name))
        if feature in self.rules.defined:
            where = self.out.names[individual]
            raise _refused(self.out.record, where, f"is stated to be {name}, a defined class", "State what fits it.")
        if feature is not None:
            self.add(individual, feature)

    def _related(self, subject: IndividualNumber, prop: str, value: str, node: bool) -> None:
        """A stated link. An individual of the record is the filler of no rule."""
        reach = self.rules.reach[prop]
        feature = None if node else self.rules.known.get(Feature("value", prop, value))
        if feature is not None:
            self.add(subject, feature)
        if node or reach.followed or reach.end:
            self.edge(subject, prop, self.individual(value))
        for above in reach.start:
            self.add(subject, above)

    def _value(self, individual: IndividualNumber, prop: str, value: Decimal) -> None:
        """A number. prp-fp: of a functional property there is one."""
        values = self.out.values.setdefault(individual, [])
        if prop in self.rules.functional and any(name == prop and other != value for name, other in values):
            where, message = self.out.names[individual], f"has two values of {prop}, which has one at most"
            raise _refused(self.out.record, where, message, "State one.")
        values.append((prop, value))
        self._facets(individual, self.rules.loose)
        for above in self.rules.reach[prop].start:
            self.add(individual, above)

    # -- links

    def edge(self, start: IndividualNumber, prop: str, end: IndividualNumber) -> None:
        """A link, seen from both sides; what is known of its end is carried to its start. prp-dom, prp-rng, prp-inv."""
        if (start, prop, end) in self.edges:
            return
        self.edges.add((start, prop, end))
        reach = self.rules.reach[prop]
        for feature in reach.start:
            self.add(start, feature)
        for feature in reach.end:
            self.add(end, feature)
        self._one_way(start, reach.forward, end)
        if reach.backward:
            self._one_way(end, reach.backward, start)

    def _one_way(self, start: IndividualNumber, props: frozenset[str], end: IndividualNumber) -> None:
        self.incoming[end].append((start, props))
        self.outgoing[start].append((end, props))
        for feature in list(self.out.present[end]):
            if (others := self.rules.plan[feature].others) and others.wanted:
                self._carry(start, props, end, feature, others.wanted)
        if not self.rules.joining.isdisjoint(props):
            self._chains(start, props, end)

    def _chains(self, start: IndividualNumber, props: frozenset[str], end: IndividualNumber) -> None:
        for number, chain in enumerate(self.rules.chains):
            if chain.first in props:
                for other, beyond in list(self.outgoing[end]):
                    if chain.second in beyond:
                        self._join(Joined(number, start, end, other))
            if chain.second in props:
                for other, before in list(self.incoming[start]):
                    if chain.first in before:
                        self._join(Joined(number, other, start, end))

    def _join(self, joined: Joined) -> None:
        """prp-spo2 over two links of the patient graph."""
        result, value = self.rules.chains[joined.chain].result, self.out.names[joined.end]
        if self.recording:
            self.joined[joined] = None
        feature = self.rules.known.get(Feature("value", result, value))
        if feature is not None:
            self.add(joined.start, feature)
        self.edge(joined.start, result, joined.end)

    # -- the rules

    def _look(self, individual: IndividualNumber, feature: FeatureNumber, others: Others) -> None:
        """What a new fact means for values, for links that end here, and as a link itself."""
        wanted, facets, link = others
        if facets and individual in self.out.values:
            self._facets(individual, facets)
        if wanted:
            for other, props in tuple(self.incoming[individual]):
                self._carry(other, props, individual, feature, wanted)
        if link:
            prop, value = link
            self.edge(individual, prop, self.individual(value))

    def _facets(self, individual: IndividualNumber, facets: Sequence[Facet]) -> None:
        """dt-facet: a value on this side of the limit."""
        for name, value in self.out.values[individual]:
            for prop, test, limit, feature in facets:
                if prop == name and test(value, limit):
                    self.add(individual, feature)

    def _carry(
        self,
        start: IndividualNumber,
        props: frozenset[str],
        end: IndividualNumber,
        feature: FeatureNumber,
        wanted: Sequence[LinkWatch],
    ) -> None:
        """cls-svf1: a link to a C gives `some C` at its start; cls-minqc counts different ends."""
        for prop, number, size in wanted:
            if prop in props:
                if self.recording:
                    self.links[FillerLink(start, end, feature, number)] = None
                if not size or self._enough(start, end, number, size):
                    self.add(start, number)

    def _enough(self, start: IndividualNumber, end: IndividualNumber, feature: FeatureNumber, size: int) -> bool:
        """Whether the ends found so far hold `size` that are known to differ."""
        ends = self.counted.setdefault((start, feature), set())
        ends.add(end)
        names = sorted(self.out.names[end] for end in ends)
        return any(
            all(frozenset(pair) in self.apart for pair in combinations(group, 2)) for group in combinations(names, size)
        )


def _refused(record: Record, name: str, message: str, remedy: str) -> InputError:
    return InputError([Problem(record.patient, f"{name} {message}", remedy)])
