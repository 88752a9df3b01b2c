"""The differential: what to think of, what is known already, what is ruled out, and by which rule each stands where.

Every axis of an entry stands alone: strength as printed, claims for and against, findings explained and left over, harm
if missed. The rules of the ontology (`kg.ontology.ordering`) compare one axis after the other; nothing is added up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from kg.assess.items import Basis, Differential, Item, State
from kg.assess.lists import AGAINST, DIFFERENTIAL, ListRow, Lists
from kg.cache.derived import derived
from kg.ontology.compiled import Ontology
from kg.ontology.model import Claim
from kg.ontology.ordering import LAST, OrderingRule, harms, ordering_rules, strengths
from kg.proof.derivations import Conclusion

STATES: Final = (State.OPEN, State.KNOWN, State.RULED_OUT)
BASES: Final = (Basis.ENTAILED, Basis.PRECAUTIONARY, Basis.AMBIGUOUS)
GROUP: Final = "group"
Axis = Callable[[Differential], Any]


def differential(lists: Lists) -> tuple[Differential, ...]:
    """Every condition that claims suggest or that is a known explanation, in the order of the rules."""
    return _DifferentialBuilder(lists).entries()


def counterarguments(lists: Lists) -> tuple[Item, ...]:
    """Conditions that claims argue against, by label: less likely or contradicted, never ruled out by it."""
    rows = sorted(lists.rows(AGAINST), key=lambda row: lists.ontology.label(row.concept))
    return tuple(
        Item(
            id=row.id,
            concept=row.concept,
            label=lists.ontology.label(row.concept),
            claims=tuple(claim.id for claim in row.claims),
            basis=row.basis,
            conclusion=row.conclusion,
        )
        for row in rows
    )


class _DifferentialBuilder:
    def __init__(self, lists: Lists) -> None:
        self.lists, self.ontology = lists, lists.ontology
        self.harms, self.strengths = harms(self.ontology), strengths(self.ontology)

    def entries(self) -> tuple[Differential, ...]:
        found = {item.concept: item for item in map(self._entry, self._rows())}
        placed = [self._placed(item, found) for item in found.values()]
        return _Order(self.ontology, placed).arranged()

    # -- which entries there are

    def _rows(self) -> Iterator[ListRow]:
        rows = {row.concept: row for row in self.lists.rows(DIFFERENTIAL)}
        yield from rows.values()
        for concept, claims in self._known_explanations().items():
            if concept not in rows:
                proved = Conclusion(self.lists.record.patient, "hasKnownExplanation", self._named_for(concept))
                name = f"differential:{self.ontology.codes[concept]}"
                yield ListRow(name, concept, claims, Basis.ENTAILED, proved)

    def _known_explanations(self) -> Mapping[str, tuple[Claim, ...]]:
        """What the record states and claims name as a cause of a finding of this patient."""
        stated = self.lists.current
        return {
            concept: self._naming(cause)
            for cause in sorted(self.lists.explaining)
            for concept in sorted(self.ontology.descendants(cause) & stated)
        }

    def _named_for(self, concept: str) -> str:
        """The nearest thing above a concept that claims name as a cause."""
        above = self.ontology.ancestors(concept) & self.lists.explaining
        return max(above, key=lambda name: (len(self.ontology.ancestors(name)), name))

    def _naming(self, cause: str) -> tuple[Claim, ...]:
        present = frozenset().union(*map(self.ontology.ancestors, self.lists.findings))
        named = _naming_causes(self.ontology).get(cause, ())
        return tuple(claim for claim in named if present & set(claim.fields["accountsFor"]))

    # -- one entry

    def _entry(self, row: ListRow) -> Differential:
        concept, claims = row.concept, row.claims
        state, conclusion = self._state(row)
        words = (claim.field("strength") for claim in claims)
        explained = self._explained(concept, claims)
        return Differential(
            id=row.id,
            concept=concept,
            label=self.ontology.label(concept),
            claims=tuple(claim.id for claim in claims),
            basis=row.basis if state is State.OPEN else Basis.ENTAILED,
            conclusion=conclusion,
            strength=min(words, key=lambda word: self.strengths.get(word, LAST), default=""),
            state=state,
            against=tuple(claim.id for claim in self.lists.backing.get(AGAINST, {}).get(concept, ())),
            explains=explained,
            unexplained=tuple(name for name in self.lists.findings if name not in explained),
            harm_if_missed=self.harms.get(concept),
        )

    def _state(self, row: ListRow) -> tuple[State, Conclusion]:
        """The state and what proves it: an established or absent diagnosis is shown by the record, not by a claim."""
        patient, concept = self.lists.record.patient, row.concept
        if concept in self.lists.ruled_out:
            return State.RULED_OUT, Conclusion(patient, "hasAbsent", concept)
        if row.conclusion.predicate == "hasKnownExplanation" or concept in self.lists.explaining:
            return State.KNOWN, Conclusion(patient, "hasKnownExplanation", self._named_for(concept))
        if concept in self.lists.established:
            return State.KNOWN, Conclusion(patient, "hasEstablished", concept)
        return State.OPEN, row.conclusion

    def _explained(self, concept: str, claims: Iterable[Claim]) -> tuple[str, ...]:
        """The findings of the patient of which some claim for the condition speaks."""
        spoken_of = {name for claim in claims for name in _spoken_of(self.ontology, claim.id)}
        for above in self.ontology.ancestors(concept):
            for claim in _naming_causes(self.ontology).get(above, ()):
                spoken_of |= set(claim.fields["accountsFor"])
        return tuple(name for name in self.lists.findings if self.ontology.ancestors(name) & spoken_of)

    def _placed(self, item: Differential, found: Mapping[str, Differential]) -> Differential:
        """The entry with the nearest broader entry of its state, under which it stands."""
        above = (found[name] for name in self.ontology.ancestors(item.concept) - {item.concept} if name in found)
        broader = [one for one in above if one.state is item.state]
        if not broader:
            return item
        nearest = max(broader, key=lambda one: (len(self.ontology.ancestors(one.concept)), one.id))
        return replace(item, parent=nearest.concept)


class _Order:
    """Entries in the order of the ontology's rules, each with the rule that parts it from the entry before it."""

    def __init__(self, ontology: Ontology, entries: list[Differential]) -> None:
        self.ontology, self.entries = ontology, entries
        self.strengths = strengths(ontology)
        self.axes: Mapping[str, Axis] = {
            "state": lambda one: STATES.index(one.state),
            "reading": lambda one: BASES.index(one.basis),
            "strength": lambda one: self.strengths.get(one.strength, LAST),
            "harm": lambda one: one.harm_if_missed.position if one.harm_if_missed else LAST,
            "unexplained": lambda one: len(one.unexplained),
            "against": lambda one: len(one.against),
            "for": lambda one: -len(one.claims),
            "name": lambda one: one.label,
        }

    @cached_property
    def rules(self) -> tuple[OrderingRule, ...]:
        return tuple(rule for rule in ordering_rules(self.ontology) if rule.axis in self.axes)

    def arranged(self) -> tuple[Differential, ...]:
        """Groups by their best member; in a group the broader entry first, then the narrower ones."""
        return tuple(self._group(""))

    @cached_property
    def below(self) -> Mapping[str, list[Differential]]:
        """The entries under each broader one; those under none by the empty name."""
        found: dict[str, list[Differential]] = {}
        for item in self.entries:
            found.setdefault(item.parent, []).append(item)
        return found

    def _group(self, parent: str) -> Iterator[Differential]:
        """The entries under a broader one in order, each followed by its own group."""
        items = sorted(self.below.get(parent, ()), key=lambda one: self._key(self._best(one)))
        for number, item in enumerate(items):
            yield replace(item, rank_reason=self._reason(items, number))
            yield from self._group(item.concept)

    def _best(self, item: Differential) -> Differential:
        """The member of an entry's group that the rules put first, the entry itself included."""
        members = [item, *map(self._best, self.below.get(item.concept, ()))]
        return min(members, key=self._key)

    def _key(self, item: Differential) -> tuple[Any, ...]:
        return tuple(self.axes[rule.axis](item) for rule in self.rules)

    def _reason(self, items: list[Differential], number: int) -> str:
        """The first rule that parts an entry from the one before it (the first: from the next) and what it says."""
        item = items[number]
        under = f"{self._label(GROUP)}: under {self.ontology.label(item.parent)}" if item.parent else ""
        if len(items) == 1:
            return under or "the only entry"
        other, side = (items[number - 1], "after") if number else (items[1], "before")
        mine, its = self._best(item), self._best(other)
        rule = next((one for one in self.rules if self.axes[one.axis](mine) != self.axes[one.axis](its)), None)
        if rule is None:
            return under or self._label("name")
        by = "" if mine is item else f" (of {mine.label})"
        said = f"{rule.label}: {self._shown(mine, rule.axis)}{by}, {side} {other.label} ({self._shown(its, rule.axis)})"
        return f"{under}; {said}" if under else said

    def _label(self, axis: str) -> str:
        return next(rule.label for rule in ordering_rules(self.ontology) if rule.axis == axis)

    @staticmethod
    def _shown(item: Differential, axis: str) -> str:
        match axis:
            case "state":
                return item.state.replace("_", " ")
            case "reading":
                return "one reading" if item.basis is Basis.AMBIGUOUS else "every reading"
            case "strength":
                return item.strength.replace("_", " ") or "no strength printed"
            case "harm":
                return item.harm_if_missed.level if item.harm_if_missed else "no harm on record"
            case "unexplained":
                return f"{len(item.unexplained)} left"
            case "against":
                return f"{len(item.against)} against"
            case "for":
                return f"{len(item.claims)} for"
            case _:
                return item.label


@derived
def _naming_causes(ontology: Ontology) -> Mapping[str, tuple[Claim, ...]]:
    """Concept → the claims that name it as a cause of findings."""
    found: dict[str, list[Claim]] = {}
    for claim in ontology.claims.values():
        for cause in claim.fields.get("namesCause", ()):
            found.setdefault(cause, []).append(claim)
    return {cause: tuple(claims) for cause, claims in found.items()}


@derived
def _spoken_of(ontology: Ontology, claim: str) -> frozenset[str]:
    """Concepts in the situations of a claim, with the findings on the axes of its quantities.

    What a rule concludes is spoken of together with what it is concluded from.
    """
    todo = {name for reading in ontology.claims[claim].readings for name in ontology.mentioned(reading.situation)}
    found: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo |= ontology.conclusions_of_rules.get(name, frozenset())
            todo |= {one for one, concept in ontology.concepts.items() if concept.axis and concept.axis[0] == name}
    return frozenset(found)
