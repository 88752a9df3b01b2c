"""Builds facts from entries of a case, and keeps what cannot be used, with its place and the reason.

Every reader makes its facts here. What an entry may hold stands in docs/contract.md, "A case".
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, TypeVar

from rapidfuzz.distance import Levenshtein

from kg.errors import Problem
from kg.facts.origins import JsonPath
from kg.facts.patient import DataIssue, Fact, Measurement, Reason, ReferenceRange, Status, Unread
from kg.facts.possible import is_possible, meant_unit, suggested_unit
from kg.facts.time import Period, period
from kg.facts.unit_spellings import ucum
from kg.facts.units import UnitMismatch, interval, to_canonical, units_of
from kg.ontology.kinds import ConceptKind
from kg.readers.case.parsing import shortened
from kg.vocabulary.names import KINDS_OF_LIST, AmbiguousName, Match, Names, UnknownName, fold

FACT_LISTS: Final = tuple(name for name in KINDS_OF_LIST if name != "measurements")
COMPARATORS: Final = ("<", "<=", ">", ">=", "~", "=")
FLAGS: Final[Mapping[str, str]] = {"L": "L", "LL": "L", "N": "N", "H": "H", "HH": "H"}
LONGEST_NAME: Final = 200
# the closest names are looked for this many times in one case
SUGGESTED_FOR: Final = 10
SMALLEST, LARGEST = Decimal("1e-12"), Decimal("1e15")
ENTRY_FIELDS: Final = ("concept", "status", "date", "started", "ended")
MEASUREMENT_FIELDS: Final = ("test", "value", "comparator", "unit", "date", "reference_range", "flag", "specimen")
STATUSES: Final[Mapping[str, tuple[Status, ...]]] = {
    "diagnoses": (Status.PRESENT, Status.ABSENT, Status.UNKNOWN, Status.SUSPECTED),
    "results": (Status.PRESENT, Status.ABSENT, Status.UNKNOWN, Status.PENDING),
}
PLAIN_STATUSES: Final = (Status.PRESENT, Status.ABSENT, Status.UNKNOWN)
TESTS: Final = (ConceptKind.ANALYTE, ConceptKind.PROCEDURE, ConceptKind.RESULT)
T = TypeVar("T")


@dataclass(frozen=True)
class Flaw:
    """A fault of an entry: the problem that a strict builder raises, the reason that a lenient one reports."""

    problem: Problem
    reason: Reason


class FactBuilder:
    """Facts of one patient in the making.

    A strict builder gathers every problem in `flaws`, for an error that names them all. A lenient one reports an entry
    that it cannot use in `unread`, and leaves no flaw. `used` are the paths of the fields that were taken.
    """

    def __init__(self, names: Names, as_of: datetime.date, lenient: bool = False) -> None:
        self.names, self.as_of, self.lenient = names, as_of, lenient
        self.flaws: list[Flaw] = []
        self.unread: list[Unread] = []
        self.issues: list[DataIssue] = []
        self.used: list[JsonPath] = []
        self.named = ""
        self.unknown = 0

    # -- what is wrong

    def problem(
        self,
        path: str,
        message: str,
        remedy: str = "",
        suggestions: tuple[str, ...] = (),
        reason: Reason = Reason.UNSUPPORTED,
    ) -> None:
        """Something because of which the entry around it cannot be used."""
        self.flaws.append(Flaw(Problem(path, message, remedy, suggestions), reason))

    def minor(self, given: Any, path: str, message: str, remedy: str, suggestions: tuple[str, ...] = ()) -> None:
        """Something without which the entry around it can be used: a lenient builder reports it alone."""
        if self.lenient:
            self.used = [used for used in self.used if used != JsonPath(path)]
            self.unread.append(Unread(as_text(given), Reason.UNSUPPORTED, message, JsonPath(path), self.named))
        else:
            self.problem(path, message, remedy, suggestions)

    def part(self, path: str, item: Any, read: Callable[[str, Any], T | None]) -> T | None:
        """What an entry gives; a lenient builder reports one that has a flaw as a whole."""
        flaws, unread, used, self.named = len(self.flaws), len(self.unread), len(self.used), ""
        found = read(path, item)
        if not self.lenient or len(self.flaws) == flaws:
            return found
        wrong = self.flaws[flaws:]
        del self.flaws[flaws:], self.unread[unread:], self.used[used:]
        message = "; ".join(dict.fromkeys(flaw.problem.message for flaw in wrong))
        self.unread.append(Unread(as_text(item), wrong[0].reason, message, JsonPath(path), self.named))
        return None

    def aside(self, path: str, item: Any, read: Callable[[str, Any], T | None]) -> T | None:
        """What a part of an entry gives without which the entry can be used."""
        named = self.named
        found = self.part(path, item, read)
        self.named = named
        return found

    @cached_property
    def units(self) -> frozenset[str]:
        """The units of any quantity."""
        return frozenset(unit for item in self.names.ontology.quantities.values() for unit in units_of(item))

    # -- plain values

    def fields(self, path: str, item: Mapping[Any, Any], known: tuple[str, ...]) -> None:
        for name in item:
            if name in known:
                # what a list or an object holds is counted by itself
                if not isinstance(item[name], list | dict):
                    self.used.append(JsonPath(f"{path}.{name}"))
            else:
                close = tuple(sorted(known, key=lambda other: Levenshtein.distance(str(name), other))[:1])
                remedy = f"Known are: {', '.join(known)}."
                self.minor(item[name], f"{path}.{name}", "unknown field", remedy, close)

    def each(self, path: str, items: Any, read: Callable[[str, Any], T | None]) -> Iterator[T]:
        """What the entries of a list give; one that cannot be used gives nothing."""
        if items is None:
            return
        if not isinstance(items, list):
            self.minor(items, path, "must be a list", "Put the entries in square brackets.")
            return
        for number, item in enumerate(items):
            found = self.part(f"{path}[{number}]", item, read)
            if found is not None:
                yield found

    def choice(self, path: str, value: Any, known: tuple[str, ...], minor: bool = False) -> str:
        """One of some words. Without it, what a `minor` word stands in can be used all the same."""
        if value is None or value in known:
            return value or ""
        message, remedy = f"{shortened(value)} is not one of {', '.join(known)}", "Leave it out if it is not known."
        if minor:
            self.minor(value, path, message, remedy)
        else:
            self.problem(path, message, remedy)
        return ""

    def date(self, path: str, value: Any, limit: bool = True) -> datetime.date | None:
        if value is None:
            return None
        try:
            day = datetime.date.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            day = None
        if day is None:
            self.problem(path, f"{shortened(value)} is not a date", "Write YYYY-MM-DD.")
        elif limit and day > self.as_of:
            self.problem(path, f"{value} lies after as_of ({self.as_of})", "Correct one of the two.")
        return day

    def time(self, path: str, value: Any) -> datetime.date | None:
        """A day, or in EDTF a month, a year, or a time before a day; a period that still runs ends on `as_of`."""
        found = period(value) if isinstance(value, str) else None
        if found is None:
            return self.date(path, value)
        if found > self.as_of and value < str(self.as_of):
            return Period.of(self.as_of, found.edtf)
        if found > self.as_of:
            self.problem(path, f"{value} lies after as_of ({self.as_of})", "Correct one of the two.")
        return found

    def moment(self, path: str, value: Any) -> tuple[datetime.date | None, datetime.time | None]:
        """The day of a value, and the time of day where one is given (ISO 8601, `2026-02-01T08:30`)."""
        if not isinstance(value, str) or "T" not in value:
            return self.time(path, value), None
        day, _, clock = value.partition("T")
        try:
            return self.time(path, day), datetime.time.fromisoformat(clock).replace(tzinfo=None)
        except ValueError:
            self.problem(path, f"{value!r} is not a time of day", "Write YYYY-MM-DDTHH:MM.")
            return None, None

    def number(self, path: str, value: Any) -> Decimal | None:
        finite = not isinstance(value, float) and isinstance(value, int | Decimal) and Decimal(value).is_finite()
        if isinstance(value, bool) or not finite:
            remedy = "Give a plain number; a sign such as < goes to comparator."
            self.problem(path, f"{shortened(value)} is not a number", remedy, reason=Reason.NOT_A_NUMBER)
            return None
        number = Decimal(value)
        if number and not SMALLEST <= number.copy_abs() < LARGEST:
            remedy = f"Give a number under {LARGEST:f}."
            self.problem(path, f"{value} is no value of a laboratory", remedy, reason=Reason.IMPOSSIBLE_VALUE)
            return None
        return number

    # -- facts

    def entry(self, list_name: str, path: str, item: Any) -> Fact | None:
        """The fact of an entry of a list of a case."""
        if not isinstance(item, dict):
            self.problem(path, "must be an object", 'Write {"concept": "..."}.')
            return None
        self.fields(path, item, ENTRY_FIELDS)
        known = STATUSES.get(list_name, PLAIN_STATUSES)
        status = Status(self.choice(f"{path}.status", item.get("status"), tuple(map(str, known))) or "present")
        dates = {name: self.date(f"{path}.{name}", item.get(name)) for name in ("date", "started", "ended")}
        if dates["started"] and dates["ended"] and dates["ended"] < dates["started"]:
            self.problem(f"{path}.ended", "lies before started", "Correct one of the two.")
        match = self.concept(f"{path}.concept", item.get("concept"), list_name)
        if match is None or not self.fits(path, match, list_name, status):
            return None
        days = (dates["date"], dates["started"], dates["ended"])
        return Fact(list_name, match.concept.name, status, *days, origin=JsonPath(path), broader=match.broader)

    def concept(self, path: str, name: Any, list_name: str) -> Match | None:
        if not isinstance(name, str) or not name.strip():
            self.problem(path, "must name a concept", "Use a label, a synonym or a code of the vocabulary.")
            return None
        if len(name) > LONGEST_NAME:
            message, remedy = f"{shortened(name)} is no name of a concept", f"Give at most {LONGEST_NAME} characters."
            self.problem(path, message, remedy, reason=Reason.UNKNOWN_NAME)
            return None
        try:
            match = self.names.find(name, list_name, suggest=self.unknown < SUGGESTED_FOR)
        except UnknownName as error:
            self.unknown += 1
            remedy = "See `warrant schema` and the vocabulary."
            self.problem(path, str(error), remedy, error.closest, Reason.UNKNOWN_NAME)
            return None
        except AmbiguousName as error:
            codes = tuple(concept.code for concept in error.concepts)
            self.problem(path, str(error), "Use its code.", codes, Reason.AMBIGUOUS)
            return None
        self.named = match.concept.name
        return match

    def fits(self, path: str, match: Match, list_name: str, status: Status) -> bool:
        concept = match.concept
        if list_name == "treatments" and concept.kind in TESTS:
            message = f"{concept.label} is a test, not a treatment"
            self.problem(f"{path}.concept", message, "Name the treatment, or put it into measurements or procedures.")
            return False
        stated = self.names.ontology.kinds[concept.kind].case_list
        if not stated or (list_name == "intents" and concept.kind is not ConceptKind.INTENT):
            self.problem(f"{path}.concept", f"{concept.label} ({concept.kind}) cannot be stated here", "Remove it.")
            return False
        if status is Status.ABSENT and not match.exact:
            message = (
                f"the name is narrower than {concept.label} or only near it, so its absence says nothing of the concept"
            )
            self.problem(f"{path}.concept", message, f"State the absence of {concept.label} itself, or leave it out.")
            return False
        return True

    # -- measurements

    def measurement(self, path: str, item: Any) -> Measurement | None:
        """The value of an entry of `measurements`, in the canonical unit too."""
        if not isinstance(item, dict):
            self.problem(path, "must be an object", 'Write {"test": "...", "value": 1, "unit": "..."}.')
            return None
        self.fields(path, item, MEASUREMENT_FIELDS)
        quantity = self.quantity(f"{path}.test", item.get("test"))
        value = self.value(f"{path}.value", item.get("value"))
        comparator = self.choice(f"{path}.comparator", item.get("comparator"), COMPARATORS)
        flag = self.choice(f"{path}.flag", item.get("flag"), tuple(FLAGS), minor=True)
        date, clock = self.moment(f"{path}.date", item.get("date"))
        unit = self.unit(f"{path}.unit", item.get("unit"), quantity)
        limits = self.aside(
            f"{path}.reference_range",
            item.get("reference_range"),
            lambda at, given: self.range(at, given, quantity, unit),
        )
        if not quantity or value is None or not unit:
            return None
        ontology, printed = self.names.ontology, FLAGS.get(flag, "")
        amount, code = to_canonical(ontology, quantity, interval(value, comparator), unit)
        if self.foreign(path, item.get("specimen"), quantity):
            return None
        if code == ontology.quantities[quantity].unit and not is_possible(ontology, quantity, amount):
            self.impossible(path, quantity, value, unit)
            return None
        if limits and code == ontology.quantities[quantity].unit and self.mistaken(path, quantity, value, unit, limits):
            return None
        origin = JsonPath(path)
        return Measurement(quantity, value, comparator, unit, amount, code, date, limits, printed, origin, clock)

    def impossible(self, path: str, quantity: str, value: Decimal, unit: str) -> None:
        """A value that no living person can have: never used, an issue, and told as unread."""
        ontology = self.names.ontology
        meant = suggested_unit(ontology, quantity, value)
        hint = f"; in {meant} it would be possible" if meant else ""
        message = f"{ontology.label(quantity)} {value} {unit} is no value of a living person{hint}: not used"
        self.issues.append(DataIssue("impossible_value", message, (quantity,), suggested_unit=meant))
        self.unread.append(Unread(f"{value} {unit}", Reason.IMPOSSIBLE_VALUE, message, JsonPath(path), quantity))

    def mistaken(self, path: str, quantity: str, value: Decimal, unit: str, limits: ReferenceRange) -> bool:
        """Whether the printed range shows that a value is in another unit: it is an issue and unread, not corrected."""
        ontology = self.names.ontology
        meant = meant_unit(ontology, quantity, limits, unit)
        if not meant:
            return False
        label = ontology.label(quantity)
        message = f"the range printed with {label} {value} {unit} is one in {meant}, not in {unit}: not used"
        self.issues.append(DataIssue("impossible_value", message, (quantity,), suggested_unit=meant))
        self.unread.append(Unread(f"{value} {unit}", Reason.IMPOSSIBLE_VALUE, message, JsonPath(path), quantity))
        return True

    def foreign(self, path: str, specimen: Any, quantity: str) -> bool:
        """Whether a value is of another specimen than blood: it is no value of the quantity, and told as unread."""
        if not isinstance(specimen, str) or fold(specimen) in self.blood:
            return False
        label = self.names.ontology.label(quantity)
        message = f"{label} of {specimen} is no value of the blood: not used"
        self.issues.append(DataIssue("other_specimen", message, (quantity,)))
        self.unread.append(Unread(specimen, Reason.OTHER_SPECIMEN, message, JsonPath(path), quantity))
        return True

    @cached_property
    def blood(self) -> frozenset[str]:
        """The names of blood and of what is made of it."""
        return frozenset(map(fold, self.names.ontology.blood))

    def quantity(self, path: str, name: Any) -> str:
        match = self.concept(path, name, "measurements")
        if match and match.concept.name not in self.names.ontology.quantities:
            message = f"{match.concept.label} has no numeric value here"
            self.problem(path, message, "State it as a finding or a result.")
            return ""
        return match.concept.name if match else ""

    def value(self, path: str, given: Any) -> Decimal | None:
        value = self.number(path, given)
        if value is not None and value < 0:
            self.problem(path, "is negative", "Correct it.", reason=Reason.IMPOSSIBLE_VALUE)
            return None
        return value

    def unit(self, path: str, unit: Any, quantity: str) -> str:
        """The unit as given if it fits the quantity; any unit fits a quantity that is not known."""
        known = units_of(self.names.ontology.quantities[quantity]) if quantity else ()
        remedy = f"Give one of: {', '.join(known)}." if known else "Give the unit that the laboratory printed."
        if not isinstance(unit, str) or not unit.strip() or len(unit) > LONGEST_NAME:
            message = "is missing" if unit is None else f"{shortened(unit)} is not a unit"
            self.problem(path, message, remedy, reason=Reason.UNIT_UNKNOWN)
            return ""
        if known and ucum(unit) not in known:
            reason = Reason.UNIT_DOES_NOT_FIT if ucum(unit) in self.units else Reason.UNIT_UNKNOWN
            self.problem(path, str(UnitMismatch(quantity, unit, known)), remedy, reason=reason)
            return ""
        return unit

    def range(self, path: str, item: Any, quantity: str, unit: str) -> ReferenceRange | None:
        if item is None:
            return None
        if not isinstance(item, dict):
            self.problem(path, "must be an object", 'Write {"low": 1, "high": 2}.')
            return None
        self.fields(path, item, ("low", "high", "unit"))
        if "unit" in item and quantity:
            # a range may be printed in another unit than its value
            unit = self.unit(f"{path}.unit", item["unit"], quantity)
        low, high = (
            None if item.get(side) is None else self.number(f"{path}.{side}", item[side]) for side in ("low", "high")
        )
        if not quantity or not unit:
            return None
        if low is not None and high is not None and (low > high or low == high == 0):
            label = self.names.ontology.label(quantity)
            message = f"{label}: the printed range {item['low']} to {item['high']} is not used"
            self.issues.append(DataIssue("reference_range", message, (quantity,)))
            return None
        low, high = (self.side(quantity, side, unit) for side in (low, high))
        return ReferenceRange(low, high) if low is not None or high is not None else None

    def side(self, quantity: str, side: Decimal | None, unit: str) -> Decimal | None:
        if side is None:
            return None
        return to_canonical(self.names.ontology, quantity, interval(side, ""), unit)[0].low


def as_text(item: Any) -> str:
    """Something that came in, as it is shown: a word as it is, anything else as JSON."""
    return item if isinstance(item, str) else json.dumps(item, ensure_ascii=False, default=_number)


def _number(value: Any) -> int | float | str:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return str(value)
