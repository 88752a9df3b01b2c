"""`warrant assess`: what follows from a patient's facts, for one case or for a stream of them."""

from __future__ import annotations

import argparse
import os
import shlex
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from kg import render
from kg.assess import Assessment
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
from kg.commands.lines import answered, standard_input
from kg.commands.terminal import print_answer
from kg.facts.patient import PatientFacts
from kg.knowledge import Knowledge
from kg.readers.case.parsing import parse_json
from kg.readers.fhir.format import FHIR
from kg.readers.protocol import Context
from kg.render import wire


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
    full_argument(found)
    format_argument(found)


def run(options: argparse.Namespace) -> int:
    """One case in, its assessment out; or line by line."""
    knowledge = Knowledge(options.ontology)
    if options.jsonl or options.case.endswith(".jsonl"):
        return _lines(knowledge, options)
    found = (options.case, options.as_of, options.lenient, options.patient, options.columns)
    assessment = _assessed(knowledge, read_case(knowledge, *found), options)
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


def _line(knowledge: Knowledge, line: str, options: argparse.Namespace) -> PatientFacts:
    """The facts of a line: a case, or a document of FHIR."""
    data = line.encode("utf-8", "surrogatepass")
    if FHIR.sniff(data):
        return FHIR.read(data, Context(knowledge.names, day_of(options), as_of=options.as_of)).facts
    return knowledge.read_case(parse_json(line), day_of(options), options.lenient)


def _lines(knowledge: Knowledge, options: argparse.Namespace) -> int:
    """JSON Lines: a bad line is answered by its errors on its own line, and the status says that there was one."""
    lines_as_json(options)
    knowledge.load()

    def answer(line: str) -> bytes:
        facts = _line(knowledge, line, options)
        return wire.assessment(_assessed(knowledge, facts, options), options.proofs, every=options.every_claim)

    if options.case == "-":
        return answered(standard_input(), answer, None)
    path = Path(options.case)
    with path.open("rb") as lines:
        return answered(lines, answer, os.path.getsize(path))
