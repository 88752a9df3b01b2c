"""What is missing: the smallest sets of facts that would make a condition hold.

What may be missing for a condition depends on nothing but which of the conditions it is built from hold or are
refuted; patients who agree in that share the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Final

from kg.cache.derived import derived
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.ontology.kinds import ConceptKind
from kg.ontology.manchester import AtLeast, Expression, Named, Not, Some, Value, parse

MISSING_LIMIT: Final = 64
SEX: Final = "sex"
AGE: Final = "age"
PERSON_OR_NUMBER: Final = (SEX, AGE, "measurements")
REFUTED: Final = "Refuted"
SetsOfConditions = frozenset[frozenset[str]]
NOTHING: Final[SetsOfConditions] = frozenset({frozenset()})


@dataclass(frozen=True, order=True)
class MissingFact:
    """A fact that would help to decide: a fragment of a case (docs/contract.md), in words in `label`.

    One about the person, in the list `sex` or `age`, names no concept.
    """

    list: str
    concept: str
    status: str
    label: str

    def fragment(self, codes: Mapping[str, str]) -> dict[str, object]:
        """`{"list": ..., "entry": {...}}` with the vocabulary's code."""
        if not self.concept:
            return {"list": self.list, "entry": {self.list: self.status} if self.list == SEX else {}}
        key = "test" if self.list == "measurements" else "concept"
        entry = {key: codes[self.concept]}
        if self.status != "present" and self.list != "measurements":
            entry["status"] = self.status
        return {"list": self.list, "entry": entry}


SetsOfFacts = tuple[tuple[MissingFact, ...], ...]
Find = Callable[[], SetsOfFacts]
Situations = tuple[str, ...]


def known_of(ontology: Ontology, types: frozenset[str]) -> int:
    """The classes of a patient as a set of bits, of which `relevant_to` says those that matter."""
    numbers, found = _numbers(ontology), 0
    for name in types:
        if (number := numbers.get(name)) is not None:
            found |= number
    return found


@derived
def relevant_to(ontology: Ontology, situations: Situations) -> int:
    """The bits of every condition that may matter for what is missing of the situations, and of its refutation."""
    numbers, found = _numbers(ontology), 0
    for name in _relevant(ontology, situations):
        found |= numbers.get(name, 0)
    return found


@derived
def missing_conditions(
    ontology: Ontology, situations: Situations, every: bool, known: int, of_record: bool = False
) -> tuple[frozenset[str], ...]:
    """Smallest sets of conditions that would make the situations hold: `every` one of them, or any one.

    With `of_record`, also conditions about what the record states or lacks, which are never missing facts.

    `known` are those relevant to the situations that hold of the patient (`known_of` and `relevant_to`). Nothing is
    missing of a situation that is refuted: it cannot hold.
    """
    numbers = _numbers(ontology)
    holding = frozenset(name for name in _relevant(ontology, situations) if numbers.get(name, 0) & known)
    needs = _Needs(ontology, holding, of_record)
    sets = [found for found in map(needs.of, situations) if found]
    if not sets:
        return ()
    joined = reduce(_product, sets) if every else _minimal(one for found in sets for one in found)
    return tuple(sorted(joined, key=lambda names: (len(names), sorted(names))))


@derived
def missing_facts(ontology: Ontology, situations: Situations, every: bool, known: int) -> SetsOfFacts:
    """The same as facts of a case, smallest sets first, at most MISSING_LIMIT."""
    sets = missing_conditions(ontology, situations, every, known)
    found = dict.fromkeys(tuple(sorted({_fact(ontology, name) for name in names})) for names in sets)
    return tuple(sorted(filter(None, found), key=lambda facts: (len(facts), facts)))[:MISSING_LIMIT]


@derived
def facts_asked_for(ontology: Ontology, situations: Situations) -> tuple[MissingFact, ...]:
    """The facts of which any condition of the situations speaks, whoever the patient is; sorted."""
    conditions = (name for name in _relevant(ontology, situations) if not name.endswith(REFUTED))
    return tuple(sorted({_fact(ontology, name) for name in conditions if ontology.atom(name)}))


@derived
def _numbers(ontology: Ontology) -> Mapping[str, int]:
    """A bit for every condition that the situations of claims are built from, and for its refutation."""
    situations = [
        (reading.situation,) for claim in ontology.claims.values() if claim.executable for reading in claim.readings
    ]
    names = sorted({name for one in situations for name in _relevant(ontology, one)})
    return {name: 1 << number for number, name in enumerate(names)}


@derived
def _relevant(ontology: Ontology, situations: Situations) -> frozenset[str]:
    """Every condition that the situations are built from or that may be concluded for them, and its refutation."""
    found: set[str] = set()
    todo = list(situations)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            formula = ontology.formulas.get(name)
            todo += formula.parts if formula else ontology.concluded_by.get(ontology.atom(name), ())
    return frozenset(found | {name + REFUTED for name in found})


