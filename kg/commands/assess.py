"""`warrant assess`: what follows from a patient's facts."""

from __future__ import annotations

import argparse
import shutil
import sys
from typing import Any

from kg import render
from kg.commands.common import (
    DONE,
    case_arguments,
    chosen_format,
    command,
    day_of,
    format_argument,
    read_case,
)
from kg.knowledge import Knowledge


def add(commands: Any) -> None:
    """Declare the command."""
    example = "warrant assess case.yaml --reasoner hermit --format text"
    found = command(commands, "assess", run, "what follows from a patient's facts", example)
    case_arguments(found)
    found.add_argument("--reasoner", choices=["engine", "hermit"], default="engine", help="who infers")
    format_argument(found, "text", "json")


def run(options: argparse.Namespace) -> int:
    """One case in, its assessment out."""
    knowledge = Knowledge(options.ontology)
    assessment = knowledge.assess(read_case(knowledge, options.case, day_of(options)), options.reasoner)
    if chosen_format(options) == "text":
        sys.stdout.write(render.as_text(assessment, min(shutil.get_terminal_size((100, 24)).columns, 120)))
    else:
        print(render.dumps(render.as_json(assessment)))
    return DONE
