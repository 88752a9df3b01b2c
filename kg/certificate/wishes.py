"""What would make a conclusion follow: assertions that a record could hold, found backwards through the axioms.

A wish is an assertion, or a bound on the value of an individual that is to be measured. Only what a record can state is
wished for: findings and the like with a kind, absences, current and earlier values, derived quantities, the sex. What
is true of the record itself is known and never wished for.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product
from typing import Final, NamedTuple

from kg.ontology.compiled import Ontology
from kg.proof.axiom_files import Expression, Triple
from kg.proof.least_model import LeastModel, LeastModels

BREADTH: Final = 24
WAYS: Final = 256
CURRENT, EARLIER, DERIVED = "hasCurrentMeasurement", "hasPriorMeasurement", "hasDerivedQuantity"
PLACED: Final = frozenset(
    f"{word}ReferenceRange" if word in ("Below", "Within", "Above") else f"Flagged{word}"
    for word in ("Below", "Within", "Above", "Low", "Normal", "High")
) | {"UncontradictedMeasurement"}
SEXES: Final = ("FemalePatient", "MalePatient")


class Bound(NamedTuple):
    """The value of an individual lies within these facets."""

    individual: str
    limits: tuple[tuple[str, object], ...]


Wish = Triple | Bound
Wishes = frozenset[Wish]


class Wishing:
    """Finds wishes over one patient's least model."""

    def __init__(self, ontology: Ontology, models: LeastModels, known: LeastModel, patient: str) -> None:
        self.ontology, self.models, self.known, self.patient = ontology, models, known, patient
        self.sexed = any((patient, "type", sex) in known for sex in SEXES)
        self.derived = frozenset(item.name for item in ontology.derived)
        self._found: dict[Triple, list[Wishes]] = {}
        self.absences = frozenset(ontology.absences.values())
        self.presences = frozenset({*ontology.absences, CURRENT, EARLIER, DERIVED})

    def ways(self, predicate: str, value: str, limit: int) -> list[Wishes]:
        """Up to so many sets of wishes with which the patient is of a class or related to something, smallest first."""
        return self._triple((self.patient, predicate, value))[:limit]

    def _triple(self, triple: Triple) -> list[Wishes]:
        """The ways to one triple, smallest first, found once; while it is looked for, it is no way to itself."""
        if triple not in self._found:
            self._found[triple] = []
            ways = dict.fromkeys(islice(self._ways(triple), WAYS))
            self._found[triple] = sorted(ways, key=len)
        return self._found[triple]

    def _ways(self, triple: Triple) -> Iterator[Wishes]:
        if triple in self.known:
            yield frozenset()
            return
        if self._can_be_stated(triple):
            yield frozenset({triple})
        for rule in self.models.concluding.get((triple[1], triple[2]), ()):
            yield from self._expression(rule.body, triple[0])

    def _can_be_stated(self, triple: Triple) -> bool:
        subject, predicate, value = triple
        if subject == self.patient:
            return predicate in self.absences or (predicate == "type" and value in SEXES and not self.sexed)
        link = subject.removeprefix(f"{self.patient}/supposed-").partition("-")[0]
        if link in (CURRENT, EARLIER):
            return predicate == "interpretedBy" or value in PLACED or self._measures(value)
        return predicate == "type" and value in (self.derived if link == DERIVED else self.ontology.concepts)

    def _measures(self, value: str) -> bool:
        return value.removesuffix("Measurement") in self.ontology.quantities and value.endswith("Measurement")

    def _expression(self, body: Expression, s: str) -> Iterator[Wishes]:
        kind, *rest = body
        match kind:
            case "class":
                yield from self._triple((s, "type", rest[0]))
            case "value":
                yield from self._triple((s, rest[0], rest[1]))
            case "or":
                for part in rest[0]:
                    yield from self._expression(part, s)
            case "and":
                parts = [list(islice(self._expression(part, s), BREADTH)) for part in rest[0]]
                for choice in islice(product(*parts), BREADTH * BREADTH):
                    yield frozenset().union(*choice)
            case "facet":
                yield frozenset({Bound(s, tuple(rest[1]))})
            case "some":
                yield from self._some(rest[0], rest[1], s, 1)
            case "min":
                yield from self._some(rest[0], rest[1], s, rest[2])

    def _some(self, prop: str, filler: Expression, s: str, count: int) -> Iterator[Wishes]:
        """New individuals at the ends of links that a record can hold."""
        link = self._link(prop, filler)
        if link is None or filler[0] != "class":
            return
        base = f"{self.patient}/supposed-{link}-{self.ontology.certain_form(filler[1])}"
        names = [base + (f"-{n}" if count > 1 else "") for n in range(count)]
        links = {(s, link, name) for name in names}
        apart = {(left, "differentFrom", right) for n, left in enumerate(names) for right in names[n + 1 :]}
        ends = [list(islice(self._expression(filler, name), BREADTH)) for name in names]
        for choice in islice(product(*ends), BREADTH):
            yield frozenset(links | apart).union(*choice)

    def _link(self, prop: str, filler: Expression) -> str | None:
        """The property by which a record would state it: that of the kind of concept, an earlier value for any time."""
        concept = self.ontology.concepts.get(self.ontology.certain_form(filler[1])) if filler[0] == "class" else None
        if prop in ("hasFinding", "hasRecordOf") and concept:
            return self.ontology.kinds[concept.kind].present_by or None
        if prop == "hasMeasurement":
            return EARLIER
        return prop if prop in self.presences or prop == "awaits" else None
