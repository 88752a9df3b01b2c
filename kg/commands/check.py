"""`warrant check`: every gate on the ontology, and on demand HermiT as the judge of the engine."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tqdm import tqdm

from kg.check import Finding
from kg.check import run as run_gates
from kg.commands.common import DONE, FAILED, command
from kg.export.examples import compile_examples
from kg.judges.agreement import judge
from kg.judges.hermit import Hermit
from kg.judges.justification_check import judge_justifications
from kg.judges.patients import targeted
from kg.ontology.compiled import Ontology
from kg.reasoner.engine import Engine

CLASSIFY_SECONDS: Final = 30.0
Gate = Callable[[Path], Iterable[Finding]]


def add(commands: Any) -> None:
    """Declare the command."""
    example = "warrant check --hermit --patients 20 --seed 1"
    found = command(commands, "check", run, "every gate on the ontology", example)
    found.add_argument("--hermit", action="store_true", help="also classify with HermiT")
    found.add_argument("--patients", type=_count, metavar="N", help="judge the engine by HermiT on N invented patients")
    found.add_argument(
        "--justifications", type=_count, metavar="N", help="judge N justifications by HermiT: sound and minimal"
    )
    found.add_argument("--seed", type=int, default=0, metavar="S", help="which patients; 0 if not given")
    found.add_argument("--all", action="store_true", help="every finding, not only the first twenty of a gate")


def _count(text: str) -> int:
    """A number of patients or justifications from 1."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1")
    return int(text)


def run(options: argparse.Namespace) -> int:
    """Every gate, and on demand HermiT; 1 where a gate fails or where HermiT and the engine differ."""
    with ThreadPoolExecutor(1) as beside:
        extra: list[Gate] = [_stale_examples]
        if options.hermit:
            classified = beside.submit(lambda: tuple(_classified(options.ontology)))
            extra.append(lambda folder: classified.result())
        report = run_gates(options.ontology, extra)
    print("\n".join(report.lines(limit=1000 if options.all else 20)), flush=True)
    agreed = [_judged(options)] if options.patients or options.justifications else []
    return DONE if report.ok and all(agreed) else FAILED


def _judged(options: argparse.Namespace) -> bool:
    """Whether HermiT agrees on invented patients, who reach every end of every claim, and on justifications."""
    ontology = Ontology(options.ontology)
    engine, agreed = Engine(ontology), True
    targets = targeted(ontology, engine)
    if options.patients:
        with _progress("patients") as progress:
            verdict = judge(ontology, options.patients, options.seed, progress, engine=engine, targets=targets)
        print(verdict.summary(), flush=True)
        agreed = verdict.agreed and verdict.complete
    if options.justifications:
        with _progress("justifications") as progress:
            reasons = judge_justifications(ontology, options.justifications, options.seed, progress, engine, targets)
        print(reasons.summary(), flush=True)
        agreed = agreed and reasons.agreed
    return agreed


@contextmanager
def _progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal; what is reported are the items done and their number."""
    with tqdm(unit=f" {what}", disable=not sys.stderr.isatty(), file=sys.stderr) as bar:

        def show(done: int, whole: int) -> None:
            bar.total = whole
            bar.update(done - bar.n)

        yield show


def _stale_examples(folder: Path) -> Iterable[Finding]:
    for path, text in compile_examples(Ontology(folder)).items():
        target = folder / path
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            yield Finding("stale-example", path, "is not what its case compiles to; run `warrant compile`")


def _classified(folder: Path) -> Iterable[Finding]:
    """Consistent, no unsatisfiable class, in time: processor time, whatever else the machine does."""
    found = Hermit(Ontology(folder)).classify()
    print(f"HermiT classified {found.classes} classes in {found.seconds:.1f} s of processor time", file=sys.stderr)
    for name in found.unsatisfiable:
        yield Finding("unsatisfiable", name, "no patient can be in this class; look for contradicting axioms")
    if found.seconds > CLASSIFY_SECONDS:
        yield Finding(
            "slow-classification",
            "warrant",
            f"took {found.seconds:.0f} s of processor time; keep it under {CLASSIFY_SECONDS:.0f} s",
        )
