"""`warrant ask`: a clinician's words in, an answer that shows its reasons out."""

from __future__ import annotations

import argparse
import datetime
import sys
from dataclasses import replace
from typing import Any, Final

from kg import render
from kg.ask import Reply, ask, then
from kg.commands.common import (
    DONE,
    chosen_format,
    command,
    day_argument,
    day_of,
    defaults_argument,
    format_argument,
    full_argument,
    lines_as_json,
    read_input,
)
from kg.commands.explain import print_explanation, question_arguments
from kg.commands.lines import answered, standard_input
from kg.commands.terminal import coloured, print_hint, width
from kg.errors import CaseError, InputError, Problem
from kg.knowledge import Knowledge
from kg.readers.case.parsing import parse_json
from kg.render import reply

LINE: Final = ("question", "as_of")
AGAIN: Final = "this command again, with --conclusion"


def add(commands: Any) -> None:
    """Declare the command."""
    example = 'warrant ask "62-year-old woman, Hb 9.8 g/dL, plt 45k, B12 1250 ng/L. What next?"'
    found = command(commands, "ask", run, "a case or a question in plain words", example)
    found.add_argument("question", nargs="?", help="the text; - or nothing reads standard input")
    day_argument(found)
    defaults_argument(found)
    found.add_argument("--jsonl", action="store_true", help='lines such as {"question": ..., "as_of": ...} from stdin')
    found.add_argument("--no-branches", action="store_true", help="leave out what each open diagnosis would change")
    found.add_argument("--proofs", action="store_true", help="with JSON: every proof in full, by id")
    found.add_argument("--features", action="store_true", help="what each feature added to the chance of a claim")
    found.add_argument("--then", action="append", default=[], metavar="QUESTION", help="a question about this patient")
    question_arguments(found, required=False)
    full_argument(found)
    format_argument(found)


def run(options: argparse.Namespace) -> int:
    """One text, or one a line."""
    knowledge = Knowledge(options.ontology)
    if options.jsonl:
        lines_as_json(options)
        knowledge.load()
        return answered(standard_input(), lambda line: _line(knowledge, line, options), None)
    text = read_input("-") if options.question in (None, "-") else options.question
    found = ask(knowledge, text, day_of(options), not options.no_branches, options.defaults, options.features)
    if options.then:
        found = _continued(knowledge, found, options.then)
    if any((options.conclusion, options.why_not, options.what_if, options.counterfactual)):
        return _explained(knowledge, found, options)
    form = chosen_format(options)
    if form == "json":
        print(render.dumps(reply.reply_json(found, options.proofs)))
    elif form == "markdown":
        sys.stdout.write(reply.reply_markdown(found, AGAIN))
    else:
        sys.stdout.write(reply.reply_text(found, width(), coloured(), AGAIN, options.full))
        if found.assessment is not None and not options.full:
            print_hint()
    return DONE


def _continued(knowledge: Knowledge, found: Reply, questions: list[str]) -> Reply:
    if found.assessment is None:
        raise InputError([Problem("question", "states nothing of a patient", "Write a case before --then.")])
    return replace(found, then=then(knowledge, found.assessment, questions))


def _explained(knowledge: Knowledge, found: Reply, options: argparse.Namespace) -> int:
    if found.assessment is None:
        raise InputError([Problem("question", "states nothing of a patient", "See `warrant claims` for a claim.")])
    return print_explanation(knowledge, found.assessment, options)


def _line(knowledge: Knowledge, line: str, options: argparse.Namespace) -> bytes:
    data = parse_json(line)
    if not isinstance(data, dict) or not isinstance(data.get("question"), str):
        raise CaseError([Problem("$.question", "is missing or no text", 'Write {"question": "...", "as_of": "..."}.')])
    if unknown := sorted(set(data) - set(LINE)):
        raise CaseError([Problem(f"$.{name}", "unknown field", f"Known are: {', '.join(LINE)}.") for name in unknown])
    found = ask(
        knowledge,
        data["question"],
        _day(data.get("as_of"), options),
        not options.no_branches,
        options.defaults,
        options.features,
    )
    return render.dumps(reply.reply_json(found, options.proofs), None).encode("utf-8", "surrogatepass")


def _day(given: object, options: argparse.Namespace) -> datetime.date:
    if given is None:
        return day_of(options)
    try:
        return datetime.date.fromisoformat(str(given))
    except ValueError as error:
        raise InputError([Problem("$.as_of", f"{given!r} is not a date", "Write YYYY-MM-DD.")]) from error
