"""`warrant cohort` and `warrant cohort-explain`: the answers for many patients, and the proof of any of them."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from tqdm import tqdm

from kg.commands.common import DONE, WRONG, command, day_argument, day_of, format_argument
from kg.commands.explain import print_explanation, question_arguments
from kg.knowledge import Knowledge

BY_COLUMNS: Final = 131_072
"""Rows that are reasoned at once by whole columns: more need more memory, fewer more time."""


def add(commands: Any) -> None:
    """Declare the commands."""
    example = "warrant cohort patients.jsonl answers --jobs 2"
    found = command(commands, "cohort", run_cohort, "the answers for many patients, as Parquet", example)
    found.add_argument(
        "source",
        type=Path,
        help="a .jsonl, .csv or .parquet file, one patient a row; a folder of FHIR Bulk Data or OMOP",
    )
    found.add_argument("out", type=Path, help="a folder; a run that was stopped goes on where it was")
    found.add_argument("--key", default="id", metavar="FIELD", help="the field with the patient's own key")
    found.add_argument("--engine", choices=["local"], default="local", help="where it is computed")
    found.add_argument("--jobs", type=int, default=1, metavar="N", help="processes")
    found.add_argument(
        "--partition", type=int, metavar="N", help="patients a file of answers; 10,000, or 131,072 by columns"
    )
    found.add_argument("--outcomes", action="store_true", help="outcomes of claims alone: no alerts and no lists")
    found.add_argument("--missing", action="store_true", help="also the facts that would decide each open claim")
    found.add_argument("--lenient", action="store_true", help="report what cannot be used, and answer for the rest")
    day_argument(found)
    example = "warrant cohort-report answers --retract A0-R1"
    found = command(commands, "cohort-report", run_report, "what the answers of a run say together", example)
    found.add_argument("out", type=Path, help="the folder of a run")
    found.add_argument("--retract", metavar="SOURCES", help="who changes without A0-39, A0:12-34, A0[1], A0-R11 or A0")
    example = "warrant cohort-explain answers 4711 A0-39"
    found = command(commands, "cohort-explain", run_explain, "the proof of one answer of a run", example)
    found.add_argument("out", type=Path, help="the folder of a run")
    found.add_argument("patient", metavar="KEY", help="the patient's key")
    found.add_argument("identifier", metavar="CONCLUSION", help="a claim, or an entry of a list by its id")
    format_argument(found)


def run_cohort(options: argparse.Namespace) -> int:
    """Answers for every row; the status says whether a row was rejected."""
    from kg.cohort.batch import Asked  # noqa: PLC0415 - only this command needs the extra `cohort`
    from kg.cohort.run import CohortJob, run  # noqa: PLC0415 - only this command needs the extra `cohort`

    asked = Asked(lists=not options.outcomes, missing=options.missing)
    job = CohortJob(
        source=options.source,
        out=options.out,
        ontology=options.ontology,
        as_of=day_of(options),
        key=options.key,
        lenient=options.lenient,
        asked=asked,
    )
    job = replace(job, size=options.partition or (BY_COLUMNS if job.by_columns else job.size))
    patients = rejected = 0
    with tqdm(unit=" patients", disable=not sys.stderr.isatty(), file=sys.stderr) as progress:
        for part in run(job, options.jobs):
            patients, rejected = patients + part.patients, rejected + part.rejected
            progress.update(part.patients)
    print(f"{patients} patients answered, {rejected} problems in rejected rows: {options.out}")
    return WRONG if rejected else DONE


def run_report(options: argparse.Namespace) -> int:
    """Counts over a run, or what a retraction changes in it, as JSON."""
    from kg.cohort.report import report, retraction  # noqa: PLC0415 - the same

    ontology = Knowledge(options.ontology).ontology
    if options.retract:
        print(json.dumps(asdict(retraction(ontology, options.out, options.retract.split(","))), indent=2))
    else:
        print(json.dumps(asdict(report(ontology, options.out)), indent=2, ensure_ascii=False))
    return DONE


def run_explain(options: argparse.Namespace) -> int:
    """The proof of one conclusion about one patient of a run, made from the facts that were kept."""
    from kg.cohort.stored import facts_of  # noqa: PLC0415 - the same

    knowledge = Knowledge(options.ontology)
    assessment = knowledge.assess(facts_of(options.out, options.patient))
    asked = argparse.ArgumentParser()
    question_arguments(asked, required=True)
    question = asked.parse_args(["--conclusion", options.identifier])
    question.format = options.format
    return print_explanation(knowledge, assessment, question)
