"""Measures everything in one run and writes bench/README.md: `python -m bench.run [--cap SECONDS]`.

`--quick` stops at 1,000 claims, gives rivals 20 seconds and prints the page.

Every figure comes from a process of its own (`bench.child`). A rival that has not finished a size within the cap is
not asked for a larger one.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.report import report

SIZES: Final = (100, 1_000, 10_000, 100_000)
DENSITIES: Final = ("sparse", "dense")
RIVALS: Final = ("hermit", "owlrl", "reasonable")
CALLS: Final = {"hermit": 2, "owlrl": 1, "reasonable": 1}
QUICK_CAP: Final = 20
QUICK_SIZE: Final = 1_000
BASE: Final = 1_000
MORE: Final = 99_000
SHARING: Final = 9_900
PACKAGES: Final = ("pyoxigraph", "owlready2", "owlrl", "reasonable", "rdflib")
Result = dict[str, Any]


@dataclass
class Bench:
    """One run; `results` by what was measured."""

    place: Path
    cap: float
    sizes: tuple[int, ...]
    results: dict[str, Result] = field(default_factory=dict)

    def run(self) -> None:
        self.articles()
        for size in self.sizes:
            for density in DENSITIES:
                self.generated(size, density)
        if max(self.sizes) >= BASE + MORE:
            self.growth()

    def articles(self) -> None:
        place = self.place / "articles"
        found = self.child("articles", "examples", place)
        self.child("articles compiled", "compiled", found["folder"])
        self.measure("articles engine", found["folder"], place)

    def generated(self, size: int, density: str) -> None:
        name, place = f"{density} {size}", self.place / f"{density}-{size}"
        self.child(name, "prepare", place, size, density)
        self.child(name + " compiled", "compiled", place)
        self.measure(name + " engine", place, place)
        for rival in RIVALS:
            smaller = [self.results.get(f"{density} {one} {rival}", {}) for one in self.sizes if one < size]
            if all("seconds" in one for one in smaller):
                self.child(f"{name} {rival}", rival, place, place / "patients.json", self.cap)

    def growth(self) -> None:
        place = self.place / "growth"
        self.child("growth", "grow", place, BASE, MORE, SHARING)
        for name in ("before", "after"):
            self.child(f"growth {name} compiled", "compiled", place / name)
            self.measure(f"growth {name} engine", place / name, place / name)

    def measure(self, name: str, ontology: object, place: Path) -> None:
        self.child(name, "engine", ontology, place / "patients.json")

    def child(self, name: str, task: str, *given: object) -> Result:
        """One child process, within the cap where the task is a rival's."""
        command = [sys.executable, "-m", "bench.child", task, *map(str, given)]
        limit = CALLS[task] * self.cap + 30 if task in RIVALS else None
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=False)
            found = json.loads(done.stdout) if done.returncode == 0 else {"error": done.stderr.strip()[-200:]}
        except subprocess.TimeoutExpired:
            found = {"error": "timeout"}
        if task in RIVALS and float(found.get("seconds", 0)) > self.cap:
            found = {"error": "timeout"}
        if task not in RIVALS and "error" in found:
            raise SystemExit(f"{name}: {found['error']}")
        print(name, json.dumps(found), flush=True)
        self.results[name] = found
        return found


def machine() -> Iterator[tuple[str, str]]:
    """What the run ran on: nothing that names a host or a path."""
    yield "date", datetime.date.today().isoformat()
    yield "processor", _line(Path("/proc/cpuinfo"), "model name") or platform.machine()
    yield "cores", str(os.cpu_count())
    yield "memory", f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    yield "load before the run", f"{os.getloadavg()[0]:.1f}"
    yield "system", f"{platform.system()} {platform.release().split('-')[0]}"
    yield "Python", platform.python_version()
    yield from ((name, importlib.metadata.version(name)) for name in PACKAGES)


def _line(path: Path, name: str) -> str:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, a short cap, nothing written")
    parser.add_argument("--cap", type=float, default=600, help="seconds for a rival at a size")
    parser.add_argument("--largest", type=int, default=SIZES[-1], help="the largest number of claims")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("README.md"))
    given = parser.parse_args()
    if given.quick:
        given.cap, given.largest, given.output = QUICK_CAP, QUICK_SIZE, None
    about = dict(machine())
    with tempfile.TemporaryDirectory(prefix="warrant-bench-") as place:
        os.environ["WARRANT_CACHE"] = str(Path(place) / "cache")
        bench = Bench(Path(place), given.cap, tuple(size for size in SIZES if size <= given.largest))
        bench.run()
    page = report(bench.results, about, given.cap)
    if given.output:
        given.output.write_text(page, encoding="utf-8")
    else:
        print(page)


if __name__ == "__main__":
    main()
