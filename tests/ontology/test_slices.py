"""Our tree beside a slice of HPO: where both know two concepts, what is narrower there is narrower here."""

from __future__ import annotations

import csv
from collections import defaultdict
from itertools import permutations
from pathlib import Path

import pytest

from kg.ontology.compiled import Ontology
from places import ROOT

SLICE = ROOT / "ontology" / "slices" / "hpo.tsv"
MAPPINGS = ROOT / "ontology" / "mappings.sssom.tsv"
SAME = ("skos:exactMatch", "skos:closeMatch")
# HPO has pancytopenia beside the low counts that it consists of; here it is each of them, as its definition in A1 says,
# so that a rule about anaemia holds of it.
ONLY_OURS = {
    ("Pancytopenia", "Anemia"), ("Pancytopenia", "Leukopenia"), ("Pancytopenia", "Thrombocytopenia"),
}  # fmt: skip


def table(path: Path) -> list[dict[str, str]]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t"))


@pytest.fixture(scope="module")
def above() -> dict[str, set[str]]:
    """Term of HPO → every term above it."""
    parents = defaultdict(set)
    for row in table(SLICE):
        parents[row["term"]].add(row["parent"])
    found = {}
    for term in list(parents):
        seen: set[str] = set()
        todo = [term]
        while todo:
            new = parents.get(todo.pop(), set()) - seen
            seen |= new
            todo += new
        found[term] = seen
    return found


@pytest.fixture(scope="module")
def mapped(above: dict[str, set[str]]) -> dict[str, str]:
    """Concept → its term, for the terms of the slice."""
    rows = [row for row in table(MAPPINGS) if row["predicate_id"] in SAME and row["object_id"] in above]
    return {row["subject_id"].partition(":")[2]: row["object_id"] for row in rows}


def test_the_slice_holds_several_of_our_concepts(mapped: dict[str, str]) -> None:
    assert len(mapped) >= 12
    assert mapped["Anemia"] == "HP:0001903"


def test_narrower_there_is_narrower_here_and_the_other_way_round(
    mapped: dict[str, str], above: dict[str, set[str]], ontology: Ontology
) -> None:
    pairs = list(permutations(mapped, 2))
    theirs = {(one, other) for one, other in pairs if mapped[other] in above[mapped[one]]}
    here = {(one, other) for one, other in pairs if other in ontology.ancestors(one)}
    assert theirs
    assert theirs - here == set()
    assert here - theirs == ONLY_OURS
