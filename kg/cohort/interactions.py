"""Which facts of a patient bear on each other in the record, so that the rest can be recorded group by group.

The record of a patient is the union of the records of these groups, but for what it lacks: a concept is lacking where
every group lacks it. Facts share a group where they share a ground: a quantity that one has and of which the other
speaks, a derived quantity that both enter, a suspicion that one denies, a course that one ends. A ground too many
costs time and a ground too few an answer, so each is taken as wide as the code of `kg.record` that looks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from kg.cache.derived import derived
from kg.facts.patient import Fact, Measurement, PatientFacts, Status, Unread
from kg.ontology.compiled import Ontology
from kg.ontology.manchester import Named, Some, parse
from kg.record.absences import decided_by
from kg.record.statement_properties import has_ended

Ground = tuple[str, str]
Item = Fact | Measurement
AGED: Final = ("age-in-years", "arithmetic", "points")


def groups(ontology: Ontology, facts: PatientFacts) -> tuple[PatientFacts, ...]:
    """The facts as groups that do not bear on each other; each has the person, and the state that decides limits.

    All facts are one group where a list is declared complete, or a suspicion is denied that a rule may conclude: what
    then counts as absent depends on each of them.
    """
    person = _person(ontology, facts)
    if person is None or is_whole(ontology, facts):
        return (facts,)
    rest = [fact for fact in facts.facts if fact not in person]
    items: list[Item] = [*rest, *facts.measurements]
    found = [_group(facts, person, part) for part in _joined(ontology, facts, items)]
    found += [replace(_group(facts, person, ()), unread=(one,)) for one in _spoken(facts.unread)]
    return tuple(found) or (_group(facts, person, ()),)


def is_whole(ontology: Ontology, facts: PatientFacts) -> bool:
    """Whether each fact bears on all others."""
    return bool(facts.complete) or any(_denies_conclusion(ontology, fact) for fact in facts.facts)


def person_of(ontology: Ontology, facts: PatientFacts) -> PatientFacts:
    """The person of some facts, and the state that decides limits, with nothing else."""
    return _group(replace(facts, complete=frozenset()), _person(ontology, facts) or (), ())


def _person(ontology: Ontology, facts: PatientFacts) -> tuple[Fact, ...] | None:
    """The facts that put the patient in a state for which other limits hold; None where they say more than that."""
    about = tuple(fact for fact in facts.facts if decides_limits(ontology, fact.concept))
    if not any(fact.status is Status.PRESENT for fact in about):
        return ()
    plain = all(fact.status is Status.PRESENT and not has_ended(ontology, fact, facts.as_of) for fact in about)
    return about if plain else None


def _group(facts: PatientFacts, person: tuple[Fact, ...], items: Iterable[Item]) -> PatientFacts:
    chosen = tuple(items)
    return replace(
        facts,
        facts=(*person, *(item for item in chosen if isinstance(item, Fact))),
        measurements=tuple(item for item in chosen if isinstance(item, Measurement)),
        issues=(),
        unread=(),
    )


def _spoken(unread: Iterable[Unread]) -> Iterator[Unread]:
    """What was not used, once for each thing that the record says of it."""
    found = {(one.reason, one.concept, one.aside): one for one in unread}
    yield from found.values()


def _joined(ontology: Ontology, facts: PatientFacts, items: list[Item]) -> Iterator[list[Item]]:
    """The items in groups that share no ground."""
    parts: list[tuple[set[Ground], list[Item]]] = []
    for item in items:
        grounds, together = set(grounds_of(ontology, facts, item)), [item]
        apart = []
        for other, some in parts:
            if grounds.isdisjoint(other):
                apart.append((other, some))
            else:
                grounds |= other
                together = some + together
        parts = [*apart, (grounds, together)]
    yield from (some for _, some in parts)


def grounds_of(ontology: Ontology, facts: PatientFacts, item: Item) -> frozenset[Ground]:
    """What an item shares with those that it bears on, or that bear on it."""
    if isinstance(item, Measurement):
        return _of_quantity(ontology, item.quantity)
    ended = has_ended(ontology, item, facts.as_of)
    return _of_fact(ontology, item.concept, item.status, ended)


@derived
def _of_quantity(ontology: Ontology, quantity: str) -> frozenset[Ground]:
    """The quantity, and every derived quantity that it enters or that recomputes it."""
    return frozenset({("quantity", quantity), *_formulas(ontology, frozenset({quantity}))})


@derived
def _formulas(ontology: Ontology, names: frozenset[str]) -> frozenset[Ground]:
    found = set()
    for item in ontology.derived:
        scored = {name for part in item.data.items for name in part.concepts}
        if not names.isdisjoint({*item.operands, item.recomputes, item.name, *scored}):
            found.add(("derived", item.name))
    return frozenset(found)


@derived
def _of_fact(ontology: Ontology, concept: str, status: Status, ended: bool) -> frozenset[Ground]:
    """The grounds of a fact: what decides it or anything near it, what it denies, what it ends."""
    above, below = ontology.ancestors(concept), ontology.descendants(concept)
    near = above | below
    quantities = {axis[0] for name in near if (axis := ontology.concepts[name].axis)}
    quantities |= {quantity for name in near for quantity in decided_by(ontology, name)}
    quantities |= near & ontology.quantities.keys()
    found = {("quantity", name) for name in quantities} | set(_formulas(ontology, frozenset(near | quantities)))
    if status is Status.SUSPECTED:
        found |= {("suspected", name) for name in above}
    if status is Status.ABSENT:
        found |= {("suspected", name) for name in below}
    if ended:
        found |= {("course", name) for name in below}
    if status in (Status.PRESENT, Status.SUSPECTED):
        found.add(("course", concept))
    return frozenset(found)


def _denies_conclusion(ontology: Ontology, fact: Fact) -> bool:
    return fact.status is Status.ABSENT and not ontology.descendants(fact.concept).isdisjoint(_suspicions(ontology))


@derived
def _suspicions(ontology: Ontology) -> frozenset[str]:
    """Concepts at or above what a rule may conclude to be suspected, from facts of any kind."""
    found: set[str] = set()
    for formal in ontology.concluded_by:
        match parse(formal):
            case Some("hasSuspicionOf", Named(name)):
                found |= ontology.ancestors(ontology.certain_form(name))
    return frozenset(found)


def decides_limits(ontology: Ontology, concept: str) -> bool:
    """Whether a concept is a state for which other limits hold."""
    return not ontology.ancestors(concept).isdisjoint(ontology.defaults_not_in)


def age_limits(ontology: Ontology) -> tuple[int, ...] | None:
    """The ages at which something changes, ascending; None where a formula reckons with the age itself."""
    return ages_of(ontology, frozenset(ontology.intervals))


@derived
def ages_of(ontology: Ontology, quantities: frozenset[str]) -> tuple[int, ...] | None:
    """The ages at which something changes of whom nothing but these quantities is measured, ascending.

    None where a formula reckons with the age itself.
    """
    if any(item.formula in AGED for item in ontology.derived):
        return None
    ends = {ontology.adult_from}
    for quantity in quantities:
        for item in ontology.intervals.get(quantity, ()):
            ends |= {age for age in (item.from_age, item.below_age) if age is not None}
    return tuple(sorted(ends))
