"""The golden questions: asked as a stranger would, of the dataset in SPARQL and of the product to browse in DL."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import yaml

from kg.ontology import terms
from kg.store.dataset import open_kept
from places import ROOT, SUPPORT

GOLDEN = ROOT / "queries" / "golden"
DL: list[dict[str, Any]] = yaml.safe_load((GOLDEN / "dl.yaml").read_text(encoding="utf-8"))
SPARQL: list[dict[str, Any]] = yaml.safe_load((GOLDEN / "sparql.yaml").read_text(encoding="utf-8"))
PREFIXES = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in terms.PREFIXES.items())
HEADER = ("http://www.w3.org/2002/07/owl#imports", "http://www.w3.org/2002/07/owl#versionIRI")


@pytest.fixture(scope="module")
def store() -> ox.Store:
    return open_kept()


def cell(value: object) -> str:
    text = terms.local(getattr(value, "value", ""))
    return text.removeprefix("claim/")


def test_there_are_thirty_and_forty_questions_and_each_is_short() -> None:
    assert len({one["dl"] for one in DL}) == 30
    assert len({one["sparql"] for one in SPARQL}) == 40
    assert all(len(one["sparql"]) <= 12 * 120 and one["answers"] for one in SPARQL)


@pytest.mark.parametrize("one", SPARQL, ids=lambda one: one["ask"])
def test_a_question_in_sparql_has_its_answer(one: dict[str, Any], store: ox.Store) -> None:
    solutions = store.query(PREFIXES + one["sparql"])
    assert isinstance(solutions, ox.QuerySolutions)
    assert sorted(" | ".join(map(cell, row)) for row in solutions) == one["answers"]


@pytest.mark.long
def test_a_question_in_dl_has_its_answer_by_hermit(tmp_path: Path) -> None:
    # Given the product to browse, alone
    if importlib.util.find_spec("jpype") is None:
        pytest.skip("HermiT needs the extra `hermit`: pip install 'warrant[hermit]'")
    source = tmp_path / "warrant.nt"
    quads = ox.parse(path=str(ROOT / "ontology" / "warrant.ttl"))
    source.write_text("\n".join(f"{quad.triple} ." for quad in quads if quad.predicate.value not in HEADER) + "\n")

    # When HermiT is asked as Protégé's tab asks it
    asked = json.dumps({"source": str(source), "queries": [{"expression": q["dl"], "want": q["box"]} for q in DL]})
    command = [sys.executable, str(SUPPORT / "dl_query_worker.py")]
    run = subprocess.run(command, input=asked, capture_output=True, text=True, check=False, timeout=600)
    assert run.returncode == 0, run.stderr

    # Then each answer is the one that the claims call for
    found = {one["ask"]: answer for one, answer in zip(DL, json.loads(run.stdout), strict=True)}
    assert found == {one["ask"]: one["answers"] for one in DL}
