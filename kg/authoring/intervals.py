"""Reference intervals: each an individual that is a source, with the axioms that judge values by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal

from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS

from kg.authoring import nodes
from kg.authoring.owl import Module, canonical_decimal
from kg.authoring.schema import DecisionLimits, ReferenceIntervalEntry, ThresholdEntry, ThresholdFile
from kg.ontology.manchester import And, Expression, Named, Value

OPPOSITE = {"<": ">=", ">": "<=", ">=": "<", "<=": ">"}
WORD = {"<": "Below", ">": "Above"}
BY_DEFAULT = "InterpretedBySourcedDefault"
Side = tuple[str, str, Decimal]
Names = Mapping[Side, str]
"""Quantity, bound and limit in the canonical unit → the class of the values on that side."""


def resolved(intervals: Iterable[ReferenceIntervalEntry]) -> tuple[ReferenceIntervalEntry, ...]:
    """The intervals; one that is put together from others gets the limits on which they all agree."""
    by_name = {item.name: item for item in intervals}
    return tuple(_together(item, by_name) if item.together_from else item for item in by_name.values())


def _together(item: ReferenceIntervalEntry, by_name: Mapping[str, ReferenceIntervalEntry]) -> ReferenceIntervalEntry:
    members = [by_name[name] for name in item.together_from]
    picked = {
        name: _agreed([getattr(one.decides, name) for one in members], pick)
        for name, pick in (("low_below", min), ("normal_from", max), ("normal_to", min), ("high_above", max))
    }
    sources = tuple(dict.fromkeys((*item.sources, *(source for one in members for source in one.sources))))
    return item.model_copy(update={"decides": DecisionLimits(**picked), "sources": sources})


def _agreed(values: list[Decimal | None], pick: Callable[[list[Decimal]], Decimal]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return pick(known) if len(known) == len(values) else None


def limits_of(file: ThresholdFile, intervals: Iterable[ReferenceIntervalEntry]) -> Iterator[ThresholdEntry]:
    """The thresholds that intervals need beside those of the file."""
    known = dict(_of_file(file))
    for item in intervals:
        for bound, value in _bounds(item):
            if (item.of, bound, value) not in known:
                name, opposite = (f"{item.of}{word}{_digits(value)}" for word in _words(bound))
                known[item.of, bound, value], known[item.of, OPPOSITE[bound], value] = name, opposite
                entry = {"name": name, "opposite": opposite, "of": item.of, "bound": bound, "value": value}
                people = {"unit": item.unit, "population": item.label, "source": item.name}
                yield ThresholdEntry.model_validate({**entry, **people})


def sides_used(intervals: Iterable[ReferenceIntervalEntry]) -> frozenset[Side]:
    """The sides of limits that some interval looks at; the other side of a limit that is used once says nothing."""
    return frozenset((item.of, bound, value) for item in intervals for bound, value in _sides_of(item))


def _sides_of(item: ReferenceIntervalEntry) -> Iterator[tuple[str, Decimal]]:
    found, critical = item.decides, item.critical
    rows = [("<", found.low_below), (">=", found.normal_from), ("<=", found.normal_to), (">", found.high_above)]
    rows += [("<", critical.below), (">", critical.above)] if critical else []
    rows += [row for grade in item.grades for row in ((">=", grade.from_), ("<", grade.below))]
    yield from ((bound, value.normalize()) for bound, value in rows if value is not None)


def limits_named(file: ThresholdFile, intervals: Iterable[ReferenceIntervalEntry]) -> Names:
    """Every class of values on one side of a limit."""
    found = dict(_of_file(file))
    for limit in limits_of(file, intervals):
        found |= _sides(limit)
    return found


def _of_file(file: ThresholdFile) -> Iterator[tuple[Side, str]]:
    units = {analyte.name: analyte.unit for analyte in file.analytes}
    for limit in file.thresholds:
        if units.get(limit.of) == limit.unit:
            yield from _sides(limit).items()


def _sides(limit: ThresholdEntry) -> dict[Side, str]:
    value = limit.value.normalize()
    return {
        (limit.of, limit.bound, value): limit.name,
        (limit.of, OPPOSITE[limit.bound], value): limit.opposite,
    }


def _bounds(item: ReferenceIntervalEntry) -> Iterator[tuple[str, Decimal]]:
    """The limits at which a value changes its class, by the side that leaves them out."""
    yield from ((bound if len(bound) == 1 else OPPOSITE[bound], value) for bound, value in _sides_of(item))


def _words(bound: str) -> tuple[str, str]:
    return ("Below", "AtLeast") if bound == "<" else ("Above", "AtMost")


def _digits(value: Decimal) -> str:
    return format(value.normalize(), "f").replace(".", "Point")


class IntervalWriter:
    """Writes intervals into the module of thresholds; `show` says that a class of values shows a finding."""

    def __init__(
        self,
        module: Module,
        show: Callable[[Expression, str, URIRef], None],
        sources: Mapping[str, URIRef],
        names: Names,
    ) -> None:
        self.module, self.show, self.sources, self.names = module, show, sources, names

    def write(self, item: ReferenceIntervalEntry) -> None:
        """The individual, the class of measurements compared with it, and what its limits make of them."""
        self._individual(item)
        compared = self._compared(item)
        self._positions(item, compared)
        self._critical(item, compared)
        for grade in item.grades:
            parts = [Named(f"{item.of}Low"), compared]
            parts += [self._side(item, ">=", grade.from_)] if grade.from_ is not None else []
            parts += [self._side(item, "<", grade.below)] if grade.below is not None else []
            self.show(And(tuple(parts)), grade.finding, self.sources[grade.source])

    def _side(self, item: ReferenceIntervalEntry, bound: str, limit: Decimal) -> Named:
        return Named(self.names[item.of, bound, limit.normalize()])

    def _compared(self, item: ReferenceIntervalEntry) -> Named:
        name = f"ComparedWith{item.name}"
        iri = nodes.interval(item.name)
        self.module.declare_class(
            name,
            f"Measurement in: {item.label} ({item.name})",
            f"A measurement that the reference interval {item.name} is for. It is the interval of: {item.label}.",
            iri,
        )
        self.module.equivalent(name, Value("comparedWith", f"interval/{item.name}"), iri)
        return Named(name)

    def _positions(self, item: ReferenceIntervalEntry, compared: Named) -> None:
        found, source = item.decides, nodes.interval(item.name)
        low, high = found.low_below, found.high_above
        start, end = found.normal_from, found.normal_to
        rows: list[tuple[str, list[tuple[str, Decimal]]]] = []
        rows += [("LowMeasurement", [("<", low)])] if low is not None else []
        rows += [("HighMeasurement", [(">", high)])] if high is not None else []
        rows += [("NotLowMeasurement", [(">=", start)])] if start is not None else []
        rows += [("NotHighMeasurement", [("<=", end)])] if end is not None else []
        if end is not None:
            rows.append(("NormalMeasurement", [("<=", end), *([(">=", start)] if start is not None else [])]))
        for position, bounds in rows:
            sides = [self._side(item, bound, limit) for bound, limit in bounds]
            self.module.subclass(And((*sides, Named(BY_DEFAULT), compared)), Named(position), source)

    def _critical(self, item: ReferenceIntervalEntry, compared: Named) -> None:
        if item.critical is None:
            return
        source = self.sources[item.critical.source]
        for bound, limit, name in (
            ("<", item.critical.below, "CriticallyLowMeasurement"),
            (">", item.critical.above, "CriticallyHighMeasurement"),
        ):
            if limit is not None:
                self.module.subclass(And((self._side(item, bound, limit), compared)), Named(name), source)

    def _individual(self, item: ReferenceIntervalEntry) -> None:
        iri, module = nodes.interval(item.name), self.module
        for kind in ("ReferenceInterval", "PublishedSource"):
            module.axiom(iri, RDF.type, nodes.term(kind), nodes.source("schema"))
        module.note(iri, RDF.type, OWL.NamedIndividual)
        label = (
            f"reference interval: {module.labels[item.of + 'Measurement'].removeprefix('Measurement: ')}, {item.label}"
        )
        module.note(iri, RDFS.label, Literal(label, lang="en"))
        module.note(iri, DCTERMS.title, Literal(label, lang="en"))
        module.note(iri, nodes.term("quantity"), nodes.term(item.of))
        for prop, value in self._texts(item):
            module.text(iri, nodes.term(prop), value)
        for prop, number in _figures(item):
            module.note(iri, nodes.term(prop), canonical_decimal(number))
        for name in item.sources:
            module.note(iri, DCTERMS.source, self.sources[name])

    @staticmethod
    def _texts(item: ReferenceIntervalEntry) -> Iterator[tuple[str, str]]:
        """What is said of the population and of the interval, by annotation property."""
        people = item.for_
        yield "population", item.label
        yield "confidence", item.confidence
        yield "supports", item.note or f"Limits of {item.label}."
        yield (
            "forState",
            {True: "yes", False: "no"}.get(people.pregnant, "any") if people.pregnant != "any" else "any",
        )
        if people.sex:
            yield "sex", people.sex
        if people.age:
            yield "forAge", people.age
        if item.critical:
            yield "criticalSource", item.critical.source


def _figures(item: ReferenceIntervalEntry) -> Iterator[tuple[str, Decimal]]:
    """The numbers of an interval by annotation property."""
    people, found, critical = item.for_, item.decides, item.critical
    rows: tuple[tuple[str, Decimal | int | None], ...] = (
        ("fromAge", people.from_), ("belowAge", people.below),
        ("lowBelow", found.low_below), ("normalFrom", found.normal_from),
        ("normalTo", found.normal_to), ("highAbove", found.high_above),
        ("criticalBelow", critical.below if critical else None),
        ("criticalAbove", critical.above if critical else None),
    )  # fmt: skip
    yield from ((prop, Decimal(value)) for prop, value in rows if value is not None)
