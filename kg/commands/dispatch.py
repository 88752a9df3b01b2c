"""The command `warrant`. Exit status: 0 done, 1 a check failed, 2 the input is wrong, 130 stopped from the keyboard."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from kg import CONTRACT_VERSION, __version__
from kg.commands.common import DONE, WRONG
from kg.errors import OntologyError, WarrantError
from kg.ontology.layers import assembled
from kg.ontology.resources import ontology_folder, version_of

STOPPED: Final = 130
VERSION: Final = "--version"
DESCRIPTION: Final = """Answers about a patient, and the proof of each answer, from clinical articles.
For health professionals, as a supplement to clinical judgment."""
EPILOG: Final = """start with:  warrant ask "A patient in plain words. What next?" --format text
then:        the same with --full for all of it, or with --conclusion and an id in brackets for its proof
more:        warrant COMMAND --help, each with an example

WARRANT_ONTOLOGY names another folder of the ontology, WARRANT_CACHE another folder for what is made from it."""
COMMANDS: Final[Mapping[str, str]] = {
    "ask": "kg.commands.ask",
    "assess": "kg.commands.assess",
    "read": "kg.commands.read",
    "explain": "kg.commands.explain",
    "claims": "kg.commands.claims",
    "sparql": "kg.commands.sparql",
    "check": "kg.commands.check",
    "certificate": "kg.commands.certificate",
    "verify": "kg.commands.certificate",
    "diff": "kg.commands.diff",
    "cohort": "kg.commands.cohort",
    "cohort-report": "kg.commands.cohort",
    "cohort-explain": "kg.commands.cohort",
    "schema": "kg.commands.build",
    "compile": "kg.commands.build",
    "passages": "kg.commands.build",
    "new-article": "kg.commands.authoring",
    "anchor": "kg.commands.authoring",
    "reanchor": "kg.commands.authoring",
    "lint": "kg.commands.authoring",
    "preview": "kg.commands.authoring",
    "conflicts": "kg.commands.authoring",
    "sign-off": "kg.commands.sign_off",
    "release": "kg.commands.build",
}


def main(arguments: Sequence[str] | None = None, modules: Mapping[str, str] = COMMANDS) -> int:
    """Run one of these commands; errors of input go to standard error with what, where and the remedy."""
    given = sys.argv[1:] if arguments is None else arguments
    options = parser(modules, given[0] if given else "").parse_args(given)
    try:
        options.ontology_as_given = options.ontology
        if options.layers:
            options.ontology = assembled(options.ontology, options.layers)
        status = int(options.run(options))
        sys.stdout.flush()
        return status
    except WarrantError as error:
        print(error, file=sys.stderr)
        return WRONG
    except KeyboardInterrupt:
        return STOPPED
    except BrokenPipeError:
        _hush()
        return DONE
    except OSError as error:
        print(f"{error.filename or 'file'}: {error.strerror}", file=sys.stderr)
        return WRONG


def _hush() -> None:
    """Nobody reads standard output any more: what is left of it goes nowhere, so that the process ends in quiet."""
    with contextlib.suppress(OSError), open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def parser(modules: Mapping[str, str] = COMMANDS, wanted: str = "") -> argparse.ArgumentParser:
    """The parser of all commands, or of the wanted one alone, so that a command loads only what it needs."""
    top = argparse.ArgumentParser(
        prog="warrant", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    top.add_argument(VERSION, action=_Version, nargs=0, help="versions of the program, the contract, the ontology")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for name in _needed(modules, wanted):
        importlib.import_module(name).add(commands)
    return top


def _needed(modules: Mapping[str, str], wanted: str) -> Iterable[str]:
    """The modules that declare what is wanted: one command, none for `--version`, all for help."""
    if wanted in modules:
        return (modules[wanted],)
    return () if wanted == VERSION else dict.fromkeys(modules.values())


class _Version(argparse.Action):
    """Prints the three versions that an answer depends on, and ends; the ontology is not loaded."""

    def __call__(self, parser: argparse.ArgumentParser, *given: object) -> None:
        """Raises SystemExit, with status 2 where there is no ontology."""
        folder = ontology_folder()
        try:
            ontology = version_of(folder)
        except OSError as error:
            parser.exit(WRONG, f"{error.filename}: {error.strerror}\n")
        except OntologyError as error:
            parser.exit(WRONG, f"{folder}: {error}\n")
        print(f"warrant {__version__}\ncontract {CONTRACT_VERSION}\nontology {ontology}")
        parser.exit(DONE)


if __name__ == "__main__":
    raise SystemExit(main())
