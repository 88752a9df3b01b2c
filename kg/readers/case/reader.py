"""A structured case (JSON or YAML) as facts. Every error of a case is reported at once, with its JSON path."""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeVar

import yaml
from rapidfuzz.distance import Levenshtein

from kg.errors import CaseError, Problem
from kg.facts.patient import DataIssue, Fact, Measurement, Origin, PatientFacts, ReferenceRange, Status
from kg.facts.time import Period, period
from kg.facts.units import UnitMismatch, interval, to_canonical, ucum, units_of
from kg.ontology.kinds import ConceptKind
from kg.vocabulary.names import KINDS_OF_LIST, AmbiguousName, Match, Names, UnknownName

FACT_LISTS: Final = tuple(name for name in KINDS_OF_LIST if name != "measurements")
COMPARATORS: Final = ("<", "<=", ">", ">=", "~", "=")
FLAGS: Final[Mapping[str, str]] = {"L": "L", "LL": "L", "N": "N", "H": "H", "HH": "H"}
OLDEST: Final = 130
SMALLEST, LARGEST = Decimal("1e-12"), Decimal("1e15")
TOP: Final = ("as_of", "sex", "age", "measurements", *FACT_LISTS, "record")
ENTRY_FIELDS: Final = ("concept", "status", "date", "started", "ended")
MEASUREMENT_FIELDS: Final = ("test", "value", "comparator", "unit", "date", "reference_range", "flag")
STATUSES: Final[Mapping[str, tuple[Status, ...]]] = {
    "diagnoses": (Status.PRESENT, Status.ABSENT, Status.UNKNOWN, Status.SUSPECTED),
    "results": (Status.PRESENT, Status.ABSENT, Status.UNKNOWN, Status.PENDING),
}
PLAIN_STATUSES: Final = (Status.PRESENT, Status.ABSENT, Status.UNKNOWN)
TESTS: Final = (ConceptKind.ANALYTE, ConceptKind.PROCEDURE, ConceptKind.RESULT)
T = TypeVar("T")


class _DecimalLoader(yaml.SafeLoader):
    """YAML in which a number with a point is a decimal and a date stays text."""


