"""Which next step waits for which: what claims put before something, and the printed sequences of steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

from kg.assess.items import Prerequisite
from kg.assess.order import Edge
from kg.assess.outcomes import Outcome, Outcomes
from kg.ontology.compiled import Ontology
from kg.ontology.model import Claim

STEPS: Final = "next_steps"


def item_id(ontology: Ontology, name: str, concept: str) -> str:
    """The id of an entry: its list and its concept."""
    return f"{name.removesuffix('s')}:{ontology.concepts[concept].code}"


@dataclass(frozen=True)
class Precedence:
    """The order among the next steps of one patient.

    `claims` are those that hold in some reading: an order is a caution like the steps it orders. `listed` are the
    concepts of the list by id.
    """

    ontology: Ontology
    outcomes: Outcomes
    claims: tuple[Claim, ...]
    listed: Mapping[str, str]

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """Pairs of next steps that a claim puts in order."""
        return tuple((first, then) for first, then, _ in self._pairs)

    def after(self, identifier: str, concept: str, claims: Iterable[Claim]) -> tuple[Prerequisite, ...]:
        """What claims want to have happened before: steps of the list, or a finding."""
        waiting = {identifier, *(self._id(name) for name in self.ontology.ancestors(concept))}
        rows = sorted({row for then in waiting for row in self._before.get(then, ())} if self._before else ())
        found = [
            Prerequisite(first, name, self.ontology.label(name), source)
            for first, _, source, name in rows
            if first != identifier
        ]
        for claim in claims:
            for name in claim.fields.get("onlyAfter", ()):
                found.append(Prerequisite("", name, self.ontology.label(name), claim.id))
        return tuple(dict.fromkeys(found))

    def _id(self, concept: str) -> str:
        return item_id(self.ontology, STEPS, concept)

    @cached_property
    def _pairs(self) -> tuple[tuple[str, str, str], ...]:
        """(id of the first, id of the later, claim that says so)."""
        found = []
        for claim in self.claims:
            steps = self._targets(claim)
            for later in claim.fields.get("before", ()):
                if later in self.ontology.concepts:
                    ids = [self._id(name) for name in self.ontology.descendants(later)]
                    found += [(self._id(first), then, claim.id) for first in steps for then in ids]
            found += list(self._sequence(claim))
        return tuple(sorted(set(found)))

    @cached_property
    def _before(self) -> Mapping[str, list[tuple[str, str, str, str]]]:
        """Id of a later step → the pairs whose first steps are in the list, with the concepts of these."""
        found: dict[str, list[tuple[str, str, str, str]]] = {}
        for first, then, source in self._pairs:
            if first in self.listed:
                found.setdefault(then, []).append((first, then, source, self.listed[first]))
        return found

    def _sequence(self, claim: Claim) -> Iterator[tuple[str, str, str]]:
        """A printed sequence of claims. An exception that applies frees its own steps from waiting."""
        numbers = claim.field("sequence").split()
        free = {
            target
            for name in claim.exceptions
            if self.outcomes.by_claim[name].outcome is Outcome.APPLICABLE
            for _, target in self.ontology.claims[name].conclusions
        }
        for earlier, later in pairwise(numbers):
            for first in self._targets(self.ontology.claims[earlier]):
                for then in self._targets(self.ontology.claims[later]):
                    if then not in free:
                        yield self._id(first), self._id(then), claim.id

    def _targets(self, claim: Claim) -> tuple[str, ...]:
        return tuple(name for predicate, name in claim.conclusions if self.ontology.lists.get(predicate) == STEPS)
