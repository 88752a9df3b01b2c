"""`warrant sign-off`: which claims people have reviewed, and one person's signature under some."""

from __future__ import annotations

import argparse
import datetime
from collections import Counter
from pathlib import Path
from typing import Any

from kg.certificate.keys import signing_key
from kg.certificate.sign_off import FOLDER, ReviewState, review, signed_off
from kg.commands.common import DONE, command
from kg.errors import InputError, Problem
from kg.knowledge import Knowledge
from kg.ontology.compiled import Ontology
from kg.vocabulary.nearest import closest


def add(commands: Any) -> None:
    """Declare the command."""
    text, example = "who has reviewed which claims; with a key, sign some", "warrant sign-off A1-08"
    found = command(commands, "sign-off", run, text, example)
    found.add_argument("claim", nargs="*", help="claims such as A1-08; all are counted when none is given")
    found.add_argument("--key", type=Path, metavar="FILE", help="sign with this Ed25519 private key in PEM")
    found.add_argument("--role", help="with --key: as what you sign, such as `haematologist`")


def run(options: argparse.Namespace) -> int:
    """Without a key, the state of each claim and the counts; with one, a file for each signature."""
    ontology = Knowledge(options.ontology).ontology
    if unknown := [name for name in options.claim if name not in ontology.claims]:
        close = {name: closest(name, ontology.claims) for name in unknown}
        raise InputError([Problem(name, "no such claim", "See `warrant claims`.", close[name]) for name in unknown])
    if options.key:
        return _sign(ontology, options)
    for name in options.claim:
        found = review(ontology, name)
        print(f"{name}: {found.state}" + (f" by {', '.join(found.signers)}" if found.signers else ""))
    counts = Counter(review(ontology, name).state for name in ontology.claims)
    print(", ".join(f"{counts[state]} {state}" for state in ReviewState))
    return DONE


def _sign(ontology: Ontology, options: argparse.Namespace) -> int:
    """Writes the signatures of a person under claims that are named one by one; no key is made or guessed."""
    if not options.claim or not options.role:
        remedy = "Name each claim that you have read beside its passage, and give --role."
        raise InputError([Problem("sign-off", "signs nothing that is not named.", remedy)])
    key, day = signing_key(options.key), datetime.datetime.now(datetime.UTC).date()
    for name, envelope in signed_off(ontology, options.claim, key, options.role, day).items():
        (ontology.folder / FOLDER / name).write_bytes(envelope)
        print(f"{FOLDER}/{name}")
    return DONE
