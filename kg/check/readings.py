"""The gate that formal readings are executed as they are shown.

A claim, a reading and a condition show their condition as text (`formalReading`). Here the text is
parsed again, brought into disjunctive normal form, and each disjunct is laid as a set of facts under
the axioms that the compiler wrote. The class, claim or reading must follow from every disjunct whole,
and from none that lacks a part. The same is asked of the situations of a claim's readings together,
and of their refutations (docs/model.md section 7):

    facts of a disjunct,  body ⊑ head over named classes and restrictions
    ──────────────────────────────────────────────────────────────────────  (forward, to a fixed point)
    claimApplies, claimExcluded, holdsInReading or failsInReading,  or the class itself
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Final, TypeAlias

import pyoxigraph as ox
from rdflib import OWL, RDF, RDFS

from kg.check.expressions import Renderer
from kg.check.modules import CheckedModules, Node, node
from kg.check.report import Description, Finding
from kg.ontology import terms
from kg.ontology.manchester import And, Expression, Or, SyntaxProblem, parse

DESCRIPTION: Final = Description(
    "reading-not-executed",
    "Formal reading that the axioms do not carry out",
    "What users read as the condition of a claim is not what entails it: a patient who meets the condition would "
    "not get the claim, or one who does not would.",
    "Compile anew; if it stays, two conditions share a name, or the compiler lost a part.",
)
SITUATION: Final = terms.term("readingSituation")
Facts: TypeAlias = frozenset[str]


@dataclass(frozen=True)
class SubclassRule:
    """Whoever is in all of `body` is in `head`; both as text."""

    body: Facts
    head: str


@dataclass(frozen=True)
class ShownCondition:
    """A condition that is shown: the entity that shows it, what it should entail, and its text."""

    entity: str
    goal: str
    text: str


class SubclassRules:
    """The axioms as rules between named classes and restrictions."""

    def __init__(self, modules: CheckedModules) -> None:
        self.modules, self.renderer = modules, Renderer(modules)

    @cached_property
    def by_part(self) -> dict[str, tuple[SubclassRule, ...]]:
        found: dict[str, list[SubclassRule]] = {}
        for rule in set(self._rules()):
            for part in rule.body:
                found.setdefault(part, []).append(rule)
        return {part: tuple(rules) for part, rules in found.items()}

    def _rules(self) -> Iterator[SubclassRule]:
        for quad in self.modules.quads(None, RDFS.subClassOf):
            yield SubclassRule(self._parts(quad.subject), self.renderer.text(quad.object))
        for quad in self.modules.quads(None, OWL.equivalentClass):
            yield SubclassRule(self._parts(quad.object), self.renderer.text(quad.subject))

    def _parts(self, body: Node) -> Facts:
        heads = self.modules.values(body, OWL.intersectionOf) if isinstance(body, ox.BlankNode) else []
        members = [member for head in heads for member in self.renderer.members(head)]
        return frozenset(map(self.renderer.text, members or [body]))

    def closure(self, facts: Facts) -> Facts:
        """Everything that follows from the facts."""
        known, queue = set(facts), list(facts)
        while queue:
            for rule in self.by_part.get(queue.pop(), ()):
                if rule.head not in known and rule.body <= known:
                    known.add(rule.head)
                    queue.append(rule.head)
        return frozenset(known)


def disjuncts(expression: Expression) -> tuple[Facts, ...]:
    """Disjunctive normal form over the leaves, as text.

    >>> [sorted(part) for part in disjuncts(parse("A and (B or C)"))]
    [['A', 'B'], ['A', 'C']]
    """
    match expression:
        case Or(parts):
            return tuple(dict.fromkeys(found for part in parts for found in disjuncts(part)))
        case And(parts):
            choices = product(*(disjuncts(part) for part in parts))
            return tuple(dict.fromkeys(frozenset().union(*choice) for choice in choices))
        case _:
            return (frozenset({str(expression)}),)


class ShownConditions:
    """Collects what the ontology shows as conditions, and what each should entail."""

    def __init__(self, modules: CheckedModules) -> None:
        self.modules, self.renderer = modules, Renderer(modules)

    def all(self) -> Iterator[ShownCondition]:
        for quad in self.modules.quads(None, terms.term("formalReading")):
            kinds = self.modules.values(quad.subject, RDF.type)
            entity, text = self.renderer.text(quad.subject), self.renderer.text(quad.object)
            if node(OWL.Class) in kinds:
                yield ShownCondition(entity, entity, text)
            elif node(terms.term("Reading")) in kinds:
                yield ShownCondition(entity, f"holdsInReading value {entity}", text)
                yield from self._over_situations(entity, [quad.subject], "holdsInReading", "failsInReading")
            else:
                readings = self.modules.values(quad.subject, terms.term("hasReading"))
                if not readings:
                    yield ShownCondition(entity, f"claimApplies value {entity}", text)
                yield from self._over_situations(entity, readings or [quad.subject], "claimApplies", "claimExcluded")

    def _over_situations(self, entity: str, readings: list[Node], holds: str, fails: str) -> Iterator[ShownCondition]:
        """What all readings together entail, and what the refutations of all of them do."""
        situations = [item for reading in readings for item in self.modules.values(reading, SITUATION)]
        yield ShownCondition(entity, f"{holds} value {entity}", self._joined(situations))
        refuted = [self.modules.quads(None, terms.term("refutationOf"), item) for item in situations]
        yield ShownCondition(
            entity, f"{fails} value {entity}", self._joined(quad.subject for quads in refuted for quad in quads)
        )

    def _joined(self, classes: Iterable[Node]) -> str:
        return " and ".join(sorted(map(self.renderer.text, classes)))


def check(modules: CheckedModules) -> Iterator[Finding]:
    """What does not follow from its own condition, or follows from less."""
    rules = SubclassRules(modules)
    for item in ShownConditions(modules).all():
        try:
            parts = disjuncts(parse(item.text))
        except SyntaxProblem as error:
            yield Finding(DESCRIPTION.name, item.entity, str(error))
            continue
        for facts in parts:
            yield from _judge(rules, item, facts, parts)


def _judge(rules: SubclassRules, item: ShownCondition, facts: Facts, parts: tuple[Facts, ...]) -> Iterator[Finding]:
    if item.goal not in rules.closure(facts):
        yield Finding(DESCRIPTION.name, item.entity, f"does not follow from {' and '.join(sorted(facts))}")
        return
    for fact in facts:
        less = facts - {fact}
        enough = any(part <= rules.closure(less) for part in parts)
        if not enough and item.goal in rules.closure(less):
            yield Finding(DESCRIPTION.name, item.entity, f"follows from {' and '.join(sorted(less))} without {fact}")
