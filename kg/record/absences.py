"""What the record says is absent: by a statement, by an end, or because a list declared complete leaves it out.

    stated absent      absent in the context of its list; a condition that is absent is not suspected either
    ended              absent now; a plan, an intent or a suspicion that ended is none
    left out           absent in the context of the complete list

What a complete list leaves out yields to everything that is stated, measured, unknown, or that a rule may conclude.
"Not suspected" yields to a suspicion that is stated or that a rule may raise. Only refutations and clashes look at
`hasNoSuspicionOf`, so the one thing that follows is that claims which ask for the suspicion do not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final, NamedTuple

from kg.cache.derived import derived
from kg.facts.patient import Fact, PatientFacts, Status
from kg.ontology.compiled import Ontology
from kg.ontology.kinds import TREATMENTS, ConceptKind
from kg.ontology.manchester import Named, Not, Some, Value, parse
from kg.ontology.model import Threshold
from kg.record.statement_properties import PASSES, absence_of, has_ended, property_of

LEFT_OUT: Final[Mapping[str, tuple[tuple[str, tuple[ConceptKind, ...]], ...]]] = {
    "findings": (("hasAbsent", (ConceptKind.FINDING,)),),
    "diagnoses": (("hasAbsent", (ConceptKind.CONDITION,)), ("hasNoSuspicionOf", (ConceptKind.CONDITION,))),
    "treatments": (("hasAbsent", TREATMENTS),),
    "history": (("hasNoHistoryOf", (ConceptKind.HISTORY, ConceptKind.CONDITION, *TREATMENTS)),),
    "procedures": (("hasNoHistoryOf", (ConceptKind.HISTORY,)),),
    "plans": (("hasNoPlanFor", TREATMENTS),),
    "intents": (("hasNoIntentOf", (ConceptKind.INTENT,)),),
}
"""Complete list → contexts in which it denies, and the kinds of concepts of which it speaks."""
ABOUT_NOW: Final = ("hasAbsent", "hasNoSuspicionOf")
Absence = tuple[str, str]
"""A property of absence and a concept; what is narrower is absent too."""
Known = dict[str, set[str]]
"""Context → concepts; `measured` → quantities."""


class ShowingLimit(NamedTuple):
    """A limit beyond which a value shows a concept, and the further classes that the value must be in."""

    limit: Threshold
    classes: frozenset[str]


@derived
def decided_by(ontology: Ontology, concept: str) -> Mapping[str, tuple[ShowingLimit, ...]]:
    """The quantities whose values can show a concept, each with the limits that make it so."""
    axis = ontology.concepts[concept].axis
    found: dict[str, tuple[ShowingLimit, ...]] = {axis[0]: ()} if axis else {}
    for one in _limits_above(ontology).get(concept, ()):
        found[one.limit.quantity] = (*found.get(one.limit.quantity, ()), one)
    return found


@derived
def _shown_by(ontology: Ontology) -> Mapping[str, frozenset[str]]:
    """Quantity → the concepts that its values can show."""
    found: dict[str, set[str]] = {}
    for name in ontology.concepts:
        for quantity in decided_by(ontology, name):
            found.setdefault(quantity, set()).add(name)
    return {quantity: frozenset(names) for quantity, names in found.items()}


@derived
def _limits_above(ontology: Ontology) -> Mapping[str, tuple[ShowingLimit, ...]]:
    """Concept → the limits beyond which a value shows it."""
    found: dict[str, tuple[ShowingLimit, ...]] = {}
    for finding, bodies in ontology.shown_by.items():
        limits = tuple(
            ShowingLimit(ontology.thresholds[name], body - {name})
            for body in bodies
            for name in sorted(body)
            if name in ontology.thresholds
        )
        if limits and finding in ontology.concepts:
            found[finding] = limits
    return found


@derived
def _of_kinds(ontology: Ontology, kinds: tuple[ConceptKind, ...]) -> frozenset[str]:
    return frozenset(name for name, concept in ontology.concepts.items() if concept.kind in kinds)


class Absences:
    """The absences of one patient. `counts` says whether a fact is not set aside; `measured` names quantities."""

    def __init__(
        self, ontology: Ontology, facts: PatientFacts, counts: Callable[[Fact], bool], measured: Collection[str]
    ) -> None:
        self.ontology, self.facts, self.counts = ontology, facts, counts
        self.measured = frozenset(measured)

    # -- of one fact

    def of(self, fact: Fact) -> tuple[Absence, ...]:
        """What a fact that is stated absent, or that has ended, denies."""
        if fact.status is not Status.ABSENT:
            return tuple(self._ended(fact))
        context = self.ontology.absences.get(property_of(self.ontology, fact))
        if context is None:
            return ()
        return ((context, fact.concept), *(self._unsuspected(fact) if context == "hasAbsent" else ()))

    def _ended(self, fact: Fact) -> Iterator[Absence]:
        context = self._context(fact) if property_of(self.ontology, fact) not in PASSES else "hasAbsent"
        below = self.ontology.descendants(fact.concept)
        still = (other for other in self._facts(Status.PRESENT, Status.SUSPECTED) if not self._is_over(other))
        if not any(other.concept in below and self._context(other) == context for other in still):
            yield context, fact.concept

    def _unsuspected(self, fact: Fact) -> Iterable[Absence]:
        """Conditions that are absent and of which there is no suspicion, the most general ones."""
        below = self.ontology.descendants(fact.concept)
        if not any(self.ontology.concepts[name].kind is ConceptKind.CONDITION for name in below):
            return ()
        suspected = {other.concept for other in self._facts(Status.SUSPECTED)} | self._concluded["hasNoSuspicionOf"]
        free = self._free((ConceptKind.CONDITION,), suspected) & below
        return (("hasNoSuspicionOf", concept) for concept in self._top(free))

    # -- of a complete list

    def left_out(self) -> Iterator[Absence]:
        """What the complete lists deny, the most general concepts first named."""
        for name in sorted(self.facts.complete & set(LEFT_OUT)):
            for context, kinds in LEFT_OUT[name]:
                touched = self._named[context] | self._concluded[context]
                free = self._free(kinds, touched)
                yield from ((context, concept) for concept in self._top(free))

    def _free(self, kinds: tuple[ConceptKind, ...], touched: Collection[str]) -> frozenset[str]:
        """Concepts of some kinds with nothing touched at or below them."""
        return _of_kinds(self.ontology, kinds).difference(*map(self.ontology.ancestors, touched))

    def _top(self, free: frozenset[str]) -> Iterable[str]:
        concepts = self.ontology.concepts
        return sorted(concept for concept in free if free.isdisjoint(concepts[concept].parents))

    # -- what the record says something of

    def _facts(self, *statuses: Status) -> Iterator[Fact]:
        return (fact for fact in self.facts.facts if fact.status in statuses and self.counts(fact))

    def _is_over(self, fact: Fact) -> bool:
        return has_ended(self.ontology, fact, self.facts.as_of)

    def _context(self, fact: Fact) -> str:
        return absence_of(self.ontology, property_of(self.ontology, fact))

    @cached_property
    def _named(self) -> Known:
        """Concepts of which the record says anything but an absence, with what is above and below, by context."""
        found: Known = {context: set() for context in self.ontology.absences.values()}
        for fact in self.facts.facts:
            near = self.ontology.ancestors(fact.concept) | self.ontology.descendants(fact.concept)
            if fact.status is not Status.ABSENT or not self.counts(fact):
                for context in self._spoken_of(fact):
                    found[context] |= near
        shown = _shown_by(self.ontology)
        found["hasAbsent"].update(*(shown.get(quantity, ()) for quantity in self.measured))
        return found

    def _spoken_of(self, fact: Fact) -> tuple[str, ...]:
        """The contexts in which a fact says something; what was, and has ended, is history and no longer present."""
        if fact.status is Status.PRESENT and self._is_over(fact):
            return ("hasNoHistoryOf",) if property_of(self.ontology, fact) in PASSES else ()
        context = self._context(fact)
        return ABOUT_NOW if context in ABOUT_NOW else (context,)

    # -- what a rule may conclude

    @cached_property
    def _concluded(self) -> Known:
        """Concepts that a rule may yet conclude from what the record speaks of, by context."""
        found: Known = {context: set() for context in self.ontology.absences.values()}
        waiting = self.ontology.concluded_by
        while True:
            holding = self._could_hold(found)
            held = [atom for atom, conditions in waiting.items() if not holding.isdisjoint(conditions)]
            if not held:
                return found
            for atom in held:
                prop, _, concept = atom.partition(" some ")
                found[absence_of(self.ontology, prop)] |= self.ontology.ancestors(self.ontology.certain_form(concept))
            waiting = {atom: conditions for atom, conditions in waiting.items() if atom not in held}

    def _could_hold(self, concluded: Known) -> frozenset[str]:
        """The conditions of rules that could hold of what the record speaks of, and of what is concluded."""
        found: set[str] = set()
        for name, operator, parts, (always, context, concept, values) in _conditions_of_rules(self.ontology):
            if operator:
                holds = parts <= found if operator == "and" else not parts.isdisjoint(found)
            elif context:
                holds = concept in self._named[context] or concept in concluded[context]
            else:
                holds = always or not values.isdisjoint(self.measured)
            if holds:
                found.add(name)
        return frozenset(found)


class _Ground(NamedTuple):
    """What an elementary condition may hold for: always, something said of a concept in a context, or values."""

    always: bool = False
    context: str = ""
    concept: str = ""
    values: frozenset[str] = frozenset()


def _ground(ontology: Ontology, condition: str) -> _Ground:
    match parse(ontology.atom(condition)):
        case Value() | Not():
            return _Ground(always=True)
        case Some(prop, Named(name)) if prop in ontology.absences:
            return _Ground(context=absence_of(ontology, prop), concept=ontology.certain_form(name))
        case _:
            return _Ground(values=ontology.mentioned(condition))


class _Condition(NamedTuple):
    """A condition by its parts; an elementary one has no operator."""

    name: str
    operator: str
    parts: frozenset[str]
    ground: _Ground


@derived
def _conditions_of_rules(ontology: Ontology) -> tuple[_Condition, ...]:
    """The conditions from which a rule concludes a finding, with their parts before them."""
    found: dict[str, _Condition] = {}

    def add(name: str) -> None:
        if name in found:
            return
        if formula := ontology.formulas.get(name):
            for part in formula.parts:
                add(part)
            found[name] = _Condition(name, formula.operator, frozenset(formula.parts), _Ground())
        else:
            found[name] = _Condition(name, "", frozenset(), _ground(ontology, name))

    for conditions in ontology.concluded_by.values():
        for name in conditions:
            add(name)
    return tuple(found.values())
