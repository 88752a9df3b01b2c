"""Patients drawn from the whole vocabulary by a seed: the same seed gives the same patients."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from random import Random
from typing import Final

from kg.facts.patient import PatientFacts
from kg.judges.patients.case import CaseItem, CasePerson, CaseWriter, InventedPatient, days_before
from kg.judges.patients.values import a_reading, around, limits_of
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.ontology.kinds import TREATMENTS
from kg.ontology.model import DerivedQuantity
from kg.readers.builder import FACT_LISTS, PLAIN_STATUSES, STATUSES
from kg.vocabulary.names import KINDS_OF_LIST

AGES: Final = (None, 0, 5, 17, 18, 40, 62, 90)
STARTS: Final = (0, 1, 7, 14, 30, 100, 400)
PRIOR: Final = (1, 2, 9, 30, 60, 90, 200)
MAY_END: Final = ("treatments", "diagnoses", "history", "plans", "intents", "procedures")


def patients(ontology: Ontology, count: int, seed: int) -> tuple[PatientFacts, ...]:
    """The facts of so many patients."""
    return tuple(patient.facts for patient in drawn(ontology, count, seed))


def drawn(ontology: Ontology, count: int, seed: int) -> tuple[InventedPatient, ...]:
    """So many patients with their cases. The first ones of a longer row are those of a shorter one."""
    draw = _Draw(ontology)
    return tuple(draw.patient(f"random {seed}/{number}", Random(f"{seed}/{number}")) for number in range(count))


class _Draw:
    def __init__(self, ontology: Ontology) -> None:
        self.ontology, self.writer = ontology, CaseWriter(ontology)

    def patient(self, purpose: str, random: Random) -> InventedPatient:
        person = CasePerson(random.choice(("female", "male", "female", "male", "")), random.choice(AGES))
        return self.writer.patient(purpose, person, self._items(random))

    def _items(self, random: Random) -> tuple[CaseItem, ...]:
        items = [self._statement(random) for _ in range(random.randrange(12))]
        items += [self._clash(item, random) for item in items if random.random() < 0.05]
        items += self._state_without_defaults(random)
        for quantity in random.sample(self.quantities, random.choice((0, 1, 2, 3, 4, 5))):
            items += self._series(quantity, random)
        if random.random() < 0.3:
            items += self._derived(random.choice(self.ontology.derived), random)
        if random.random() < 0.25:
            known = ("measurements", *FACT_LISTS)
            items += [self.writer.complete(name) for name in random.sample(known, random.randrange(1, 4))]
        return tuple(items)

    # -- statements

    @cached_property
    def concepts(self) -> tuple[str, ...]:
        """What can be stated, once; what conditions of claims ask for, and what is above or below it, five times."""
        known = self.ontology.concepts
        stated = [name for name, concept in known.items() if self.ontology.kinds[concept.kind].case_list]
        asked = {name for prop in ("hasAbsent", "lacksRecordOf") for name in self.ontology.fillers(prop)}
        asked |= {name for name in stated if any(name in words for words in self._readings)}
        near = {other for name in asked for other in (*self.ontology.ancestors(name), *self.ontology.descendants(name))}
        return tuple(name for name in stated for _ in range(5 if name in near else 1))

    @cached_property
    def _readings(self) -> tuple[frozenset[str], ...]:
        index = self.ontology.index
        situations = map(terms.local, index.subjects(_SUBCLASS, terms.BASE + "Situation"))
        return tuple(frozenset(self.ontology.atom(name).split()) for name in situations)

    def _lists(self, concept: str) -> tuple[str, ...]:
        """The lists in which a user may put a concept; any list takes any, these are the likely ones."""
        kind = self.ontology.concepts[concept].kind
        return tuple(name for name, kinds in KINDS_OF_LIST.items() if kind in kinds and name != "measurements")

    def _statement(self, random: Random) -> CaseItem:
        concept = random.choice(self.concepts)
        list_name = random.choice(self._lists(concept) or ("procedures",))
        statuses = STATUSES.get(list_name, PLAIN_STATUSES)
        status = random.choices(statuses, (6, 3, 1, 3)[: len(statuses)])[0]
        return self.writer.statement(list_name, concept, status, **self._dates(list_name, random))

    def _dates(self, list_name: str, random: Random) -> dict[str, str]:
        if list_name not in MAY_END or random.random() < 0.5:
            return {} if random.random() < 0.8 else {"date": days_before(random.choice(STARTS))}
        started = random.choice((*STARTS, *self._week_limits))
        ended = random.choice((None, None, 0, 1, started))
        dates = {"started": days_before(started)}
        return dates if ended is None or ended > started else {**dates, "ended": days_before(ended)}

    @cached_property
    def _week_limits(self) -> tuple[int, ...]:
        """Days around every limit that counts weeks: exactly on it, a day less, a day more."""
        weeks = {item.name for item in self.ontology.derived if item.unit == "wk"}
        limits = {int(item.limit) * 7 for item in self.ontology.thresholds.values() if item.quantity in weeks}
        return tuple(sorted(limit + day for limit in limits for day in (-1, 0, 1)))

    def _clash(self, item: CaseItem, random: Random) -> CaseItem:
        """The same thing, or what is above or below it, with another status in the same list."""
        code = dict(item.entry)["concept"]
        name = next(name for name, concept in self.ontology.concepts.items() if concept.code == code)
        near = sorted(self.ontology.ancestors(name) | self.ontology.descendants(name))
        status = "present" if dict(item.entry).get("status") == "absent" else "absent"
        return self.writer.statement(item.list, random.choice((name, *near)), status)

    def _state_without_defaults(self, random: Random) -> Iterable[CaseItem]:
        if random.random() < 0.06:
            for name in self.ontology.defaults_not_in:
                yield self.writer.statement(self._lists(name)[0], name)

    # -- numbers

    @cached_property
    def quantities(self) -> list[str]:
        """Every quantity once, those with a limit or a finding of their own three times."""
        axes = {concept.axis[0] for concept in self.ontology.concepts.values() if concept.axis}
        ranked = {name: 3 if limits_of(self.ontology, name) or name in axes else 1 for name in self.ontology.quantities}
        return [name for name, times in sorted(ranked.items()) for _ in range(times)]

    def _series(self, quantity: str, random: Random) -> Iterator[CaseItem]:
        """One value, dated or not, or a series: rising, falling, up and down, or two on one day."""
        if random.random() < 0.55:
            value, unit, more = a_reading(self.ontology, quantity, random)
            dated = {} if random.random() < 0.5 else {"date": days_before(random.choice((0, 1, 5, 400)))}
            yield self.writer.measurement(quantity, value, unit, **more, **dated)
            return
        count = random.choice((2, 2, 3, 4))
        order = random.choice((1, -1, 0))
        values = [a_reading(self.ontology, quantity, random, precise=random.random() < 0.7) for _ in range(count)]
        values.sort(key=lambda reading: order * reading[0])
        days = sorted(random.choices(PRIOR, k=count), reverse=True)
        for day, (value, unit, more) in zip(days, values, strict=True):
            dated = {} if random.random() < 0.08 else {"date": days_before(day)}
            yield self.writer.measurement(quantity, value, unit, **more, **dated)

    def _derived(self, derived: DerivedQuantity, random: Random) -> Iterator[CaseItem]:
        """What a derived quantity is computed from, mostly near a limit."""
        start = random.choice((*self._week_limits, *STARTS))
        day = random.choice((0, 1, 3))
        for operand in derived.operands:
            if operand not in self.ontology.quantities and self.ontology.concepts[operand].kind not in TREATMENTS:
                yield self._statement(random)
                continue
            if operand not in self.ontology.quantities:
                below = sorted(self.ontology.descendants(operand))
                yield self.writer.statement("treatments", random.choice(below), started=days_before(start))
                continue
            unit = self.ontology.quantities[operand].unit
            for days in (start + random.choice((0, 3)), day) if random.random() < 0.8 else (day,):
                value = random.choice(around(self.ontology, operand))
                yield self.writer.measurement(operand, value, unit, date=days_before(days))


_SUBCLASS: Final = "http://www.w3.org/2000/01/rdf-schema#subClassOf"
