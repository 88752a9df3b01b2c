"""A thousand generated claims: the engine concludes what the generator's description entails, by other means.

The oracle below knows the description only: it fills sets until nothing is added, without features, rules or Turtle.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bench.generate import write
from bench.records import record
from bench.world import Claim, Condition, Patient, World, grown, patients, world
from kg.ontology.modules import ModuleFiles
from kg.reasoner.engine import Engine

LISTS = {"suggests": "hasDifferential", "refutes": "hasArgumentAgainst", "recommends": "hasNextStep"}
Values = dict[str, set[str]]


class Oracle:
    """What holds of one patient."""

    def __init__(self, found: World, patient: Patient) -> None:
        self.world, self.values = found, dict(patient.values)
        self.found = {up for concept in patient.present for up in self.above(concept)}
        self.history = {up for concept in patient.history for up in self.above(concept)}
        concepts = range(found.concepts)
        self.absent = {concept for concept in concepts if self.above(concept) & set(patient.absent)}
        self.no_history = {concept for concept in concepts if self.above(concept) & set(patient.no_history)}

    def above(self, concept: int | None) -> set[int]:
        found = set()
        while concept is not None:
            found.add(concept)
            concept = self.world.parent(concept)
        return found

    def holds(self, condition: Condition, truth: bool) -> bool:
        if condition.kind == "finding":
            return condition.target in (self.found if truth else self.absent)
        if condition.kind == "history":
            return condition.target in (self.history if truth else self.no_history)
        value = self.values.get(condition.target)
        return value is not None and ((float(value) < condition.limit) == (condition.kind == "below")) == truth

    def reading(self, claim: Claim, number: int) -> bool:

        parts = [[self.world.conditions[one] for one in part] for part in claim.readings[number]]
        return all(any(self.holds(one, True) for one in part) for part in parts)

    def fails(self, claim: Claim, number: int) -> bool:
        parts = [[self.world.conditions[one] for one in part] for part in claim.readings[number]]
        return any(all(self.holds(one, False) for one in part) for part in parts)

    def conclude(self) -> Mapping[str, frozenset[str]]:
        before = -1
        while before != len(self.found):
            before = len(self.found)
            for claim in self.world.claims:
                if claim.witness is not None and self.reading(claim, 0):
                    self.found |= self.above(claim.witness)
        values: Values = {
            "hasClash": {f"Finding{concept}" for concept in self.found & self.absent},
            "hasAbsent": {f"Finding{concept}" for concept in self.absent},
        }
        for name, value in self.claims():
            values.setdefault(name, set()).add(value)
        return {name: frozenset(some) for name, some in values.items()}

    def claims(self) -> Iterator[tuple[str, str]]:
        for number, claim in enumerate(self.world.claims):
            readings = range(len(claim.readings))
            holding = [one for one in readings if self.reading(claim, one)]
            failing = [one for one in readings if self.fails(claim, one)]
            yield from (("holdsInReading", f"claim/{number}/reading/{one}") for one in holding)
            yield from (("failsInReading", f"claim/{number}/reading/{one}") for one in failing)
            if len(holding) == len(readings):
                yield "claimApplies", f"claim/{number}"
                yield LISTS[claim.predicate], f"Finding{claim.target}"
            if len(failing) == len(readings):
                yield "claimExcluded", f"claim/{number}"


def compare(found: World, folder: Path, some: tuple[Patient, ...]) -> dict[str, int]:
    """Every list of every patient; returns how many conclusions there were of each kind."""
    write(found, folder)
    engine = Engine(ModuleFiles(folder))
    counts: dict[str, int] = {}
    for patient in some:
        (closure,) = engine.infer([record(patient)])
        expected = Oracle(found, patient).conclude()
        assert {name: names for name, names in closure.values.items() if names} == {
            k: v for k, v in expected.items() if v
        }
        for name, names in expected.items():
            counts[name] = counts.get(name, 0) + len(names)
    return counts


@pytest.mark.parametrize("dense", [False, True], ids=["sparse", "dense"])
def test_a_thousand_claims_twenty_patients(dense: bool, tmp_path: Path) -> None:
    found = world(1000, dense)
    counts = compare(found, tmp_path, patients(found, 20, dense))
    assert min(counts[name] for name in (*LISTS.values(), "claimApplies", "claimExcluded", "hasClash")) > 0
    assert counts["claimApplies"] >= (200 if dense else 60)


def test_added_claims_change_nothing_for_a_patient_who_meets_none_of_them(tmp_path: Path) -> None:
    base = world(100, dense=False)
    patient = patients(base, 1, dense=False)[0]
    oracle = Oracle(base, patient)
    shared = [number for number, one in enumerate(base.conditions) if oracle.holds(one, True)]
    shared = [number for number in shared if not oracle.holds(base.conditions[number], False)]
    compare(base, tmp_path / "base", (patient,))
    more = grown(base, 200, 100, shared)
    compare(more, tmp_path / "more", (patient,))
    engines = [Engine(ModuleFiles(tmp_path / name)) for name in ("base", "more")]
    before, after = (engine.infer([record(patient)]) for engine in engines)
    assert before[0].values == after[0].values


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(world(100, dense=True, seed=7), tmp_path / name)
    assert ModuleFiles(tmp_path / "one").digest == ModuleFiles(tmp_path / "two").digest
    write(world(100, dense=True, seed=8), tmp_path / "three")
    assert ModuleFiles(tmp_path / "one").digest != ModuleFiles(tmp_path / "three").digest
