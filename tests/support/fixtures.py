"""What the fixtures of conftest.py are made of: the day of all test records, and a writer of records."""

from __future__ import annotations

import datetime
from typing import Any

from kg.ontology.compiled import Ontology
from kg.readers.case.reader import CaseReader
from kg.record.assertions import record
from kg.record.record import Record

TODAY = datetime.date(2026, 2, 10)


class Records:
    """Compiles cases written inline."""

    def __init__(self, ontology: Ontology, reader: CaseReader) -> None:
        self.ontology, self.reader = ontology, reader

    def __call__(self, name: str = "patient/case", **case: Any) -> Record:
        return record(self.ontology, self.reader.read(case), name)
