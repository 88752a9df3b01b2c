"""Rules as derivations read them: what is the same for every patient, made once."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from kg.flat import Remembered
from kg.rule_tables import Axiom, Feature, Rules, reach


class Conclusion(NamedTuple):
    """`subject` is of the class `object` (predicate `type`), or is related to it; local names throughout."""

    subject: str
    predicate: str
    object: str

    def __str__(self) -> str:
        return f"{self.subject} {self.predicate} {self.object}"


Ground = tuple[Conclusion, str, int] | tuple[Conclusion, str, int, Conclusion]


class Shape(NamedTuple):
    """A rule. `plain`: its body is named classes and values, so it holds in one way only."""

    name: str
    plain: bool
    body: tuple[int, ...]
    head: int
    axiom: int


class Short(NamedTuple):
    """The rules whose body is one feature: `plain` ones as name, head and axiom, the others by number."""

    plain: tuple[tuple[str, int, int], ...]
    others: tuple[int, ...]


class ValueEnds(NamedTuple):
    """`P value v`: the classes and axioms of P's own domains and ranges; `simple`: P stands under no other property."""

    value: str
    simple: bool
    domains: tuple[tuple[int, int], ...]
    ranges: tuple[tuple[Conclusion, int], ...]


class Second(NamedTuple):
    """The second link of a chain over an assertion of the ontology: what it is, and (conclusion, rule, axiom, premise)
    of every instance from the assertion up to it."""

    chain: int
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
        self.second = Remembered(self._second)
        self.axiom = Remembered(self._axiom)

    def _said(self, feature: int) -> tuple[str, str]:
        """A class or a value as predicate and object."""
        kind, prop, filler, _ = self.rules.features[feature]
        return ("type" if kind == "class" else prop), filler

    def _number(self, said: tuple[str, str]) -> int | None:
        """The feature of a predicate and an object."""
        predicate, value = said
        kind = ("class", "") if predicate == "type" else ("value", predicate)
        number: int | None = self.rules.known.get(Feature(*kind, value))
        return number

    def _shape(self, number: int) -> Shape:
        name, body, head, axioms = self.rules.rules[number]
        kinds = {self.rules.features[feature].kind for feature in body}
        plain = kinds <= {"class", "value"} and not name.startswith("prp-")
        return Shape(name, plain, body, head, axioms[0] if axioms else -1)

    def _short(self, feature: int) -> Short:
        shapes = [(number, self.shape[number]) for number in self.rules.short(feature)]
        return Short(
            tuple((shape.name, shape.head, shape.axiom) for _, shape in shapes if shape.plain),
            tuple(number for number, shape in shapes if not shape.plain),
        )

    def _ends(self, feature: int) -> ValueEnds | None:
        kind, prop, value, _ = self.rules.features[feature]
        if kind != "value":
            return None
        rows = self.rules.ranges.get(prop, ())
        ranges = tuple((Conclusion(value, "type", self.rules.features[one].filler), axiom) for one, axiom in rows)
        return ValueEnds(value, prop not in self.rules.above, self.rules.domains.get(prop, ()), ranges)

    def _second(self, number: int) -> Second:
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

    def _axiom(self, number: int) -> tuple[Axiom, str]:
        """An axiom and its text."""
        axiom = self.rules.axioms[number]
        return axiom, str(axiom)


@lru_cache(maxsize=4)
def views(rules: Rules) -> RuleViews:
    """The views of some rules, shared by all patients."""
    return RuleViews(rules)
