"""Facts as the assertions of a patient graph: what both reasoners are given.

Same facts in any order give the same assertions. Nothing is inferred here but what is arithmetic on
numbers and dates, or true of the record itself: which value is current, which yardstick is in force, what a list
declared complete leaves out, what the record does not state.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property

from kg.facts.patient import NO_READING_LACKED, NOT_PLACED, DataIssue, Fact, Measurement, PatientFacts, Reason, Status
from kg.facts.units import Interval
from kg.ontology.compiled import Ontology
from kg.ontology.kinds import ConceptKind
from kg.record.absences import Absence, Absences, decided_by
from kg.record.consistency import inconsistencies
from kg.record.default_limits import contradicting_limits, spoken_positions
from kg.record.derive import derive
from kg.record.identities import strained
from kg.record.judgements import Judgement, judgement
from kg.record.observations import (
    CONTRADICTS,
    NO_YARDSTICK,
    STATEMENT,
    Interpretation,
    Interpreter,
    Occasion,
    occasions,
)
from kg.record.record import Assertion, Leaf, Record, text
from kg.record.statement_properties import NOW, PASSES, RECORDED, has_ended, property_of


def record(
    ontology: Ontology, facts: PatientFacts, patient: str = "patient/case", quarantine: frozenset[Fact] = frozenset()
) -> Record:
    """The patient graph of some facts; those in `quarantine` count as unknown."""
    return _RecordCompiler(ontology, facts.ordered(), patient, quarantine).compile()


class _RecordCompiler:
    def __init__(self, ontology: Ontology, facts: PatientFacts, patient: str, quarantine: frozenset[Fact]) -> None:
        self.ontology, self.patient, self.quarantine = ontology, patient, quarantine
        self.issues = list(facts.issues)
        self.label = ontology.labels
        self.occasions = occasions(facts, self.issues, self.label)
        self.facts = facts
        known = tuple(fact for fact in facts.facts if fact not in quarantine)
        self.derivations = derive(ontology, replace(facts, facts=known), self.occasions)
        self.strained = strained(ontology, facts, self.occasions, self.derivations, self.issues)
        self.out: set[Assertion] = set()
        self.behind: dict[Assertion, dict[Fact, None]] = {}
        self.different: list[tuple[str, ...]] = []
        self.absences: list[str] = []

    # -- small steps

    def add(self, subject: str, predicate: str, value: str, leaf: Leaf = Leaf.STATED, fact: Fact | None = None) -> None:
        assertion = Assertion(subject, predicate, value, leaf)
        self.out.add(assertion)
        if fact is not None:
            self.behind.setdefault(assertion, {})[fact] = None

    def say(self, predicate: str, value: str, leaf: Leaf = Leaf.STATED, fact: Fact | None = None) -> None:
        self.add(self.patient, predicate, value, leaf, fact)

    def property_of(self, fact: Fact) -> str:
        return property_of(self.ontology, fact)

    def stated(self, *statuses: Status) -> Iterable[Fact]:
        """Facts with a status, without those set aside."""
        return [fact for fact in self.counted if fact.status in statuses]

    @cached_property
    def counted(self) -> Mapping[Fact, None]:
        """The facts that are not set aside: neither in quarantine, nor about the present of a strained quantity."""
        facts = (fact for fact in self.facts.facts if fact not in self.quarantine)
        return dict.fromkeys(fact for fact in facts if not (self.strained and self._is_strained(fact)))

    def _is_strained(self, fact: Fact) -> bool:
        axes = (self.ontology.concepts[name].axis for name in self.ontology.ancestors(fact.concept))
        return fact.list in NOW and any(axis[0] in self.strained for axis in axes if axis)

    @cached_property
    def running(self) -> tuple[Fact, ...]:
        """Present facts that have not ended."""
        return tuple(fact for fact in self.stated(Status.PRESENT) if not self._ended(fact))

    def _ended(self, fact: Fact) -> bool:
        return has_ended(self.ontology, fact, self.facts.as_of)

    # -- the whole

    def compile(self) -> Record:
        self.say("type", "Patient")
        for fact in self.quarantine:
            self.say("hasQuarantined", fact.concept, Leaf.RECORD)
        self._person()
        self._present()
        self._measurements()
        self._absent()
        self._derived()
        self._about_the_record()
        self._unread()
        self.issues += inconsistencies(self.ontology, self.occasions, self.derivations, self.strained)
        days = tuple(day for name in sorted(self.occasions) for day in self.occasions[name])
        issues = {issue.key: issue for issue in self.issues}
        return Record(
            patient=self.patient,
            facts=self.facts,
            assertions=tuple(sorted(self.out)),
            different=tuple(sorted(self.different)),
            issues=tuple(issues[key] for key in sorted(issues)),
            occasions=days,
            derivations=self.derivations,
            absences=tuple(self.absences),
            judgements=self._judgements(),
            behind={assertion: tuple(facts) for assertion, facts in sorted(self.behind.items())},
            aside=self.quarantine,
        )

    def _person(self) -> None:
        if self.facts.sex:
            self.say("type", f"{self.facts.sex.capitalize()}Patient")
        if self.interpreter.child:
            self.say("type", "ChildPatient", Leaf.COMPUTED)
        if self.interpreter.within:
            self.say("type", "PatientWithinArticles", Leaf.RECORD)

    def _present(self) -> None:
        for fact in self.running:
            self._instance(self.property_of(fact), fact)
        for fact in self.stated(Status.SUSPECTED):
            if not self._ended(fact):
                self._instance("hasSuspicionOf", fact)
        for fact in self.stated(Status.PENDING):
            self._instance("awaits", fact)
        for fact in self.stated(Status.PRESENT):
            if self._ended(fact) and self.property_of(fact) in PASSES:
                self._instance("hasHistoryOf", fact)

    def _instance(self, prop: str, fact: Fact) -> None:
        individual = f"{self.patient}/{prop}-{fact.concept}"
        self.say(prop, individual, fact=fact)
        self.add(individual, "type", fact.concept, fact=fact)

    # -- absence

    def _absent(self) -> None:
        measured = {*self.occasions, *(derivation.quantity.name for derivation in self.derivations)}
        absences = Absences(self.ontology, self.facts, self.counted.__contains__, measured)
        for fact in self.stated(Status.ABSENT, Status.PRESENT, Status.SUSPECTED):
            if fact.status is Status.ABSENT or self._ended(fact):
                self._deny(fact, absences.of(fact))
        for prop, concept in absences.left_out():
            self._say_absent(prop, concept)

    def _deny(self, fact: Fact, absences: tuple[Absence, ...]) -> None:
        """The absences that a fact states; where a measurement shows the finding, the value stands."""
        disputed = self._shown_by(fact) if ("hasAbsent", fact.concept) in absences else ""
        if disputed:
            word = "absent" if fact.status is Status.ABSENT else "over"
            message = f"{self.label[fact.concept]} is stated {word}, but {disputed}"
            self.issues.append(DataIssue("label_against_value", message, (fact.concept,)))
            self.say("hasDisputedAbsence", fact.concept, Leaf.ABSENT, fact)
            return
        for prop, concept in absences:
            self._say_absent(prop, concept, fact)

    def _say_absent(self, prop: str, concept: str, fact: Fact | None = None) -> None:
        self.say(prop, concept, Leaf.ABSENT, fact)
        self.absences.append(concept)

    def _shown_by(self, fact: Fact) -> str:
        """What measurement shows a finding that is stated absent."""
        for name in sorted(self.ontology.descendants(fact.concept)):
            for quantity in decided_by(self.ontology, name):
                if quantity in self.occasions and self._shows(self.occasions[quantity][-1], name):
                    return self._describe(self.occasions[quantity][-1])
        return ""

    def _shows(self, occasion: Occasion, concept: str) -> bool:
        """Whether a value shows a concept: by the yardstick in force, or by a limit that makes it so whatever else."""
        shown = decided_by(self.ontology, concept).get(occasion.quantity, ())
        if shown and occasion.unit == self.ontology.quantities[occasion.quantity].unit:
            classes = self.interpreter.classes_of(occasion, self._is_current(occasion))
            if any(
                one.classes <= classes and occasion.value.satisfies(one.limit.bound, one.limit.limit) for one in shown
            ):
                return True
        axis = self.ontology.concepts[concept].axis
        return axis == (occasion.quantity, self.interpretation(occasion).position)

    def _describe(self, occasion: Occasion) -> str:
        given = occasion.values[-1]
        position = self.interpretation(occasion).position.lower() or "undecided"
        value = f"{given.comparator}{text(given.given)} {given.given_unit}"
        return f"{self.label[occasion.quantity]} {value} is {position} by its yardstick"

    # -- measurements

    @cached_property
    def stated_axes(self) -> frozenset[tuple[str, str]]:
        """Quantities that statements about the present speak of, and the position they give."""
        found = set()
        for fact in self.running:
            if fact.list in NOW:
                found |= {
                    axis
                    for name in self.ontology.ancestors(fact.concept)
                    if (axis := self.ontology.concepts[name].axis)
                }
        return frozenset(found)

    @cached_property
    def denied_axes(self) -> frozenset[tuple[str, str]]:
        facts = (fact for fact in self.stated(Status.ABSENT) if fact.list in NOW)
        below = {name for fact in facts for name in self.ontology.descendants(fact.concept)}
        return frozenset(axis for name in below if (axis := self.ontology.concepts[name].axis))

    @cached_property
    def interpreter(self) -> Interpreter:
        return Interpreter(self.ontology, self.facts, self.stated_axes, self.denied_axes)

    def interpretation(self, occasion: Occasion) -> Interpretation:
        return self.interpreter.interpret(occasion, self._is_current(occasion))

    def _is_current(self, occasion: Occasion) -> bool:
        """Whether it is the latest; a quantity that is also given in another unit has two values of a day."""
        latest = self.occasions[occasion.quantity][-1]
        return (occasion.day, occasion.time) == (latest.day, latest.time)

    def _measurements(self) -> None:
        for quantity, days in self.occasions.items():
            names = [self._measurement(quantity, occasion, self._is_current(occasion)) for occasion in days]
            dated = {occasion.day: name for name, occasion in zip(names, days, strict=True) if occasion.dated}
            if len(dated) > 1:
                self.different.append(tuple(dated.values()))
            if quantity not in self.strained:
                self._values_of_the_day(quantity, days)

    def _values_of_the_day(self, quantity: str, days: tuple[Occasion, ...]) -> None:
        """The single values of the latest day, where it has more than one: none of them hides another."""
        unit = self.ontology.quantities[quantity].unit
        latest = [occasion for occasion in days if occasion.day == days[-1].day and occasion.unit == unit]
        values = dict.fromkeys(item.value for occasion in latest for item in occasion.values)
        if len(values) < 2:
            return
        for number, value in enumerate(values, 1):
            individual = f"{self.patient}/{quantity}-{days[-1].day.isoformat()}-value-{number}"
            self.say("hasCurrentValue", individual)
            self.add(individual, "type", f"{quantity}Measurement")
            self._compared(individual, quantity)
            self._bounds(individual, value, Leaf.STATED)

    def _compared(self, individual: str, quantity: str) -> None:
        if item := self.interpreter.interval_of(quantity):
            self.add(individual, "comparedWith", f"interval/{item.name}", Leaf.COMPUTED)

    def _measurement(self, quantity: str, occasion: Occasion, current: bool) -> str:
        day = occasion.day.isoformat() if occasion.dated else "undated"
        day += f"T{occasion.time:%H-%M}" if occasion.time else ""
        individual = f"{self.patient}/{quantity}-{day}"
        if occasion.unit != self.ontology.quantities[quantity].unit:
            individual += "-in-another-unit"
        if quantity in self.strained:
            self.say("hasQuarantined", quantity, Leaf.RECORD)
            return individual
        found = self.interpretation(occasion)
        self.say("hasCurrentMeasurement" if current else "hasPriorMeasurement", individual)
        self.add(individual, "type", f"{quantity}Measurement")
        if occasion.unit == self.ontology.quantities[quantity].unit:
            leaf = Leaf.STATED if all(item.given == occasion.value.exact for item in occasion.values) else Leaf.COMPUTED
            self._bounds(individual, occasion.value, leaf)
            self._compared(individual, quantity)
        self.add(individual, "interpretedBy", found.yardstick, Leaf.COMPUTED)
        if current and found.yardstick != STATEMENT and self._leaves_open(quantity, found.position):
            self.add(individual, "type", "UndecidedMeasurement", Leaf.RECORD)
        self._positions(individual, occasion)
        if current:
            self._check_against_statements(individual, occasion, found)
        if current and found.yardstick == NO_YARDSTICK:
            self._without_yardstick(quantity)
        return individual

    def _judgements(self) -> Mapping[Measurement, Judgement]:
        """How each value was judged, those of strained quantities left out."""
        rows = (
            (item, judgement(self.interpreter, occasion, item, self._is_current(occasion)))
            for quantity, days in self.occasions.items()
            if quantity not in self.strained
            for occasion in days
            for item in occasion.values
        )
        return {item: found for item, found in rows if found}

    def _leaves_open(self, quantity: str, position: str) -> bool:
        """Whether some finding of a quantity is neither shown nor ruled out by a position."""
        spoken_of = spoken_positions(self.ontology).get(quantity, ())
        return any(position != one and position not in CONTRADICTS[one] for one in spoken_of)

    def _without_yardstick(self, quantity: str) -> None:
        """A value that nothing says to be low, normal or high, though findings would follow from it."""
        if not self.facts.defaults and quantity in self.ontology.placed:
            message = f"{self.label[quantity]}: reference intervals are switched off, and nothing else judges the value"
            self.issues.append(DataIssue(NOT_PLACED, message, (quantity,)))
        elif not self.interpreter.within and quantity in self.ontology.intervals:
            message = f"{self.label[quantity]}: limits for adults are not established for this patient (age or state)"
            self.issues.append(DataIssue("default_not_established", message, (quantity,)))
        elif quantity in self.ontology.placed:
            message = f"{self.label[quantity]}: no reference range, flag or word says whether it is low, normal or high"
            self.issues.append(DataIssue(NOT_PLACED, message, (quantity,)))

    def _bounds(self, individual: str, value: Interval, leaf: Leaf) -> None:
        if value.exact is not None:
            self.add(individual, "value", text(value.exact), leaf)
            return
        if value.low is not None:
            self.add(individual, "valueAbove" if value.low_strict else "valueAtLeast", text(value.low), Leaf.COMPUTED)
        if value.high is not None:
            self.add(individual, "valueBelow" if value.high_strict else "valueAtMost", text(value.high), Leaf.COMPUTED)

    def _positions(self, individual: str, occasion: Occasion) -> None:
        ranges = {"Low": "BelowReferenceRange", "Normal": "WithinReferenceRange", "High": "AboveReferenceRange"}
        flags = {"L": "FlaggedLow", "N": "FlaggedNormal", "H": "FlaggedHigh"}
        if occasion.range_position:
            self.add(individual, "type", ranges[occasion.range_position], Leaf.COMPUTED)
        if occasion.flag:
            self.add(individual, "type", flags[occasion.flag])

    def _check_against_statements(self, individual: str, occasion: Occasion, found: Interpretation) -> None:
        quantity = occasion.quantity
        position = found.position or self.interpreter.by_other_limits(occasion)
        against = [
            stated for name, stated in sorted(self.stated_axes) if name == quantity and position in CONTRADICTS[stated]
        ]
        for stated in against:
            message = (
                f"stated {stated.lower()}, but {self._describe(occasion)}"
                if found.position
                else (
                    f"stated {stated.lower()}, but the limits in use otherwise would not call {self.label[quantity]} so"
                )
            )
            self.issues.append(DataIssue("label_against_value", f"{self.label[quantity]}: {message}", (quantity,)))
        classes = self.interpreter.classes_of(occasion, current=True)
        beyond = contradicting_limits(self.ontology, occasion, found.position, classes)
        for limit in beyond:
            bound = f"{limit.bound} {text(limit.limit)} {occasion.unit}"
            message = f"{self._describe(occasion)}, but is {bound}: nothing is refuted by it"
            self.issues.append(DataIssue("yardstick_against_limit", message, (quantity,)))
        if not against and not beyond:
            self.add(individual, "type", "UncontradictedMeasurement", Leaf.COMPUTED)

    # -- derived quantities

    def _derived(self) -> None:
        for derivation in self.derivations:
            individual = f"{self.patient}/derived-{derivation.quantity.name}"
            self.say("hasDerivedQuantity", individual, Leaf.COMPUTED)
            self.add(individual, "type", derivation.quantity.name, Leaf.COMPUTED)
            self._bounds(individual, derivation.value, Leaf.COMPUTED)

    # -- the record itself

    def _about_the_record(self) -> None:
        for concept in self.ontology.fillers("lacksRecordOf"):
            if not self._on_record(concept):
                self.say("lacksRecordOf", concept, Leaf.RECORD)
        for concept in self.ontology.fillers("hasSoleRecordOf"):
            if len(self.occasions.get(concept, ())) == 1:
                self.say("hasSoleRecordOf", concept, Leaf.RECORD)

    def _unread(self) -> None:
        """What came in and was not used, as far as an alert follows from it."""
        for item in self.facts.unread:
            if item.reason is Reason.OUTSIDE_ARTICLES and not item.aside:
                self.say("hasUnread", "OutsideArticles", Leaf.RECORD)
            elif item.concept in self.ontology.quantities and item.reason not in NO_READING_LACKED:
                self.say("lacksReadingOf", item.concept, Leaf.RECORD)

    @cached_property
    def recorded(self) -> frozenset[str]:
        """What the record states of the patient, now or over, in a context that counts as a record of it."""
        return frozenset(fact.concept for fact in self.stated(Status.PRESENT) if self.property_of(fact) in RECORDED)

    def _on_record(self, concept: str) -> bool:
        if self.ontology.concepts[concept].kind is ConceptKind.ANALYTE:
            return concept in self.occasions and concept not in self.strained
        below = self.ontology.descendants(concept)
        return not below.isdisjoint(self.recorded) or any(
            self._shows(occasion, name)
            for name in below
            for quantity in decided_by(self.ontology, name)
            if quantity not in self.strained
            for occasion in self.occasions.get(quantity, ())
        )
