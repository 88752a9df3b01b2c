"""The least model of some facts under the axioms of the files: what an independent checker finds to follow.

Forward chaining over the expressions of `kg.proof.axiom_files`. It shares nothing with the engine: a second program
that must find the same. The axioms are Horn, so what is not in the least model does not follow.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import permutations
from typing import Final, NamedTuple

from kg.proof.axiom_files import BASE, NOTHING, OWL, RDF, RDFS, AxiomFiles, AxiomText, Expression, Triple, holds

VALUES: Final = ("value", "valueAtMost", "valueBelow", "valueAtLeast", "valueAbove", "differentFrom")


class ClassRule(NamedTuple):
    """Whoever is an instance of `body` gets each of `heads`; `axiom` is the text."""

    body: Expression
    heads: tuple[tuple[str, str], ...]
    axiom: str


class ChainRule(NamedTuple):
    """`first` o `second` implies `result`."""

    first: str
    second: str
    result: str
    axiom: str


class LeastModel:
    """Facts laid over others that are never changed; asked for ends and starts of links."""

    def __init__(self, below: LeastModel | None = None) -> None:
        self.below = below
        self.facts: set[Triple] = set()
        self.out: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.back: dict[tuple[str, str], list[str]] = defaultdict(list)

    def __contains__(self, fact: object) -> bool:
        return fact in self.facts or (self.below is not None and fact in self.below)

    def add(self, fact: Triple) -> None:
        s, p, o = fact
        self.facts.add(fact)
        self.out[s, p].append(o)
        self.back[o, p].append(s)

    def ends(self, s: str, p: str) -> list[str]:
        found = self.out.get((s, p), [])
        return found if self.below is None else found + self.below.ends(s, p)

    def starts(self, o: str, p: str) -> list[str]:
        found = self.back.get((o, p), [])
        return found if self.below is None else found + self.below.starts(o, p)

    @property
    def impossible(self) -> list[str]:
        """The individuals that are of classes that exclude each other."""
        return self.starts(NOTHING, "type")

    def differ(self, left: str, right: str) -> bool:
        return (left, "differentFrom", right) in self or (right, "differentFrom", left) in self


class LeastModels:
    """Least models under the axioms of some files, or under those whose texts are in `kept`."""

    def __init__(self, files: AxiomFiles, kept: Collection[str] | None = None) -> None:
        self.files = files
        self.concluding: dict[tuple[str, str], list[ClassRule]] = defaultdict(list)
        self.by_trigger: dict[tuple[str, str], list[ClassRule]] = defaultdict(list)
        self.by_link: dict[str, list[ClassRule]] = defaultdict(list)
        self.by_filler: dict[str, dict[str, list[ClassRule]]] = defaultdict(lambda: defaultdict(list))
        self.upper: dict[str, list[tuple[str, bool, str]]] = defaultdict(list)
        self.domains: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self.ranges: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self.first: dict[str, list[ChainRule]] = defaultdict(list)
        self.second: dict[str, list[ChainRule]] = defaultdict(list)
        self.exclusive: dict[str, set[str]] = defaultdict(set)
        self.assertions: dict[Triple, str] = {}
        chosen = files.axioms if kept is None else files.axioms.keys() & set(kept)
        for text in chosen:
            self._axiom(text, files.axioms[text])

    def _axiom(self, text: str, axiom: AxiomText) -> None:
        subject, target = axiom.subject.removeprefix(BASE), axiom.object.removeprefix(BASE)
        match axiom.predicate.removeprefix(RDFS).removeprefix(OWL):
            case "subClassOf":
                self._rule(text, axiom.subject, axiom.object)
            case "equivalentClass":
                self._rule(text, axiom.object, axiom.subject)
            case "subPropertyOf":
                inverse = self.files.one(axiom.subject, OWL + "inverseOf").removeprefix(BASE)
                self.upper[inverse or subject].append((target, bool(inverse), text))
            case "inverseOf":
                self.upper[subject].append((target, True, text))
                self.upper[target].append((subject, True, text))
            case "propertyChainAxiom":
                first, second = (link.removeprefix(BASE) for link in self.files.members(axiom.object))
                chain = ChainRule(first, second, subject, text)
                self.first[first].append(chain)
                self.second[second].append(chain)
            case "domain":
                self.domains[subject].append((target, text))
            case "range":
                self.ranges[subject].append((target, text))
            case "disjointWith" | "members":
                for one, other in permutations(self.files.excluding(axiom), 2):
                    self.exclusive[one].add(other)
            case _:
                predicate = axiom.predicate.removeprefix(RDF).removeprefix(BASE)
                self.assertions[subject, predicate, target] = text

    def _rule(self, text: str, body: str, head: str) -> None:
        rule = ClassRule(self.files.expression(body), tuple(self.files.heads(head)), text)
        for said in rule.heads:
            self.concluding[said].append(rule)
        for kind, one, other in set(_triggers(rule.body)):
            match kind:
                case "is":
                    self.by_trigger[one, other].append(rule)
                case "filler":
                    self.by_filler[one][other].append(rule)
                case _:
                    self.by_link[one].append(rule)

    @cached_property
    def ontology(self) -> LeastModel:
        """What follows from the axioms alone."""
        return self._closed(LeastModel(), self.assertions)

    def of(self, facts: Iterable[Triple]) -> LeastModel:
        """The least model of some facts, laid over what follows from the axioms alone."""
        return self._closed(LeastModel(self.ontology), facts)

    def over(self, below: LeastModel, facts: Iterable[Triple]) -> LeastModel:
        """The least model of what is in `below` and further facts."""
        return self._closed(LeastModel(below), facts)

    def _closed(self, model: LeastModel, facts: Iterable[Triple]) -> LeastModel:
        """Values and differences first: nothing concludes them, and the rules that ask for them then find them all."""
        todo = sorted(set(facts), key=lambda fact: fact[1] not in VALUES, reverse=True)
        while todo:
            fact = todo.pop()
            if fact not in model:
                model.add(fact)
                todo += self._consequences(model, fact)
        return model

    def _consequences(self, model: LeastModel, fact: Triple) -> Iterator[Triple]:
        s, p, o = fact
        for rule in self.by_trigger.get((p, o), ()):
            yield from self._fired(model, rule, s)
        if p == "type":
            if any((s, p, other) in model for other in self.exclusive.get(o, ())):
                yield (s, p, NOTHING)
            for prop, rules in self.by_filler.get(o, _NONE).items():
                for start in model.starts(s, prop):
                    for rule in rules:
                        yield from self._fired(model, rule, start)
            return
        for kind in model.ends(o, "type"):
            for rule in self.by_filler.get(kind, _NONE).get(p, ()):
                yield from self._fired(model, rule, s)
        for rule in self.by_link.get(p, ()):
            yield from self._fired(model, rule, s)
        for upper, turned, _ in self.upper.get(p, ()):
            yield (o, upper, s) if turned else (s, upper, o)
        yield from ((s, "type", kind) for kind, _ in self.domains.get(p, ()))
        yield from ((o, "type", kind) for kind, _ in self.ranges.get(p, ()))
        for chain in self.first.get(p, ()):
            yield from ((s, chain.result, end) for end in model.ends(o, chain.second))
        for chain in self.second.get(p, ()):
            yield from ((start, chain.result, o) for start in model.starts(s, chain.first))

    @staticmethod
    def _fired(model: LeastModel, rule: ClassRule, s: str) -> Iterator[Triple]:
        if holds(rule.body, s, model.ends, model.differ):
            for predicate, value in rule.heads:
                if (s, predicate, value) not in model:
                    yield (s, predicate, value)


_NONE: Final[Mapping[str, list[ClassRule]]] = {}


def _triggers(expression: Expression) -> Iterator[tuple[str, str, str]]:
    """What may make it true: it `is` a class or has a value, a `filler` class at the end of a link, a `link`."""
    kind, *rest = expression
    match kind:
        case "class":
            yield "is", "type", rest[0]
        case "value":
            yield "is", rest[0], rest[1]
        case "and" | "or":
            for part in rest[0]:
                yield from _triggers(part)
        case "facet":
            yield "link", rest[0], ""
        case _:
            filler = rest[1]
            if filler[0] == "class":
                yield "filler", filler[1], rest[0]
            else:
                yield "link", rest[0], ""
