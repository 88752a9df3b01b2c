"""`warrant check`: every gate on the ontology."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from kg.check import Finding
from kg.check import run as run_gates
from kg.commands.common import DONE, FAILED, command
from kg.examples import compile_examples
from kg.hermit import Hermit
from kg.ontology import Ontology

CLASSIFY_SECONDS: Final = 30.0


def add(commands: Any) -> None:
    """Declare the command."""
    found = command(commands, "check", run, "every gate on the ontology", "warrant check --hermit")
    found.add_argument("--hermit", action="store_true", help="also classify with HermiT")
    found.add_argument("--all", action="store_true", help="every finding, not only the first twenty of a gate")


def run(options: argparse.Namespace) -> int:
    """Every gate, and on demand HermiT."""
    extra = [_stale_examples, *([_classified] if options.hermit else [])]
    report = run_gates(options.ontology, extra)
    print("\n".join(report.lines(limit=1000 if options.all else 20)))
    return DONE if report.ok else FAILED


def _stale_examples(folder: Path) -> Iterable[Finding]:
    for path, text in compile_examples(Ontology(folder)).items():
        target = folder / path
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            yield Finding("stale-example", path, "is not what its case compiles to; run `warrant compile`")


def _classified(folder: Path) -> Iterable[Finding]:
    """Consistent, no unsatisfiable class, in time."""
    found = Hermit(Ontology(folder)).classify()
    print(f"HermiT classified {found.classes} classes in {found.seconds:.1f} s", file=sys.stderr)
    for name in found.unsatisfiable:
        yield Finding("unsatisfiable", name, "no patient can be in this class; look for contradicting axioms")
    if found.seconds > CLASSIFY_SECONDS:
        yield Finding(
            "slow-classification", "warrant", f"took {found.seconds:.0f} s; keep it under {CLASSIFY_SECONDS:.0f} s"
        )
