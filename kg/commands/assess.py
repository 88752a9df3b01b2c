"""`warrant assess`: what follows from a patient's facts, for one case or for a stream of them."""

from __future__ import annotations

import argparse
import json
import os
import shlex
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from kg import render
from kg.assess import Assessment
from kg.assess.outcomes import Outcome
from kg.commands.common import (
    DONE,
    case_arguments,
    chosen_format,
    command,
    day_of,
    format_argument,
    full_argument,
    lines_as_json,
    read_case,
)
from kg.commands.lines import answered_by, standard_input
from kg.commands.terminal import print_answer
from kg.errors import InputError, Problem
from kg.facts.patient import PatientFacts
from kg.knowledge import Knowledge
from kg.readers.case.parsing import parse_json
from kg.readers.fhir.format import FHIR
from kg.readers.protocol import Context
from kg.render import wire

BRANCHED: Final = ("branches", "questions", "asking")
"""Fields that are made from branches."""


def add(commands: Any) -> None:
    """Declare the command."""
    example = "warrant assess case.yaml --format text"
    found = command(commands, "assess", run, "what follows from a patient's facts", example)
    case_arguments(found)
    found.add_argument("--reasoner", choices=["engine", "hermit"], default="engine", help="who infers")
    found.add_argument("--no-branches", action="store_true", help="leave out what each open diagnosis would change")
    found.add_argument("--proofs", action="store_true", help="with JSON: every proof in full, by id")
    found.add_argument("--every-claim", action="store_true", help="with JSON: all open claims, however many they are")
    found.add_argument("--jsonl", action="store_true", help="one case a line in, one assessment a line out")
    chosen = "with JSON: these fields alone, such as id,alerts,claims.applicable"
    found.add_argument("--fields", metavar="NAMES", help=chosen)
    found.add_argument("--key", default="", metavar="FIELD", help="with --jsonl: the field with the case's own key")
    found.add_argument("--jobs", type=int, default=1, metavar="N", help="with --jsonl: processes")
    full_argument(found)
    format_argument(found)


def run(options: argparse.Namespace) -> int:
    """One case in, its assessment out; or line by line."""
    if options.jsonl or options.case.endswith(".jsonl"):
        return _lines(options)
    knowledge = Knowledge(options.ontology)
    fields = _fields(knowledge, options)
    found = (options.case, options.as_of, options.lenient, options.patient, options.columns)
    assessment = _assessed(knowledge, read_case(knowledge, *found), options)
    if fields:
        lines_as_json(options)
        print(
            json.dumps(
                json.loads(wire.assessment(assessment, options.proofs, fields=fields, every=options.every_claim)),
                indent=2,
            )
        )
        return DONE
    data = partial(render.as_json, assessment, options.proofs, every=options.every_claim)
    print_answer(chosen_format(options), assessment, data, _explaining(options), options.full)
    return DONE


def _explaining(options: argparse.Namespace) -> str:
    """The command that explains this case, up to the id of a conclusion."""
    day = f" --as-of {options.as_of}" if options.as_of else ""
    table = ("--columns", options.columns), ("--patient", options.patient)
    day += "".join(f" {name} {shlex.quote(str(given))}" for name, given in table if given)
    if options.case == "-":
        return f"with the case in case.yaml: warrant explain case.yaml{day} --conclusion"
    return f"warrant explain {shlex.quote(options.case)}{day} --conclusion"


def _assessed(knowledge: Knowledge, facts: PatientFacts, options: argparse.Namespace) -> Assessment:
    chosen = replace(facts, defaults=options.defaults)
    return knowledge.assess(chosen, options.reasoner, with_branches=not options.no_branches)


def _fields(knowledge: Knowledge, options: argparse.Namespace) -> frozenset[str]:
    """The fields asked for; none where all are. Raises InputError for a name that is no field of an assessment."""
    asked = frozenset(filter(None, (options.fields or "").split(",")))
    if not asked:
        return asked
    from kg.render.contract import AssessmentModel  # noqa: PLC0415 - only a choice of fields needs the contract

    known = {*AssessmentModel.model_fields, *knowledge.ontology.list_properties.values()}
    known |= {f"claims.{outcome}" for outcome in Outcome}
    if wrong := sorted(asked - known):
        remedy = f"Choose among {', '.join(sorted(known))}."
        raise InputError([Problem("--fields", f"{', '.join(wrong)}: no field of an assessment", remedy)])
    if not any(name.partition(".")[0] in BRANCHED for name in asked):
        options.no_branches = True
    return asked


def _line(knowledge: Knowledge, line: str, options: argparse.Namespace) -> tuple[PatientFacts, str | None]:
    """The facts of a line, a case or a document of FHIR, and the case's own key."""
    data = line.encode("utf-8", "surrogatepass")
    if FHIR.sniff(data):
        return FHIR.read(data, Context(knowledge.names, day_of(options), as_of=options.as_of)).facts, None
    case = parse_json(line)
    key = case.pop(options.key, None) if options.key and isinstance(case, dict) else None
    return knowledge.read_case(case, day_of(options), options.lenient), None if key is None else str(key)


def _lines(options: argparse.Namespace) -> int:
    """JSON Lines: a bad line is answered by its errors on its own line, and the status says that there was one."""
    lines_as_json(options)
    if options.case == "-":
        return answered_by(options.jobs, standard_input(), answer_of_lines, options, None)
    path = Path(options.case)
    with path.open("rb") as lines:
        return answered_by(options.jobs, lines, answer_of_lines, options, os.path.getsize(path))


def answer_of_lines(options: argparse.Namespace) -> Callable[[str], bytes]:
    """How a line is answered, with the ontology loaded."""
    knowledge = Knowledge(options.ontology)
    knowledge.load()
    fields = _fields(knowledge, options)

    def answer(line: str) -> bytes:
        facts, key = _line(knowledge, line, options)
        found = _assessed(knowledge, facts, options)
        written = wire.assessment(found, options.proofs, fields=fields, every=options.every_claim)
        return written if key is None else b'{"key":%b,%b' % (render.dumps(key, None).encode("utf-8"), written[1:])

    return answer
