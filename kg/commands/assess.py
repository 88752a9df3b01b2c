"""`warrant assess`: what follows from a patient's facts, for one case or for a stream of them."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from kg import render
from kg.assess import Assessment
from kg.commands.common import DONE, case_arguments, chosen_format, command, day_of, format_argument, read_case
from kg.commands.lines import answered
from kg.commands.terminal import print_answer
from kg.knowledge import Knowledge
from kg.read_case import parse_json


def add(commands: Any) -> None:
    """Declare the command."""
    example = "warrant assess case.yaml --format text"
    found = command(commands, "assess", run, "what follows from a patient's facts", example)
    case_arguments(found)
    found.add_argument("--reasoner", choices=["engine", "hermit"], default="engine", help="who infers")
    found.add_argument("--no-branches", action="store_true", help="leave out what each open diagnosis would change")
    found.add_argument("--proofs", action="store_true", help="with JSON: every proof in full, by id")
    found.add_argument("--jsonl", action="store_true", help="one case a line in, one assessment a line out")
    format_argument(found)


def run(options: argparse.Namespace) -> int:
    """One case in, its assessment out; or line by line."""
    knowledge = Knowledge(options.ontology)
    if options.jsonl or options.case.endswith(".jsonl"):
        return _lines(knowledge, options)
    assessment = _assessed(knowledge, read_case(knowledge, options.case, day_of(options)), options)
    print_answer(chosen_format(options), assessment, lambda: render.as_json(assessment, options.proofs))
    return DONE


def _assessed(knowledge: Knowledge, facts: Any, options: argparse.Namespace) -> Assessment:
    return knowledge.assess(facts, options.reasoner, with_branches=not options.no_branches)


def _lines(knowledge: Knowledge, options: argparse.Namespace) -> int:
    """JSON Lines: a bad line is answered by its errors on its own line, and the status says that there was one."""
    today = day_of(options)

    def answer(line: str) -> object:
        facts = knowledge.read_case(parse_json(line), today)
        return render.as_json(_assessed(knowledge, facts, options), options.proofs)

    if options.case == "-":
        return answered(sys.stdin, answer, None)
    path = Path(options.case)
    with path.open(encoding="utf-8") as lines:
        return answered(lines, answer, os.path.getsize(path))
