"""Facts from records of a system: rows of a table or entries of a document, each used or reported with its place."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final, TypeVar

from kg.facts.origins import Origin
from kg.facts.patient import Fact, Measurement, PatientFacts, Reason, Unread
from kg.ontology.kinds import ConceptKind
from kg.readers.builder import FactBuilder
from kg.readers.protocol import Coverage, ReadResult
from kg.vocabulary.names import AmbiguousName, Names, UnknownName, fold

T = TypeVar("T", Fact, Measurement)
# a number in words: its sign, digits with a point, a unit
WRITTEN: Final = re.compile(r"(?P<sign><=|>=|<|>|~|=)?\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>\D\S*(?:\s\S+)?)?")
OUTSIDE: Final = "the articles do not speak of it"
UNKNOWN_NAME: Final = "is no name or code of the vocabulary"
RESULTS: Final = (ConceptKind.RESULT, ConceptKind.PROCEDURE, ConceptKind.ANALYTE)


@dataclass(frozen=True)
class RecordTerm:
    """What a record calls something: codes with the prefix of their system, then names in words."""

    codes: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def shown(self) -> str:
        """The name that a person reads, a code where there is none."""
        return next(filter(None, (*self.words, *self.codes)), "")


class RecordIntake:
    """Facts in the making, from a lenient builder. Each record is either in `used` or in `unread`."""

    def __init__(self, builder: FactBuilder) -> None:
        self.builder = builder
        self.facts: list[Fact] = []
        self.measurements: list[Measurement] = []
        self.used: list[Origin] = []

    @property
    def names(self) -> Names:
        return self.builder.names

    @property
    def as_of(self) -> datetime.date:
        return self.builder.as_of

    @property
    def unread(self) -> list[Unread]:
        return self.builder.unread

    def reject(self, origin: Origin, text: str, reason: Reason, message: str, concept: str = "") -> None:
        """Something that was not used."""
        self.unread.append(Unread(text or "record", reason, message, origin, concept, aside=True))

    def name(self, origin: Origin, term: RecordTerm, list_name: str) -> str:
        """The first name of a record that the vocabulary has; a term without one is reported, and gives nothing."""
        for name in filter(None, (*term.codes, *term.words)):
            try:
                self.names.find(name, list_name, suggest=False)
            except UnknownName:
                continue
            except AmbiguousName as error:
                self.reject(origin, term.shown, Reason.AMBIGUOUS, str(error))
                return ""
            return name
        if not term.shown:
            self.reject(origin, "", Reason.UNSUPPORTED, "names nothing: it has no code and no text")
        elif term.codes:
            self.reject(origin, term.shown, Reason.OUTSIDE_ARTICLES, f"{term.shown}: {OUTSIDE}")
        else:
            self.reject(origin, term.shown, Reason.UNKNOWN_NAME, f"{term.shown}: {UNKNOWN_NAME}")
        return ""

    def value(self, origin: Origin, term: RecordTerm, entry: Mapping[str, Any]) -> None:
        """A value: `entry` is one of `measurements` without its test."""
        if name := self.name(origin, term, "measurements"):
            given = {"test": name} | {key: value for key, value in entry.items() if value not in (None, "", {})}
            said = (term.shown, given.get("comparator"), given.get("value"), given.get("unit"))
            self.measurement(origin, given, " ".join(str(part) for part in said if part is not None))

    def answer(self, origin: Origin, term: RecordTerm, answers: Mapping[str, str], said: str, date: str) -> None:
        """A result in words: present, absent or pending, as a table of answers says."""
        status = answers.get(fold(said), "")
        if not status:
            message = "has a value that is neither a number nor yes or no"
            self.reject(origin, f"{term.shown} {said}".strip(), Reason.NOT_A_NUMBER, message)
            return
        if name := self.name(origin, term, "results"):
            kind = self.names.find(name, "results", suggest=False).concept.kind
            list_name = "results" if status == "pending" or kind in RESULTS else "findings"
            self.entry(origin, list_name, {"concept": name, "status": status, "date": date}, term.shown)

    def fact(self, origin: Origin, term: RecordTerm, list_name: str, status: str = "present", **dates: str) -> None:
        """The fact that a record states in a list of a case."""
        if name := self.name(origin, term, list_name):
            self.entry(origin, list_name, {"concept": name, "status": status, **dates}, term.shown)

    def entry(self, origin: Origin, list_name: str, entry: Mapping[str, Any], text: str) -> None:
        """The fact of an entry of a case."""
        given = {key: value for key, value in entry.items() if value}
        found = self._part(origin, text, lambda path: self.builder.entry(list_name, path, given))
        if found is not None:
            self.facts.append(found)

    def measurement(self, origin: Origin, entry: Mapping[str, Any], text: str) -> None:
        """The value of an entry of `measurements`."""
        found = self._part(origin, text, lambda path: self.builder.measurement(path, entry))
        if found is not None:
            self.measurements.append(found)

    def _part(self, origin: Origin, text: str, read: Callable[[str], T | None]) -> T | None:
        builder = self.builder
        before, used = len(builder.unread), len(builder.used)
        found = builder.part("$", text, lambda path, _: read(path))
        # the builder counts fields of a case; here the place is that of the record
        del builder.used[used:]
        builder.unread[before:] = [replace(item, origin=origin, aside=True) for item in builder.unread[before:]]
        if found is None:
            return None
        self.used.append(origin)
        return replace(found, origin=origin)

    def result(
        self, sex: str = "", age: int | None = None, complete: Iterable[str] = (), silent: Iterable[Origin] = ()
    ) -> ReadResult:
        """Everything that was read."""
        facts = PatientFacts(
            as_of=self.as_of,
            sex=sex,
            age=age,
            facts=tuple(self.facts),
            measurements=tuple(self.measurements),
            complete=frozenset(complete),
            issues=tuple(self.builder.issues),
            unread=tuple(self.unread),
        ).ordered()
        unread = tuple(dict.fromkeys(item.origin for item in facts.unread if item.origin))
        return ReadResult(facts, facts.unread, (), Coverage(tuple(self.used), unread, tuple(silent)))


def written_value(text: str) -> dict[str, Any] | None:
    """Value, comparator and unit of a number in words, nothing where it is none.

    >>> written_value("<0.1 mg/L")
    {'value': Decimal('0.1'), 'comparator': '<', 'unit': 'mg/L'}
    """
    found = WRITTEN.fullmatch(text.strip())
    if found is None:
        return None
    parts = {"value": Decimal(found["number"]), "comparator": found["sign"], "unit": found["unit"]}
    return {name: part for name, part in parts.items() if part is not None}