def _decimal_node(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Decimal | str:
    text = loader.construct_scalar(node)
    try:
        return Decimal(text.replace("_", ""))
    except InvalidOperation:
        return text


def _text_node(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


def _mapping_node(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise yaml.constructor.ConstructorError(None, None, f"{key!r} is no field name", key_node.start_mark)
        if key in found:
            message = f"the field {key!r} stands twice in one object"
            raise yaml.constructor.ConstructorError(None, None, message, key_node.start_mark)
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_DecimalLoader.add_constructor("tag:yaml.org,2002:map", _mapping_node)
_DecimalLoader.add_constructor("tag:yaml.org,2002:float", _decimal_node)
_DecimalLoader.add_constructor("tag:yaml.org,2002:timestamp", _text_node)


def parse_json(text: str) -> Any:
    """JSON with decimals for numbers. Raises CaseError with line and column."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_no_repeats)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise CaseError([Problem(where, f"is not JSON: {error.msg}", "Mend the syntax first.")]) from error
    except ValueError as error:
        raise CaseError([Problem("$", str(error), "Mend the syntax first.")]) from error
    except RecursionError as error:
        raise CaseError([Problem("$", "is nested too deeply", "A case is one object with lists.")]) from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"the field {twice[0]!r} stands twice in one object")
    return dict(pairs)


def parse_yaml(text: str) -> Any:
    """YAML with decimals for numbers. Raises CaseError with line and column."""
    try:
        return yaml.load(text, Loader=_DecimalLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "$"
        raise CaseError(
            [Problem(where, f"is not YAML: {getattr(error, 'problem', error)}", "Mend the syntax first.")]
        ) from error
    except RecursionError as error:
        raise CaseError([Problem("$", "is nested too deeply", "A case is one object with lists.")]) from error


class CaseReader:
    """Reads cases against one ontology. `today` serves where a case has no `as_of`."""

    def __init__(self, names: Names, today: datetime.date) -> None:
        self.names, self.today = names, today

    def read(self, case: Any) -> PatientFacts:
        """The facts of a parsed case. Raises CaseError with all its problems."""
        reading = _Reading(self.names, self.today)
        facts = reading.case(case)
        if reading.problems:
            raise CaseError(reading.problems)
        return facts.ordered()


class _Reading:
    """One case being read: problems and data issues gather here."""

    def __init__(self, names: Names, today: datetime.date) -> None:
        self.names, self.today = names, today
        self.problems: list[Problem] = []
        self.issues: list[DataIssue] = []
        self.as_of = today

    def problem(self, path: str, message: str, remedy: str = "", suggestions: tuple[str, ...] = ()) -> None:
        self.problems.append(Problem(path, message, remedy, suggestions))

    def case(self, case: Any) -> PatientFacts:
        if not isinstance(case, dict):
            self.problem("$", "a case is an object", 'Start with {"sex": ..., "findings": [...]}.')
            return PatientFacts(self.today)
        self.fields("$", case, TOP)
        self.as_of = self.date("$.as_of", case.get("as_of"), limit=False) or self.today
        facts = tuple(fact for name in FACT_LISTS for fact in self.entries(name, case))
        values = tuple(
            value for value in self.each("$.measurements", case.get("measurements"), self.measurement) if value
        )
        return PatientFacts(
            as_of=self.as_of,
            sex=self.choice("$.sex", case.get("sex"), ("female", "male")),
            age=self.age(case.get("age")),
            facts=facts,
            measurements=values,
            complete=self.complete(case.get("record")),
            issues=tuple(self.issues),
        )

    # -- plain values

    def fields(self, path: str, item: Mapping[Any, Any], known: tuple[str, ...]) -> None:
        for name in item:
            if name not in known:
                close = tuple(sorted(known, key=lambda other: _distance(str(name), other))[:1])
                self.problem(f"{path}.{name}", "unknown field", f"Known are: {', '.join(known)}.", close)

    def each(self, path: str, items: Any, read: Callable[[str, Any], T]) -> Iterator[T]:
        if items is None:
            return
        if not isinstance(items, list):
            self.problem(path, "must be a list", "Put the entries in square brackets.")
            return
        for number, item in enumerate(items):
            yield read(f"{path}[{number}]", item)

    def choice(self, path: str, value: Any, known: tuple[str, ...]) -> str:
        if value is None or value in known:
            return value or ""
        self.problem(path, f"{value!r} is not one of {', '.join(known)}", "Leave it out if it is not known.")
        return ""

    def age(self, value: Any) -> int | None:
        if value is None:
            return None
        number = isinstance(value, int | Decimal) and not isinstance(value, bool) and Decimal(value).is_finite()
        if not number or not 0 <= value <= OLDEST:
            self.problem("$.age", f"{value!r} is not an age", f"Give years, 0 to {OLDEST}.")
            return None
        return math.floor(Decimal(value))

    def date(self, path: str, value: Any, limit: bool = True) -> datetime.date | None:
        if value is None:
            return None
        try:
            day = datetime.date.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            day = None
        if day is None:
            self.problem(path, f"{value!r} is not a date", "Write YYYY-MM-DD.")
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

    def number(self, path: str, value: Any) -> Decimal | None:
        finite = not isinstance(value, float) and isinstance(value, int | Decimal) and Decimal(value).is_finite()
        if isinstance(value, bool) or not finite:
            self.problem(
                path, f"{value!r} is not a number", "Give a plain number; a sign such as < goes to comparator."
            )
            return None
        number = Decimal(value)
        if number and not SMALLEST <= number.copy_abs() < LARGEST:
            self.problem(path, f"{value} is no value of a laboratory", f"Give a number under {LARGEST:f}.")
            return None
        return number

    def complete(self, record: Any) -> frozenset[str]:
        if record is None:
            return frozenset()
        if not isinstance(record, dict):
            self.problem("$.record", "must be an object", 'Write {"complete": ["treatments"]}.')
            return frozenset()
        self.fields("$.record", record, ("complete",))
        known = ("measurements", *FACT_LISTS)
        names = self.each(
            "$.record.complete", record.get("complete"), lambda path, name: self.choice(path, name, known)
        )
        return frozenset(filter(None, names))

    # -- facts

    def entries(self, name: str, case: Mapping[str, Any]) -> list[Fact]:
        read = self.each(f"$.{name}", case.get(name), lambda path, item: self.entry(name, path, item))
        return [fact for fact in read if fact]

    def entry(self, list_name: str, path: str, item: Any) -> Fact | None:
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
        return Fact(list_name, match.concept.name, status, **dates, origin=Origin(path))

    def concept(self, path: str, name: Any, list_name: str) -> Match | None:
        if not isinstance(name, str) or not name.strip():
            self.problem(path, "must name a concept", "Use a label, a synonym or a code of the vocabulary.")
            return None
        try:
            return self.names.find(name, list_name)
        except UnknownName as error:
            self.problem(path, str(error), "See `warrant schema` and the vocabulary.", error.closest)
        except AmbiguousName as error:
            self.problem(path, str(error), "Use its code.", tuple(concept.code for concept in error.concepts))
        return None

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
        if not isinstance(item, dict):
            self.problem(path, "must be an object", 'Write {"test": "...", "value": 1, "unit": "..."}.')
            return None
        self.fields(path, item, MEASUREMENT_FIELDS)
        quantity = self.quantity(f"{path}.test", item.get("test"))
        value = self.value(f"{path}.value", item.get("value"))
        comparator = self.choice(f"{path}.comparator", item.get("comparator"), COMPARATORS)
        flag = self.choice(f"{path}.flag", item.get("flag"), tuple(FLAGS))
        date = self.time(f"{path}.date", item.get("date"))
        unit = self.unit(f"{path}.unit", item.get("unit"), quantity)
        limits = self.range(f"{path}.reference_range", item.get("reference_range"), quantity, unit)
        if not quantity or value is None or not unit:
            return None
        amount, code = to_canonical(self.names.ontology, quantity, interval(value, comparator), unit)
        origin = Origin(path)
        return Measurement(quantity, value, comparator, unit, amount, code, date, limits, FLAGS.get(flag, ""), origin)

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
            self.problem(path, "is negative", "Correct it.")
            return None
        return value

    def unit(self, path: str, unit: Any, quantity: str) -> str:
        """The unit as given if it fits the quantity; any unit fits a quantity that is not known."""
        known = units_of(self.names.ontology.quantities[quantity]) if quantity else ()
        remedy = f"Give one of: {', '.join(known)}." if known else "Give the unit that the laboratory printed."
        if not isinstance(unit, str) or not unit.strip():
            self.problem(path, "is missing" if unit is None else f"{unit!r} is not a unit", remedy)
            return ""
        if known and ucum(unit) not in known:
            self.problem(path, str(UnitMismatch(quantity, unit, known)), remedy)
            return ""
        return unit

    def range(self, path: str, item: Any, quantity: str, unit: str) -> ReferenceRange | None:
        if item is None:
            return None
        if not isinstance(item, dict):
            self.problem(path, "must be an object", 'Write {"low": 1, "high": 2}.')
            return None
        self.fields(path, item, ("low", "high"))
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


def _distance(a: str, b: str) -> int:
    return Levenshtein.distance(a, b)
