"""Populations: the answers for many patients are those of `assess`, patient by patient, and no row shifts another."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="the extra `cohort` is not at hand")

from pyarrow import parquet

from assessing import KNOWLEDGE
from kg.assess import assess
from kg.cohort.batch import Asked, Cohort, CohortAnswer, answer_of
from kg.cohort.run import CohortJob, run
from kg.cohort.stored import facts_of
from kg.commands.dispatch import main
from kg.facts.patient import PatientFacts
from kg.judges.patients import patients, targeted
from kg.judges.patients.values import around
from kg.ontology.compiled import DEFAULT_FOLDER
from kg.proof.checker import Checker, Rejected
from places import SHARED

DAY = datetime.date(2026, 2, 10)
SEXES = ("female", "male")
ALL = Asked(lists=True, missing=True)


@pytest.fixture(scope="module")
def population() -> Cohort:
    return Cohort(KNOWLEDGE.ontology, KNOWLEDGE.engine)


def differing(population: Cohort, some: tuple[PatientFacts, ...], asked: Asked) -> list[int]:
    """The numbers of the patients of whom the columns say something else than `assess`."""
    found = []
    for number, (facts, answer) in enumerate(zip(some, population.answers(some, asked), strict=True)):
        assert isinstance(answer, CohortAnswer)
        alone = answer_of(assess(KNOWLEDGE.ontology, KNOWLEDGE.engine, facts), asked)
        wanted = {name: getattr(alone, name) for name in ("outcomes", "held", "alerts", "lists", "missing")}
        if any(getattr(answer, name) != value for name, value in wanted.items()):
            found.append(number)
    return found


def test_random_patients(population: Cohort) -> None:
    some = patients(KNOWLEDGE.ontology, 60, 21)
    assert differing(population, some, Asked()) == []


def at_limits() -> tuple[PatientFacts, ...]:
    """One patient for each quantity, with a value on one of its limits, just under it or just over it."""
    ontology, found = KNOWLEDGE.ontology, []
    for number, quantity in enumerate(sorted(ontology.quantities)):
        values = around(ontology, quantity)
        entry = {"test": ontology.codes[quantity], "unit": ontology.quantities[quantity].unit}
        case = {"sex": SEXES[number % 2], "age": (17, 18, 70)[number % 3]}
        if values:
            value = values[number % len(values)]
            found.append(KNOWLEDGE.read_case({**case, "measurements": [{**entry, "value": value}]}, DAY))
    return tuple(found)


def test_values_at_limits(population: Cohort) -> None:
    some = at_limits()
    assert len(some) > 20
    assert differing(population, some, Asked()) == []


def test_missing_facts(population: Cohort) -> None:
    assert differing(population, patients(KNOWLEDGE.ontology, 12, 22), ALL) == []


@pytest.mark.long
@pytest.mark.parametrize("kind", ["random", "boundary"])
def test_two_thousand(population: Cohort, kind: str) -> None:
    if kind == "random":
        some = patients(KNOWLEDGE.ontology, 2000, datetime.date.today().toordinal())
    else:
        targets = [target.facts for target in targeted(KNOWLEDGE.ontology, KNOWLEDGE.engine)]
        people = [(sex, age) for sex in SEXES for age in (17, 70)]
        some = tuple(replace(facts, sex=sex, age=age) for facts in targets for sex, age in people)
    assert len(some) >= 2000
    assert differing(population, some, ALL) == []


@pytest.mark.long
def test_safety_cases(population: Cohort) -> None:
    path = SHARED / "dev" / "safety_cases.jsonl"
    if not path.exists():
        pytest.skip("the development safety cases are not at hand")
    cases = [json.loads(line, parse_float=Decimal)["case"] for line in path.read_text(encoding="utf-8").splitlines()]
    some = tuple(KNOWLEDGE.read_case(case, DAY, lenient=True) for case in cases)
    assert len(some) > 20
    assert differing(population, some, ALL) == []


def test_most_patients_go_by_columns(population: Cohort) -> None:
    """The exact way is for contradictions and complete lists; what is plain never goes it."""
    cases = [{"age": age, "sex": sex, "findings": [{"concept": "pancytopenia"}]} for age in (20, 70) for sex in SEXES]
    some = [KNOWLEDGE.read_case(case, DAY) for case in cases]
    assert [answer.exact for answer in population.answers(some, ALL) if isinstance(answer, CohortAnswer)] == [False] * 4


# -- a run


def lines(*cases: Any) -> str:
    return "".join((case if isinstance(case, str) else json.dumps(case)) + "\n" for case in cases)


GOOD = {"id": "a", "sex": "female", "age": 58, "measurements": [{"test": "Hb", "value": 9.8, "unit": "g/dL"}]}
NO_AGE = {"id": "b", "age": "x"}
OTHER = {"id": 7, "findings": [{"concept": "pancytopenia"}]}


def job(tmp_path: Path, text: str, name: str = "in.jsonl", **more: Any) -> CohortJob:
    source = tmp_path / name
    source.write_text(text, encoding="utf-8")
    return CohortJob(source, tmp_path / "out", DEFAULT_FOLDER, DAY, **more)


def rows(path: Path, *columns: str) -> list[Any]:
    return [tuple(row.values()) for row in parquet.read_table(path, columns=list(columns)).to_pylist()]


def test_a_bad_line_shifts_nothing(tmp_path: Path) -> None:
    wanted = job(tmp_path, lines(GOOD, NO_AGE, "no json", OTHER))
    assert [(part.patients, part.rejected) for part in run(wanted)] == [(2, 2)]
    assert rows(wanted.out / "patients", "key") == [("a",), ("7",)]
    assert rows(wanted.out / "rejected.parquet", "line", "key") == [(2, "b"), (3, "line 3")]


def test_a_stopped_run_goes_on(tmp_path: Path) -> None:
    wanted = job(tmp_path, lines(GOOD, OTHER, NO_AGE), size=1)
    first = next(iter(run(wanted)))
    (path,) = (wanted.out / "patients").iterdir()
    written = path.stat().st_mtime_ns
    assert [first, *(part.patients for part in run(wanted))][1:] == [1, 1, 0]
    assert path.stat().st_mtime_ns == written


def test_a_table_of_values(tmp_path: Path) -> None:
    """One column a fact; the row means what the case means."""
    table = "id,sex,age,Hb [g/dL],findings: pancytopenia\na,female,58,9.8,\nb,male,,,present\nc,male,,,maybe\n"
    wanted = job(tmp_path, table, "in.csv")
    list(run(wanted))
    as_lines = job(tmp_path, lines(GOOD, {**OTHER, "id": "b", "sex": "male"}))
    again = CohortJob(as_lines.source, tmp_path / "again", DEFAULT_FOLDER, DAY)
    list(run(again))
    assert parquet.read_table(wanted.out / "patients") == parquet.read_table(again.out / "patients")
    assert rows(wanted.out / "rejected.parquet", "key", "path") == [("c", "$.findings[0].status")]


def test_a_cell_is_proved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = job(tmp_path, lines(OTHER))
    assert main(["cohort", str(wanted.source), str(wanted.out), "--as-of", "2026-02-10"]) == 0
    ((steps,),) = rows(wanted.out / "patients", "steps")
    assert main(["cohort-explain", str(wanted.out), "7", steps[0], "--format", "text"]) == 0
    assert "stated finding «Pancytopenia»" in capsys.readouterr().out


@pytest.mark.long
def test_the_proof_of_a_cell_is_accepted_by_the_checker(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = job(tmp_path, lines(OTHER))
    list(run(wanted))
    ((steps,),) = rows(wanted.out / "patients", "steps")
    made = KNOWLEDGE.assess(facts_of(wanted.out, "7")).record
    given = [(item.subject, item.predicate, item.object) for item in made.assertions]
    checker = Checker(KNOWLEDGE.ontology.files)
    for step in steps:
        assert main(["cohort-explain", str(wanted.out), "7", step, "--format", "json"]) == 0
        found = json.loads(capsys.readouterr().out)
        checker.check_explanation(found, given)
        with pytest.raises(Rejected):
            checker.check_explanation(found, [])
    assert steps


@pytest.mark.long
def test_two_processes_give_the_same(tmp_path: Path) -> None:
    wanted = job(tmp_path, lines(GOOD, OTHER, NO_AGE), size=1)
    list(run(wanted))
    again = CohortJob(wanted.source, tmp_path / "again", DEFAULT_FOLDER, DAY, size=1)
    list(run(again, jobs=2))
    for name in ("patients", "rejected"):
        first, second = (sorted((one.out / name).iterdir()) for one in (wanted, again))
        assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
