"""Graphs of the example patients, and stores over them."""

from __future__ import annotations

import datetime
from functools import cache
from typing import Final

import pyoxigraph as ox

from kg.assess import Assessment
from kg.knowledge import Knowledge
from kg.ontology.compiled import DEFAULT_FOLDER
from kg.readers.case.parsing import parse_yaml
from kg.record.examples import paths
from kg.render import rdf

KNOWLEDGE: Final = Knowledge()
GRAPHED: Final = [path.stem for path in paths(DEFAULT_FOLDER)]


@cache
def assessment(example: str) -> Assessment:
    case = parse_yaml((DEFAULT_FOLDER / "examples" / f"{example}.yaml").read_text(encoding="utf-8"))
    return KNOWLEDGE.assess(KNOWLEDGE.read_case(case, datetime.date.max), with_branches=True)


@cache
def graph(example: str) -> tuple[ox.Quad, ...]:
    return rdf.assessment_graph(assessment(example))


@cache
def store(example: str) -> ox.Store:
    found = ox.Store()
    found.bulk_extend(graph(example))
    return found
