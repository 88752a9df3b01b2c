"""HermiT judges the plain triples of what a claim requires: each follows from the axioms of its situation.

    A0-39 :requires :Cancer   ⟸   SituationOfA0-39 ⊑ ∃hasFinding.Cancer ⊔ ∃hasHistoryOf.Cancer ⊔ ...

Each way that is written out (`:hasAlternative`) can be met by somebody.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox
import pytest

from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.publication.vocabulary import PublicVocabulary, read_vocabulary
from places import ROOT, SUPPORT

pytestmark = pytest.mark.long
PREFIXES: Final = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in terms.PREFIXES.items())
HEADER: Final = ("http://www.w3.org/2002/07/owl#imports", "http://www.w3.org/2002/07/owl#versionIRI")


@dataclass(frozen=True)
class Written:
    """The triples about one claim or exception: its situations, its statements, and those of each alternative."""

    name: str
    situation: str
    common: frozenset[tuple[str, str]]
    ways: tuple[frozenset[tuple[str, str]], ...]


@pytest.fixture(scope="module")
def graph() -> ox.Store:
    store = ox.Store()
    store.load(path=str(ROOT / "ontology" / "warrant.ttl"), format=ox.RdfFormat.TURTLE)
    return store


@pytest.fixture(scope="module")
def vocabulary(ontology: Ontology) -> PublicVocabulary:
    return read_vocabulary(ontology.folder, ontology.index)


def rows(store: ox.Store, query: str) -> list[tuple[str, ...]]:
    found = store.query(PREFIXES + query)
    assert isinstance(found, ox.QuerySolutions)
    return [tuple(terms.local(getattr(cell, "value", "")) for cell in row) for row in found]


@pytest.fixture(scope="module")
def written(graph: ox.Store) -> list[Written]:
    statements: dict[str, set[tuple[str, str]]] = {}
    for node, prop, value in rows(graph, "SELECT ?x ?p ?o { ?x ?p ?o FILTER STRSTARTS(STR(?p), STR(:requires)) }"):
        if node.startswith("claim/") and not prop.startswith("requiresStep"):
            statements.setdefault(node, set()).add((prop, value))
    situations: dict[str, list[str]] = {}
    for node, name in rows(graph, "SELECT ?x ?s { ?x :hasSituation ?s } ORDER BY ?s"):
        situations.setdefault(node, []).append(name)
    ways: dict[str, list[str]] = {}
    for node, way in rows(graph, "SELECT ?x ?way { ?x :hasAlternative ?way }"):
        ways.setdefault(node, []).append(way)
    return [
        Written(
            node,
            " and ".join(names),
            frozenset(statements.get(node, ())),
            tuple(frozenset(statements[way]) for way in ways.get(node, ())),
        )
        for node, names in sorted(situations.items())
    ]


def stated(vocabulary: PublicVocabulary, prop: str, value: str, *, exactly: bool = False) -> str:
    """What a patient has of whom it holds: in one of the contexts that the property comprises, or in its own."""
    patient = {name: mirrored for mirrored, name in vocabulary.mirrored.items()}
    if exactly and prop in patient:
        return _atom(patient[prop], value)
    below = [name for name in patient if prop in _above(vocabulary, name)]
    return "(" + " or ".join(_atom(patient[name], value) for name in below) + ")"


def _above(vocabulary: PublicVocabulary, prop: str) -> list[str]:
    found = [prop]
    while vocabulary.parents.get(found[-1]):
        found.append(vocabulary.parents[found[-1]])
    return found


def _atom(prop: str, value: str) -> str:
    if prop in ("hasCurrentMeasurement", "hasMeasurement", "hasPriorMeasurement", "hasDerivedQuantity"):
        return f"({prop} some (meetsLimit value {value}))"
    absent = prop.startswith(("hasAbsent", "hasNo", "lacks", "hasSole"))
    return f"({prop} value {value})" if absent else f"({prop} some {value})"


def narrowest(statements: frozenset[tuple[str, str]], vocabulary: PublicVocabulary) -> list[tuple[str, str]]:
    """The statements without those that a sub-property says more exactly."""
    implied = {(above, value) for prop, value in statements for above in _above(vocabulary, prop)[1:]}
    return sorted(statements - implied)


def judged(source: Path, expressions: list[str]) -> list[Any]:
    """Of each expression whether it can have an instance, by HermiT."""
    if importlib.util.find_spec("jpype") is None:
        pytest.skip("HermiT is not at hand: pip install 'warrant[hermit]'")
    quads = ox.parse(path=str(ROOT / "ontology" / "warrant.ttl"))
    lines = (f"{quad.triple} ." for quad in quads if quad.predicate.value not in HEADER)
    # a query goes by short names: what is printed in a claim shares them with the limits that it leads to
    source.write_text("\n".join(line for line in lines if f"<{terms.BASE}limit/" not in line) + "\n")
    asked = {"source": str(source), "queries": [{"expression": one, "want": "Satisfiable"} for one in expressions]}
    command = [sys.executable, str(SUPPORT / "dl_query_worker.py")]
    run = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=False, timeout=1500)
    assert run.returncode == 0, run.stderr
    return list(json.loads(run.stdout))


def test_each_plain_triple_follows_and_each_way_can_be_met(
    written: list[Written], vocabulary: PublicVocabulary, tmp_path: Path
) -> None:
    # Given every claim and exception that has a condition, with its triples
    assert len(written) > 150
    assert sum(len(one.common) for one in written) > 400
    impossible: dict[str, tuple[object, ...]] = {}
    possible: dict[str, tuple[object, ...]] = {}
    for one in written:
        for prop, value in sorted(one.common):
            impossible[f"{one.situation} and not {stated(vocabulary, prop, value)}"] = (one.name, prop, value)
        for number, way in enumerate(one.ways or (one.common,), 1):
            met = " and ".join(stated(vocabulary, *statement, exactly=True) for statement in narrowest(way, vocabulary))
            possible[met] = (one.name, "way", number)

    # When HermiT looks for a patient of the situation without what is required, and for one who meets a way
    answers = judged(tmp_path / "warrant.nt", [*impossible, *possible])

    # Then there is none of the first kind, and one of the second
    found = dict(zip([*impossible, *possible], answers, strict=True))
    assert {impossible[text]: found[text] for text in impossible if found[text] is not False} == {}
    assert {possible[text]: found[text] for text in possible if found[text] is not True} == {}
