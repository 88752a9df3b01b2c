"""What was understood of a patient, for a page: the text in pieces, and each stated fact with what can be changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final, NamedTuple

from api.sessions.service import AssessmentSession
from kg.facts.origins import TextSpan
from kg.facts.patient import Fact, Measurement, PatientFacts, Status
from kg.facts.units import units_of
from kg.ontology.compiled import Ontology
from kg.readers.builder import PLAIN_STATUSES, STATUSES
from kg.readers.text import TextReading
from kg.render.wording import measured, stated

PERSON: Final = "person"
KINDS: Final = {Status.PRESENT: "present", Status.ABSENT: "absent"}


class MarkedPiece(NamedTuple):
    """A stretch of a text: what it was taken for (empty if for nothing) and the anchor of what came of it."""

    text: str
    kind: str = ""
    target: str = ""


@dataclass(frozen=True)
class MarkedEntry:
    """A stated fact as a page shows it. `key` names it in a form; `origin` is `text`, `case` or `added`."""

    key: str
    said: str
    name: str
    status: str
    origin: str
    fact: Fact | None = None
    value: Measurement | None = None
    choices: tuple[str, ...] = ()

    @property
    def corrected_from(self) -> str:
        """The spelling in the text, where another one was read."""
        stated = self.fact or self.value
        return stated.corrected_from if stated else ""


def entries(session: AssessmentSession) -> tuple[MarkedEntry, ...]:
    """Every fact and value of an assessment, in the canonical order of its facts."""
    facts, ontology = session.plain.record.facts, session.plain.ontology
    values = (
        MarkedEntry(
            key=f"m{number}",
            said=measured(ontology, item),
            name=ontology.label(item.quantity),
            status="value",
            origin=_origin(session, item),
            value=item,
            choices=units_of(ontology.quantities[item.quantity]),
        )
        for number, item in enumerate(facts.measurements)
    )
    others = (
        MarkedEntry(
            key=f"f{number}",
            said=stated(ontology, fact),
            name=ontology.label(fact.concept),
            status=str(fact.status),
            origin=_origin(session, fact),
            fact=fact,
            choices=tuple(map(str, STATUSES.get(fact.list, PLAIN_STATUSES))),
        )
        for number, fact in enumerate(facts.facts)
    )
    return (*values, *others)


def _origin(session: AssessmentSession, item: Fact | Measurement) -> str:
    if isinstance(item.origin, TextSpan):
        return "text"
    return "case" if session.reading is None and item.origin else "added"


def stated_by(facts: PatientFacts, key: str) -> Fact | Measurement | None:
    """The fact or value that a key names."""
    kind, number = key[:1], key[1:]
    rows: tuple[Fact | Measurement, ...] = facts.facts if kind == "f" else facts.measurements if kind == "m" else ()
    return rows[int(number)] if number.isdecimal() and int(number) < len(rows) else None


def texts(ontology: Ontology, facts: PatientFacts) -> tuple[str, ...]:
    """Everything that is stated, in words, with its status."""
    who = [facts.sex] if facts.sex else []
    who += [f"age {facts.age}"] if facts.age is not None else []
    values = [measured(ontology, item) for item in facts.measurements]
    others = [f"{stated(ontology, fact)}: {fact.status}" for fact in facts.facts]
    complete = [f"the record is complete in {name}" for name in sorted(facts.complete)]
    return (f"as of {facts.as_of}", *who, *values, *others, *complete)


def pieces(session: AssessmentSession) -> tuple[MarkedPiece, ...]:
    """The text that an assessment was read from, in pieces; nothing for a case."""
    reading = session.reading
    if reading is None:
        return ()
    spans = list(_spans(reading, session.plain.record.facts))
    edges = sorted({0, len(reading.text), *(edge for start, end, _ in spans for edge in (start, end))})
    owners = [
        (start, end, next((piece for first, last, piece in spans if first <= start and end <= last), MarkedPiece("")))
        for start, end in pairwise(edges)
    ]
    runs = (list(run) for _, run in groupby(owners, key=lambda row: row[2]))
    return tuple(run[0][2]._replace(text=reading.text[run[0][0] : run[-1][1]]) for run in runs)


def _spans(reading: TextReading, facts: PatientFacts) -> Iterator[tuple[int, int, MarkedPiece]]:
    """Spans with what they were taken for; where two overlap, the first one counts."""
    for number, item in enumerate(facts.measurements):
        if isinstance(item.origin, TextSpan):
            yield item.origin.start, item.origin.end, MarkedPiece("", "present", f"m{number}")
    for number, fact in enumerate(facts.facts):
        if isinstance(fact.origin, TextSpan):
            yield fact.origin.start, fact.origin.end, MarkedPiece("", KINDS.get(fact.status, "open"), f"f{number}")
    for path, span in reading.origins.items():
        if path in ("$.sex", "$.age"):
            yield span.start, span.end, MarkedPiece("", "present", PERSON)
    now = {*facts.facts, *facts.measurements}
    before: tuple[Fact | Measurement, ...] = (*reading.facts.measurements, *reading.facts.facts)
    for gone in before:
        if isinstance(gone.origin, TextSpan) and gone not in now:
            yield gone.origin.start, gone.origin.end, MarkedPiece("", "gone")
    for number, unread in enumerate(reading.not_understood):
        yield unread.start, unread.end, MarkedPiece("", "unread", f"u{number}")
