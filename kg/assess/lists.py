"""The lists of an assessment, each a projection of the closure: no entry stands without a claim that puts it there."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final, NamedTuple

from kg.assess.courses import Courses
from kg.assess.findings_of_values import conditions_of_values, out_of_order
from kg.assess.items import Action, Basis, Course, ExceptionTo
from kg.assess.order import arranged
from kg.assess.outcomes import Outcome, Outcomes
from kg.assess.precedence import STEPS, Precedence, item_id
from kg.facts.patient import DataIssue, Status
from kg.ontology.compiled import Ontology
from kg.ontology.model import Claim
from kg.proof.derivations import Conclusion
from kg.reasoner.closure import Closure
from kg.record.record import Record
from kg.record.statement_properties import has_ended, property_of

URGENCY: Final[Mapping[str, int]] = {"immediate": 0, "urgent": 1, "red_flag": 2, "": 3}
DIFFERENTIAL, AGAINST, TREATMENTS = "differential", "counterarguments", "treatments"
WARNINGS: Final = ("contraindications", "pitfalls")
CAUTIOUS: Final = (*WARNINGS, STEPS, "escalations")
"""Lists in which what holds unless something unknown stands as a precaution; never treatments."""
EVERY_READING: Final = (TREATMENTS, AGAINST)
SEARCHES: Final = ("excludes", "screensFor", "investigatesFor")
STOPS: Final = "stops"
GIVEN: Final = (Course.RUNNING, Course.RESPONDING)
LAST: Final = 99
EXCLUDES: Final = "excludes"


class ListRow(NamedTuple):
    """What becomes an entry of a list."""

    id: str
    concept: str
    claims: tuple[Claim, ...]
    basis: Basis
    conclusion: Conclusion


class Lists:
    """Every list of one patient. `cycles` holds what could not be put in order."""

    def __init__(self, ontology: Ontology, record: Record, closure: Closure, outcomes: Outcomes) -> None:
        self.ontology, self.record, self.closure, self.outcomes = ontology, record, closure, outcomes
        self.applicable = [ontology.claims[name] for name in outcomes.ids(Outcome.APPLICABLE)]
        self.properties = {name: prop for prop, name in ontology.list_properties.items()}
        self.cycles: list[tuple[str, ...]] = []

    @cached_property
    def precedence(self) -> Precedence:
        rows = (*self.backing.get(STEPS, {}), *self.open_backing.get(STEPS, {}))
        claims = (*self.applicable, *self.held)
        return Precedence(self.ontology, self.outcomes, claims, {self._id(STEPS, name): name for name in rows})

    # -- which claims put what where

    @cached_property
    def backing(self) -> Mapping[str, Mapping[str, tuple[Claim, ...]]]:
        """List → concept → applicable claims."""
        return self._by_list(self.applicable)

    @cached_property
    def open_backing(self) -> Mapping[str, Mapping[str, tuple[Claim, ...]]]:
        """List → concept → claims that hold in some reading."""
        return self._by_list(self.held)

    @cached_property
    def held(self) -> tuple[Claim, ...]:
        """Claims that hold in some reading and not in every one."""
        return tuple(self.ontology.claims[item.claim] for item in self.outcomes.by_claim.values() if item.held)

    def _by_list(self, claims: Iterable[Claim]) -> Mapping[str, Mapping[str, tuple[Claim, ...]]]:
        found: dict[str, dict[str, dict[str, Claim]]] = {}
        for claim in claims:
            for predicate, concept in claim.conclusions:
                if name := self.ontology.lists.get(predicate):
                    found.setdefault(name, {}).setdefault(concept, {})[claim.id] = claim
        return {
            name: {concept: tuple(some.values()) for concept, some in sorted(rows.items())}
            for name, rows in found.items()
        }

    def rows(self, name: str) -> Iterator[ListRow]:
        """Every entry of a list that is neither established already nor offered for a course that has ended.

        A precaution, and a wider reading that is more urgent, has an id of its own beside what is entailed of the same
        concept. Treatments and refutations need every reading.
        """
        yield from (row for row in self._all_rows(name) if not self._settled(name, row))

    def _all_rows(self, name: str) -> Iterator[ListRow]:
        patient, prop = self.record.patient, self.properties[name]
        entailed = self.closure.values.get(prop, frozenset())
        for concept in sorted(entailed):
            claims = self.backing[name][concept]
            yield ListRow(self._id(name, concept), concept, claims, Basis.ENTAILED, Conclusion(patient, prop, concept))
        precautions = self._precautions(name)
        for concept, claims in precautions.items():
            number = self._id(name, concept) + (":precautionary" if concept in entailed else "")
            proved = Conclusion(patient, "precautionFor", f"claim/{claims[0].id}")
            yield ListRow(number, concept, claims, Basis.PRECAUTIONARY, proved)
        wider = {} if name in EVERY_READING else self.open_backing.get(name, {})
        for concept, claims in wider.items():
            if concept in precautions or (
                concept in entailed and not self._presses(claims, self.backing[name][concept])
            ):
                continue
            reading = self.outcomes.by_claim[claims[0].id].held[0]
            number = self._id(name, concept) + (":wider_reading" if concept in entailed else "")
            yield ListRow(number, concept, claims, Basis.AMBIGUOUS, Conclusion(patient, "holdsInReading", reading))

    @staticmethod
    def _presses(claims: Iterable[Claim], than: Iterable[Claim]) -> bool:
        """Whether some claims are more urgent than others."""
        return min(map(_urgency, claims)) < min(map(_urgency, than))

    def _settled(self, name: str, row: ListRow) -> bool:
        """Whether nothing is left to do: what is to be looked for is there, or the course that is offered has ended."""
        if name == TREATMENTS:
            superseded = all(self.superseded(claim, row.concept) for claim in row.claims)
            return superseded or any(self._alternative_runs(claim, row.concept) for claim in row.claims)
        if name != STEPS or row.concept not in self.established:
            return False
        said = {
            predicate for claim in row.claims for predicate, target in claim.conclusions if target == row.concept
        } & self.ontology.lists.keys()
        return said <= set(SEARCHES)

    def _alternative_runs(self, claim: Claim, concept: str) -> bool:
        """Whether the patient has one thing already that a claim offers in the place of another."""
        if not claim.field("alternatives") or self.courses.of(concept):
            return False
        return any(self.courses.of(other) in GIVEN for other in self._others(claim, TREATMENTS, concept))

    def _others(self, claim: Claim, name: str, concept: str) -> Iterator[str]:
        """What a claim puts in a list beside a concept, neither broader nor narrower."""
        related = self.ontology.ancestors(concept) | self.ontology.descendants(concept)
        for predicate, other in claim.conclusions:
            if self.ontology.lists.get(predicate) == name and other not in related:
                yield other

    # -- states of diagnoses and courses

    @cached_property
    def established(self) -> frozenset[str]:
        """Diagnoses and treatments that the patient has."""
        return self.closure.values.get("hasEstablished", frozenset())

    @cached_property
    def explaining(self) -> frozenset[str]:
        """What the patient has and claims name as a cause of a finding of theirs."""
        return self.closure.values.get("hasKnownExplanation", frozenset())

    @cached_property
    def ruled_out(self) -> frozenset[str]:
        """What the record says to be absent, with everything below it."""
        stated = self.closure.values.get("hasAbsent", frozenset())
        return frozenset(name for one in stated if one in self.ontology.concepts for name in self._below(one))

    def _below(self, concept: str) -> frozenset[str]:
        return self.ontology.descendants(concept)

    @cached_property
    def ended(self) -> frozenset[str]:
        """Treatments whose present course a claim stops."""
        return self.closure.values.get("endsCourseOf", frozenset())

    @cached_property
    def stated(self) -> frozenset[str]:
        """What the record states to be present."""
        return frozenset(fact.concept for fact in self.record.facts.facts if fact.status is Status.PRESENT)

    @cached_property
    def courses(self) -> Courses:
        return Courses(self.ontology, self.record, self.closure.types, self.ended)

    @cached_property
    def current(self) -> frozenset[str]:
        """What the record states to be there now: findings, diagnoses and running treatments."""
        facts, as_of = self.record.facts.facts, self.record.facts.as_of
        return frozenset(
            fact.concept
            for fact in facts
            if fact.status is Status.PRESENT
            and property_of(self.ontology, fact) in ("hasStatedFinding", "hasDiagnosis", "receives")
            and not has_ended(self.ontology, fact, as_of)
        )

    def superseded(self, claim: Claim, concept: str) -> bool:
        """Whether a stop has ended what a claim offers: the treatment itself, or what it is to be added to."""
        return not self.ended.isdisjoint((concept, *claim.fields.get("addsTo", ())))

    def _precautions(self, name: str) -> Mapping[str, tuple[Claim, ...]]:
        if name not in CAUTIOUS:
            return {}
        open_ones = (
            self.ontology.claims[claim]
            for claim in sorted(self.closure.claims("precautionFor"))
            if self.outcomes.by_claim[claim].outcome in (Outcome.UNDETERMINED, Outcome.AMBIGUOUS)
        )
        return self._by_list(open_ones).get(name, {})

    def _id(self, name: str, concept: str) -> str:
        return item_id(self.ontology, name, concept)

    # -- what the patient has

    @cached_property
    def findings(self) -> tuple[str, ...]:
        """What the record states or its current values show to be out of order."""
        found = {name for name in self.stated if out_of_order(self.ontology, name)}
        measured = {item.quantity for item in self.record.occasions}
        for condition, name, quantity in conditions_of_values(self.ontology):
            if quantity in measured and condition in self.closure.types:
                found.add(name)
        return tuple(sorted(found, key=self.ontology.label))

    # -- actions

    def actions(self, name: str) -> tuple[Action, ...]:
        """In the order that claims demand; then by urgency, every reading before one, step, place in print, label.

        The place is that of the claim that speaks of the fewest things, so that each step of a list stands where the
        list has it and not where the list is announced.
        """
        rows = [self._action(name, row) for row in self.rows(name)]
        found = {item.id: item for item, _ in rows}
        keys = {item.id: (*self._due(item), step, *self._place(item), item.label) for item, step in rows}
        order, cycles = arranged(keys, self.precedence.edges if name == STEPS else ())
        self.cycles += cycles
        return tuple(found[one] for one in order)

    def _place(self, item: Action) -> tuple[str, int]:
        claims = (self.ontology.claims[name] for name in item.claims)
        claim = min(claims, key=lambda one: (len(one.conclusions), one.article, one.passage.start))
        return claim.article, claim.passage.start

    @staticmethod
    def _due(item: Action) -> tuple[int, bool]:
        return URGENCY.get(item.urgency, 3), item.basis is Basis.AMBIGUOUS

    def _action(self, name: str, row: ListRow) -> tuple[Action, int]:
        concept, claims = row.concept, row.claims
        relations = tuple(
            predicate
            for claim in claims
            for predicate, target in claim.conclusions
            if target == concept and self.ontology.lists.get(predicate) == name
        )
        done, day = self._done(concept, relations) if name in (STEPS, "monitoring") else (False, "")
        action = Action(
            id=row.id,
            concept=concept,
            label=self.ontology.label(concept),
            claims=tuple(claim.id for claim in claims),
            basis=row.basis,
            conclusion=row.conclusion,
            relations=tuple(dict.fromkeys(relations)),
            modality=_each(claims, "modality"),
            urgency=min(claims, key=_urgency).field("urgency"),
            within=_each(claims, "within"),
            purpose=tuple(self.ontology.label(word) for word in _each(claims, "purpose")),
            scope=_each(claims, "scope"),
            exceptions=tuple(exception for claim in claims for exception in self._exceptions(claim)),
            after=self.precedence.after(row.id, concept, claims),
            alternative_to=self._alternatives(name, concept, claims),
            done=done,
            done_on=day,
            course=self.courses.of(concept),
            supersedes=self._ended_by(concept) if STOPS in relations else (),
            regimen=tuple(phase for claim in claims for phase in claim.regimen if phase.substance == concept),
        )
        return action, min(int(claim.field("step") or LAST) for claim in claims)

    def _ended_by(self, concept: str) -> tuple[str, ...]:
        """The claims whose offer ends with the course of a treatment."""
        below = self.ontology.descendants(concept)
        ended = (
            claim.id
            for claim in self.applicable
            for predicate, target in claim.conclusions
            if self.ontology.lists.get(predicate) == TREATMENTS
            and self.superseded(claim, target)
            and not below.isdisjoint((target, *claim.fields.get("addsTo", ())))
        )
        return tuple(dict.fromkeys(ended))

    def _exceptions(self, claim: Claim) -> Iterator[ExceptionTo]:
        states = {Outcome.APPLICABLE: "met", Outcome.EXCLUDED: "not met"}
        for name in claim.exceptions:
            outcome = self.outcomes.by_claim[name].outcome
            yield ExceptionTo(self.ontology.claims[name].sentence, name, states.get(outcome, "unknown"))
        for name in claim.exception_classes:
            types = self.closure.types
            state = "met" if name in types else "not met" if name + "Refuted" in types else "unknown"
            yield ExceptionTo(self.ontology.label(name), claim.id, state)

    def _alternatives(self, name: str, concept: str, claims: Iterable[Claim]) -> tuple[str, ...]:
        return tuple(
            self._id(name, other)
            for claim in claims
            if claim.field("alternatives")
            for other in self._others(claim, name, concept)
        )

    def _done(self, concept: str, relations: Iterable[str]) -> tuple[bool, str]:
        """Whether the record has the step, and its latest day (P7: it is recommended all the same).

        What is to be excluded is done when the record says that it, or something above it, is absent.
        """
        below = self.ontology.descendants(concept)
        values = [item.date for item in self.record.facts.measurements if item.quantity in below]
        facts = self.record.facts.facts
        values += self._values_of(concept)
        values += [f.date for f in facts if f.concept in below and f.list in ("procedures", "results") and _there(f)]
        if EXCLUDES in relations:
            above = self.ontology.ancestors(concept)
            values += [fact.date for fact in facts if fact.concept in above and fact.status is Status.ABSENT]
        return bool(values), str(max((day for day in values if day), default=""))

    def _values_of(self, test: str) -> list[datetime.date | None]:
        """The latest day of each quantity that a test yields; none while one of them has no value."""
        yielded = self.ontology.yields.get(test, ())
        days = [[one.date for one in self.record.facts.measurements if one.quantity == name] for name in yielded]
        return [max(found, key=str) for found in days] if all(days) else []

    # -- what the order of steps says of the data

    def issues(self) -> tuple[DataIssue, ...]:
        """Cycles among the printed orders."""
        return tuple(
            DataIssue("order", f"the printed orders contradict each other: {' before '.join(cycle)}")
            for cycle in self.cycles
        )


def _urgency(claim: Claim) -> int:
    return URGENCY.get(claim.field("urgency"), 3)


def _there(fact: object) -> bool:
    return getattr(fact, "status", None) is Status.PRESENT


def _each(claims: Iterable[Claim], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for claim in claims for value in claim.fields.get(name, ()) if value))
