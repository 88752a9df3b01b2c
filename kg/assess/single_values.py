"""What holds for one of several values of a day: a second value never removes what the first one calls for.

Several values of one day are one occasion, between the least and the greatest of them. A limit between them is then
undecided, so each value is also taken alone: tests, referrals and warnings that follow from one of them stand in the
lists, marked; treatments do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from kg.assess.items import Action, Basis
from kg.facts.patient import Measurement, PatientFacts
from kg.proof.derivations import Conclusion

FOR_ONE_VALUE: Final = "holdsForOneValue"
WIDENED: Final = ("escalations", "next_steps", "monitoring", "contraindications", "pitfalls")
Lists = Mapping[str, tuple[Action, ...]]


def with_one_value(facts: PatientFacts) -> Iterator[PatientFacts]:
    """The facts with each one of the values of a latest day that has several, in place of them all."""
    by_quantity: dict[str, list[Measurement]] = {}
    for item in facts.measurements:
        by_quantity.setdefault(item.quantity, []).append(item)
    for items in by_quantity.values():
        day = max(item.date or facts.as_of for item in items)
        latest = [item for item in items if (item.date or facts.as_of) == day]
        if len({item.value for item in latest}) > 1:
            for kept in latest:
                gone = {id(item) for item in latest if item is not kept}
                yield replace(facts, measurements=tuple(item for item in facts.measurements if id(item) not in gone))


def widened(lists: Lists, others: Iterable[Lists]) -> Lists:
    """The lists with what follows from one value alone, as a wider reading without a proof of its own."""
    found = {name: list(items) for name, items in lists.items()}
    for other in others:
        for name in WIDENED:
            known = {item.id for item in found.get(name, ())}
            found.setdefault(name, []).extend(_wider(item) for item in other.get(name, ()) if item.id not in known)
    return {name: tuple(items) for name, items in found.items()}


def _wider(item: Action) -> Action:
    conclusion = Conclusion(item.conclusion.subject, FOR_ONE_VALUE, item.concept)
    return replace(item, basis=Basis.AMBIGUOUS, conclusion=conclusion)
