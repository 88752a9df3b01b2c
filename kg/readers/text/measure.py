"""Values with their test as measurements of a case, or the reason why not."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from kg.facts.patient import DataIssue, Reason
from kg.facts.unit_spellings import ucum
from kg.facts.units import UnitMismatch, to_canonical, units_of
from kg.facts.units import interval as interval_of
from kg.ontology.model import Concept
from kg.readers.text.dates import DateHit
from kg.readers.text.entries import Draft, plain
from kg.readers.text.lab_conventions import Customs
from kg.readers.text.lexicon import PhraseHit
from kg.readers.text.printed import PrintedRange
from kg.readers.text.reading import Span
from kg.readers.text.values import ReadValue
from kg.vocabulary.names import Names

THOUSANDS = "K/uL"


class Measurer:
    """Turns the values of one text into measurements."""

    def __init__(self, names: Names, customs: Customs, draft: Draft, as_of: datetime.date, commas: bool) -> None:
        self.names, self.customs, self.draft, self.as_of, self.commas = names, customs, draft, as_of, commas
        self.issues: list[DataIssue] = []

    def measure(self, concept: Concept, hit: PhraseHit, value: ReadValue, leading: DateHit | None, start: int) -> bool:
        """Add the measurements of one value, one a day; false if none came of it. `start` is where its words begin."""

        days = value.days or ((leading,) if leading else ())
        span = Span(start, value.end)
        numbers, unit = self._unit(concept, value)
        if not unit:
            return False
        wrong = self._misfit(concept, unit)
        if wrong:
            label = concept.label
            said = self.draft.text[value.start : value.end].strip()
            message = f"{label}: {said} has a unit that does not fit; the value is not used"
            self.issues.append(DataIssue("impossible_unit", message, (concept.name,)))
            return self.draft.leave(hit.start, value.end, wrong, Reason.UNIT_DOES_NOT_FIT, concept.name)
        number = self._number(concept, numbers, unit)
        if number is None:
            said = " or ".join(str(plain(one)) for one in numbers)
            message = f"the number can be read as {said}"
            return self.draft.leave(hit.start, value.end, message, Reason.AMBIGUOUS, concept.name)
        entry = self._entry(concept, value, number, unit)
        if value.earlier and not days:
            return self.draft.add(
                "measurements", entry | {"date": f"../{self.as_of - datetime.timedelta(days=1)}"}, span
            )
        return all(
            [self._dated(entry, day, span) for day in days] if days else [self.draft.add("measurements", entry, span)]
        )

    def _dated(self, entry: dict[str, Any], day: DateHit, span: Span) -> bool:
        if day.wrong:
            return self.draft.leave(span.start, max(span.end, day.end), "the calendar has no such day")
        if day.day is not None and day.day > self.as_of:
            return self.draft.leave(
                span.start, max(span.end, day.end), f"{day.day} lies after the day of the assessment ({self.as_of})"
            )
        return self.draft.add("measurements", entry | {"date": day.edtf(self.as_of)}, span)

    def _unit(self, concept: Concept, value: ReadValue) -> tuple[tuple[Decimal, ...], str]:
        """The readings of the number and the unit: as printed, of the range, or as custom has it."""
        if value.unit:
            return value.numbers, value.unit
        if value.kilo:
            if ucum(THOUSANDS) in units_of(self.names.ontology.quantities[concept.name]):
                return value.numbers, THOUSANDS
            value_numbers = tuple(number * 1000 for number in value.numbers)
        else:
            value_numbers = value.numbers
        low, high = (value.range.low, value.range.high) if value.range else (None, None)
        if value.range and value.range.unit:
            return value_numbers, value.range.unit
        if not self.commas:
            value_numbers = value_numbers[:1]
        implied = {self.customs.implied_unit(concept.name, number, low, high) for number in value_numbers}
        if len(value_numbers) > 1:
            implied -= {""}
        if len(implied) == 1 and (unit := implied.pop()):
            return value_numbers, unit
        message = f"{concept.label}: no unit is printed and none is implied by the range or the value"
        self.draft.leave(value.start, value.end, message, Reason.UNIT_UNKNOWN, concept.name)
        return value_numbers, ""

    def _misfit(self, concept: Concept, unit: str) -> str:
        known = units_of(self.names.ontology.quantities[concept.name])
        return (
            "" if ucum(unit) in known else f"{UnitMismatch(concept.label, unit, known)}; known are {', '.join(known)}"
        )

    def _number(self, concept: Concept, numbers: Sequence[Decimal], unit: str) -> Decimal | None:
        """The one plausible reading; the first where the quantity has no window."""
        if len(numbers) == 1:
            return numbers[0]
        fitting = [number for number in numbers if self._plausible(concept, number, unit)]
        if len(fitting) == 1:
            return fitting[0]
        return numbers[0] if fitting and not self.commas else None

    def _plausible(self, concept: Concept, number: Decimal, unit: str) -> bool:
        """Whether a value lies in some customary window, converted to that window's unit."""
        ontology = self.names.ontology
        windows = [item for item in self.customs.units.get(concept.name, ()) if item.plausible]
        if not windows:
            return True
        value, _ = to_canonical(ontology, concept.name, interval_of(number, ""), unit)
        for item in windows:
            assert item.plausible is not None
            ends = item.plausible
            low, high = (to_canonical(ontology, concept.name, interval_of(end, ""), item.unit)[0] for end in ends)
            if (
                low.low is not None
                and high.high is not None
                and value.low is not None
                and low.low <= value.low <= high.high
            ):
                return True
        return False

    def _entry(self, concept: Concept, value: ReadValue, number: Decimal, unit: str) -> dict[str, Any]:
        entry: dict[str, Any] = {"test": concept.code, "value": plain(number), "unit": unit}
        if value.comparator:
            entry["comparator"] = value.comparator
        limits = self._range(value.range, unit) if value.range else {}
        if limits:
            entry["reference_range"] = limits
        if value.flag:
            entry["flag"] = "H" if value.flag == "HH" else "L" if value.flag == "LL" else value.flag
        return entry

    def _range(self, limits: PrintedRange, unit: str) -> dict[str, Any]:
        if limits.unit and ucum(limits.unit) != ucum(unit):
            return {}
        ends = (("low", limits.low), ("high", limits.high))
        return {name: plain(end) for name, end in ends if end is not None}
