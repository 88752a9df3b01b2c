"""Values with their test as measurements of a case, or the reason why not."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from kg.facts.patient import DataIssue, Reason
from kg.facts.possible import is_possible
from kg.facts.unit_spellings import ucum
from kg.facts.units import UnitMismatch, to_canonical, units_of
from kg.facts.units import interval as interval_of
from kg.ontology.model import Concept
from kg.readers.text.dates import DateHit
from kg.readers.text.entries import Draft, plain
from kg.readers.text.lab_conventions import Customs
from kg.readers.text.lexicon import PhraseHit
from kg.readers.text.numbers import decimal_commas, decimal_points, thousands_points
from kg.readers.text.printed import PrintedRange
from kg.readers.text.reading import Span
from kg.readers.text.values import ReadValue
from kg.vocabulary.names import Names

THOUSANDS = "K/uL"


class Measurer:
    """Turns the values of one text into measurements."""

    def __init__(self, names: Names, customs: Customs, draft: Draft, as_of: datetime.date) -> None:
        self.names, self.customs, self.draft, self.as_of = names, customs, draft, as_of
        self.commas, self.points = decimal_commas(draft.text), decimal_points(draft.text)
        self.grouped = thousands_points(draft.text)
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
        number, value = self._number(concept, value, numbers, unit)
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
        if not self._in_doubt(value_numbers):
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

    def _in_doubt(self, numbers: Sequence[Decimal]) -> bool:
        """Whether both readings count: decimals with a comma stand in the text, or a point that may part thousands.

        A comma before three digits parts thousands where no decimal comma stands in the text.
        """
        return self.commas or (not self.points and numbers[0] < numbers[-1])

    def _number(
        self, concept: Concept, value: ReadValue, numbers: Sequence[Decimal], unit: str
    ) -> tuple[Decimal | None, ReadValue]:
        """The one reading that the quantity and the printed range allow, with the range in the same style."""
        limits = value.range
        styles = [(numbers[0], limits), (numbers[-1], limits.in_other_style if limits else None)]
        if len(numbers) == 1:
            styles = styles[: 1 if limits is None or limits.other is None else 2]
        elif (self.points and not self.commas and numbers[0] < numbers[1]) or (
            self.commas and self.grouped and not self.points and numbers[0] > numbers[1]
        ):
            styles = styles[:1]
        if len(styles) == 1:
            return numbers[0], value
        fitting = [style for style in styles if self._fits(concept, *style, unit)]
        if len(fitting) > 1 and limits and limits.other:
            nearest = [style for style in fitting if style[1] and self._customary(concept, style[1], unit)]
            fitting = nearest or fitting
        if len(fitting) == 1 or (fitting and not self._in_doubt(numbers)):
            return fitting[0][0], replace(value, range=fitting[0][1])
        return (numbers[0] if numbers[0] == numbers[-1] else None), value

    def _fits(self, concept: Concept, number: Decimal, limits: PrintedRange | None, unit: str) -> bool:
        """Whether a value and the ends of its range can be of a living person and are in some customary window."""
        ends = (limits.low, limits.high) if limits and not limits.unit else ()
        return self._plausible(concept, number, unit) and all(
            self._possible(concept, one, unit) for one in (number, *ends) if one
        )

    def _possible(self, concept: Concept, number: Decimal, unit: str) -> bool:
        ontology = self.names.ontology
        amount, code = to_canonical(ontology, concept.name, interval_of(number, ""), unit)
        return code != ontology.quantities[concept.name].unit or is_possible(ontology, concept.name, amount)

    def _customary(self, concept: Concept, limits: PrintedRange, unit: str) -> bool:
        """Whether a range is one that laboratories print for the quantity in this unit."""
        known = self.customs.units.get(concept.name, ())
        return any(ucum(item.unit) == ucum(unit) and item.fits_range(limits.low, limits.high) for item in known)

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
