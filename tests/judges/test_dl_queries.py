"""The DL queries of ontology/README.md: each parses and has an answer by HermiT, with three patients."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from kg.ontology.compiled import Ontology
from places import SUPPORT

PATIENTS = (
    "a0-survivor-with-low-counts-and-high-b12",
    "a1-pancytopenia-with-low-iron-and-high-b12",
    "a4-cancer-with-high-b12",
)
HEADER = ("http://www.w3.org/2002/07/owl#imports", "http://www.w3.org/2002/07/owl#versionIRI")


@dataclass(frozen=True)
class Query:
    """A question, the box to tick in Protégé, and the class expression."""

    question: str
    want: str
    expression: str


def collect(guide: str) -> list[Query]:
    """The queries of every block that is marked `dl`: a comment with question and box, then the expression."""
    blocks = re.findall(r"^```dl\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)
    pattern = r"^# (.+) \[(Instances|Subclasses)\]\n([^#\n].*)$"
    return [Query(*match) for block in blocks for match in re.findall(pattern, block, re.MULTILINE)]


@pytest.fixture(scope="module")
def queries(ontology: Ontology) -> list[Query]:
    return collect((ontology.folder / "README.md").read_text(encoding="utf-8"))


def n_triples(ontology: Ontology, target: Path) -> Path:
    """The ontology and the three patients as one file without imports."""
    patients = [ontology.folder / "examples" / f"{name}.ttl" for name in PATIENTS]
    parsed = (ox.parse(path=str(path), rename_blank_nodes=True) for path in (*ontology.files, *patients))
    quads = (quad for file in parsed for quad in file)
    lines = [f"{quad.triple} ." for quad in quads if quad.predicate.value not in HEADER]
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return target


def ask(source: Path, queries: list[Query]) -> Any:
    worker = SUPPORT / "dl_query_worker.py"
    asked = json.dumps({"source": str(source), "queries": [asdict(query) for query in queries]})
    command = [sys.executable, str(worker)]
    run = subprocess.run(command, input=asked, capture_output=True, text=True, check=False, timeout=300)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_the_guide_has_ten_queries(queries: list[Query], ontology: Ontology) -> None:
    # Given the editors' guide, when its blocks are collected, then there are ten, all different, and no line is lost.
    guide = (ontology.folder / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"^```dl\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)[0].splitlines()
    assert len({query.expression for query in queries}) == 10
    assert len([line for line in lines if line]) == 2 * len(queries)


@pytest.mark.long
def test_each_query_parses_and_has_an_answer(queries: list[Query], ontology: Ontology, tmp_path: Path) -> None:
    # Given the ontology, the patients of the three articles, and a query that has no answer and one that is broken
    if importlib.util.find_spec("jpype") is None:
        pytest.skip("HermiT needs the extra `hermit`: pip install 'warrant[hermit]'")
    empty = Query("Nobody", "Instances", "Claim and Patient")
    broken = Query("What?", "Instances", "Claim and hasFinding thing")

    # When HermiT is asked
    *answers, none, complaint = ask(n_triples(ontology, tmp_path / "all.nt"), [*queries, empty, broken])

    # Then each of the guide's has an answer, and the other two show that the test can tell
    pairs = list(zip(queries, answers, strict=True))
    assert [pair for pair in pairs if not isinstance(pair[1], list)] == []
    assert [query for query, answer in pairs if not answer] == []
    assert none == []
    assert complaint.startswith("does not parse")
