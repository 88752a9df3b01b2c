"""Generated patients as records, which is what reasoners are given."""

from __future__ import annotations

import datetime

from bench.world import Patient, assertions
from kg.facts import PatientFacts
from kg.record import Assertion, Record

DAY = datetime.date(2026, 1, 1)


def record(patient: Patient) -> Record:
    """The record of a generated patient: its assertions, in the order in which records keep them."""
    items = tuple(sorted(Assertion(*item) for item in assertions(patient)))
    return Record(patient.name, PatientFacts(DAY), items, (), (), (), (), ())
