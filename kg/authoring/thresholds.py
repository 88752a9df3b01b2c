"""Numbers: quantities with their units, thresholds with their opposites: modules/thresholds.ttl."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, XSD

from kg.authoring import nodes
from kg.authoring.formulas import operands_of, write_formula
from kg.authoring.intervals import IntervalWriter, Side, limits_named, limits_of, sides_used
from kg.authoring.owl import Module, canonical_decimal
from kg.authoring.schema import (
    Analyte,
    Derived,
    LimitEntry,
    NumberOf,
    PartOfEntry,
    PossibleValuesEntry,
    ReferenceIntervalEntry,
    ThresholdEntry,
    ThresholdFile,
)
from kg.authoring.vocabulary import POSITIONS, Vocabulary
from kg.ontology import terms
from kg.ontology.manchester import And, Expression, Named, Value, parse

YARDSTICK = "InterpretedByArticleLimit"
POSITION_CLASS = {
    "low": "LowMeasurement",
    "high": "HighMeasurement",
    "not low": "NotLowMeasurement",
    "not high": "NotHighMeasurement",
}
OPPOSITE_BOUND = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
FACETS = {
    "<": (("value", "<"), ("valueAtMost", "<"), ("valueBelow", "<=")),
    "<=": (("value", "<="), ("valueAtMost", "<="), ("valueBelow", "<=")),
    ">": (("value", ">"), ("valueAtLeast", ">"), ("valueAbove", ">=")),
    ">=": (("value", ">="), ("valueAtLeast", ">="), ("valueAbove", ">=")),
}
FACET_IRI = {"<": XSD.maxExclusive, "<=": XSD.maxInclusive, ">": XSD.minExclusive, ">=": XSD.minInclusive}
ANNOTATIONS = (
    ("adultFrom", "adult from: the age in years from which sourced defaults hold"),
    ("staleAfterDays", "stale after: the age in days from which a current value is pointed out"),
    ("bloodSpecimen", "blood specimen: a specimen whose values are those of the blood"),
    ("bloodWord", "blood word: a name of such a specimen that is no concept"),
    ("notIn", "not in: a condition that rules sourced defaults out"),
    ("recomputes", "recomputes: the quantity whose value this one checks"),
    ("lowWhen", "low when: the threshold under which the recomputed value is low"),
    ("notLowWhen", "not low when: the threshold from which the recomputed value is not low"),
)
WORDS = {"<": "below", "<=": "at most", ">": "above", ">=": "at least"}


def measurement_class(quantity: str, derived: frozenset[str]) -> str:
    """`Hemoglobin` → `HemoglobinMeasurement`; a derived quantity is its own class."""
    return quantity if quantity in derived else quantity + "Measurement"


class ThresholdCompiler:
    """Builds the module of thresholds from its source and the vocabulary."""

    def __init__(
        self,
        file: ThresholdFile,
        intervals: tuple[ReferenceIntervalEntry, ...],
        vocabulary: Vocabulary,
        sources: dict[str, URIRef],
        naming: ThresholdFile | None = None,
    ) -> None:
        """`naming`: the file whose thresholds give limits of intervals their names."""
        self.naming = naming or file
        self.file, self.intervals, self.vocabulary, self.sources = file, intervals, vocabulary, sources
        self.derived = frozenset(item.name for item in file.derived)
        self.twins = {item.name: item.label for item in file.possible}
        self.witnesses: set[str] = set()
        numbers: tuple[NumberOf, ...] = (*file.analytes, *file.derived)
        self.units = {item.name: item.unit for item in numbers}
        self.conversions = {
            (analyte.name, unit.unit): (unit.factor or Decimal(1)) / (unit.divisor or Decimal(1))
            for analyte in file.analytes
            for unit in analyte.units
        }
        self.module = Module(
            "thresholds",
            "Warrant: thresholds",
            "Quantities with their units, and every numeric limit with its bound, population and source.",
            ("hematology",),
        )

    def compile(self) -> Module:
        self._population()
        for analyte in self.file.analytes:
            self._analyte(analyte)
        for derived in self.file.derived:
            self._derived(derived)
        for part in self.file.parts:
            self._part(part)
        for threshold in self.file.thresholds:
            self._threshold(threshold, self.sources[threshold.source])
        used = sides_used(self.intervals)
        for threshold in limits_of(self.naming, self.intervals):
            self._threshold(threshold, nodes.source("generated"), used)
        placed = {quantity for quantity, _ in self.vocabulary.axes.values()} | {item.of for item in self.intervals}
        for quantity in sorted(placed):
            self._positions(quantity)
        for limit in self.file.limits:
            self._limit(limit)
        names = limits_named(self.naming, self.intervals)
        writer = IntervalWriter(self.module, self.show, self.sources, names)
        for interval in self.intervals:
            writer.write(interval)
        for rule in self.file.rules:
            if rule.then:
                self.show(parse(rule.if_), rule.then, self.sources[rule.source])
        return self.module

    def _population(self) -> None:
        default = nodes.term("SourcedDefault")
        for name, label in ANNOTATIONS:
            self.module.note(nodes.term(name), RDF.type, OWL.AnnotationProperty)
            self.module.note(nodes.term(name), RDFS.label, Literal(label, lang="en"))
            self.module.note(nodes.term(name), DCTERMS.source, nodes.source("schema"))
            self.module.note(nodes.term(name), nodes.DEFINITION, Literal(f"{label.capitalize()}.", lang="en"))
        self.module.note(default, nodes.term("adultFrom"), Literal(self.file.population.adult_from))
        self.module.note(default, nodes.term("staleAfterDays"), Literal(self.file.population.stale_after_days))
        for name in self.file.population.blood:
            self.module.note(default, nodes.term("bloodSpecimen"), nodes.term(name))
        for word in self.file.population.blood_words:
            self.module.text(default, nodes.term("bloodWord"), word)
        for name in self.file.population.not_in:
            self.module.note(default, nodes.term("notIn"), nodes.term(name))

    def _analyte(self, analyte: Analyte) -> None:
        concept = self.vocabulary[analyte.name]
        source = nodes.source("schema")
        name = measurement_class(analyte.name, self.derived)
        iri = self.module.declare_class(
            name, f"Measurement: {concept.label}", f"A measurement whose quantity is: {concept.label}.", source
        )
        self.module.subclass(Named(name), Named("Measurement"), source)
        self.module.note(iri, nodes.term("measures"), nodes.term(analyte.name))
        self.module.text(nodes.term(analyte.name), nodes.term("canonicalUnit"), analyte.unit)
        for other in analyte.also:
            self.module.text(nodes.term(analyte.name), nodes.term("otherUnit"), other)
        if analyte.possible:
            self._possible(nodes.term(analyte.name), analyte.possible)
        for unit in analyte.units:
            node = nodes.W[f"unit/{analyte.name}/{_iri_safe(unit.unit)}"]
            self.module.note(node, RDF.type, OWL.NamedIndividual)
            self.module.axiom(node, RDF.type, nodes.term("UnitConversion"), source)
            self.module.note(node, RDFS.label, Literal(f"{concept.label}: {unit.unit} to {analyte.unit}", lang="en"))
            self.module.note(node, nodes.term("quantity"), nodes.term(analyte.name))
            self.module.text(node, nodes.term("fromUnit"), unit.unit)
            for prop, factor in (("factor", unit.factor), ("factorTo", unit.factor_to), ("divisor", unit.divisor)):
                if factor is not None:
                    self.module.note(node, nodes.term(prop), canonical_decimal(factor))
            self.module.note(node, DCTERMS.source, self.sources[unit.source])

    def _possible(self, quantity: URIRef, values: PossibleValuesEntry) -> None:
        for prop, number in (("possibleFrom", values.from_), ("possibleTo", values.to)):
            self.module.note(quantity, nodes.term(prop), canonical_decimal(number))
        self.module.text(quantity, nodes.term("possiblyZero"), "yes" if values.zero else "no")
        self.module.note(quantity, nodes.term("possibleBy"), self.sources[values.source])

    def _part(self, item: PartOfEntry) -> None:
        node = nodes.W[f"part/{item.part}"]
        self.module.note(node, RDF.type, OWL.NamedIndividual)
        self.module.note(node, RDFS.label, Literal(f"part: {_spaced(item.part)}", lang="en"))
        self.module.note(node, nodes.term("partIn"), nodes.term(item.whole))
        self.module.note(node, nodes.term("quantity"), nodes.term(item.part))
        self.module.note(node, nodes.term("factor"), canonical_decimal(item.factor))
        self.module.note(node, DCTERMS.source, self.sources[item.source])

    def _derived(self, derived: Derived) -> None:
        source = self.sources[derived.source]
        label = _spaced(derived.name)
        iri = self.module.declare_class(derived.name, f"Derived: {label}", derived.definition, source)
        self.module.subclass(Named(derived.name), Named("DerivedQuantity"), source)
        self.module.text(iri, nodes.term("formula"), derived.formula)
        self.module.text(iri, nodes.term("canonicalUnit"), derived.unit)
        operands = operands_of(derived)
        self.module.text(iri, nodes.term("ofQuantity"), " ".join(operands))
        for operand in operands:
            self.module.note(iri, nodes.term("measures"), nodes.term(operand))
        write_formula(self.module, iri, derived)
        for prop, name in (
            ("recomputes", derived.recomputes),
            ("lowWhen", derived.low_when),
            ("notLowWhen", derived.not_low_when),
        ):
            if name:
                self.module.note(iri, nodes.term(prop), nodes.term(name))
        if derived.possible_to is not None:
            self.module.note(iri, nodes.term("possibleTo"), canonical_decimal(derived.possible_to))
        if derived.factor is not None:
            self.module.note(iri, nodes.term("factor"), canonical_decimal(derived.factor))

    def _threshold(self, threshold: ThresholdEntry, source: URIRef, used: Collection[Side] | None = None) -> None:
        """Both sides of a limit, or those that are used.

        That a number lies on a side is arithmetic: where several intervals share a limit it falls with none of them.
        """
        limit, value = threshold.value * self._factor(threshold), threshold.value.normalize()
        sides = [(threshold.name, threshold.bound), (threshold.opposite, OPPOSITE_BOUND[threshold.bound])]
        written = [(name, bound) for name, bound in sides if used is None or (threshold.of, bound, value) in used]
        for name, bound in written:
            opposite = next((other for other, _ in written if other != name), None)
            self._side(threshold, (name, opposite), bound, limit, source)

    def _factor(self, threshold: ThresholdEntry) -> Decimal:
        if threshold.unit == self.units[threshold.of]:
            return Decimal(1)
        return self.conversions[threshold.of, threshold.unit]

    def _side(
        self, threshold: ThresholdEntry, names: tuple[str, str | None], bound: str, limit: Decimal, source: URIRef
    ) -> None:
        name, opposite = names
        quantity = measurement_class(threshold.of, self.derived)
        what = self.vocabulary[threshold.of].label if threshold.of in self.vocabulary else _spaced(threshold.of)
        label = f"{what} {WORDS[bound]} {threshold.value:f} {threshold.unit}"
        iri = self.module.declare_class(
            name,
            label,
            f"A value of this quantity that is {WORDS[bound]} the limit: {label}.",
            self.sources[threshold.source],
        )
        self.module.subclass(Named(name), Named(quantity), source)
        for prop, text in (
            ("bound", bound),
            ("limitAsPrinted", f"{threshold.value:f} {threshold.unit}"),
            ("population", threshold.population),
            ("canonicalUnit", self.units[threshold.of]),
        ):
            self.module.text(iri, nodes.term(prop), text)
        self.module.note(iri, nodes.term("quantity"), nodes.term(threshold.of))
        self.module.note(iri, nodes.term("limit"), canonical_decimal(limit))
        if opposite:
            self.module.note(iri, nodes.term("opposite"), nodes.term(opposite))
        if threshold.note:
            self.module.text(iri, nodes.term("means"), threshold.note)
        for prop, facet in FACETS[bound]:
            key = f"{name} {prop} {facet} {limit}"
            body = self.module.intersection(
                key, [nodes.term(quantity), self.module.facet(key, prop, FACET_IRI[facet], limit)]
            )
            self.module.axiom(body, RDFS.subClassOf, iri, source)

    def _positions(self, quantity: str) -> None:
        """`HemoglobinLow` etc., and the findings that a position shows."""
        source = nodes.source("P1")
        label = self.vocabulary[quantity].label
        for position in POSITIONS:
            name = quantity + position
            word = _spaced(position).lower()
            self.module.declare_class(
                name,
                f"{label}: {word}",
                f"A measurement of this quantity that the yardstick in force calls {word}: {label}.",
                source,
            )
            both = And((Named(quantity + "Measurement"), Named(position + "Measurement")))
            self.module.equivalent(name, both, source)
        for finding, (analyte, position) in self.vocabulary.axes.items():
            if analyte == quantity:
                self.show(Named(quantity + position), finding, source)

    def show(self, values: Expression, finding: str, source: URIRef) -> None:
        """A class of values shows a finding: whoever has such a value now has it, by a typed witness."""
        self.module.subclass(values, Value("shows", self._witness(finding)), source)

    def _witness(self, finding: str) -> str:
        iri = nodes.shown(finding)
        if finding not in self.witnesses:
            self.witnesses.add(finding)
            self.module.note(iri, RDF.type, OWL.NamedIndividual)
            self.module.note(iri, RDFS.label, Literal(f"shown: {self._label(finding)}", lang="en"))
            self.module.note(iri, nodes.term("witnessOf"), nodes.term(finding))
            self.module.axiom(iri, RDF.type, nodes.term(finding), nodes.source("generated"))
        return terms.local(iri)

    def _label(self, finding: str) -> str:
        return self.vocabulary[finding].label if finding in self.vocabulary else self.twins[finding]

    def _limit(self, limit: LimitEntry) -> None:
        source = self.sources[limit.source]
        both = And((Named(limit.when), Named(YARDSTICK)))
        self.module.subclass(both, Named(POSITION_CLASS[limit.position]), source)
        node = nodes.W[f"limit/{limit.when}"]
        self.module.note(node, RDF.type, OWL.NamedIndividual)
        self.module.note(node, RDFS.label, Literal(f"limit: {_spaced(limit.when)}", lang="en"))
        self.module.note(node, nodes.term("quantity"), nodes.term(limit.analyte))
        self.module.note(node, nodes.term("limit"), nodes.term(limit.when))
        self.module.text(node, nodes.term("rank"), limit.rank)
        self.module.text(node, nodes.term("positionOf"), limit.position)
        self.module.note(node, DCTERMS.source, source)


def _spaced(name: str) -> str:
    """`WeeksOnESA` → `Weeks on ESA`."""
    words: list[str] = []
    for index, letter in enumerate(name):
        starts = letter.isupper() and (index == 0 or not name[index - 1].isupper())
        digit = letter.isdigit() and index > 0 and not name[index - 1].isdigit() and not name[index - 1].isupper()
        if starts or digit:
            words.append("")
        words[-1] += letter
    head, *rest = words
    return " ".join([head, *(word if word.isupper() and len(word) > 1 else word.lower() for word in rest)])


def _iri_safe(unit: str) -> str:
    """A UCUM code without the letters that an IRI would escape."""
    return unit.replace("/", ".per.").replace("*", ".").replace("[", "").replace("]", "")
