"""The mappings as sssom-py reads and validates them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from kg.ontology.compiled import DEFAULT_FOLDER
from python_tool import tool_python

REPORT = Path(__file__).parent / "sssom_report.py"
TABLE = DEFAULT_FOLDER / "mappings.sssom.tsv"


def report(table: Path) -> dict[str, Any]:
    run = subprocess.run([tool_python("sssom"), REPORT, table], capture_output=True, text=True, check=True, timeout=300)
    found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return found


@pytest.mark.long
def test_sssom_py_reads_every_mapping_and_finds_no_fault(tmp_path: Path) -> None:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if not line.startswith("#")]
    found = report(TABLE)
    assert found["rows"] == len(rows) - 1 >= 250
    assert found["checks"]
    assert found["faults"] == []
    # a table that is wrong has faults: a prefix that nothing declares
    wrong = tmp_path / "wrong.sssom.tsv"
    wrong.write_text("\n".join(line for line in lines if not line.startswith("#  LOINC:")), encoding="utf-8")
    assert report(wrong)["faults"]
