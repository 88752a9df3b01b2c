"""How fast answers come on the command line: `python -m bench.answers [--patients N]`.

A stream of random patients (2,000 if not given, seed 7) through `warrant assess --jsonl --no-branches`, proofs by id,
in one process, the best of three runs; and the time from the command to the end of its answer for one patient in words,
one question and one case, the first run aside, the median of five. Everything is measured from outside, start of the
interpreter included: seconds on the clock, and seconds of the processor, which other programs disturb less. Raises
where a patient is not answered; exits with 1 where a budget is not met on the clock.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from kg.judges.patients import drawn
from kg.ontology.compiled import DEFAULT_FOLDER, Ontology

SEED: Final = 7
RUNS: Final = 5
STREAMS: Final = 3
PATIENTS_A_SECOND: Final = 200
COLD_SECONDS: Final = 1.0
QUESTION: Final = "When is an ESA contraindicated?"
TEXT: Final = "62-year-old woman, pancytopenia, B12 1250 ng/L. What next?"
CASE: Final = DEFAULT_FOLDER / "examples" / "a1-pancytopenia-with-low-iron-and-high-b12.yaml"


def main() -> int:
    """Prints a line for each measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=2000)
    count = parser.parse_args().patients
    print(f"load at the start: {os.getloadavg()[0]:.2f}, processors: {os.cpu_count()}", flush=True)
    colds = (("ask", TEXT, "a patient in words"), ("ask", QUESTION, "a question"), ("assess", str(CASE), "a case"))
    met = [_stream(count), *(_cold(*one) for one in colds)]
    print(f"load at the end: {os.getloadavg()[0]:.2f}")
    return 0 if all(met) else 1


def _stream(count: int) -> bool:
    """Patients a second of a file of so many, each of them answered on a line of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path, answers = Path(folder) / "patients.jsonl", Path(folder) / "answers.jsonl"
        path.write_text("".join(f"{patient.case}\n" for patient in drawn(Ontology(), count, SEED)), encoding="utf-8")
        times = [_timed(answers, "assess", str(path), "--no-branches", "--format", "json") for _ in range(STREAMS)]
        with answers.open(encoding="utf-8") as lines:
            answered = sum(line.startswith('{"id":"sha256:') for line in lines)
    if answered != count:
        raise RuntimeError(f"{answered} of {count} patients are answered")
    wall, processor = min(times)
    used = f"{processor:.2f} s of the processor, {count / processor:.0f} a second of it"
    return _said(
        f"{count} patients", f"{wall:.2f} s, {count / wall:.0f} a second; {used}", count / wall >= PATIENTS_A_SECOND
    )


def _cold(command: str, given: str, what: str) -> bool:
    arguments = (Path(os.devnull), command, given, "--format", "text")
    times = [_timed(*arguments) for _ in range(RUNS + 1)][1:]
    wall, processor = (statistics.median(column) for column in zip(*times, strict=True))
    found = f"{wall:.2f} s; {processor:.2f} s of the processor"
    return _said(f"cold `warrant {command}`, {what}", found, wall <= COLD_SECONDS)


def _said(name: str, found: str, met: bool) -> bool:
    print(f"{name}: {found}; budget {'met' if met else 'not met'}", flush=True)
    return met


def _timed(answer: Path, *arguments: str) -> tuple[float, float]:
    """Seconds on the clock and of the processor that a command took, its answer written to a file."""
    command: Sequence[str] = (sys.executable, "-m", "api.cli", *arguments)
    with answer.open("wb") as out:
        before, start = os.times(), time.perf_counter()
        subprocess.run(command, stdout=out, check=True)
        wall, after = time.perf_counter() - start, os.times()
    used = (after.children_user - before.children_user) + (after.children_system - before.children_system)
    return wall, used


if __name__ == "__main__":
    raise SystemExit(main())
