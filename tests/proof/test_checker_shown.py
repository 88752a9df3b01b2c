"""The checker on what is shown beside a proof: passages, markers, sentences; and its independence."""

from __future__ import annotations

import ast
import copy
import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fixtures import Records
from kg.assess import assess
from kg.ontology.compiled import Ontology
from kg.proof import axiom_files, checker, citations, conclusion_names, last_steps, least_model
from kg.proof.checker import Checker, Rejected
from kg.proof.derivations import Conclusion
from kg.proof.engine_trace import derivations
from kg.proof.proof import Explainer
from kg.reasoner.engine import Engine
from kg.record.record import Record
from kg.render.explanation import explain, explanation_json
from patients import ADULT, P, b12, hb

Json = dict[str, Any]
APPLIES = Conclusion(P, "claimApplies", "claim/A0-44")
TWICE = Conclusion(P, "type", "PatientWithAtLeast2VitaminB12AtLeast1000")


@pytest.fixture(scope="module")
def engine(ontology: Ontology) -> Engine:
    return Engine(ontology)


@pytest.fixture(scope="module")
def judge(ontology: Ontology) -> Checker:
    return Checker(ontology.files)


@pytest.fixture(scope="module")
def patient(records: Records) -> Record:
    """In cancer, with a haemoglobin over 10 g/dL and two high values of B12."""
    values = [hb(11), b12(1250), b12(1100, date="2025-11-01")]
    return records(**ADULT, diagnoses=[{"concept": "breast cancer"}], measurements=values)


@pytest.fixture(scope="module")
def explainer(engine: Engine, patient: Record) -> Explainer:
    return Explainer(derivations(engine, engine.saturate(patient)))


def facts(record: Record) -> list[tuple[str, ...]]:
    pairs = [(left, "differentFrom", right) for group in record.different for left in group for right in group]
    return [*((item.subject, item.predicate, item.object) for item in record.assertions), *pairs]


# -- what is shown beside a proof


def shown(explainer: Explainer, ontology: Ontology, record: Record, name: str) -> Json:
    """What `warrant explain --format json` prints of a conclusion."""
    assessment = assess(ontology, Engine(ontology), record.facts)
    data: Json = json.loads(json.dumps(explanation_json(explain(assessment, name))))
    return data


def leaves(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every leaf of some JSON data; an empty list or object is one."""
    rows = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    found = [leaf for key, value in rows for leaf in leaves(value, (*path, key))]
    yield from found or [path]


def changed(value: Any) -> list[Any]:
    """Other values of the same kind, and one of another."""
    match value:
        case bool():
            return [not value, None]
        case int():
            return [value + 1, -value, str(value)]
        case str():
            return [value + "x", value[1:], "resolved", None]
        case _:
            return [1]


def mutants(data: Json, path: tuple[Any, ...]) -> Iterator[Json]:
    """A leaf changed, dropped, and given twice where it stands in a list."""
    *outer, last = path
    found = data
    for key in outer:
        found = found[key]
    for value in changed(found[last]):
        yield edited(data, outer, partial(put, last, value))
    yield edited(data, outer, lambda place: place.__delitem__(last))
    if isinstance(found, list):
        yield edited(data, outer, lambda place: place.insert(last, place[last]))


def put(key: Any, value: Any, place: Any) -> None:
    place[key] = value


def edited(data: Json, outer: list[Any], edit: Callable[[Any], None]) -> Json:
    found = mutant = copy.deepcopy(data)
    for key in outer:
        found = found[key]
    edit(found)
    return mutant


@pytest.mark.parametrize("name", ["A0-44", "contraindication:esa"])
def test_every_leaf_of_an_explanation_is_judged(
    name: str, judge: Checker, ontology: Ontology, explainer: Explainer, patient: Record
) -> None:
    # Given an explanation that is accepted, when one leaf of it is changed, dropped or doubled, then it is rejected
    data, given = shown(explainer, ontology, patient, name), facts(patient)
    judge.check_explanation(data, given)
    accepted, seen = [], 0
    for path in leaves(data):
        for mutant in mutants(data, path):
            if mutant != data:
                seen += 1
                accepted += [path] if accepts(judge, mutant, given) else []
    assert seen > 500
    assert not accepted


def accepts(judge: Checker, mutant: Json, given: list[tuple[str, ...]]) -> bool:
    try:
        judge.check_explanation(mutant, given)
    except Rejected:
        return False
    return True


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("sources", 0, "passage", "start"), 0),
        (("sources", 0, "markers", 0, "state"), "resolved"),
        (("sources",), []),
        (("sentence",), "patient claim applies A0-40"),
        (("steps", 0, "sentence"), "said otherwise"),
        (("alternatives",), 7),
        (("justifications", 0), []),
    ],
    ids=[
        "an offset",
        "a marker's state",
        "no sources",
        "the sentence",
        "a step's sentence",
        "the number of ways",
        "no reason",
    ],
)
def test_what_is_shown_must_be_true(
    path: tuple[Any, ...], value: Any, judge: Checker, ontology: Ontology, explainer: Explainer, patient: Record
) -> None:
    data = shown(explainer, ontology, patient, "A0-44")
    *outer, last = path
    with pytest.raises(Rejected):
        judge.check_explanation(edited(data, outer, partial(put, last, value)), facts(patient))


# -- independence


INDEPENDENT = (axiom_files, checker, citations, conclusion_names, last_steps, least_model)


@pytest.mark.parametrize("module", INDEPENDENT, ids=lambda module: str(module.__name__))
def test_the_checker_imports_nothing_but_itself_the_standard_library_and_a_parser(module: ModuleType) -> None:
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    own = {other.__name__ for other in INDEPENDENT}
    assert {name.split(".")[0] for name in names - own} - sys.stdlib_module_names <= {"pyoxigraph"}
    calls = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not calls & {"__import__", "eval", "exec"}
