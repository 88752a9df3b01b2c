"""`warrant diff`: what changed between two certificates, or between two ontologies, and what caused it."""

from __future__ import annotations

import argparse
import base64
import binascii
import sys
from pathlib import Path
from typing import Any

from kg import render
from kg.certificate.canonical import parsed
from kg.certificate.comparison import Side, compared, side
from kg.certificate.envelope import Refused, opened
from kg.certificate.keys import trusted_keys
from kg.certificate.knowledge_base import KnowledgeBase
from kg.commands.common import DONE, FAILED, chosen_format, command, format_argument
from kg.errors import InputError, Problem
from kg.judges.revision import revised
from kg.knowledge import Knowledge
from kg.ontology.compiled import Ontology
from kg.render.comparison import comparison_json, comparison_text
from kg.render.revision import revision_json, revision_text

REMEDY = "Give two certificates as `warrant certificate` writes them."


def add(commands: Any) -> None:
    """Declare the command."""
    example = "warrant diff last-week.certificate.json today.certificate.json"
    found = command(commands, "diff", run, "what changed between two certificates or ontologies, and why", example)
    found.add_argument("before", type=Path, help="a certificate, or the folder of a compiled ontology")
    found.add_argument("after", type=Path, help="another one")
    found.add_argument("--cases", type=Path, metavar="FOLDER", help="of two ontologies: also compare these cases")
    found.add_argument(
        "--ontology-before", type=Path, metavar="FOLDER", help="the ontology of the first, where it is another one"
    )
    found.add_argument(
        "--trust", type=Path, action="append", default=[], metavar="FILE", help="a key to be trusted too"
    )
    format_argument(found, "text", "json")


def run(options: argparse.Namespace) -> int:
    """Prints the differences; a signature that is not trusted is said so, and does not keep from comparing."""
    if options.before.is_dir() and options.after.is_dir():
        return _ontologies(options)
    notes, found = [], []
    folders = (options.ontology_before or options.ontology, options.ontology)
    bases = {folder: KnowledgeBase(Ontology(folder)) for folder in folders}
    for path, folder in zip((options.before, options.after), folders, strict=True):
        one, note = _side(path, bases[folder], options.trust)
        found.append(one)
        notes += [f"{path}: {note}"] if note else []
    comparison = compared(*found)
    if chosen_format(options) == "json":
        print(render.dumps({**comparison_json(comparison), "notes": notes}))
    else:
        sys.stdout.write("".join(f"note: {note}\n" for note in notes) + comparison_text(comparison))
    return DONE


def _ontologies(options: argparse.Namespace) -> int:
    """Two folders of ontologies; 1 where they differ."""
    found = revised(Knowledge(options.before), Knowledge(options.after), options.cases)
    as_json = chosen_format(options) == "json"
    print(render.dumps(revision_json(found)) if as_json else revision_text(found), end="\n" if as_json else "")
    return DONE if found.empty else FAILED


def _side(path: Path, base: KnowledgeBase, trust: list[Path]) -> tuple[Side, str]:
    """A certificate to be compared, and what there is to say of its signature. Raises InputError for anything else."""
    envelope, note = parsed(path.read_bytes(), str(path)), ""
    try:
        opened(envelope, trusted_keys(trust))
    except Refused as error:
        note = str(error)
    try:
        predicate = parsed(base64.b64decode(envelope["payload"], validate=True), str(path))["predicate"]
        return side(predicate, base.modules, base.checker.files.axioms.keys()), note
    except (binascii.Error, KeyError, TypeError) as error:
        raise InputError([Problem(str(path), "is no certificate.", REMEDY)]) from error
