"""Checks of thresholds.yaml, intervals.yaml and alerts.yaml: every quantity is declared, every limit can be met."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from kg.authoring.expression_checks import ExpressionChecker
from kg.authoring.schema import DecisionLimits, Unit
from kg.authoring.sources import Sources
from kg.errors import Problem
from kg.ontology.kinds import ConceptKind
from kg.vocabulary.nearest import closest

FILE = "thresholds.yaml"


def number_problems(sources: Sources, expressions: ExpressionChecker) -> Iterator[Problem]:
    """Every quantity, limit, interval and alert that cannot be."""
    checker = _NumberChecker(sources)
    yield from checker.quantities()
    yield from checker.limits()
    yield from checker.findings()
    yield from checker.intervals()
    for entry in sources.alerts.alerts:
        if entry.if_ and not entry.if_.startswith(("hasUnread", "ChildPatient")):
            yield from expressions.problems(f"alerts.yaml: {entry.code or entry.kind}: if", entry.if_)


class _NumberChecker:
    def __init__(self, sources: Sources) -> None:
        self.sources, self.file, self.vocabulary = sources, sources.thresholds, sources.vocabulary
        self.analytes = {item.name: item for item in self.file.analytes}
        self.derived = {item.name: item for item in self.file.derived}
        self.sides = {name: item for item in self.file.thresholds for name in (item.name, item.opposite)}

    def _quantity(self, where: str, name: str, derived: bool = True) -> Iterator[Problem]:
        known = {*self.analytes, *(self.derived if derived else ())}
        if name not in known:
            remedy = "List it under `analytes` with its units."
            yield Problem(where, f"unknown quantity {name!r}.", remedy, closest(name, known))

    def quantities(self) -> Iterator[Problem]:
        for analyte in self.file.analytes:
            if analyte.name in self.vocabulary and self.vocabulary[analyte.name].kind is not ConceptKind.ANALYTE:
                message = f"is a {self.vocabulary[analyte.name].kind}, no quantity."
                yield Problem(f"{FILE}: {analyte.name}: name", message, "Name a term of kind analyte.")
            for unit in analyte.units:
                yield from _conversion(f"{FILE}: {analyte.name}: units: {unit.unit}", unit)
            if analyte.possible and analyte.possible.from_ >= analyte.possible.to:
                yield Problem(f"{FILE}: {analyte.name}: possible", "`from` is not below `to`.", "Turn them round.")
        for item in self.file.derived:
            for name in item.of:
                if name not in self.vocabulary and name not in self.derived:
                    yield from self._quantity(f"{FILE}: {item.name}: of", name)
        for part in self.file.parts:
            yield from self._quantity(f"{FILE}: {part.part}: part", part.part, derived=False)
            yield from self._quantity(f"{FILE}: {part.part}: whole", part.whole, derived=False)

    def limits(self) -> Iterator[Problem]:
        for item in self.file.thresholds:
            yield from self._quantity(f"{FILE}: {item.name}: of", item.of)
        for limit in self.file.limits:
            where = f"{FILE}: {limit.when}: limits"
            if limit.when not in self.sides:
                message = f"unknown threshold {limit.when!r}."
                yield Problem(where, message, "Add it to `thresholds`.", closest(limit.when, self.sides))
            elif self.sides[limit.when].of != limit.analyte:
                message = f"is a limit of {self.sides[limit.when].of}, not of {limit.analyte}."
                yield Problem(where, message, "Name a limit of the same quantity.")
            yield from self._quantity(where, limit.analyte, derived=False)

    def findings(self) -> Iterator[Problem]:
        """What is shown, concluded or ruled out must be a term."""
        file = self.file
        rows = [(f"{item.name}: of", item.of) for item in file.possible]
        rows += [(f"rules: {item.if_}: concludes", item.concludes) for item in file.rules if item.concludes]
        rows += [("population: not_in", name) for name in file.population.not_in]
        rows += [("population: blood", name) for name in file.population.blood]
        rows += [(f"{term.name}: response_to", term.response_to) for term in self.vocabulary.terms if term.response_to]
        for where, name in rows:
            if name not in self.vocabulary and name not in {item.name for item in file.conditions}:
                remedy = "Add it to ontology/terms/ if it is new."
                yield Problem(
                    f"{FILE}: {where}", f"unknown term {name!r}.", remedy, closest(name, self.vocabulary.by_name)
                )
        for term in self.vocabulary.terms:
            for field in ("low_of", "normal_of", "high_of"):
                if quantity := getattr(term, field):
                    yield from self._quantity(f"terms: {term.name}: {field}", quantity, derived=False)

    def intervals(self) -> Iterator[Problem]:
        for item in self.sources.intervals:
            where = f"intervals.yaml: {item.name}"
            found = list(self._quantity(f"{where}: of", item.of, derived=False))
            yield from found
            if not found and item.unit != self.analytes[item.of].unit:
                message = f"{item.unit!r} is not the canonical unit of {item.of}, {self.analytes[item.of].unit!r}."
                yield Problem(f"{where}: unit", message, "Convert the limits.")
            yield from _ordered(f"{where}: decides", item.decides)
            for grade in item.grades:
                if grade.finding not in self.vocabulary:
                    message = f"unknown term {grade.finding!r}."
                    names = self.vocabulary.by_name
                    yield Problem(
                        f"{where}: grades", message, "Add it to ontology/terms/.", closest(grade.finding, names)
                    )


def _conversion(where: str, unit: Unit) -> Iterator[Problem]:
    if unit.factor is None and unit.divisor is None:
        yield Problem(where, "has neither factor nor divisor.", "Give one of them, or list the unit under `also`.")
    if unit.factor is not None and unit.divisor is not None:
        yield Problem(where, "has a factor and a divisor.", "Give one of them.")
    for name, number in (("factor", unit.factor), ("factor_to", unit.factor_to), ("divisor", unit.divisor)):
        if number is not None and number <= 0:
            yield Problem(f"{where}: {name}", f"{number} does not convert.", "Give a number above zero.")


def _ordered(where: str, limits: DecisionLimits) -> Iterator[Problem]:
    named = ("low_below", "normal_from", "normal_to", "high_above")
    rows = [(name, getattr(limits, name)) for name in named if getattr(limits, name) is not None]
    for (one, low), (other, high) in pairwise(rows):
        if low > high:
            yield Problem(where, f"{one} {low} lies over {other} {high}.", "Turn them round.")
