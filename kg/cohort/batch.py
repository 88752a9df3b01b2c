"""Some patients at once: records group by group, rules by columns, and the exact way for whom columns cannot decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kg.assess import Assessment, assess, project
from kg.assess.outcomes import Outcome, Outcomes, outcomes
from kg.assess.quarantine import is_settled, settle
from kg.assess.single_values import widened, with_one_value
from kg.cohort.atoms import Atoms, GroupFeatures
from kg.cohort.interactions import groups, person_of
from kg.cohort.program import Columns, Program
from kg.errors import InputError
from kg.facts.patient import PatientFacts
from kg.ontology.compiled import Ontology
from kg.reasoner.closure import Closure
from kg.reasoner.engine import Engine
from kg.reasoner.rule_tables import FeatureNumber
from kg.record.observations import occasions
from kg.record.record import PATIENT, Record

Missing = Mapping[str, tuple[tuple[str, ...], ...]]


@dataclass(frozen=True)
class CohortAnswer:
    """What is said of one patient: the outcome of every claim, and ids of alerts and of the entries of lists.

    `held` are the readings that hold of ambiguous claims. `missing` has, for each claim that is not decided, the sets
    of facts that would decide it. `exact`: the columns could not decide, and `assess` was asked.
    """

    outcomes: Mapping[str, Outcome]
    held: Mapping[str, tuple[str, ...]]
    alerts: tuple[str, ...] = ()
    lists: Mapping[str, tuple[str, ...]] | None = None
    missing: Missing | None = None
    exact: bool = False


@dataclass(frozen=True)
class Asked:
    """What is asked of each patient beside outcomes."""

    lists: bool = True
    missing: bool = False


class Cohort:
    """Answers for many patients over one ontology. What one patient taught is kept for the next."""

    def __init__(self, ontology: Ontology, engine: Engine) -> None:
        self.ontology, self.engine = ontology, engine
        self.atoms, self.program = Atoms(ontology, engine), Program(engine)

    def answers(self, patients: Sequence[PatientFacts], asked: Asked) -> Iterator[CohortAnswer | InputError]:
        """The answer for each patient in turn, or why there is none."""
        ordered = [facts.ordered() for facts in patients]
        for facts, closure in zip(ordered, self.closures(ordered), strict=True):
            try:
                yield self._exact(facts, asked) if closure is None else self._answer(facts, closure, asked)
            except InputError as error:
                yield error

    def closures(self, patients: Sequence[PatientFacts]) -> Iterator[Closure | None]:
        """The closure of each patient; None where columns cannot tell: statements clash, or a group has no record."""
        found = [self._features(facts) for facts in patients]
        columns = Columns.of([features or () for features in found])
        self.program.run(columns)
        for facts, features, closed in zip(patients, found, columns.features(), strict=True):
            yield None if features is None else self._closure(facts, closed)

    def _features(self, facts: PatientFacts) -> set[int] | None:
        """The features of a patient by each group alone, and by what no group has on record."""
        try:
            parts = [self.atoms.of(group) for group in groups(self.ontology, facts)]
        except InputError:
            return None
        found = {feature for part in parts for feature in part.features}
        recorded = frozenset(name for part in parts for name in part.recorded)
        return found.union(*(self.lacking(name) for name in self.atoms.lacking - recorded))

    def lacking(self, concept: str) -> tuple[int, ...]:
        """What follows where the record has nothing of a concept."""
        number = self.program.number("lacksRecordOf", concept)
        return () if number is None else self.program.follows(number)

    def _closure(self, facts: PatientFacts, features: list[int]) -> Closure | None:
        person = self._person(facts)
        judged = self.program.of_the_person.intersection(features)
        if self.program.nothing in features or not judged <= set(person.features):
            return None
        closure = self.engine.closure_of(PATIENT, map(FeatureNumber, features), self._stated(facts))
        return closure if is_settled(closure) else None

    def _person(self, facts: PatientFacts) -> GroupFeatures:
        """The atom of the person alone."""
        return self.atoms.of(person_of(self.ontology, facts))

    def _stated(self, facts: PatientFacts) -> Iterable[str]:
        return ("Patient", *([f"{facts.sex.capitalize()}Patient"] if facts.sex else []))

    # -- answers

    def _answer(self, facts: PatientFacts, closure: Closure, asked: Asked) -> CohortAnswer:
        stub = _record(self.ontology, facts)
        if not asked.lists:
            return _said(outcomes(self.ontology, stub, closure), asked)
        found = project(self.ontology, stub, closure)
        others = list(with_one_value(facts))
        closures = list(self.closures(others)) if others else []
        if None in closures:
            return self._exact(facts, asked)
        rows = ((one, closed) for one, closed in zip(others, closures, strict=True) if closed is not None)
        lists = [project(self.ontology, _record(self.ontology, one), closed).lists for one, closed in rows]
        return answer_of(replace(found, lists=widened(found.lists, lists)), asked)

    def _exact(self, facts: PatientFacts, asked: Asked) -> CohortAnswer:
        if not asked.lists:
            settled = settle(self.ontology, self.engine, facts)
            found = outcomes(self.ontology, settled.record, settled.closure)
            return replace(_said(found, asked), exact=True)
        return replace(answer_of(assess(self.ontology, self.engine, facts), asked), exact=True)


def _record(ontology: Ontology, facts: PatientFacts) -> Record:
    """A record as far as outcomes and lists look at it beside the closure: the facts, and the values by occasion."""
    days = occasions(facts, [], ontology.labels)
    found = tuple(day for name in sorted(days) for day in days[name])
    return Record(PATIENT, facts, (), (), (), found, (), ())


def answer_of(found: Assessment, asked: Asked) -> CohortAnswer:
    """What an assessment says, as far as it is asked."""
    said = _said(found.outcomes, asked)
    if not asked.lists:
        return said
    lists = {name: tuple(item.id for item in items) for name, items in found.lists.items()}
    lists["differential"] = tuple(item.id for item in found.differential)
    return replace(said, alerts=tuple(one.id for one in found.alerts), lists=lists)


def _said(found: Outcomes, asked: Asked) -> CohortAnswer:
    missing: dict[str, tuple[tuple[str, ...], ...]] = {}
    if asked.missing:
        for name, one in found.by_claim.items():
            if one.missing:
                missing[name] = tuple(tuple(fact.label for fact in facts) for facts in one.missing)
    return CohortAnswer(
        outcomes={name: one.outcome for name, one in found.by_claim.items()},
        held={name: one.held for name, one in found.by_claim.items() if one.held},
        missing=missing if asked.missing else None,
    )
