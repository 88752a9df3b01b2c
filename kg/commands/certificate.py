"""`warrant certificate` and `warrant verify`: an assessment as a signed document, and whether one is to be believed."""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path
from typing import Any

from kg import render
from kg.certificate.canonical import canonical, parsed
from kg.certificate.envelope import Refused
from kg.certificate.keys import signing_key, trusted_keys
from kg.certificate.verify import verified
from kg.commands.common import DONE, FAILED, case_arguments, chosen_format, command, format_argument, read_case
from kg.errors import InputError, Problem
from kg.knowledge import Knowledge


def add(commands: Any) -> None:
    """Declare the commands."""
    example = "warrant certificate case.yaml > case.certificate.json"
    found = command(commands, "certificate", run_certificate, "what follows from a case, proved and signed", example)
    case_arguments(found)
    found.add_argument("--key", type=Path, metavar="FILE", help="an Ed25519 private key in PEM; your own if not given")
    example = "warrant verify case.certificate.json --trust signer.pem"
    found = command(commands, "verify", run_verify, "whether a certificate is to be believed, and why not", example)
    found.add_argument("certificate", type=Path, help="a certificate")
    found.add_argument(
        "--trust", type=Path, action="append", default=[], metavar="FILE", help="a key to be trusted too"
    )
    found.add_argument("--articles", type=Path, metavar="FOLDER", help="the articles' texts, to judge passages by them")
    found.add_argument("--replay", action="store_true", help="also make it again from its facts and compare every byte")
    format_argument(found, "text", "json")


def run_certificate(options: argparse.Namespace) -> int:
    """One case in, its certificate out."""
    knowledge = Knowledge(options.ontology)
    assessment = knowledge.assess(read_case(knowledge, options.case, options.as_of))
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    answer = render.as_json(assessment, open_claims=False)
    sys.stdout.write(
        canonical(knowledge.certificate(assessment, answer, signing_key(options.key), now)).decode() + "\n"
    )
    return DONE


def run_verify(options: argparse.Namespace) -> int:
    """0 for a certificate that is accepted, 1 for one that is not."""
    knowledge = Knowledge(options.ontology)
    envelope = parsed(options.certificate.read_bytes(), str(options.certificate))
    reasons: list[str] = []
    try:
        statement = verified(envelope, trusted_keys(options.trust), knowledge.base, options.articles)
        if options.replay:
            _replay(knowledge, statement)
    except Refused as error:
        reasons.append(str(error))
    if chosen_format(options) == "json":
        print(render.dumps({"valid": not reasons, "reasons": reasons}))
    else:
        print(f"rejected: {reasons[0]}" if reasons else "\n".join(("accepted", *statement["predicate"]["reading"])))
    return FAILED if reasons else DONE


def _replay(knowledge: Knowledge, statement: Any) -> None:
    """Makes the statement again from its facts. Raises Refused where it differs, InputError with another program."""
    again = knowledge.statement_again(statement, lambda found: render.as_json(found, open_claims=False))
    found = statement["predicate"]
    if found["program"] != again["predicate"]["program"]:
        remedy = f"Replay it with {found['program']['name']} {found['program']['version']}."
        raise InputError([Problem("--replay", "another program made this certificate", remedy)])
    for part, value in found.items():
        if canonical(value) != canonical(again["predicate"][part]):
            raise Refused(f"made again from its facts, it has another part: {part}")
