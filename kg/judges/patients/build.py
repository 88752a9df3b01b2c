"""From demands to entries of a case: statements, values that decide, dates; the engine says whether it worked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Final

from kg.judges.patients.case import CaseItem, CasePerson, CaseWriter, InventedPatient, days_before
from kg.judges.patients.values import a_range, a_unit, around, in_unit
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.ontology.kinds import TREATMENTS, ConceptKind, KindDeclaration
from kg.ontology.manchester import AtLeast, Atom, Named, Some, Value, parse
from kg.reasoner.closure import Closure
from kg.reasoner.engine import Engine
from kg.record.assertions import record

LISTS: Final = {"hasHistoryOf": "history", "plans": "plans", "hasIntent": "intents"}
POSITIONS: Final = ("NotLow", "NotHigh", "Low", "Normal", "High")
SEARCH: Final = 300
PRIOR: Final = (150, 120, 90, 71, 40)
STARTS: Final = (70, 64, 63, 62, 57, 56, 55, 20)


@dataclass(frozen=True)
class Demand:
    """An elementary condition that shall hold or, `refuted`, be contradicted; `name` is the class that says so."""

    name: str
    atom: Atom
    refuted: bool


class Builder:
    """Builds patients over one ontology and asks the engine about them."""

    def __init__(self, ontology: Ontology, engine: Engine) -> None:
        self.ontology, self.engine = ontology, engine
        self.writer = CaseWriter(ontology)
        self._hopeless: set[frozenset[str]] = set()

    def closure(self, patient: InventedPatient) -> Closure:
        (closure,) = self.engine.infer((record(self.ontology, patient.facts),))
        return closure

    def items(self, names: Iterable[str], person: CasePerson, random: Random) -> tuple[CaseItem, ...] | None:
        """Entries of a case that shall meet the demands; None where one of them cannot be met this way."""
        items: list[CaseItem] = []
        measured: set[Demand] = set()
        for demand in map(self._demand, sorted(names)):
            statements = self._statements(demand, random)
            if statements is not None and not (self._quantity(demand) and random.random() < 0.6):
                items += statements
            elif self._quantity(demand):
                measured.add(demand)
            else:
                return None
        for group in self._groups(measured):
            found = self._search(group, person, random)
            if found is None:
                return None
            items += found
        return tuple(dict.fromkeys(items))

    def _demand(self, name: str) -> Demand:
        base = self.ontology.index.own_value(terms.BASE + name, "refutationOf")
        atom = parse(self.ontology.atom(base or name) or name)
        assert isinstance(atom, Named | Some | Value | AtLeast), atom
        return Demand(name, atom, bool(base))

    # -- statements

    def _statements(self, demand: Demand, random: Random) -> list[CaseItem] | None:
        """Entries that state what is demanded, none if silence does; None if no statement can."""
        absences = self.ontology.absences
        match demand.atom, demand.refuted:
            case (Value("lacksRecordOf", _), False) | (Named(), _):
                return []  # silence, or who the patient is
            case Value("lacksRecordOf", name), True:
                return self._present(self._kind(name).present_by, name, random)
            case (Some(prop, Named(name)), False) if prop in absences:
                return self._present(prop, name, random)
            case (Some(prop, Named(name)), True) if prop in absences:
                return self._absent(absences[prop], self.ontology.certain_form(name), random)
            case (Value(prop, name), False) if prop in absences.values():
                return self._absent(prop, name, random)
            case (Value(prop, name), True) if prop in absences.values():
                listed = {absences[name]: name for name in LISTS}
                present = listed.get(prop) or self._kind(name).present_by
                return self._present(present, name, random)
            case _:
                return None

    def _present(self, prop: str, name: str, random: Random) -> list[CaseItem] | None:
        """That something is present: it, or a quarter of the time something below it."""
        base = self.ontology.certain_form(name)
        below = sorted(self.ontology.descendants(base))
        concept = random.choice(below) if random.random() < 0.25 else base
        kind = self.ontology.concepts[concept].kind
        if kind is ConceptKind.ANALYTE:
            return None
        list_name = LISTS.get(prop, self._kind(concept).case_list)
        status = "suspected" if prop == "hasSuspicionOf" and kind is not ConceptKind.SUSPICION else "present"
        return [self.writer.statement(list_name, concept, status)]

    def _absent(self, prop: str, name: str, random: Random) -> list[CaseItem] | None:
        """That something is absent: it, or a quarter of the time something above it."""
        above = sorted(self.ontology.ancestors(name))
        concept = random.choice(above) if random.random() < 0.25 else name
        absences, kind = self.ontology.absences, self._kind(concept)
        present = next((name for name in LISTS if absences[name] == prop), "")
        # a test that was never done has no value
        usual = "procedures" if kind.kind is ConceptKind.ANALYTE else kind.case_list
        list_name = LISTS.get(present, usual)
        return [self.writer.statement(list_name, concept, "absent")]

    def _kind(self, concept: str) -> KindDeclaration:
        return self.ontology.kinds[self.ontology.concepts[concept].kind]

    # -- numbers

    def _quantity(self, demand: Demand) -> str:
        """The quantity that decides a demand, measured or derived; empty if none does."""
        match demand.atom:
            case Some("hasCurrentMeasurement" | "hasMeasurement" | "hasDerivedQuantity", Named(name)):
                return self._measured(name)
            case AtLeast(_, _, Named(name)):
                return self._measured(name)
            case Some("hasFinding", Named(name)):
                axis = self.ontology.concepts[self.ontology.certain_form(name)].axis
                return axis[0] if axis else ""
            case Value("hasSoleRecordOf", name):
                return name
            case Value("lacksRecordOf", name) if demand.refuted and name in self.ontology.quantities:
                return name
            case _:
                return ""

    def _measured(self, name: str) -> str:
        if threshold := self.ontology.thresholds.get(name):
            return threshold.quantity
        return next(name.removesuffix(word) for word in POSITIONS if name.endswith(word))

    @cached_property
    def _operands(self) -> dict[str, tuple[str, ...]]:
        return {item.name: item.operands for item in self.ontology.derived}

    def _parts(self, demand: Demand) -> frozenset[str]:
        """The analytes and treatments behind a demand."""
        quantity = self._quantity(demand)
        return frozenset(self._operands.get(quantity, (quantity,))) or frozenset({quantity})

    def _groups(self, demands: set[Demand]) -> list[tuple[Demand, ...]]:
        """Demands that share an analyte or a treatment, together: one series has to meet them all."""
        groups: list[tuple[frozenset[str], list[Demand]]] = []
        for demand in sorted(demands, key=lambda demand: demand.name):
            parts, members = self._parts(demand), [demand]
            apart = []
            for group in groups:
                if group[0] & parts:
                    parts, members = parts | group[0], [*group[1], *members]
                else:
                    apart.append(group)
            groups = [*apart, (parts, members)]
        return [tuple(members) for _, members in groups]

    def _search(self, demands: tuple[Demand, ...], person: CasePerson, random: Random) -> tuple[CaseItem, ...] | None:
        """A series of values and starts of treatments of which the engine says that all demands are met."""
        parts = sorted({part for demand in demands for part in self._parts(demand)})
        wanted = frozenset(demand.name for demand in demands)
        if wanted in self._hopeless:
            return None
        for _ in range(SEARCH):
            items = [item for part in parts for item in self._series(part, random)]
            if random.random() < 0.3:
                items.append(self.writer.complete("measurements"))
            if wanted <= self.closure(self.writer.patient("", person, items)).types:
                return tuple(items)
        self._hopeless.add(wanted)
        return None

    def _series(self, part: str, random: Random) -> list[CaseItem]:
        if part in self._operands:
            return []
        if part not in self.ontology.quantities and self._kind(part).kind not in TREATMENTS:
            return [self.writer.statement(self._kind(part).case_list, part, random.choice(("present", "absent")))]
        if part not in self.ontology.quantities:
            return [self.writer.statement("treatments", part, started=days_before(random.choice(STARTS)))]
        count = random.choice((1, 1, 2, 2, 3))
        if count == 1:
            return [self._value(part, random)]
        days = (*random.sample(PRIOR, count - 1), random.choice((0, 1, 5)))
        return [self._value(part, random, date=days_before(day)) for day in days]

    def _value(self, quantity: str, random: Random, **more: object) -> CaseItem:
        unit = a_unit(self.ontology, quantity, random)
        canonical = random.choice(around(self.ontology, quantity))
        value = in_unit(self.ontology.quantities[quantity], canonical, unit, 3)
        yardstick = random.choice(("", "", "reference_range", "flag"))
        if yardstick == "flag":
            more["flag"] = random.choice(("L", "N", "H"))
        if yardstick == "reference_range":
            more["reference_range"] = a_range(value, random)
        return self.writer.measurement(quantity, value, unit, **more)
