"""Checks of formulas and scores: every derived quantity can be computed as it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kg.authoring.formulas import AGE, WINDOWED
from kg.authoring.schema import Derived, ScoreItemEntry
from kg.authoring.sources import Sources
from kg.errors import Problem
from kg.ontology.arithmetic import ArithmeticProblem, names_in
from kg.ontology.kinds import ConceptKind
from kg.vocabulary.nearest import closest

ONE_ANALYTE: Final = (*WINDOWED, "multiple-of-upper-limit")
COUNTED: Final = (ConceptKind.FINDING, ConceptKind.CONDITION, ConceptKind.HISTORY, ConceptKind.PROCEDURE)
FIELDS: Final = {"expression": "arithmetic", "inputs": "arithmetic", "by_sex": "arithmetic", "items": "points"}
"""Field of a derived quantity → the formula that it belongs to."""


def formula_problems(sources: Sources) -> Iterator[Problem]:
    """Every derived quantity that could not be computed as it stands."""
    analytes = {item.name for item in sources.thresholds.analytes}
    for derived in sources.thresholds.derived:
        where = f"thresholds.yaml: {derived.name}"
        yield from _fields(where, derived)
        for name in derived.inputs.values():
            if name not in analytes:
                yield Problem(
                    f"{where}: inputs", f"unknown quantity {name!r}.", "Name an analyte.", closest(name, analytes)
                )
        if derived.formula == "arithmetic":
            yield from _arithmetic(where, derived)
        for item in derived.items:
            yield from _score_item(where, item, sources)


def _fields(where: str, derived: Derived) -> Iterator[Problem]:
    for field, formula in FIELDS.items():
        if getattr(derived, field) and derived.formula != formula:
            yield Problem(
                f"{where}: {field}", f"is not looked at by {derived.formula!r}.", f"Say `formula: {formula}`."
            )
    if derived.formula in WINDOWED and not derived.within_days:
        yield Problem(f"{where}: within_days", "is missing: a change needs its window.", "Give the days as printed.")
    if derived.formula in ONE_ANALYTE and len(derived.of) != 1:
        yield Problem(f"{where}: of", f"names {len(derived.of)} quantities.", "Name the one that is measured.")
    if derived.formula == "points" and not derived.items:
        yield Problem(f"{where}: items", "is empty.", "List what counts, with its points.")
    if derived.formula in ("arithmetic", "points") and not derived.examples:
        yield Problem(f"{where}: examples", "is empty.", "Give a worked example with its source.")


def _arithmetic(where: str, derived: Derived) -> Iterator[Problem]:
    try:
        named = names_in(derived.expression)
    except ArithmeticProblem as error:
        yield Problem(
            f"{where}: expression", f"{error}.", "Write numbers, inputs, + - * / **, min, max, sqrt, ln, exp."
        )
        return
    known = {*derived.inputs, *derived.by_sex, AGE}
    for name in sorted(named - known):
        yield Problem(
            f"{where}: expression", f"unknown input {name!r}.", "List it under `inputs`.", closest(name, known)
        )
    for name in sorted(known - named - {AGE}):
        yield Problem(f"{where}: inputs", f"{name!r} does not stand in the expression.", "Remove it.")


def _score_item(where: str, item: ScoreItemEntry, sources: Sources) -> Iterator[Problem]:
    aged = item.from_ is not None or item.below is not None
    if sum((bool(item.any), bool(item.sex), aged)) != 1:
        remedy = "Give exactly one of `any`, `sex`, and `from` with `below`."
        yield Problem(f"{where}: items", f"an item of {item.points} points counts nothing, or two things.", remedy)
    for name in item.any:
        if name not in sources.vocabulary:
            remedy, names = "Add it to ontology/terms/ if it is new.", sources.vocabulary.by_name
            yield Problem(f"{where}: items", f"unknown term {name!r}.", remedy, closest(name, names))
        elif sources.vocabulary[name].kind not in COUNTED:
            message = f"{name!r} is a {sources.vocabulary[name].kind}, which no score counts."
            yield Problem(f"{where}: items", message, "Name findings, conditions or procedures.")
