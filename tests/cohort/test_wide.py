"""Tables with a column a fact: outcomes by whole columns are those of `assess`, and what is asked of a whole run."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="the extra `cohort` is not at hand")

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from assessing import KNOWLEDGE
from kg.assess import assess
from kg.assess.outcomes import Outcome
from kg.certificate.plain import from_plain
from kg.cohort.batch import Asked, Cohort, answer_of
from kg.cohort.report import report, retraction
from kg.cohort.rows import case_of_cells
from kg.cohort.run import CohortJob, run
from kg.cohort.synthetic import synthetic
from kg.cohort.wide import CODES, WideTable
from kg.commands.dispatch import main
from kg.explanations.retraction import retract, sources_of
from kg.facts.patient import PatientFacts
from kg.ontology.compiled import DEFAULT_FOLDER

DAY = datetime.date(2026, 2, 10)


def read(case: Any) -> PatientFacts:
    return KNOWLEDGE.read_case(case, DAY)


def facts_of_row(table: pa.Table, row: int) -> PatientFacts:
    cells = {name: table.column(name)[row].as_py() for name in table.column_names if name != "key"}
    return read(case_of_cells({name: "" if cell is None else str(cell) for name, cell in cells.items()}))


def differing(table: pa.Table, rows: range) -> list[int]:
    """The rows of which the columns say something else than `assess`."""
    names = [name for name in table.column_names if name != "key"]
    found = WideTable(Cohort(KNOWLEDGE.ontology, KNOWLEDGE.engine), read, names).outcomes(table)
    wrong = []
    for row in rows:
        alone = answer_of(assess(KNOWLEDGE.ontology, KNOWLEDGE.engine, facts_of_row(table, row)), Asked(lists=False))
        if {name: int(codes[row]) for name, codes in found.codes.items()} != {
            name: CODES[outcome] for name, outcome in alone.outcomes.items()
        }:
            wrong.append(row)
    return wrong


def test_a_made_up_hospital() -> None:
    assert differing(synthetic(KNOWLEDGE.ontology, 24, 3), range(24)) == []


@pytest.mark.long
def test_two_thousand_of_the_hospital() -> None:
    assert differing(synthetic(KNOWLEDGE.ontology, 2000, datetime.date.today().toordinal()), range(2000)) == []


def contradictory(count: int, seed: int) -> pa.Table:
    """The same hospital with a third of its statements made, present and absent as it falls."""
    random, table = np.random.default_rng(seed), synthetic(KNOWLEDGE.ontology, count, seed)
    for place, name in enumerate(table.column_names):
        if ":" in name:
            said = random.choice(np.array(["present", "absent", "unknown"]), count)
            table = table.set_column(place, name, pa.array(np.where(random.random(count) < 0.3, said, "")))
    return table


def test_statements_that_clash_give_way_by_columns() -> None:
    table = contradictory(16, 5)
    assert differing(table, range(16)) == []
    names = [name for name in table.column_names if name != "key"]
    assert not WideTable(Cohort(KNOWLEDGE.ontology, KNOWLEDGE.engine), read, names).outcomes(table).exact.any()


@pytest.mark.long
def test_a_thousand_contradictory_patients() -> None:
    assert differing(contradictory(1000, datetime.date.today().toordinal()), range(1000)) == []


def test_same_seed_same_patients() -> None:
    assert synthetic(KNOWLEDGE.ontology, 50, 3).equals(synthetic(KNOWLEDGE.ontology, 50, 3))


def test_a_state_with_other_limits_and_what_cannot_be() -> None:
    """Pregnancy switches limits off in every block; an age that is none rejects its row and no other."""
    table = pa.table(
        {
            "sex": ["female"] * 5,
            "age": [30.0, 30.0, 17.0, 200.0, 30.0],
            "findings: pregnancy": ["present", "", "absent", "", "absent"],
            "Hb [g/dL]": [10.7, 10.7, 10.7, 10.7, 0.0001],
        }
    )
    names = table.column_names
    assert differing(table, range(3)) == []
    found = WideTable(Cohort(KNOWLEDGE.ontology, KNOWLEDGE.engine), read, names).outcomes(table)
    assert list(found.rejected) == [3]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run over twelve patients who have something to warn of."""
    folder = tmp_path_factory.mktemp("cohort")
    concepts = [{"concept": "pancytopenia"}, {"concept": "breast_cancer"}]
    cases = [
        {"id": f"p{number}", "age": 40 + number, "sex": "female", "findings": concepts[: number % 2 + 1]}
        | {"treatments": [{"concept": "esa"}], "measurements": [{"test": "b12", "value": 300 * number, "unit": "ng/L"}]}
        for number in range(12)
    ]
    (folder / "in.jsonl").write_text("".join(json.dumps(case) + "\n" for case in cases), encoding="utf-8")
    job = CohortJob(folder / "in.jsonl", folder / "out", DEFAULT_FOLDER, DAY, asked=Asked(missing=True))
    assert [part.patients for part in run(job)] == [12]
    return job.out


def test_counts(answers: Path) -> None:
    found = report(KNOWLEDGE.ontology, answers)
    assert all(sum(counts.values()) == 12 for counts in found.outcomes.values())
    rows = parquet.read_table(answers / "patients", columns=["steps", "contraindications"]).to_pylist()
    assert found.steps is not None
    assert sum(found.steps.values()) == sum(len(row["steps"]) for row in rows)
    assert found.contraindicated == {
        "contraindication:esa": sum("contraindication:esa" in row["contraindications"] for row in rows)
    }
    assert found.deciding
    assert max(found.deciding.values()) <= 12


@pytest.mark.parametrize("source", ["A0", "A1", "A0-R1", "A0-39"])
def test_a_retraction_is_that_of_the_proofs(answers: Path, source: str) -> None:
    """The claims that fall are those whose proofs fall, for every patient."""
    sources = sources_of(KNOWLEDGE.ontology, source)
    fallen = {name.removeprefix("claim/") for name in sources}
    found = retraction(KNOWLEDGE.ontology, answers, [source])
    counted = dict.fromkeys(found.changed, 0)
    for row in parquet.read_table(answers / "patients", columns=["facts"]).to_pylist():
        facts = from_plain(PatientFacts, json.loads(row["facts"]))
        assessment = KNOWLEDGE.assess(facts)
        assert assessment.explainer is not None
        gone = {
            item.object.removeprefix("claim/")
            for item in retract(assessment.explainer.derivations, sources)
            if item.predicate == "claimApplies"
        }
        applied = set(assessment.outcomes.ids(Outcome.APPLICABLE))
        assert gone & applied == fallen & applied
        for name in fallen & applied & counted.keys():
            counted[name] += 1
    assert {name: some.get("applicable", 0) for name, some in found.changed.items()} == counted


def test_outcomes_of_a_table_by_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parquet.write_table(synthetic(KNOWLEDGE.ontology, 20, 4), tmp_path / "in.parquet")
    source, out = str(tmp_path / "in.parquet"), str(tmp_path / "out")
    assert main(["cohort", source, out, "--key", "key", "--outcomes", "--as-of", "2026-02-10"]) == 0
    assert parquet.read_table(Path(out) / "patients", columns=["key"]).num_rows == 20
    capsys.readouterr()
    assert main(["cohort-report", out]) == 0
    assert json.loads(capsys.readouterr().out)["patients"] == 20
    assert main(["cohort-explain", out, "3", "A0-08"]) == 2
