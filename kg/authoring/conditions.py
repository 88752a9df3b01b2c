"""Situations become named classes of patients, each with the class that refutes it.

Every `and` and `or` stands over named classes, so that bodies stay Horn:

    A and B          n ≡ A ⊓ B         A' ⊑ n'    B' ⊑ n'
    A or B           A ⊑ n   B ⊑ n     n' ≡ A' ⊓ B'
    hasFinding some X                  refuted by hasAbsent value X, by a current measurement
                                       that shows otherwise, and by the refutation of what is above X

(n' is the refutation of n.) A finding whose limit the text leaves open has a wider twin, its *possible* form;
a situation over it has a second reading with the twin in its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from rdflib import Literal, URIRef
from rdflib.namespace import RDFS

from kg.authoring import nodes
from kg.authoring.condition_names import GENERATED, PATTERNS, Twin, definition_of, refuted
from kg.authoring.owl import Module
from kg.authoring.schema import NamedCondition, PossibleConcept, RuleEntry, ThresholdFile
from kg.authoring.vocabulary import Vocabulary
from kg.errors import AuthoringError, Problem
from kg.ontology import terms
from kg.ontology.kinds import ConceptKind
from kg.ontology.manchester import And, AtLeast, Atom, Expression, Named, Not, Or, Some, Value, flatten, parse


class ConditionCompiler:
    """Builds the module of conditions on demand, as situations ask for them."""

    def __init__(
        self,
        file: ThresholdFile,
        vocabulary: Vocabulary,
        labels: dict[str, str],
        sources: dict[str, URIRef],
    ) -> None:
        self.vocabulary, self.labels, self.sources = vocabulary, labels, sources
        self.opposites = {item.name: item.opposite for item in file.thresholds}
        self.opposites |= {item.opposite: item.name for item in file.thresholds}
        self.named = {item.name: item for item in file.conditions}
        self.twins = {item.of: Twin(item.name, item.reason, item.article) for item in file.possible}
        self.twins |= {
            item.name: Twin(item.possible.name, item.possible.reason) for item in file.conditions if item.possible
        }
        self.base = {twin.name: base for base, twin in self.twins.items()}
        self.done: set[str] = set()
        self.reserved = {
            form.name: f"thresholds.yaml: {form.name}: name" for item in file.conditions for form in item.forms
        }
        self.module = Module(
            "conditions",
            "Warrant: conditions of patients",
            "The elementary conditions that situations are built from, each with its refutation.",
            ("thresholds",),
        )
        for concept in file.possible:
            self._twin_class(concept)
        for condition in file.conditions:
            self._named_condition(condition)

    # -- the wider twins

    def add_twin(self, concept: str, reason: str) -> None:
        """Give a concluded concept a possible form, unless it has one."""
        if concept not in self.twins:
            label = self.labels[concept]
            twin = PossibleConcept(
                name=f"Possible{concept}",
                of=concept,
                label=f"{label}, certain or possible",
                definition=f"The finding holds in at least one reading of the article: {label}.",
                reason="reading" if reason == "reading" else "grey_zone",
                source="P16",
            )
            self.twins[concept] = Twin(twin.name, twin.reason)
            self.base[twin.name] = concept
            self._twin_class(twin)

    def _twin_class(self, twin: PossibleConcept) -> None:
        source = self.sources[twin.source]
        iri = self.module.declare_class(twin.name, twin.label, twin.definition, source)
        self.labels[twin.name] = twin.label
        self.module.note(iri, nodes.term("possibleFormOf"), nodes.term(twin.of))
        self.module.text(iri, nodes.term("whyPossible"), twin.reason)
        self.module.subclass(Named(twin.name), Named(self.vocabulary.kind(twin.of).kind_class), source)
        self.module.subclass(Named(twin.of), Named(twin.name), source)

    def twin_of(self, name: str, article: str) -> Twin | None:
        twin = self.twins.get(name)
        return twin if twin and twin.article in (None, article) else None

    def possibly(self, expression: Expression, article: str) -> tuple[Expression, set[str]]:
        """The expression with every wider twin in place, and why there are any."""
        match expression:
            case And(parts) | Or(parts):
                pairs = [self.possibly(part, article) for part in parts]
                joined = type(expression)(tuple(pair[0] for pair in pairs))
                return joined, {reason for pair in pairs for reason in pair[1]}
            case Not(part):
                wider, reasons = self.possibly(part, article)
                return Not(wider), reasons
            case Some(prop, Named(name)) if (twin := self.twin_of(name, article)) and prop != "lacksRecordOf":
                return Some(prop, Named(twin.name)), {twin.reason}
            case Named(name) if twin := self.twin_of(name, article):
                return Named(twin.name), {twin.reason}
            case _:
                return expression, set()

    # -- conditions

    def condition(self, expression: Expression, name: str, label: str, source: URIRef) -> str:
        """The class of patients of whom an expression holds; `name` is used where it needs one of its own."""
        expression = flatten(expression)
        match expression:
            case And(parts):
                return self._both(parts, name, label, source)
            case Or(parts):
                return self._either(parts, name, label, source)
            case Named(named) if named not in self.vocabulary.populations:
                return named
            case _:
                return self._atom(expression)

    def part(self, expression: Expression) -> str:
        """The class of an expression inside another one: named by its content and shared by all that contain it."""
        expression = flatten(expression)
        if not isinstance(expression, And | Or):
            return self._atom(expression)
        expression = type(expression)(tuple(sorted(expression.parts, key=str)))
        members = [self.part(part) for part in expression.parts]
        head, word = ("Both", "And") if isinstance(expression, And) else ("Either", "Or")
        labels = [self.labels[member] for member in members]
        label = f"; {word.lower()} ".join([labels[0], *(text[0].lower() + text[1:] for text in labels[1:])])
        name = head + word.join(members)
        self._free(name, expression)
        return self.condition(expression, name, label, GENERATED)

    def _both(self, parts: tuple[Expression, ...], name: str, label: str, source: URIRef) -> str:
        if self._declared(name, label, definition_of(label, "all of these hold", And(parts), source), source):
            return name
        members = [self.part(part) for part in parts]
        self.module.equivalent(name, And(tuple(map(Named, members))), source)
        for member in members:
            self.module.subclass(Named(refuted(member)), Named(refuted(name)), GENERATED)
        return name

    def _either(self, parts: tuple[Expression, ...], name: str, label: str, source: URIRef) -> str:
        if self._declared(name, label, definition_of(label, "one of these holds", Or(parts), source), source):
            return name
        members = [self.part(part) for part in parts]
        for member in members:
            self.module.subclass(Named(member), Named(name), source)
        self.module.equivalent(refuted(name), And(tuple(Named(refuted(member)) for member in members)), GENERATED)
        return name

    def _declared(self, name: str, label: str, definition: str, source: URIRef) -> bool:
        if name in self.done:
            return True
        self.done.add(name)
        self.labels[name] = label
        self.module.declare_class(name, label, definition, source)
        self.module.subclass(Named(name), Named("Situation"), GENERATED)
        iri = self.module.declare_class(
            refuted(name), f"{label}: refuted", f"A patient in whom this is contradicted: {label}.", GENERATED
        )
        self.module.subclass(Named(refuted(name)), Named("RefutedSituation"), GENERATED)
        self.module.note(iri, nodes.term("refutationOf"), nodes.term(name))
        return False

    def reserve(self, name: str, where: str) -> None:
        """Keep a name for an author's condition: no condition that the compiler names may take it."""
        self.reserved[name] = where

    def _free(self, name: str, expression: Expression) -> None:
        """Raises AuthoringError where an author's condition has the name that the compiler gives to another one."""
        if name in self.reserved:
            message = f"is also the name that the compiler gives to the condition {str(expression)!r}."
            raise AuthoringError([Problem(self.reserved[name], message, "Rename the named condition.")])

    def _atom(self, atom: Atom) -> str:
        name, label = self._name(atom)
        if not isinstance(atom, Named):
            self._free(name, atom)
        if self._declared(name, label, f"A patient of whom this holds: {atom}.", GENERATED):
            return name
        self.module.text(nodes.term(name), nodes.term("formalReading"), str(atom))
        if isinstance(atom, Not | Named):
            self._turned(atom, name)
            return name
        self.module.equivalent(name, atom, GENERATED)
        match atom:
            case Some("hasCurrentMeasurement" | "hasDerivedQuantity" as prop, Named(filler)) if (
                filler in self.opposites
            ):
                self._refute(Some(prop, Named(self.opposites[filler])), name)
            case Some(prop, Named(filler)) if prop in self.vocabulary.absences and prop != STATED:
                self._refute_presence(prop, filler, name)
            case Some("hasResult", Named(filler)):
                self._refute(Value("lacksRecordOf", filler), name)
            case Value(prop, individual) if prop in self.vocabulary.negations.values():
                self._refute(Some(self._present(prop, individual), Named(individual)), name)
            case Value("lacksRecordOf", individual):
                self._refute(Some("hasRecordOf", Named(self._recorded(individual))), name)
            case _:
                pass
        return name

    def _turned(self, atom: Not | Named, name: str) -> None:
        """The condition that another one is contradicted, or that the record names a population, with its dual."""
        if isinstance(atom, Named):
            self.module.subclass(Named(atom.name), Named(name), GENERATED)
            self._refute(Named(self.vocabulary.populations[atom.name]), name)
            return
        denied = self.part(atom.part)
        self.module.subclass(Named(refuted(denied)), Named(name), GENERATED)
        self._refute(Named(denied), name)

    def _recorded(self, concept: str) -> str:
        return concept + "Measurement" if self.vocabulary[concept].kind is ConceptKind.ANALYTE else concept

    def _present(self, absent: str, concept: str) -> str:
        kinds = {"hasAbsent": self.vocabulary.kind(concept).asked_by}
        return kinds.get(absent) or next(present for present, no in self.vocabulary.negations.items() if no == absent)

    def _refute(self, body: Expression, name: str, source: URIRef = GENERATED) -> None:
        self.module.subclass(body, Named(refuted(name)), source)

    def _refute_presence(self, prop: str, concept: str, name: str) -> None:
        base = self.base.get(concept, concept)
        if base in self.vocabulary:
            self._refute(Value(self.vocabulary.absences[prop], base), name)
        for above in self._above(concept):
            upper = self._atom(Some(prop, Named(above)))
            self.module.subclass(Named(refuted(upper)), Named(refuted(name)), GENERATED)
        if prop == "hasFinding" and base in self.vocabulary.axes and self._carries_axis(concept):
            quantity, position = self.vocabulary.axes[base]
            other = position.removeprefix("Not") if position.startswith("Not") else "Not" + position
            self._refute_by_measurement(quantity + other, name)

    def _carries_axis(self, concept: str) -> bool:
        twin = self.twins.get(concept)
        return (
            twin.article is not None
            if twin
            else self.base.get(concept) is None or self.twins[self.base[concept]].article is None
        )

    def _refute_by_measurement(self, filler: str, name: str) -> None:
        named = f"Uncontradicted{filler}"
        if named not in self.done:
            self.done.add(named)
            label = f"{filler}, and no statement contradicts it"
            self.module.declare_class(
                named, label, f"A measurement that is both: {filler}, UncontradictedMeasurement.", GENERATED
            )
            self.module.equivalent(named, And((Named(filler), Named("UncontradictedMeasurement"))), GENERATED)
        self._refute(Some("hasCurrentMeasurement", Named(named)), name, nodes.source("P1"))

    def _above(self, concept: str) -> Iterable[str]:
        if concept in self.vocabulary:
            yield from self.vocabulary[concept].parents
        twin = self.twins.get(concept)
        if twin:
            yield twin.name

    def _name(self, atom: Atom) -> tuple[str, str]:
        match atom:
            case Some(prop, Named(filler)) | Value(prop, filler):
                pattern, label = PATTERNS[prop]
                return pattern.format(filler), label.format(self.labels.get(filler, filler))
            case AtLeast(prop, count, Named(filler)):
                label = f"Patient with at least {count} values: {self.labels.get(filler, filler)}"
                return f"PatientWithAtLeast{count}{filler}", label
            case Not(part):
                denied = self.part(part)
                return f"Not{denied}", f"Contradicted: {self.labels[denied][0].lower()}{self.labels[denied][1:]}"
            case Named(name) if name in self.vocabulary.populations:
                return f"RecordedAs{name}", f"Patient recorded as: {name.removesuffix('Patient').lower()}"
            case Named(name):
                return name, self.labels.get(name, name)
            case _:
                raise AssertionError(f"not an elementary condition: {atom}")

    def _named_condition(self, condition: NamedCondition) -> None:
        source = self.sources[condition.source]
        for form in condition.forms:
            self._declared(form.name, form.label, form.definition, source)
            self.module.text(nodes.term(form.name), nodes.term("formalReading"), form.holds)
            holds = self.condition(parse(form.holds), form.name + "Holds", f"{form.label}: holds", source)
            self.module.subclass(Named(holds), Named(form.name), source)
            fails = self.condition(parse(form.fails), form.name + "Fails", f"{form.label}: fails", source)
            self.module.subclass(Named(fails), Named(refuted(form.name)), source)
        if condition.possible:
            wider = condition.possible
            iri = nodes.term(wider.name)
            self.module.note(iri, nodes.term("possibleFormOf"), nodes.term(condition.name))
            self.module.text(iri, nodes.term("whyPossible"), wider.reason)
            self.module.subclass(Named(condition.name), Named(wider.name), source)
            self.module.subclass(Named(refuted(wider.name)), Named(refuted(condition.name)), GENERATED)

    # -- rules, conclusions and clashes

    def rule(self, number: int, rule: RuleEntry) -> None:
        """A rule of no single article: `refutes` a condition or `concludes` a finding."""
        source = self.sources[rule.source]
        body = parse(rule.if_)
        if rule.refutes:
            target = self.condition(parse(rule.refutes), f"RuleTarget{number}", rule.refutes, source)
            self._refute(self._hoisted(body, source), target, source)
        if rule.concludes:
            name = f"Patient{rule.concludes}ByRule"
            holds = self.condition(
                body, name, f"Patient of whom a rule concludes: {self.labels[rule.concludes]}", source
            )
            self.conclude(holds, rule.concludes, source)
            stated = self._as_stated(body)
            if stated:
                holds = self.condition(
                    stated,
                    name + "OnStatements",
                    f"Patient of whom statements entail: {self.labels[rule.concludes]}",
                    source,
                )
                self.module.subclass(Named(holds), Value("hasStatedFinding", self._witness(rule.concludes)), source)

    def _hoisted(self, body: Expression, source: URIRef) -> Expression:
        """A nested conjunction of measurements gets a name, so that every conjunction is over named classes."""
        match body:
            case Some(prop, And(parts) as inner):
                name = "".join(str(part) for part in parts)
                if name not in self.done:
                    self.done.add(name)
                    self.module.declare_class(name, str(inner), f"A measurement that is all of these: {inner}.", source)
                    self.module.equivalent(name, inner, source)
                return Some(prop, Named(name))
            case Some():
                return Named(self._atom(body))
            case _:
                return body

    def _as_stated(self, body: Expression) -> Expression | None:
        parts = body.parts if isinstance(body, And) else ()
        if not parts or not all(isinstance(part, Some) and part.property == "hasFinding" for part in parts):
            return None
        return And(tuple(replace(part, property="hasStatedFinding") for part in parts if isinstance(part, Some)))

    def conclude(self, holds: str, concept: str, source: URIRef) -> None:
        """A concluded finding is given to the patient as a typed witness."""
        base = self.base.get(concept, concept)
        prop = self.vocabulary.kind(base).asked_by
        self.module.subclass(Named(holds), Value(prop, self._witness(concept)), source)

    def _witness(self, concept: str) -> str:
        iri = nodes.witness(concept)
        key = terms.local(iri)
        if key not in self.done:
            self.done.add(key)
            self.module.note(iri, RDFS.label, Literal(f"concluded: {self.labels[concept]}", lang="en"))
            self.module.note(iri, nodes.term("witnessOf"), nodes.term(concept))
            self.module.note(iri, _TYPE, _INDIVIDUAL)
            self.module.axiom(iri, _TYPE, nodes.term(concept), GENERATED)
        return key

    def define(self, readings: Iterable[str], concept: str) -> None:
        """What a concept means: it fails where the condition fails, unless the record states it."""
        unstated = self._atom(Value("lacksRecordOf", concept))
        names = list(readings)
        certain = self._atom(Some(self.vocabulary.kind(concept).asked_by, Named(concept)))
        for name in names:
            self._refute(And((Named(refuted(name)), Named(unstated))), certain)
        twin = self.twins.get(concept)
        if twin:
            possible = self._atom(Some(self.vocabulary.kind(concept).asked_by, Named(twin.name)))
            self._refute(And((*(Named(refuted(name)) for name in names), Named(unstated))), possible)

    def findings(self, concepts: Iterable[str]) -> None:
        """A class of patients for every finding that a value shows or a rule concludes, and for its wider twin."""
        for concept in sorted(concepts):
            self._atom(Some("hasFinding", Named(concept)))
            if twin := self.twins.get(concept):
                self._atom(Some("hasFinding", Named(twin.name)))


STATED: Final = "hasStatedFinding"
"""The property of what rules conclude from statements alone, which no situation names."""
_TYPE = URIRef("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_INDIVIDUAL = URIRef("http://www.w3.org/2002/07/owl#NamedIndividual")
