"""Alerts: each an individual that patients get by axioms: modules/alerts.ttl."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS

from kg.authoring import nodes
from kg.authoring.owl import Module
from kg.authoring.schema import AlertEntry, ReferenceIntervalEntry
from kg.authoring.vocabulary import Vocabulary
from kg.ontology.manchester import And, Expression, Named, Some, Value, parse

KIND_CLASS = {
    "critical_value": "CriticalValueAlert",
    "outside_scope": "OutsideScopeAlert",
    "population": "PopulationAlert",
    "not_judged": "NotJudgedAlert",
}
POSITIONS = ("Low", "High")


class AlertCompiler:
    """Builds the module of alerts."""

    def __init__(
        self,
        entries: tuple[AlertEntry, ...],
        intervals: tuple[ReferenceIntervalEntry, ...],
        vocabulary: Vocabulary,
        sources: Mapping[str, URIRef],
    ) -> None:
        self.entries, self.vocabulary, self.sources = entries, vocabulary, sources
        self.critical = {
            "critical_low": {item.of for item in intervals if item.critical and item.critical.below is not None},
            "critical_high": {item.of for item in intervals if item.critical and item.critical.above is not None},
        }
        self.placed = {quantity for quantity, _ in vocabulary.axes.values()} | {item.of for item in intervals}
        self.module = Module(
            "alerts",
            "Warrant: alerts",
            "What a reader must see before anything else, and the patients whom it concerns.",
            ("thresholds",),
        )

    def compile(self) -> Module:
        for entry in self.entries:
            suffix = "_unread" if entry.each == "unreadable" else ""
            if entry.each:
                for quantity, body in self._of_quantities(entry.each):
                    self._alert(entry, self.vocabulary[quantity].code + suffix, quantity, body)
            else:
                self._alert(entry, entry.code, entry.about or "", parse(entry.if_))
        return self.module

    def _of_quantities(self, each: str) -> Iterator[tuple[str, Expression]]:
        """The quantities of a kind, each with the condition of its alert."""
        if each in self.critical:
            word = "CriticallyLow" if each == "critical_low" else "CriticallyHigh"
            for quantity in sorted(self.critical[each]):
                yield quantity, Some("hasCurrentValue", self._narrowed(quantity, word))
        elif each == "unused":
            spoken_of = set(self.vocabulary.axes.values())
            for quantity in sorted(self.placed):
                for position in POSITIONS:
                    if (quantity, position) not in spoken_of:
                        yield quantity, Some("hasCurrentMeasurement", Named(quantity + position))
        elif each == "undecided":
            for quantity in sorted({quantity for quantity, _ in self.vocabulary.axes.values()}):
                yield quantity, Some("hasCurrentMeasurement", self._narrowed(quantity, "Undecided"))
        else:
            for term in self.vocabulary.terms:
                if term.kind == "analyte":
                    yield term.name, Value("lacksReadingOf", term.name)

    def _narrowed(self, quantity: str, word: str) -> Named:
        """The measurements of a quantity that are critical, or undecided."""
        name, source = quantity + word, nodes.source("schema")
        if name not in self.module.labels:
            label = f"{self.vocabulary[quantity].label}: {word[0].lower() + word[1:]}"
            both = And((Named(f"{quantity}Measurement"), Named(f"{word}Measurement")))
            self.module.declare_class(name, label, f"A measurement that is all of these: {both}.", source)
            self.module.equivalent(name, both, source)
        return Named(name)

    def _alert(self, entry: AlertEntry, code: str, concept: str, body: Expression) -> None:
        source, name = self.sources[entry.source], f"{entry.kind}/{code}"
        iri, module = nodes.alert(name), self.module
        module.note(iri, RDF.type, OWL.NamedIndividual)
        if (iri, RDFS.label, None) not in module.graph:
            module.note(iri, RDFS.label, Literal(f"alert: {name.replace('_', ' ').replace('/', ', ')}", lang="en"))
            module.axiom(iri, RDF.type, nodes.term(KIND_CLASS[entry.kind]), source)
            module.text(iri, nodes.term("alertKind"), entry.kind)
            module.text(iri, nodes.term("alertCode"), code)
            if concept:
                module.note(iri, nodes.term("alertOf"), nodes.term(concept))
            module.note(iri, DCTERMS.source, source)
        if (iri, nodes.term("alertSentence"), Literal(entry.sentence)) not in module.graph:
            module.text(iri, nodes.term("alertSentence"), entry.sentence)
        module.subclass(body, Value("hasAlert", f"alert/{name}"), source)
