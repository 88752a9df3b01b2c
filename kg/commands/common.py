"""What the commands share: exit statuses, how a command is declared, and reading a case from a file."""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from kg.errors import CaseError, InputError, Problem
from kg.facts.patient import PatientFacts
from kg.knowledge import Knowledge
from kg.ontology.resources import ontology_folder
from kg.readers.case.reader import parse_json, parse_yaml

DONE, FAILED, WRONG = 0, 1, 2
FORMATS: Final = ("text", "json", "markdown")


def command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], text: str, example: str
) -> argparse.ArgumentParser:
    """A sub-command with its help and an example."""
    found: argparse.ArgumentParser = commands.add_parser(
        name,
        help=text,
        description=text,
        epilog=f"example: {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    found.set_defaults(run=run)
    found.add_argument(
        "--ontology",
        type=Path,
        default=ontology_folder(),
        help="folder of the ontology: $WARRANT_ONTOLOGY, else the one that comes with the program",
    )
    return found


def format_argument(parser: argparse.ArgumentParser, *forms: str) -> None:
    """`--format`; what is not given is text on a terminal and JSON otherwise."""
    parser.add_argument("--format", choices=forms or FORMATS, help="text on a terminal, json otherwise")


def full_argument(parser: argparse.ArgumentParser) -> None:
    """`--full`."""
    parser.add_argument("--full", action="store_true", help="as text: all of it, not the first screen alone")


def chosen_format(options: argparse.Namespace) -> str:
    return str(options.format or ("text" if sys.stdout.isatty() else "json"))


def day_argument(parser: argparse.ArgumentParser) -> None:
    """`--as-of`."""
    parser.add_argument(
        "--as-of", type=_day, default=None, metavar="DATE", help="day of the record, today if not given"
    )


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date; write YYYY-MM-DD") from None


def day_of(options: argparse.Namespace) -> datetime.date:
    return options.as_of or datetime.date.today()


def case_arguments(parser: argparse.ArgumentParser) -> None:
    """A case and its day."""
    parser.add_argument("case", help="a .json or .yaml file, a .txt file in plain words, or - for standard input")
    day_argument(parser)
    defaults_argument(parser)


def defaults_argument(parser: argparse.ArgumentParser) -> None:
    """`--no-defaults`."""
    help_text = "judge no value by the reference intervals of the ontology; critical values alert all the same"
    parser.add_argument("--no-defaults", dest="defaults", action="store_false", help=help_text)


def lines_as_json(options: argparse.Namespace) -> None:
    """Raises InputError when JSON Lines are to be given in another form."""
    if options.format not in (None, "json"):
        problem = Problem("--format", f"{options.format} cannot be given line by line", "Leave it out, or say json.")
        raise InputError([problem])


def read_input(name: str) -> str:
    """The text of a file; `-` is standard input. Raises InputError for what is no UTF-8 text."""
    stream = getattr(sys.stdin, "buffer", None)
    if name == "-" and stream is None:
        return sys.stdin.read()
    try:
        return (stream.read() if stream and name == "-" else Path(name).read_bytes()).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError([Problem(name, f"is no UTF-8 text: {error.reason}", "Save it as UTF-8.")]) from error


def read_case(knowledge: Knowledge, name: str, today: datetime.date) -> PatientFacts:
    """The facts of a case file; `-` is standard input, read as YAML, of which JSON is a part; `.txt` is plain words."""
    content = read_input(name)
    if not content.strip():
        raise CaseError([Problem(name, "is empty", 'Give a case such as {"findings": [{"concept": "..."}]}.')])
    if name.endswith(".txt"):
        from kg.readers.text import read_text  # noqa: PLC0415 - only a case in words needs the reader of texts

        return read_text(content, knowledge.names, today).facts
    parse = parse_json if name.endswith(".json") or content.lstrip().startswith("{") else parse_yaml
    return knowledge.read_case(parse(content), today)
