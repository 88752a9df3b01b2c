"""Patients as records, and records as files: what reasoners are given."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench.world import Patient, assertions
from kg.facts.patient import PatientFacts
from kg.ontology.terms import BASE
from kg.reasoner.engine import DATA
from kg.record.record import Assertion, Leaf, Record

DAY = datetime.date(2026, 1, 1)


def record(patient: Patient) -> Record:
    """The record of a generated patient: its assertions, in the order in which records keep them."""
    return _record(patient.name, sorted(Assertion(*item) for item in assertions(patient)), ())


def _record(name: str, items: Iterable[Assertion], different: tuple[tuple[str, ...], ...]) -> Record:
    return Record(name, PatientFacts(DAY), tuple(items), different, (), (), (), ())


def save(records: Iterable[Record], path: Path) -> None:
    rows = [
        [one.patient, [[a.subject, a.predicate, a.object, a.leaf] for a in one.assertions], one.different]
        for one in records
    ]
    path.write_text(json.dumps(rows), encoding="utf-8")


def read(path: Path) -> list[Record]:
    """Only what a reasoner looks at comes back."""
    return [
        _record(name, (Assertion(s, p, o, Leaf(leaf)) for s, p, o, leaf in items), tuple(map(tuple, different)))
        for name, items, different in json.loads(path.read_text(encoding="utf-8"))
    ]


def lines(record: Record) -> Iterator[str]:
    """A record as N-Triples."""
    for s, p, o in ((item.subject, item.predicate, item.object) for item in record.assertions):
        prop = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type" if p == "type" else BASE + p
        value = f'"{o}"^^<http://www.w3.org/2001/XMLSchema#decimal>' if p in DATA else f"<{BASE}{o}>"
        yield f"<{BASE}{s}> <{prop}> {value} .\n"
