"""Rules as derivations read them: what is the same for every patient, made once."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from kg.cache.derived import derived
from kg.cache.flat import Remembered
from kg.reasoner.rule_tables import Axiom, AxiomNumber, Feature, FeatureNumber, RuleNumber, Rules, reach


class Conclusion(NamedTuple):
    """`subject` is of the class `object` (predicate `type`), or is related to it; local names throughout."""

    subject: str
    predicate: str
    object: str

    def __str__(self) -> str:
        return f"{self.subject} {self.predicate} {self.object}"


Node = int | Conclusion
"""The number of an individual and a feature, by derivations; anything else is its own node."""
Way = tuple[Node, str, AxiomNumber | None, tuple[Node, ...]]
"""An instance of a rule: what it gives, the rule, the axiom, the premises."""
Ground = tuple[Conclusion, str, AxiomNumber] | tuple[Conclusion, str, AxiomNumber, Conclusion]


class Shape(NamedTuple):
    """A rule, as its instance at the patient, whose nodes are the features.

    `plain`: the body is named classes and values, so it holds in one way only.
    """

    plain: bool
    name: str
    body: tuple[FeatureNumber, ...]
    head: FeatureNumber
    axiom: AxiomNumber
    way: Way


class Short(NamedTuple):
    """The rules whose body is one feature, by head: `plain` ones as instances at the patient, the others by number.

    prp-spo1 over values is not among them: derivations raise links themselves.
    """

    plain: tuple[tuple[FeatureNumber, Way], ...]
    others: tuple[tuple[FeatureNumber, RuleNumber], ...]


class ValueEnds(NamedTuple):
    """`P value v`: instances at the patient of P's own domains and ranges. `simple`: P is under no other property."""

    value: str
    simple: bool
    domains: tuple[tuple[FeatureNumber, Way], ...]
    ranges: tuple[Way, ...]


class Second(NamedTuple):
    """The second link of a chain over an assertion of the ontology: what it is, and (conclusion, rule, axiom, premise)
    of every instance from the assertion up to it."""

    chain: AxiomNumber
    link: Conclusion
    ways: tuple[Ground, ...]


class RuleViews:
    """The views of one ontology's rules."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.said = Remembered(self._said)
        self.number = Remembered(self._number)
        self.short = Remembered(self._short)
        self.shape = Remembered(self._shape)
        self.ends = Remembered(self._ends)
        self.raised = Remembered(self._raised)
        self.second = Remembered(self._second)
        self.axiom = Remembered(self._axiom)
        self.assertion = Remembered(self._assertion)

    def _said(self, feature: FeatureNumber) -> tuple[str, str]:
        """A class or a value as predicate and object."""
        kind, prop, filler, _ = self.rules.features[feature]
        return ("type" if kind == "class" else prop), filler

    def _number(self, said: tuple[str, str]) -> FeatureNumber | None:
        """The feature of a predicate and an object."""
        predicate, value = said
        kind = ("class", "") if predicate == "type" else ("value", predicate)
        number: FeatureNumber | None = self.rules.known.get(Feature(*kind, value))
        return number

    def _shape(self, number: RuleNumber) -> Shape:
        name, body, head, axioms = self.rules.rules[number]
        kinds = {self.rules.features[feature].kind for feature in body}
        plain = kinds <= {"class", "value"} and not name.startswith("prp-")
        axiom = axioms[0] if axioms else AxiomNumber(-1)
        return Shape(plain, name, body, head, axiom, (head, name, axiom, body))

    def _short(self, feature: FeatureNumber) -> Short:
        shapes = [(number, self.shape[number]) for number in map(RuleNumber, self.rules.short(feature))]
        return Short(
            tuple((shape.head, shape.way) for _, shape in shapes if shape.plain),
            tuple((shape.head, number) for number, shape in shapes if not shape.plain and shape.name != "prp-spo1"),
        )

    def _ends(self, feature: FeatureNumber) -> ValueEnds | None:
        kind, prop, value, _ = self.rules.features[feature]
        if kind != "value":
            return None
        past, domains, ranges = (feature,), self.rules.domains.get(prop, ()), self.rules.ranges.get(prop, ())
        kinds = [(Conclusion(value, "type", self.rules.features[kind].filler), axiom) for kind, axiom in ranges]
        return ValueEnds(
            value,
            prop not in self.rules.above,
            tuple((kind, (kind, "prp-dom", axiom, past)) for kind, axiom in domains),
            tuple((kind, "prp-rng", axiom, past) for kind, axiom in kinds),
        )

    def _raised(self, feature: FeatureNumber) -> bool:
        """Whether links lead to a feature: a domain, a range, or a value of a property that stands above another."""
        kind, prop, _, _ = self.rules.features[feature]
        return feature in self._by_links or (kind == "value" and prop in self._upper)

    @cached_property
    def _by_links(self) -> frozenset[FeatureNumber]:
        tables = (self.rules.domains, self.rules.ranges)
        return frozenset(kind for table in tables for ends in table.values() for kind, _ in ends)

    @cached_property
    def _upper(self) -> frozenset[str]:
        return frozenset(upper.property for group in self.rules.above.values() for upper in group)

    def _second(self, number: RuleNumber) -> Second:
        """prp-spo1 and prp-inv from the assertion to the property that the chain takes."""
        rules = self.rules
        _, body, head, (axiom, link) = rules.rules[number]
        chain = next(chain for chain in rules.chains if chain.axiom == axiom)
        target = Conclusion(rules.features[body[0]].filler, chain.second, rules.features[head].filler)
        low = Conclusion(*rules.axioms[link][:3])
        ways: list[Ground] = [(low, "ontology", link)]
        todo, seen = [low], {low}
        while todo:
            lower = todo.pop()
            for above, prop, turned in rules.above.get(lower.predicate, ()):
                upper = Conclusion(lower.object, prop, lower.subject) if turned else lower._replace(predicate=prop)
                if self._leads(upper, target):
                    ways.append((upper, "prp-inv" if turned else "prp-spo1", above, lower))
                    todo += [upper] if upper not in seen else []
                    seen.add(upper)
        return Second(axiom, target, tuple(ways))

    def _leads(self, link: Conclusion, target: Conclusion) -> bool:
        """Whether a link is, or lies under, another."""
        forward, backward = reach(self.rules.above, link.predicate)
        same = (link.subject, link.object) == (target.subject, target.object)
        turned = (link.object, link.subject) == (target.subject, target.object)
        return (same and target.predicate in forward) or (turned and target.predicate in backward)

    def _axiom(self, number: AxiomNumber) -> tuple[Axiom, str]:
        """An axiom and its text."""
        axiom = self.rules.axioms[number]
        return axiom, str(axiom)

    def _assertion(self, number: AxiomNumber) -> Conclusion:
        """An axiom about individuals, as what it asserts."""
        subject, predicate, value, _, _ = self.rules.axioms[number]
        return Conclusion(subject, predicate, value)


@derived
def views(rules: Rules) -> RuleViews:
    """The views of some rules, shared by all patients."""
    return RuleViews(rules)
