"""ELK as a third judge: over the OWL API, brought by Maven, it closes invented patients as the engine does."""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest

from kg.judges.agreement import judge
from kg.judges.elk import Elk
from kg.ontology.compiled import Ontology
from kg.reasoner.closure import Closure
from kg.reasoner.engine import Engine
from kg.record.record import Record
from robot_tool import classpath

PATIENTS = int(os.environ.get("WARRANT_ELK", "40"))


class Forgetful:
    """An engine that forgets one value of the first patient."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def infer(self, records: Sequence[Record]) -> tuple[Closure, ...]:
        first, *others = self.engine.infer(records)
        prop = next(prop for prop, values in first.values.items() if values)
        values = {**first.values, prop: frozenset(sorted(first.values[prop])[1:])}
        return (Closure(first.patient, first.types, values), *others)


@pytest.fixture(scope="module")
def elk(ontology: Ontology) -> Elk:
    return Elk(ontology, classpath().split(os.pathsep))


@pytest.mark.long
def test_engine_and_elk_infer_the_same_of_invented_patients(ontology: Ontology, elk: Elk) -> None:
    # Given patients, half of them built for claims, when both close them, then nothing differs
    verdict = judge(ontology, PATIENTS, seed=11, hermit=elk)
    assert verdict.patients == PATIENTS
    assert verdict.agreed, verdict.summary()


@pytest.mark.long
def test_a_value_that_the_engine_forgets_is_found(ontology: Ontology, elk: Elk) -> None:
    # Given an engine that forgets one value, when ELK judges it, then the one difference is reported
    verdict = judge(ontology, 4, seed=3, engine=Forgetful(Engine(ontology)), hermit=elk)
    assert len(verdict.differences) == 1
    assert len(verdict.differences[0].hermit_only) == 1
