"""Which entries of an assessment stand where in a document, and the parts that a document is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from kg.assess import Action, Assessment, Basis, Conflict, Differential, State
from kg.render.phrases import firmness
from kg.render.wording import ENSURING, INTERPRETING

PRESSING: Final = ("immediate", "urgent", "red_flag")
STOPPING: Final = "stops"
UNRESOLVED: Final = "unresolved"


@dataclass(frozen=True)
class AnswerLine:
    """One line, the claims it rests on, what belongs under it, and its number where it is a step in an order.

    `id` is the entry of a list that it states, if it states one. A row that is `whole`, such as a command to copy, is
    never broken into lines.
    """

    text: str
    claims: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    number: int = 0
    id: str = ""
    whole: bool = False


@dataclass(frozen=True)
class Section:
    """Rows under a heading; `pressing` sections are what must be seen first."""

    heading: str
    rows: tuple[AnswerLine, ...]
    pressing: bool = False


@dataclass(frozen=True)
class AnswerDocument:
    """A headline, the first lines, a summary that with them fits a screen, everything in full, and the small print."""

    headline: str
    lead: tuple[Section, ...]
    summary: tuple[Section, ...]
    sections: tuple[Section, ...]
    small_print: tuple[str, ...]


@dataclass(frozen=True)
class Dispute:
    """Things that the same claims speak against, and the claims for any of them; `concepts` are codes."""

    labels: tuple[str, ...]
    concepts: frozenset[str]
    supporting: tuple[str, ...]
    opposing: tuple[str, ...]
    resolution: str
    rule: str


class Parts:
    """The entries of one assessment by their place in a document."""

    def __init__(self, assessment: Assessment) -> None:
        self.assessment, self.ontology, self.lists = assessment, assessment.ontology, assessment.lists

    def entailed(self, name: str) -> list[Action]:
        """The entries of a list that claims put there which apply."""
        return [item for item in self.lists.get(name, ()) if item.basis is Basis.ENTAILED]

    def acting(self, name: str) -> list[Action]:
        """The entries of a list to act upon: those that follow in every reading, and those of a wider one, marked.

        Precautions among warnings have a section of their own; a step or a referral that is one is acted upon.
        """
        apart = name in ("contraindications", "pitfalls")
        return [item for item in self.lists.get(name, ()) if not apart or item.basis is not Basis.PRECAUTIONARY]

    @cached_property
    def escalations(self) -> list[Action]:
        """Whom to call in, the most urgent first."""
        return self.acting("escalations")

    @cached_property
    def warnings(self) -> list[Action]:
        return [*self.acting("contraindications"), *self.acting("pitfalls")]

    @cached_property
    def ensured(self) -> list[Action]:
        """What must not be delayed or withheld."""
        return [item for item in self.warnings if _only(item, ENSURING)]

    @cached_property
    def interpreting(self) -> list[Action]:
        """What a finding must not be taken for."""
        return [item for item in self.warnings if _only(item, INTERPRETING)]

    @cached_property
    def avoided(self) -> list[Action]:
        """What is not to be done or given, the firmest warning first."""
        found = [item for item in self.warnings if item not in self.ensured and item not in self.interpreting]
        return sorted(found, key=lambda item: (item.basis is not Basis.ENTAILED, firmness(self.ontology, item)))

    @cached_property
    def precautions(self) -> list[Action]:
        names = ("contraindications", "pitfalls")
        return [item for name in names for item in self.lists.get(name, ()) if item.basis is Basis.PRECAUTIONARY]

    @cached_property
    def at_stake(self) -> list[Action]:
        """Precautions about something planned, given or offered, unless it is to be avoided anyhow."""
        avoided, claims = {item.concept for item in self.avoided}, self.assessment.at_stake
        return [item for item in self.precautions if claims & set(item.claims) and item.concept not in avoided]

    @cached_property
    def treatments(self) -> list[Action]:
        """What is offered; of a class and its members the members."""
        listed = {item.concept for item in self.offered}
        narrower = {item.id: self.ontology.descendants(item.concept) - {item.concept} for item in self.offered}
        return [item for item in self.offered if not narrower[item.id] & listed]

    @cached_property
    def offered(self) -> list[Action]:
        """Every treatment that is offered, those with a dose first."""
        return sorted(self.entailed("treatments"), key=lambda item: not item.regimen)

    def warnings_about(self, concept: str) -> tuple[str, ...]:
        """The claims, whatever their outcome, that warn of giving something, of its class or of its members."""
        related = self.ontology.ancestors(concept) | self.ontology.descendants(concept)
        claims = (self.ontology.claims[name] for name in self.assessment.outcomes.by_claim)
        return tuple(
            claim.id
            for claim in claims
            if any(
                self.ontology.lists.get(said) == "contraindications" and about in related
                for said, about in claim.conclusions
            )
        )

    @cached_property
    def disputes(self) -> list[Dispute]:
        """Conflicts with the same claims against, together: a class and its members are disputed as one."""
        found: dict[tuple[tuple[str, ...], str, str], list[Conflict]] = {}
        for item in self.assessment.conflicts:
            found.setdefault((item.opposing, item.resolution, item.rule), []).append(item)
        return [
            Dispute(
                labels=tuple(item.label for item in items),
                concepts=frozenset(item.action for item in items),
                supporting=tuple(sorted({name for item in items for name in item.supporting})),
                opposing=opposing,
                resolution=resolution,
                rule=rule,
            )
            for (opposing, resolution, rule), items in found.items()
        ]

    def disputed(self, item: Action) -> bool:
        """Whether claims for and against something both apply and no rule decides."""
        code = self.ontology.codes[item.concept]
        return any(code in one.concepts for one in self.disputes if one.resolution == UNRESOLVED)

    @cached_property
    def stopped(self) -> list[Action]:
        return [item for item in self.acting("monitoring") if STOPPING in item.relations]

    @cached_property
    def monitored(self) -> list[Action]:
        return [item for item in self.acting("monitoring") if STOPPING not in item.relations]

    @cached_property
    def steps(self) -> list[Action]:
        return self.acting("next_steps")

    @cached_property
    def urgent(self) -> list[Action]:
        """Steps with a printed urgency, the most urgent first."""
        found = [item for item in self.steps if item.urgency in PRESSING]
        return sorted(found, key=lambda item: PRESSING.index(item.urgency))

    @cached_property
    def needed_first(self) -> list[Action]:
        """Steps without an urgency of their own that must come before urgent ones."""
        known = {item.id: item for item in self.steps}
        todo = [item.id for item in self.urgent]
        found: set[str] = set()
        while todo:
            name = todo.pop()
            if name in known and name not in found:
                found.add(name)
                todo += [one.id for one in known[name].after]
        return [item for item in self.steps if item.id in found and item not in self.urgent]

    @cached_property
    def pressing(self) -> list[Action]:
        """Steps to act upon now, in order."""
        return [item for item in self.steps if item in self.urgent or item in self.needed_first]

    @cached_property
    def later(self) -> list[Action]:
        return [item for item in self.steps if item not in self.pressing]

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The number of each step by its id."""
        return {item.id: number for number, item in enumerate((*self.pressing, *self.later), 1)}

    @cached_property
    def conditions(self) -> list[Differential]:
        """What to think of: open conditions that follow in every reading."""
        return [item for item in self.open_conditions if item.basis is Basis.ENTAILED]

    @cached_property
    def open_conditions(self) -> list[Differential]:
        """What to think of in some reading, in the order of the differential."""
        return self._in_state(State.OPEN)

    @cached_property
    def known(self) -> list[Differential]:
        """What is established and goes with findings of the patient."""
        return self._in_state(State.KNOWN)

    @cached_property
    def ruled_out(self) -> list[Differential]:
        """What claims suggest and the record says to be absent."""
        return self._in_state(State.RULED_OUT)

    def _in_state(self, state: State) -> list[Differential]:
        return [item for item in self.assessment.differential if item.state is state]

    @cached_property
    def less_likely(self) -> list[tuple[str, tuple[str, ...]]]:
        """Label and claims of conditions that no claim suggests and some argue against."""
        listed = {item.concept for item in self.conditions}
        against = self.assessment.counterarguments
        return [
            (item.label, item.claims) for item in against if item.concept not in listed and item.basis is Basis.ENTAILED
        ]


def _only(item: Action, relations: tuple[str, ...]) -> bool:
    return set(item.relations) <= set(relations)
