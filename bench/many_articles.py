"""An ontology of many articles, made from those there are under other names: what compiling and answering then cost.

python -m bench.many_articles 100 --folder build/many
"""

from __future__ import annotations

import argparse
import datetime
import re
import resource
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

import yaml

from kg import render
from kg.authoring.compiler import write
from kg.knowledge import Knowledge
from kg.ontology.compiled import DEFAULT_FOLDER

SOURCES: Final = ("core.ttl", "sources.yaml", "thresholds.yaml", "intervals.yaml", "alerts.yaml", "public.yaml")
DAY: Final = datetime.date(2026, 2, 10)
T = TypeVar("T")


def make(folder: Path, count: int) -> None:
    """Write the sources of so many articles: the ones of the ontology, and copies with other ids, slugs and names."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(DEFAULT_FOLDER, folder, ignore=shutil.ignore_patterns("teaching", "modules", "asks.npz"))
    originals = sorted((folder / "articles").glob("*.yaml"))
    for number in range(count - len(originals)):
        path = originals[number % len(originals)]
        copy = renamed(path.read_text(encoding="utf-8"), f"M{number:03d}", f"copy-{number:03d}")
        (folder / "articles" / f"copy-{number:03d}.yaml").write_text(copy, encoding="utf-8")


def renamed(text: str, identifier: str, slug: str) -> str:
    """An article with another id and slug; claims, and situations by name, follow."""
    data = yaml.load(text, yaml.CSafeLoader)
    old = data["article"]["id"]
    text = re.sub(rf"\b{old}-(?=\d\d)", f"{identifier}-", text)
    text = text.replace(f"  id: {old}\n", f"  id: {identifier}\n", 1)
    text = text.replace(f"slug: {data['article']['slug']}", f"slug: {slug}", 1)
    for name in sorted(data.get("situations", {}), key=len, reverse=True):
        text = re.sub(rf"\b{name}\b", f"{name}Of{identifier}", text)
    return text


def timed(what: str, work: Callable[[], T]) -> T:
    """What the work gives; prints its processor and wall time, and the most memory that was used so far."""
    cpu, wall = time.process_time(), time.monotonic()
    found = work()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{what}: {time.process_time() - cpu:.2f} s CPU, {time.monotonic() - wall:.2f} s, {memory:.0f} MB", flush=True
    )
    return found


def main() -> None:
    """Make the articles or, with `--answer`, measure a first and a second answer in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=100)
    parser.add_argument("--folder", type=Path, default=Path("build") / "many")
    parser.add_argument("--answer", action="store_true")
    options = parser.parse_args()
    if options.answer:
        _answers(options.folder)
        return
    make(options.folder, options.count)
    timed(f"compile {options.count} articles", lambda: write(options.folder))
    path = max((options.folder / "articles").glob("copy-*.yaml"))
    path.write_text(
        path.read_text(encoding="utf-8").replace("strength: suggests", "strength: can", 1), encoding="utf-8"
    )
    timed("compile again after one change", lambda: write(options.folder))


def _answers(folder: Path) -> None:
    facts = {"age": 60, "sex": "female", "findings": [{"concept": "pancytopenia"}, {"concept": "anemia"}]}
    knowledge = Knowledge(folder)
    found = timed("first answer", lambda: knowledge.assess_case(facts, DAY))
    text = timed("as JSON", lambda: render.dumps(render.as_json(found), indent=None))
    print(f"answer of {len(text) / 1000:.0f} kB, {len(knowledge.ontology.claims)} claims")
    again = {**facts, "age": 61}
    timed("second answer", lambda: render.dumps(render.as_json(knowledge.assess_case(again, DAY)), indent=None))


if __name__ == "__main__":
    main()
