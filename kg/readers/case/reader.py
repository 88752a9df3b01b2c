"""A structured case (JSON or YAML) as facts. Every error of a case is reported at once, with its JSON path."""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import yaml

from kg.errors import CaseError, Problem
from kg.facts.origins import JsonPath
from kg.facts.patient import Fact, PatientFacts
from kg.readers.builder import FACT_LISTS, FactBuilder
from kg.vocabulary.names import Names

OLDEST: Final = 130
REPORT: Final = "report"
TOP: Final = ("as_of", "sex", "age", "measurements", *FACT_LISTS, "record", "unknown")


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
    """Reads cases against one ontology. `today` serves where a case has no `as_of`.

    A `lenient` reader, or any for a case that says `"unknown": "report"`, puts what it cannot use into `unread`.
    """

    def __init__(self, names: Names, today: datetime.date, lenient: bool = False) -> None:
        self.names, self.today, self.lenient = names, today, lenient

    def read(self, case: Any) -> PatientFacts:
        """The facts of a parsed case. Raises CaseError with all its problems."""
        return self.reading(case).facts

    def reading(self, case: Any) -> CaseReading:
        """The same, with the paths of what was used."""
        lenient = self.lenient or (isinstance(case, dict) and case.get("unknown") == REPORT)
        reading = _Reading(FactBuilder(self.names, self.today, lenient))
        facts = reading.case(case)
        if reading.builder.flaws:
            raise CaseError([flaw.problem for flaw in reading.builder.flaws])
        return CaseReading(facts.ordered(), tuple(reading.builder.used))


@dataclass(frozen=True)
class CaseReading:
    """The facts of a case, and the paths of the fields that they were made of."""

    facts: PatientFacts
    used: tuple[JsonPath, ...]


class _Reading:
    """One case being read: its lists are walked, its entries go to the builder."""

    def __init__(self, builder: FactBuilder) -> None:
        self.builder = builder

    def case(self, case: Any) -> PatientFacts:
        builder = self.builder
        if not isinstance(case, dict):
            builder.problem("$", "a case is an object", 'Start with {"sex": ..., "findings": [...]}.')
            return PatientFacts(builder.as_of)
        builder.fields("$", case, TOP)
        builder.choice("$.unknown", case.get("unknown"), (REPORT,))
        builder.as_of = builder.date("$.as_of", case.get("as_of"), limit=False) or builder.as_of
        facts = tuple(fact for name in FACT_LISTS for fact in self.entries(name, case))
        values = tuple(builder.each("$.measurements", case.get("measurements"), builder.measurement))
        return PatientFacts(
            as_of=builder.as_of,
            sex=builder.choice("$.sex", case.get("sex"), ("female", "male"), minor=True),
            age=self.age(case.get("age")),
            facts=facts,
            measurements=values,
            complete=self.complete(case.get("record")),
            issues=tuple(builder.issues),
            unread=tuple(builder.unread),
        )

    def age(self, value: Any) -> int | None:
        if value is None:
            return None
        number = isinstance(value, int | Decimal) and not isinstance(value, bool) and Decimal(value).is_finite()
        if not number or not 0 <= value <= OLDEST:
            self.builder.minor(value, "$.age", f"{value!r} is not an age", f"Give years, 0 to {OLDEST}.")
            return None
        return math.floor(Decimal(value))

    def complete(self, record: Any) -> frozenset[str]:
        if record is None:
            return frozenset()
        if not isinstance(record, dict):
            self.builder.minor(record, "$.record", "must be an object", 'Write {"complete": ["treatments"]}.')
            return frozenset()
        self.builder.fields("$.record", record, ("complete",))
        return frozenset(self.builder.each("$.record.complete", record.get("complete"), self.list_name))

    def list_name(self, path: str, name: Any) -> str | None:
        self.builder.used.append(JsonPath(path))
        return self.builder.choice(path, name, ("measurements", *FACT_LISTS)) or None

    def entries(self, name: str, case: Mapping[str, Any]) -> list[Fact]:
        read = self.builder.each(f"$.{name}", case.get(name), lambda path, item: self.builder.entry(name, path, item))
        return list(read)
