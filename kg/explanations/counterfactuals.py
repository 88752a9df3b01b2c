"""The smallest sets of changes after which something holds or no longer holds, additions included.

Elementary changes (`kg.explanations.changes`) are tried alone, each by assessing again. Larger sets are hitting sets,
searched breadth first (Reiter 1987, "A theory of diagnosis from first principles"): to break a conclusion, a set must
change a fact of each of its proofs; to reach one, it must meet each condition that is missing. Every set that is
returned was run, and no smaller one was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from kg.assess import Assessment, Reasoner, assess
from kg.assess.missing import REFUTED, Situations, facts_asked_for, known_of, missing_conditions, relevant_to
from kg.errors import InputError, Problem
from kg.explanations.changes import Change, additions, changes_of, with_changes
from kg.explanations.differences import claims_for, conclusions, holds
from kg.facts.patient import PatientFacts
from kg.proof.proof import NotEntailed

BOUND: Final = 4
RUNS: Final = 1500
SETS: Final = 8
WAYS: Final = 24


@dataclass(frozen=True)
class ChangeSet:
    """Changes that reach a goal together, and the facts after them."""

    changes: tuple[Change, ...]
    facts: PatientFacts = field(repr=False)

    @property
    def kind(self) -> frozenset[tuple[str, ...]]:
        """The kinds of its changes."""
        return frozenset(change.kind for change in self.changes)

    @property
    def text(self) -> str:
        return " and ".join(change.text for change in self.changes)


@dataclass(frozen=True)
class Goal:
    """What is to hold and what is not to, by ids of claims and entries."""

    holding: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()

    def met(self, assessment: Assessment) -> bool:
        """Whether all of it is so."""
        return all(holds(assessment, name) for name in self.holding) and not any(
            holds(assessment, name) for name in self.failing
        )


@dataclass(frozen=True)
class Counterfactuals:
    """The smallest sets of changes that reach a goal, all of one size, in the order of `changes_of`.

    `bound` is the largest size that was looked for, `runs` the number of assessments made. `partial` says that the
    search ended at its limit of runs or sets, so that there may be other sets; where `sets` is empty, then even smaller
    ones than `bound`.
    """

    goal: Goal
    sets: tuple[ChangeSet, ...]
    bound: int
    runs: int
    partial: bool

    @property
    def size(self) -> int:
        """The number of changes in each set; 0 where there is none."""
        return len(self.sets[0].changes) if self.sets else 0


def counterfactuals(
    assessment: Assessment, reasoner: Reasoner, conclusion: str, bound: int = BOUND, sets: int = SETS
) -> Counterfactuals:
    """The smallest changes that flip a conclusion, up to so many sets. Raises InputError for an unknown id."""
    if not conclusions(assessment, conclusion):
        raise InputError([Problem(conclusion, "is neither a claim nor an entry", "See `warrant claims`.")])
    goal = Goal(failing=(conclusion,)) if holds(assessment, conclusion) else Goal(holding=(conclusion,))
    return smallest(assessment, reasoner, goal, bound, sets)


def smallest(
    assessment: Assessment, reasoner: Reasoner, goal: Goal, bound: int = BOUND, sets: int = SETS
) -> Counterfactuals:
    """The smallest sets of changes that reach a goal."""
    return _Search(assessment, reasoner, goal, sets).run(bound)


def relevant_changes(assessment: Assessment, names: Iterable[str]) -> tuple[Change, ...]:
    """Changes of what is stated, and additions of what the conditions of these claims and entries speak of."""
    ontology, facts = assessment.ontology, assessment.record.facts
    claims = dict.fromkeys(claim for name in names for claim in claims_for(assessment, name))
    asked = [fact for claim in claims for fact in facts_asked_for(ontology, _situations(assessment, claim))]
    concepts = [(fact.list, fact.concept) for fact in asked if fact.concept in ontology.concepts]
    axes = [ontology.concepts[concept].axis for _, concept in concepts]
    quantities = [fact.concept for fact in asked] + [axis[0] for axis in axes if axis]
    named = [row for row in concepts if row[0] != "measurements"]
    measured = [name for name in quantities if name in ontology.quantities]
    return (*changes_of(ontology, facts), *additions(ontology, facts, named, measured))


def _situations(assessment: Assessment, claim: str) -> Situations:
    return tuple(reading.situation for reading in assessment.ontology.claims[claim].readings)


@dataclass(frozen=True)
class _Trial:
    """What one change does alone: the assertions that the record loses, and the classes of the patient after it."""

    change: Change
    lost: frozenset[str]
    types: frozenset[str]


class _Search:
    def __init__(self, assessment: Assessment, reasoner: Reasoner, goal: Goal, sets: int) -> None:
        self.assessment, self.reasoner, self.goal, self.sets = assessment, reasoner, goal, sets
        self.facts = assessment.record.facts
        self.stated = _stated(assessment)
        self.trials: list[_Trial] = []
        self.runs, self.partial = 0, False

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        return relevant_changes(self.assessment, (*self.goal.holding, *self.goal.failing))

    def run(self, bound: int) -> Counterfactuals:
        found = self._single()
        level: list[tuple[int, ...]] = [()]
        for size in range(2, bound + 1):
            if found or self.partial:
                break
            found, level = self._next(level, size)
        return Counterfactuals(self.goal, tuple(found), bound, self.runs, self.partial)

    def _assessed(self, changes: Sequence[Change]) -> tuple[PatientFacts, Assessment]:
        self.runs += 1
        facts = with_changes(self.facts, changes)
        return facts, assess(self.assessment.ontology, self.reasoner, facts)

    def _single(self) -> list[ChangeSet]:
        """Every relevant change alone, until so many reach the goal."""
        found: dict[frozenset[tuple[str, ...]], ChangeSet] = {}
        for change in self.changes:
            if len(found) == self.sets:
                self.partial = True
                break
            facts, after = self._assessed([change])
            if self.goal.met(after):
                one = ChangeSet((change,), facts)
                found.setdefault(one.kind, one)
            self.trials.append(_Trial(change, self.stated - _stated(after), after.closure.types))
        return list(found.values())

    def _next(self, level: list[tuple[int, ...]], size: int) -> tuple[list[ChangeSet], list[tuple[int, ...]]]:
        """The sets of a size that reach the goal, and those from which larger ones are made."""
        found: dict[frozenset[tuple[str, ...]], ChangeSet] = {}
        shorter = level if size > 2 else [(number,) for number in self._options((), self.assessment)]
        longer: dict[tuple[int, ...], None] = {}
        for numbers in shorter:
            _, after = self._assessed([self.trials[number].change for number in numbers])
            for number in self._options(numbers, after):
                longer[tuple(sorted((*numbers, number)))] = None
        for numbers in longer:
            if self.runs >= RUNS or len(found) == self.sets:
                self.partial = True
                break
            changes = [self.trials[number].change for number in numbers]
            facts, after = self._assessed(changes)
            if self.goal.met(after):
                one = ChangeSet(tuple(changes), facts)
                found.setdefault(one.kind, one)
        return list(found.values()), list(longer)

    def _options(self, numbers: tuple[int, ...], found: Assessment) -> list[int]:
        """The changes of which a larger set must hold one: those that break a proof or meet a missing condition."""
        taken = {self.trials[number].change.about for number in numbers}
        steps: dict[int, None] = {}
        for name in self.goal.failing:
            if holds(found, name):
                steps |= dict.fromkeys(self._breaking(found, name))
        for name in self.goal.holding:
            if not holds(found, name):
                steps |= dict.fromkeys(self._meeting(found, name))
        return [number for number in steps if self.trials[number].change.about not in taken]

    def _breaking(self, found: Assessment, name: str) -> Iterator[int]:
        """Changes that take away a fact of the lowest proof, or of which the record loses one."""
        conclusion, explainer = found.conclusion(name), found.explainer
        if conclusion is None or explainer is None:
            return
        try:
            facts = {str(fact) for fact in explainer.proof(conclusion).facts}
        except NotEntailed:
            return
        seen: set[tuple[tuple[str, ...], frozenset[str]]] = set()
        for number, trial in enumerate(self.trials):
            key = (trial.change.about, trial.lost & facts)
            if key[1] and key not in seen:
                seen.add(key)
                yield number

    def _meeting(self, found: Assessment, name: str) -> Iterator[int]:
        """Changes that meet the rarest condition of each set of conditions that is missing."""
        for unmet in self._unmet(found, name):
            giving = {one: [n for n, trial in enumerate(self.trials) if one in trial.types] for one in sorted(unmet)}
            rarest = min(giving, key=lambda one: (len(giving[one]), one))
            seen: set[tuple[tuple[str, ...], frozenset[str]]] = set()
            for number in giving[rarest]:
                key = (self.trials[number].change.about, self.trials[number].types & unmet)
                if key not in seen:
                    seen.add(key)
                    yield number

    def _unmet(self, found: Assessment, name: str) -> list[frozenset[str]]:
        """Smallest sets of conditions that a claim or an entry lacks, what is refuted included."""
        ontology = found.ontology
        held = known_of(ontology, frozenset(one for one in found.closure.types if not one.endswith(REFUTED)))
        sets: dict[frozenset[str], None] = {}
        for claim in claims_for(found, name):
            situations = _situations(found, claim)
            known = held & relevant_to(ontology, situations)
            sets |= dict.fromkeys(missing_conditions(ontology, situations, name == claim, known, True))
        return sorted((one for one in sets if one), key=lambda one: (len(one), sorted(one)))[:WAYS]


def _stated(assessment: Assessment) -> frozenset[str]:
    """The assertions of a record as texts."""
    return frozenset(f"{one.subject} {one.predicate} {one.object}" for one in assessment.record.assertions)
