"""What the commands share: exit statuses, how a command is declared, and reading a case from a file."""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from kg.errors import InputError, Problem
from kg.facts.patient import PatientFacts
from kg.knowledge import Knowledge
from kg.ontology.resources import ontology_folder
from kg.readers.protocol import Context, decoded
from kg.readers.registry import READERS
from kg.readers.tables.layouts import mapping_file

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
        "--with",
        dest="layers",
        action="append",
        default=[],
        metavar="LAYER",
        help="also load a layer of the ontology, such as `teaching`: fictional texts, marked in every answer",
    )
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
    parser.add_argument("case", help="a .json, .yaml, .csv or .parquet file, a .txt file in words, or -")
    parser.add_argument("--lenient", action="store_true", help="report what cannot be used, and assess the rest")
    parser.add_argument("--columns", type=Path, metavar="FILE", help="what the columns of a table hold (YAML)")
    parser.add_argument("--patient", default="", metavar="KEY", help="whose rows of a table are read")
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
    try:
        return decoded(read_bytes(name))
    except UnicodeDecodeError as error:
        raise InputError([Problem(name, f"is no UTF-8 text: {error.reason}", "Save it as UTF-8.")]) from error


def read_bytes(name: str) -> bytes:
    """The content of a file; `-` is standard input."""
    if name != "-":
        return Path(name).read_bytes()
    stream = getattr(sys.stdin, "buffer", None)
    return stream.read() if stream else sys.stdin.read().encode("utf-8", "surrogatepass")


def read_case(
    knowledge: Knowledge,
    name: str,
    as_of: datetime.date | None,
    lenient: bool = False,
    patient: str = "",
    columns: Path | None = None,
) -> PatientFacts:
    """The facts of a file in any format that is read; `-` is standard input: a case in JSON or YAML, or FHIR.

    `as_of` is the day that was asked for, if any was. Of a table the rows of `patient` are read, its columns by the
    mapping file `columns`.
    """
    layout = mapping_file(str(columns), read_input(str(columns))) if columns else None
    context = Context(knowledge.names, as_of or datetime.date.today(), lenient, as_of, patient, layout)
    return READERS.read_file(name, read_bytes(name), context).facts
