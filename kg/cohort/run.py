"""A run over an input: partitions of rows to partitions of answers, in one or more processes."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kg.certificate.plain import to_plain
from kg.cohort.batch import Asked, Cohort, CohortAnswer
from kg.cohort.row import FHIR_FORMAT, OMOP_FORMAT, Row
from kg.cohort.rows import is_wide, keys_of, partitions, rows, tables
from kg.cohort.tables import Answered, RejectedRow, collect_rejected, rows_in, write, write_outcomes, write_rejected
from kg.cohort.wide import WideTable
from kg.errors import InputError, Problem
from kg.facts.patient import PatientFacts
from kg.ontology.compiled import Ontology
from kg.readers.case.reader import CaseReader
from kg.readers.fhir.format import FHIR, FhirFormat
from kg.readers.omop import OMOP, OmopFormat
from kg.readers.protocol import Context
from kg.reasoner.engine import Engine
from kg.reasoner.rule_cache import cached_rules
from kg.vocabulary.names import Names

if TYPE_CHECKING:
    import pyarrow as pa

PATIENTS, REJECTED, MANIFEST = "patients", "rejected", "run.json"
_SYSTEMS: Final[Mapping[str, FhirFormat | OmopFormat]] = {FHIR_FORMAT: FHIR, OMOP_FORMAT: OMOP}
WAITING: Final = 2
"""Partitions read ahead for each process."""


@dataclass(frozen=True)
class CohortJob:
    """What a run is: the input and how it is read, and what is asked. The same job is taken up where it stopped."""

    source: Path
    out: Path
    ontology: Path
    as_of: datetime.date
    key: str = "id"
    lenient: bool = False
    size: int = 10_000
    asked: Asked = field(default_factory=Asked)

    @property
    def by_columns(self) -> bool:
        """Whether whole columns are reasoned at once: outcomes alone, of a table with a column a fact."""
        plain = not self.asked.lists and not self.asked.missing and not self.lenient
        return plain and self.source.suffix == ".parquet" and is_wide(self.source)


@dataclass(frozen=True)
class PartDone:
    """A partition that is written: its number and how many patients it holds, or how many rows were rejected."""

    number: int
    patients: int
    rejected: int


def run(job: CohortJob, jobs: int = 1) -> Iterator[PartDone]:
    """Answer for every row. Partitions that are there from before are left. Raises InputError for another job's OUT."""
    _open(job)
    yield from _parts(job, jobs)
    collect_rejected(job.out / REJECTED, job.out / f"{REJECTED}.parquet")


def _parts(job: CohortJob, jobs: int) -> Iterator[PartDone]:
    if job.by_columns:
        yield from (answer_table(job, number, table) for number, table in enumerate(tables(job.source, job.size)))
        return
    parts = enumerate(partitions(rows(job.source, job.key), job.size))
    if jobs == 1:
        yield from (answer_part(job, number, part) for number, part in parts)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        waiting: set[Future[PartDone]] = set()
        for number, part in parts:
            waiting.add(pool.submit(answer_part, job, number, part))
            while len(waiting) >= WAITING * jobs:
                finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (one.result() for one in finished)
        yield from (one.result() for one in wait(waiting).done)


# -- one partition


def answer_part(job: CohortJob, number: int, part: Sequence[Row]) -> PartDone:
    """Write the answers of a partition, and what was rejected of it, unless both are there."""
    answers, wrong = (job.out / folder / f"part-{number:06}.parquet" for folder in (PATIENTS, REJECTED))
    if answers.exists() and wrong.exists():
        return PartDone(number, *(rows_in(path) for path in (answers, wrong)))
    population = _population(job.ontology)
    rejected: list[RejectedRow] = []
    read = [(row, facts) for row in part if (facts := _facts(job, row, rejected)) is not None]
    found = population.answers([facts for _, facts in read], job.asked)
    rows_out = []
    for (row, facts), answer in zip(read, found, strict=True):
        if isinstance(answer, CohortAnswer):
            rows_out.append(Answered(row.key, json.dumps(to_plain(facts), ensure_ascii=False), answer))
        else:
            rejected += _problems(row, answer.problems)
    write_rejected(wrong, sorted(rejected, key=lambda one: one.line))
    write(answers, population.ontology, rows_out)
    return PartDone(number, len(rows_out), len(rejected))


def answer_table(job: CohortJob, number: int, table: pa.Table) -> PartDone:
    """The same for a part of a table with a column a fact: outcomes by whole columns."""
    answers, wrong = (job.out / folder / f"part-{number:06}.parquet" for folder in (PATIENTS, REJECTED))
    if answers.exists() and wrong.exists():
        return PartDone(number, *(rows_in(path) for path in (answers, wrong)))
    first = number * job.size + 1
    names = tuple(name for name in table.column_names if name != job.key)
    found = _wide(job, names).outcomes(table)
    keys = keys_of(table, job.key, first)
    rejected = [
        one
        for row, error in found.rejected.items()
        for one in _problems(Row(first + row, keys[row], None), error.problems)
    ]
    write_rejected(wrong, rejected)
    write_outcomes(answers, keys, found)
    return PartDone(number, table.num_rows - len(found.rejected), len(rejected))


@lru_cache(maxsize=1)
def _wide(job: CohortJob, names: tuple[str, ...]) -> WideTable:
    return WideTable(_population(job.ontology), CaseReader(_names(job.ontology), job.as_of).read, names)


@lru_cache(maxsize=1)
def _population(folder: Path) -> Cohort:
    """Loaded with the first partition of a process and kept for the next ones."""
    ontology = Ontology(folder)
    return Cohort(ontology, Engine(ontology, cached_rules(ontology)))


def _facts(job: CohortJob, row: Row, rejected: list[RejectedRow]) -> PatientFacts | None:
    """The facts of a row; None for one that is rejected, whose problems are noted."""
    if row.case is None:
        rejected += _problems(row, row.problems)
        return None
    names = _names(job.ontology)
    try:
        match row.format:
            case "":
                return CaseReader(names, job.as_of, job.lenient).read(row.case)
            case name:
                return _SYSTEMS[name].parsed(row.case, Context(names, job.as_of, as_of=job.as_of)).facts
    except InputError as error:
        rejected += _problems(row, error.problems)
        return None


@lru_cache(maxsize=1)
def _names(folder: Path) -> Names:
    return Names(_population(folder).ontology)


def _problems(row: Row, problems: Sequence[Problem]) -> list[RejectedRow]:
    return [RejectedRow(row.line, row.key, one.where, f"{one.message}. {one.remedy}".strip()) for one in problems]


def _open(job: CohortJob) -> None:
    """Marks OUT as this job's. Raises InputError where it is another one's."""
    files = sorted(job.source.iterdir()) if job.source.is_dir() else [job.source]
    seen = [[file.name, file.stat().st_size, file.stat().st_mtime_ns] for file in files]
    marks = [job.key, str(job.as_of), job.lenient, job.size, job.asked.lists, job.asked.missing]
    said = json.dumps([*marks, seen, _population(job.ontology).ontology.digest])
    mark = hashlib.sha256(said.encode()).hexdigest()
    path = job.out / MANIFEST
    if path.exists() and json.loads(path.read_text(encoding="utf-8"))["job"] != mark:
        remedy = "Name another folder, or remove this one."
        raise InputError([Problem(str(job.out), "holds answers of another input, day, ontology or options", remedy)])
    job.out.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"job": mark, "as_of": str(job.as_of), "source": job.source.name}), encoding="utf-8")
