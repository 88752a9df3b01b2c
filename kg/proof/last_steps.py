"""Every way in which the last step to a conclusion can be made, in a least model: rule, axiom and premises."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

from kg.proof.axiom_files import Expression, Triple, holds
from kg.proof.least_model import LeastModel, LeastModels

LastStep = tuple[str, frozenset[Triple]]


def ways_to(models: LeastModels, found: LeastModel, conclusion: Triple) -> frozenset[LastStep]:
    """The axioms that give a conclusion, each with every set of premises from which it does."""
    return frozenset((*_by_links(models, found, conclusion), *_by_classes(models, found, conclusion)))


def _by_classes(models: LeastModels, found: LeastModel, conclusion: Triple) -> Iterator[LastStep]:
    s, predicate, value = conclusion
    for rule in models.concluding[predicate, value]:
        if holds(rule.body, s, found.ends, found.differ):
            yield from ((rule.axiom, premises) for premises in premises_of(rule.body, s, found))


def _by_links(models: LeastModels, found: LeastModel, conclusion: Triple) -> Iterator[LastStep]:
    s, predicate, value = conclusion
    if axiom := models.assertions.get(conclusion):
        yield axiom, frozenset()
    for lower, uppers in models.upper.items():
        for upper, turned, axiom in uppers:
            link = (value, lower, s) if turned else (s, lower, value)
            if upper == predicate and link in found:
                yield axiom, frozenset({link})
    for chains in models.first.values():
        for chain in chains:
            if chain.result == predicate:
                for middle in found.ends(s, chain.first):
                    if (middle, chain.second, value) in found:
                        yield chain.axiom, frozenset({(s, chain.first, middle), (middle, chain.second, value)})
    if predicate == "type":
        for prop, ends in models.domains.items():
            yield from (
                (axiom, frozenset({(s, prop, o)})) for kind, axiom in ends if kind == value for o in found.ends(s, prop)
            )
        for prop, ends in models.ranges.items():
            yield from (
                (axiom, frozenset({(a, prop, s)}))
                for kind, axiom in ends
                if kind == value
                for a in found.starts(s, prop)
            )


def premises_of(expression: Expression, s: str, found: LeastModel) -> Iterator[frozenset[Triple]]:
    """Every smallest set of triples that makes an individual an instance of an expression."""
    kind, *rest = expression
    match kind:
        case "class" if rest[0] in found.ends(s, "type"):
            yield frozenset({(s, "type", rest[0])})
        case "value" if rest[1] in found.ends(s, rest[0]):
            yield frozenset({(s, rest[0], rest[1])})
        case "and":
            for choice in product(*(list(premises_of(part, s, found)) for part in rest[0])):
                yield frozenset().union(*choice)
        case "or":
            for part in rest[0]:
                yield from premises_of(part, s, found)
        case "facet":
            for end in found.ends(s, rest[0]):
                if holds(("facet", *rest), s, lambda _, prop, end=end: [end], found.differ):  # type: ignore[misc]
                    yield frozenset({(s, rest[0], end)})
        case "some":
            for end in found.ends(s, rest[0]):
                yield from (inner | {(s, rest[0], end)} for inner in premises_of(rest[1], end, found))
        case "min":
            yield from _counted(rest[0], rest[1], rest[2], s, found)


def _counted(prop: str, filler: Expression, size: int, s: str, found: LeastModel) -> Iterator[frozenset[Triple]]:
    """As many links to ends that are known to differ."""
    ends = {end: list(premises_of(filler, end, found)) for end in found.ends(s, prop)}
    for names in combinations(sorted(name for name, ways in ends.items() if ways), size):
        pairs = [(left, "differentFrom", right) for left, right in combinations(names, 2)]
        known = frozenset(pair if pair in found else pair[::-1] for pair in pairs)
        if all(pair in found for pair in known):
            links = frozenset((s, prop, name) for name in names)
            for choice in product(*(ends[name] for name in names)):
                yield known.union(links, *choice)
