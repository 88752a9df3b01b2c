"""Shared by all tests: the loaded ontology, read once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from endpoint import Endpoint, serving
from fixtures import TODAY, Records
from kg.ontology.compiled import Ontology
from kg.readers.case.reader import CaseReader
from kg.vocabulary.names import Names

pytest_plugins = ["no_silent_skips"]


@pytest.fixture(scope="session")
def ontology() -> Ontology:
    return Ontology()


@pytest.fixture(scope="session")
def names(ontology: Ontology) -> Names:
    return Names(ontology)


@pytest.fixture(scope="session")
def reader(names: Names) -> CaseReader:
    return CaseReader(names, TODAY)


@pytest.fixture(scope="session")
def records(ontology: Ontology, reader: CaseReader) -> Records:
    return Records(ontology, reader)


@pytest.fixture(scope="session")
def endpoint() -> Iterator[Endpoint]:
    """The service as it is configured by default."""
    with serving() as found:
        yield found
