"""The lists of an assessment, each a projection of the closure: no entry stands without a claim that puts it there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from typing import Final, NamedTuple

from kg.assess.items import Action, Basis, Conflict, Differential, ExceptionTo, Item, Prerequisite
from kg.assess.order import Edge, arranged
from kg.assess.outcomes import Outcome, Outcomes
from kg.cache.derived import derived
from kg.facts.patient import DataIssue, Status
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.ontology.kinds import ConceptKind
from kg.ontology.model import Claim
from kg.proof.derivations import Conclusion
from kg.reasoner.closure import Closure
from kg.record.assertions import Record

STRENGTH: Final[Mapping[str, int]] = {
    "most_likely": 0,
    "strongly_suggests": 1,
    "strongly_favors": 1,
    "typically": 2,
    "suggests": 3,
    "may": 4,
    "can": 5,
    "consider": 6,
}
URGENCY: Final[Mapping[str, int]] = {"immediate": 0, "urgent": 1, "red_flag": 2, "": 3}
DIFFERENTIAL, AGAINST, STEPS = "differential", "counterarguments", "next_steps"
WARNINGS: Final = ("contraindications", "pitfalls")
LAST: Final = 99
EXCLUDES: Final = "excludes"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"


class Row(NamedTuple):
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

    # -- which claims put what where

    @cached_property
    def backing(self) -> Mapping[str, Mapping[str, tuple[Claim, ...]]]:
        """List → concept → applicable claims."""
        return self._by_list(self.applicable)

    @cached_property
    def open_backing(self) -> Mapping[str, Mapping[str, tuple[Claim, ...]]]:
        """List → concept → claims that hold in some reading."""
        return self._by_list(self.ontology.claims[item.claim] for item in self.outcomes.by_claim.values() if item.held)

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

    def rows(self, name: str) -> Iterator[Row]:
        """Every entry of a list. A precaution beside what is entailed of the same concept has an id of its own."""
        patient, prop = self.record.patient, self.properties[name]
        entailed = self.closure.values.get(prop, frozenset())
        for concept in sorted(entailed):
            claims = self.backing[name][concept]
            yield Row(self._id(name, concept), concept, claims, Basis.ENTAILED, Conclusion(patient, prop, concept))
        precautions = self._precautions(name)
        for concept, claims in precautions.items():
            number = self._id(name, concept) + (":precautionary" if concept in entailed else "")
            proved = Conclusion(patient, "precautionFor", f"claim/{claims[0].id}")
            yield Row(number, concept, claims, Basis.PRECAUTIONARY, proved)
        for concept, claims in self.open_backing.get(name, {}).items():
            if concept not in entailed and concept not in precautions:
                reading = self.outcomes.by_claim[claims[0].id].held[0]
                proved = Conclusion(patient, "holdsInReading", reading)
                yield Row(self._id(name, concept), concept, claims, Basis.AMBIGUOUS, proved)

    def _precautions(self, name: str) -> Mapping[str, tuple[Claim, ...]]:
        if name not in WARNINGS:
            return {}
        open_ones = (
            self.ontology.claims[claim]
            for claim in sorted(self.closure.claims("precautionFor"))
            if self.outcomes.by_claim[claim].outcome in (Outcome.UNDETERMINED, Outcome.AMBIGUOUS)
        )
        return self._by_list(open_ones).get(name, {})

    def _id(self, name: str, concept: str) -> str:
        return f"{name.removesuffix('s')}:{self.ontology.concepts[concept].code}"

    # -- the differential

    def differential(self) -> tuple[Differential, ...]:
        """Ranked by basis, strength as printed, claims for less claims against, how specific, and label."""
        return tuple(sorted(map(self._condition, self.rows(DIFFERENTIAL)), key=self._rank))

    def _condition(self, row: Row) -> Differential:
        concept, claims = row.concept, row.claims
        strength = min((claim.field("strength") for claim in claims), key=lambda word: STRENGTH.get(word, LAST))
        against = tuple(claim.id for claim in self.backing.get(AGAINST, {}).get(concept, ()))
        depth = len(self.ontology.ancestors(concept)) - 1
        return Differential(
            id=row.id,
            concept=concept,
            label=self.ontology.label(concept),
            claims=tuple(claim.id for claim in claims),
            basis=row.basis,
            conclusion=row.conclusion,
            strength=strength,
            against=against,
            unexplained=self._unexplained(claims),
            rank_reason=f"{strength.replace('_', ' ') or 'no strength printed'}; {len(claims)} for, "
            f"{len(against)} against; {depth} classes above it",
        )

    def counterarguments(self) -> tuple[Item, ...]:
        """Conditions that claims argue against, by label: less likely or contradicted, never ruled out by it."""
        rows = sorted(self.rows(AGAINST), key=lambda row: self.ontology.label(row.concept))
        return tuple(
            Item(
                id=row.id,
                concept=row.concept,
                label=self.ontology.label(row.concept),
                claims=tuple(claim.id for claim in row.claims),
                basis=row.basis,
                conclusion=row.conclusion,
            )
            for row in rows
        )

    def _rank(self, item: Differential) -> tuple[bool, int, int, int, str]:
        weight = len(item.against) - len(item.claims)
        specific = -len(self.ontology.ancestors(item.concept))
        return item.basis is not Basis.ENTAILED, STRENGTH.get(item.strength, LAST), weight, specific, item.label

    def _unexplained(self, claims: Iterable[Claim]) -> tuple[str, ...]:
        spoken_of = {name for claim in claims for name in _spoken_of(self.ontology, claim.id)}
        return tuple(name for name in self.findings if not self.ontology.ancestors(name) & spoken_of)

    @cached_property
    def findings(self) -> tuple[str, ...]:
        """What the record states or its current values show to be out of order."""
        stated = {fact.concept for fact in self.record.facts.facts if fact.status is Status.PRESENT}
        found = {name for name in stated if _out_of_order(self.ontology, name)}
        measured = {item.quantity for item in self.record.occasions}
        for condition, name, quantity in _conditions_of_values(self.ontology):
            if quantity in measured and condition in self.closure.types:
                found.add(name)
        return tuple(sorted(found, key=self.ontology.label))

    # -- actions

    def actions(self, name: str) -> tuple[Action, ...]:
        """In the order that claims demand; then by urgency, step of the algorithm, place in print, label.

        The place is that of the claim that speaks of the fewest things, so that each step of a list stands where the
        list has it and not where the list is announced.
        """
        rows = [self._action(name, row) for row in self.rows(name)]
        found = {item.id: item for item, _ in rows}
        keys = {item.id: (self._due(item), step, *self._place(item), item.label) for item, step in rows}
        order, cycles = arranged(keys, self._edges if name == STEPS else ())
        self.cycles += cycles
        return tuple(found[one] for one in order)

    def _place(self, item: Action) -> tuple[str, int]:
        claims = (self.ontology.claims[name] for name in item.claims)
        claim = min(claims, key=lambda one: (len(one.conclusions), one.article, one.passage.start))
        return claim.article, claim.passage.start

    @staticmethod
    def _due(item: Action) -> int:
        return URGENCY.get(item.urgency, 3) + (10 if item.basis is Basis.AMBIGUOUS else 0)

    def _action(self, name: str, row: Row) -> tuple[Action, int]:
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
            urgency=min((claim.field("urgency") for claim in claims), key=lambda word: URGENCY.get(word, 3)),
            within=_each(claims, "within"),
            purpose=tuple(self.ontology.label(word) for word in _each(claims, "purpose")),
            scope=_each(claims, "scope"),
            exceptions=tuple(exception for claim in claims for exception in self._exceptions(claim)),
            after=self._after(row.id, concept, claims),
            alternative_to=self._alternatives(name, concept, claims),
            done=done,
            done_on=day,
            regimen=tuple(phase for claim in claims for phase in claim.regimen if phase.substance == concept),
        )
        return action, min(int(claim.field("step") or LAST) for claim in claims)

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
            for predicate, other in claim.conclusions
            if other != concept and self.ontology.lists.get(predicate) == name
        )

    def _done(self, concept: str, relations: Iterable[str]) -> tuple[bool, str]:
        """Whether the record has the step, and its latest day (P7: it is recommended all the same).

        What is to be excluded is done when the record says that it, or something above it, is absent.
        """
        below = self.ontology.descendants(concept)
        values = [item.date for item in self.record.facts.measurements if item.quantity in below]
        facts = self.record.facts.facts
        values += [f.date for f in facts if f.concept in below and f.list in ("procedures", "results") and _there(f)]
        if EXCLUDES in relations:
            above = self.ontology.ancestors(concept)
            values += [fact.date for fact in facts if fact.concept in above and fact.status is Status.ABSENT]
        return bool(values), str(max((day for day in values if day), default=""))

    # -- what comes first

    @cached_property
    def _edges(self) -> tuple[Edge, ...]:
        """Pairs of next steps that a claim puts in order."""
        return tuple((first, then) for first, then, _ in self._precedence)

    @cached_property
    def _precedence(self) -> tuple[tuple[str, str, str], ...]:
        """(id of the first, id of the later, claim that says so)."""
        found = []
        for claim in self.applicable:
            steps = self._targets(claim)
            for later in claim.fields.get("before", ()):
                if later in self.ontology.concepts:
                    ids = [self._id(STEPS, name) for name in self.ontology.descendants(later)]
                    found += [(self._id(STEPS, first), then, claim.id) for first in steps for then in ids]
            found += list(self._sequence(claim))
        return tuple(sorted(set(found)))

    @cached_property
    def _before(self) -> Mapping[str, list[tuple[str, str, str, str]]]:
        """Id of a later step → those of `_precedence` whose first steps are in the list, with their concepts."""
        ids = {self._id(STEPS, name): name for name in self.backing.get(STEPS, {})}
        found: dict[str, list[tuple[str, str, str, str]]] = {}
        for first, then, source in self._precedence:
            if first in ids:
                found.setdefault(then, []).append((first, then, source, ids[first]))
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
                        yield self._id(STEPS, first), self._id(STEPS, then), claim.id

    def _targets(self, claim: Claim) -> tuple[str, ...]:
        return tuple(name for predicate, name in claim.conclusions if self.ontology.lists.get(predicate) == STEPS)

    def _after(self, identifier: str, concept: str, claims: Iterable[Claim]) -> tuple[Prerequisite, ...]:
        """What claims want to have happened before: steps of the list, or a finding."""
        waiting = {identifier, *(self._id(STEPS, name) for name in self.ontology.ancestors(concept))}
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

    # -- conflicts

    def conflicts(self) -> tuple[Conflict, ...]:
        """Applicable claims that speak for and against the same concept, or for one and against a wider or narrower."""
        pairs: dict[str, tuple[dict[str, Claim], dict[str, Claim]]] = {}
        for warning in self.applicable:
            for predicate, avoided in warning.conclusions:
                for claim, concept in self._opposed(predicate, avoided):
                    supporting, opposing = pairs.setdefault(concept, ({}, {}))
                    supporting[claim.id], opposing[warning.id] = claim, warning
        return tuple(self._conflict(concept, *sides) for concept, sides in sorted(pairs.items()))

    def _opposed(self, predicate: str, avoided: str) -> Iterator[tuple[Claim, str]]:
        against = self.ontology.opposes.get(predicate, frozenset())
        if against and avoided in self.ontology.concepts:
            related = self.ontology.descendants(avoided) | self.ontology.ancestors(avoided)
            for claim in self.applicable:
                for other, concept in claim.conclusions:
                    if other in against and concept in related:
                        yield claim, concept

    def _conflict(self, concept: str, supporting: Mapping[str, Claim], opposing: Mapping[str, Claim]) -> Conflict:
        resolution, rule = self._resolution(supporting, opposing)
        return Conflict(
            action=self.ontology.concepts[concept].code,
            label=self.ontology.label(concept),
            supporting=tuple(supporting),
            opposing=tuple(opposing),
            resolution=resolution,
            rule=rule,
        )

    @staticmethod
    def _resolution(supporting: Mapping[str, Claim], opposing: Mapping[str, Claim]) -> tuple[str, str]:
        everything = {**supporting, **opposing}
        for claim in everything.values():
            named = {name.removeprefix("claim/") for name in claim.fields.get("qualifiedBy", ())}
            if found := sorted(named & set(everything)):
                return "qualified", f"{claim.id} is read together with {', '.join(found)}, which qualifies it."
        for claim in opposing.values():
            if found := sorted(set(claim.exceptions) & set(supporting)):
                return "exception", f"{', '.join(found)} is printed as an exception to {claim.id}."
        scopes = _each(opposing.values(), "scope")
        said = f" The warning {'; '.join(scopes)}." if scopes else ""
        return "unresolved", f"No rule of the articles ranks these claims; both are shown.{said}"

    # -- what the order of steps says of the data

    def issues(self) -> tuple[DataIssue, ...]:
        """Cycles among the printed orders."""
        return tuple(
            DataIssue("order", f"the printed orders contradict each other: {' before '.join(cycle)}")
            for cycle in self.cycles
        )


def _there(fact: object) -> bool:
    return getattr(fact, "status", None) is Status.PRESENT


def _out_of_order(ontology: Ontology, name: str) -> bool:
    concept = ontology.concepts[name]
    return concept.kind is ConceptKind.FINDING and (concept.axis is None or concept.axis[1] != "Normal")


@derived
def _conditions_of_values(ontology: Ontology) -> tuple[tuple[str, str, str], ...]:
    """(condition, finding, quantity) of every finding that a low or high value amounts to."""
    situations = ontology.index.subjects(f"{RDFS}subClassOf", terms.BASE + "Situation")
    atoms = {ontology.atom(terms.local(iri)): terms.local(iri) for iri in situations}
    return tuple(
        (atoms[f"hasFinding some {name}"], name, concept.axis[0])
        for name, concept in ontology.concepts.items()
        if concept.axis and _out_of_order(ontology, name) and f"hasFinding some {name}" in atoms
    )


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


def _each(claims: Iterable[Claim], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for claim in claims for value in claim.fields.get(name, ()) if value))
