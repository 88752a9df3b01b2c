"""The mappings as sssom-py reads and validates them, where it is installed."""

from __future__ import annotations

import pytest

from kg.ontology.compiled import DEFAULT_FOLDER

parsers = pytest.importorskip("sssom.parsers", reason="sssom-py is not at hand")
validators = pytest.importorskip("sssom.validators", reason="sssom-py is not at hand")


def test_sssom_py_reads_every_mapping_and_finds_no_fault() -> None:
    path = DEFAULT_FOLDER / "mappings.sssom.tsv"
    rows = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    found = parsers.parse_sssom_table(path)
    assert len(found.df) == len(rows) - 1 >= 250
    results = validators.validate(found, fail_on_error=False)
    assert results
    assert [fault.message for report in results.values() for fault in report.results] == []
