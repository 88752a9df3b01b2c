"""`warrant read`: the reading of a text, its stages, and its cues."""

from __future__ import annotations

import json

import pytest

from kg.commands.dispatch import main
from kg.readers.text.medspacy import from_medspacy
from kg.readers.text.pipeline import PIPELINE

TEXT = "62F, Hb 9.8 g/dL, no fever, ?MDS, xerostomia"


def test_a_reading_says_what_was_used_and_what_was_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", TEXT, "--as-of", "2026-02-10"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["case"]["measurements"] == [{"test": "hemoglobin", "value": 9.8, "unit": "g/dL"}]
    assert data["case"]["diagnoses"] == [{"concept": "mds", "status": "suspected"}]
    start, end = data["spans"]["$.findings[0]"]
    assert TEXT[start:end] == "fever"


def test_a_trace_names_every_stage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", TEXT, "--trace"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line in {c.name for c in PIPELINE.components}] == [
        component.name for component in PIPELINE.components
    ]


def test_a_trace_gives_each_name_its_assertion(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", "No fever. Family history of myeloma. Previous MDS.", "--trace"]) == 0
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert "'fever' negated present certain patient (neg)" in lines
    assert "'myeloma' affirmed present certain relative (family)" in lines
    assert "'mds' affirmed past certain patient (history)" in lines


def test_the_cues_are_written_in_medspacys_form(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", "--cues"]) == 0
    assert len(from_medspacy(capsys.readouterr().out)) > 800
