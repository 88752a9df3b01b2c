"""Axioms mutated one by one: dropped, weakened, a bound changed. The tests catch the mutants that matter.

A mutant matters if it changes the outcome of a claim for a patient of the clinical cases, for one that was built for
a claim or for one drawn at random. It is caught if a clinical case or a kept outcome of a built patient changes. It is
worked out by the checker's forward chaining, whose rules can be exchanged.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any, Final

import pytest

from boundary_outcomes import boundary_outcomes
from certified import KNOWLEDGE
from clinical_cases import clinical_cases
from fixtures import TODAY
from kg.assess.quarantine import settle
from kg.certificate.countermodels import FAILS, HOLDS, decided
from kg.certificate.statement import facts_of, record_json
from kg.errors import CaseError
from kg.facts.patient import PatientFacts
from kg.judges.patients import drawn
from kg.proof.axiom_files import Triple, holds
from kg.proof.least_model import ClassRule, LeastModel, LeastModels
from kg.readers.text import read_text

MUTANTS: Final = int(os.environ.get("WARRANT_AXIOM_MUTANTS", "30"))
DRAWN: Final = 200
OUTCOMES: Final = ("applicable", "excluded", "not", "applies_exactly", "undetermined")
Outcomes = tuple[frozenset[str], frozenset[str]]
Expected = Mapping[str, Any]


@dataclass(frozen=True)
class Patient:
    """A patient's assertions, what follows from them, and what a case expects."""

    facts: list[Triple]
    patient: str
    base: LeastModel
    expected: Expected

    def outcomes(self, model: LeastModel) -> Outcomes:
        return decided(model, self.patient, HOLDS), decided(model, self.patient, FAILS)


def keeps(expected: Expected, found: Outcomes) -> bool:
    """Whether outcomes are those that a case expects."""
    applies, excluded = found
    return (
        set(expected.get("applicable", ())) <= applies
        and set(expected.get("excluded", ())) <= excluded - applies
        and applies.isdisjoint(expected.get("not", ()))
        and set(expected.get("applies_exactly", applies)) == applies
        and set(expected.get("excluded_exactly", excluded - applies)) == excluded - applies
        and (applies | excluded).isdisjoint(expected.get("undetermined", ()))
    )


def patients(models: LeastModels, random: Random) -> list[Patient]:
    rows: list[tuple[PatientFacts, Expected]] = []
    for case in clinical_cases():
        wanted: Expected = {name: case.expected[name] for name in OUTCOMES if name in case.expected}
        try:
            if isinstance(case.given, str):
                facts = read_text(case.given, KNOWLEDGE.names, case.as_of).facts
            else:
                facts = KNOWLEDGE.read_case({"as_of": str(case.as_of), **case.given}, case.as_of)
        except CaseError:
            continue
        if wanted and not case.defect:
            rows.append((facts, wanted))
    for one in boundary_outcomes():
        rows.append(
            (KNOWLEDGE.read_case(one.case, TODAY), {"applies_exactly": one.applicable, "excluded": one.excluded})
        )
    rows += [(patient.facts, {}) for patient in drawn(KNOWLEDGE.ontology, DRAWN, random.randrange(1000))]
    found = []
    for facts, wanted in rows:
        record = settle(KNOWLEDGE.ontology, KNOWLEDGE.engine, facts).record
        given = facts_of(record_json(record))
        found.append(Patient(given, record.patient, models.of(given), wanted))
    return found


def mutated(rule: ClassRule, random: Random) -> Iterator[ClassRule | None]:
    """A rule dropped, with one condition less, with another bound."""
    yield None
    if rule.body[0] == "and":
        parts = list(rule.body[1])
        gone = random.randrange(len(parts))
        yield rule._replace(body=("and", parts[:gone] + parts[gone + 1 :]))
    if (moved := _moved(rule.body, random.choice((Decimal("0.8"), Decimal("1.25"))))) != rule.body:
        yield rule._replace(body=moved)


def _moved(body: tuple[Any, ...], factor: Decimal) -> tuple[Any, ...]:
    kind, *rest = body
    if kind == "facet":
        return (kind, rest[0], [(facet, limit * factor) for facet, limit in rest[1]])
    if kind in ("and", "or"):
        return (kind, [_moved(part, factor) for part in rest[0]])
    return body


@contextmanager
def exchanged(models: LeastModels, rule: ClassRule, other: ClassRule | None) -> Iterator[None]:
    """The models with another rule in the place of one, or with none."""
    tables = [models.by_trigger, models.by_link, *models.by_filler.values()]
    places = [rows for table in tables for rows in table.values() if rule in rows]  # type: ignore[attr-defined]
    for rows in places:
        rows[rows.index(rule)] = other or rule._replace(body=("or", []))
    try:
        yield
    finally:
        for rows in places:
            rows[rows.index(other or rule._replace(body=("or", [])))] = rule


def fires(body: tuple[Any, ...], one: Patient) -> frozenset[str]:
    names = {s for s, _, _ in one.facts} | {o for _, _, o in one.facts if o.startswith(one.patient)}
    return frozenset(s for s in names if holds(body, s, one.base.ends, one.base.differ))


@pytest.mark.long
def test_the_kept_cases_catch_the_mutants_that_matter() -> None:
    random, models = Random(17), LeastModels(KNOWLEDGE.base.checker.files)
    known = patients(models, random)
    before = [one.outcomes(one.base) for one in known]
    assert all(keeps(one.expected, found) for one, found in zip(known, before, strict=True))
    rules = {id(rule): rule for rows in models.concluding.values() for rule in rows}.values()
    sources = {rule.axiom: models.files.axioms[rule.axiom].source for rule in rules}
    of_claims = [rule for rule in rules if sources[rule.axiom].startswith("claim/") or "xsd:decimal" in rule.axiom]
    matter, caught, missed = 0, 0, []
    for rule in random.sample(of_claims, MUTANTS):
        for other in mutated(rule, random):
            body = other.body if other else ("or", [])
            touched = [n for n, one in enumerate(known) if fires(rule.body, one) != fires(body, one)]
            with exchanged(models, rule, other):
                after = {n: known[n].outcomes(models.of(known[n].facts)) for n in touched}
            changed = [n for n in touched if after[n] != before[n]]
            if changed:
                matter += 1
                good = any(not keeps(known[n].expected, after[n]) for n in changed)
                caught += good
                missed += [] if good else [f"{rule.axiom} -> {body}"]
    print(f"{caught} of {matter} mutants that matter are caught", *missed, sep="\n")
    assert matter
    assert caught >= 0.95 * matter
