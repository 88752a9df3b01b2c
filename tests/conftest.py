"""Shared by all tests: the loaded ontology, read once."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from endpoint import Endpoint, serving

from kg.names import Names
from kg.ontology import Ontology
from kg.read_case import CaseReader
from kg.record import Record, record

TODAY = datetime.date(2026, 2, 10)


@pytest.fixture(scope="session")
def ontology() -> Ontology:
    return Ontology()


@pytest.fixture(scope="session")
def names(ontology: Ontology) -> Names:
    return Names(ontology)


@pytest.fixture(scope="session")
def reader(names: Names) -> CaseReader:
    return CaseReader(names, TODAY)


class Records:
    """Compiles cases written inline."""

    def __init__(self, ontology: Ontology, reader: CaseReader) -> None:
        self.ontology, self.reader = ontology, reader

    def __call__(self, name: str = "patient/case", **case: Any) -> Record:
        return record(self.ontology, self.reader.read(case), name)


@pytest.fixture(scope="session")
def records(ontology: Ontology, reader: CaseReader) -> Records:
    return Records(ontology, reader)


@pytest.fixture(scope="session")
def endpoint() -> Iterator[Endpoint]:
    """The service as it is configured by default."""
    with serving() as found:
        yield found