class _Needs:
    """Minimal sets of open elementary conditions, given the conditions and refutations that are known."""

    def __init__(self, ontology: Ontology, known: frozenset[str], of_record: bool) -> None:
        self.ontology, self.known, self.of_record = ontology, known, of_record
        self._sets: dict[str, SetsOfConditions] = {}

    def of(self, condition: str) -> SetsOfConditions:
        """The sets that make a condition hold; empty when it cannot."""
        if condition not in self._sets:
            self._sets[condition] = frozenset()
            self._sets[condition] = self._compute(condition)
        return self._sets[condition]

    def _compute(self, condition: str) -> SetsOfConditions:
        if condition in self.known:
            return NOTHING
        if condition + REFUTED in self.known:
            return frozenset()
        formula = self.ontology.formulas.get(condition)
        if formula is None:
            asked = {frozenset({condition})} if self._can_be_asked(condition) else set()
            return _minimal([*asked, *self._ways_to_conclude(condition)])
        parts = [self.of(part) for part in formula.parts]
        if formula.operator == "or":
            return _minimal(one for part in parts for one in part)
        return reduce(_product, parts) if all(parts) else frozenset()

    def _ways_to_conclude(self, condition: str) -> Iterator[frozenset[str]]:
        """A finding that rules conclude may be reached through what they ask for."""
        for way in self.ontology.concluded_by.get(self.ontology.atom(condition), ()):
            yield from self.of(way)

    def _can_be_asked(self, condition: str) -> bool:
        """Facts about the record itself are known; they are not missing."""
        return self.of_record or not self.ontology.atom(condition).startswith(("lacksRecordOf", "hasSoleRecordOf"))


def _minimal(sets: Iterable[frozenset[str]]) -> SetsOfConditions:
    given = frozenset(sets)
    if len(given) < 2:
        return given
    found: list[frozenset[str]] = []
    for one in sorted(given, key=len):
        if not any(other <= one for other in found):
            found.append(one)
    if len(found) > MISSING_LIMIT:
        found = sorted(found, key=lambda names: (len(names), sorted(names)))[:MISSING_LIMIT]
    return frozenset(found)


def _product(left: SetsOfConditions, right: SetsOfConditions) -> SetsOfConditions:
    if NOTHING in (left, right):
        return right if left == NOTHING else left
    return _minimal(a | b for a in left for b in right)


# -- an elementary condition as the fact that would meet it


@derived
def _fact(ontology: Ontology, condition: str) -> MissingFact:
    return _fact_of(ontology, parse(ontology.atom(condition)), condition, ontology.label(condition))


def _fact_of(ontology: Ontology, atom: Expression, condition: str, label: str) -> MissingFact:
    match atom:
        case Not(part):
            found = _fact_of(ontology, part, condition, label)
            turned = "present" if found.status == "absent" else "absent"
            return found if found.list in PERSON_OR_NUMBER else replace(found, status=turned)
        case Named(name) if ontology.index.own_value(terms.BASE + name, "otherPopulation"):
            return MissingFact(SEX, "", name.removesuffix("Patient").lower(), label)
        case Some(
            "hasCurrentMeasurement" | "hasPriorMeasurement" | "hasMeasurement" | "hasDerivedQuantity", Named(name)
        ) | AtLeast(_, _, Named(name)):
            return _measurement(ontology, name, label)
        case Some(prop, Named(name)):
            status = _STATUS.get(prop, "present")
            return MissingFact(_list(ontology, prop, name), ontology.certain_form(name), status, label)
        case Value(prop, name):
            return MissingFact(_list(ontology, prop, name), name, "absent", label)
        case _:
            return MissingFact("findings", condition, "present", label)


def _measurement(ontology: Ontology, name: str, label: str) -> MissingFact:
    threshold = ontology.thresholds.get(name)
    quantity = threshold.quantity if threshold else name
    derived = {item.name: item for item in ontology.derived}
    while quantity in derived:
        if not derived[quantity].operands:
            return MissingFact(AGE, "", "present", label)
        operand = derived[quantity].operands[0]
        if ontology.concepts[operand].kind is not ConceptKind.ANALYTE:
            return MissingFact(_list(ontology, "", operand), operand, "present", label)
        quantity = operand
    if quantity not in ontology.quantities:
        quantity = next(
            item for item in sorted(ontology.quantities, key=len, reverse=True) if quantity.startswith(item)
        )
    return MissingFact("measurements", quantity, "present", label)


def _list(ontology: Ontology, prop: str, name: str) -> str:
    return _LIST_OF.get(prop) or ontology.kinds[ontology.concepts[ontology.certain_form(name)].kind].case_list


_STATUS = {"hasSuspicionOf": "suspected"}
_LIST_OF = {
    "hasHistoryOf": "history",
    "hasNoHistoryOf": "history",
    "plans": "plans",
    "hasNoPlanFor": "plans",
    "hasIntent": "intents",
    "hasNoIntentOf": "intents",
    "hasSuspicionOf": "diagnoses",
    "hasNoSuspicionOf": "diagnoses",
    "receives": "treatments",
}
