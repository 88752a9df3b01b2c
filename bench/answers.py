"""How fast answers come on the command line: `python -m bench.answers [--patients N]`.

A stream of random patients (2,000 if not given, seed 7) through `warrant assess --jsonl --no-branches`, proofs by id,
in one process; and the time from the command to the end of its answer for one patient in words and one case, the
first run aside, the median of five. Everything is measured from outside, start of the interpreter included.
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

from kg.ontology import DEFAULT_FOLDER, Ontology
from kg.patients import drawn

SEED: Final = 7
RUNS: Final = 5
TEXT: Final = "62-year-old woman, pancytopenia, B12 1250 ng/L. What next?"
CASE: Final = DEFAULT_FOLDER / "examples" / "a1-pancytopenia-with-low-iron-and-high-b12.yaml"


def main() -> int:
    """Prints a line for each measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=2000)
    count = parser.parse_args().patients
    print(f"load at the start: {os.getloadavg()[0]:.2f}, processors: {os.cpu_count()}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "patients.jsonl"
        path.write_text("".join(f"{patient.case}\n" for patient in drawn(Ontology(), count, SEED)), encoding="utf-8")
        wall, processor = _timed("assess", str(path), "--no-branches", "--format", "json")
    print(f"{count} patients: {wall:.2f} s, {count / wall:.0f} a second; {count / processor:.0f} a processor second")
    _cold("ask", TEXT, "--format", "text")
    _cold("assess", str(CASE), "--format", "text")
    print(f"load at the end: {os.getloadavg()[0]:.2f}")
    return 0


def _cold(*arguments: str) -> None:
    times = [_timed(*arguments) for _ in range(RUNS + 1)][1:]
    wall, processor = (statistics.median(column) for column in zip(*times, strict=True))
    print(f"cold `warrant {arguments[0]}`: {wall:.2f} s, {processor:.2f} s of the processor")


def _timed(*arguments: str) -> tuple[float, float]:
    """Seconds on the clock and of the processor that a command took."""
    command: Sequence[str] = (sys.executable, "-m", "api.cli", *arguments)
    before, start = os.times(), time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    wall, after = time.perf_counter() - start, os.times()
    used = (after.children_user - before.children_user) + (after.children_system - before.children_system)
    return wall, used


if __name__ == "__main__":
    raise SystemExit(main())
