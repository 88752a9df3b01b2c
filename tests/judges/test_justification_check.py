"""HermiT judges justifications: the engine's are sound and minimal, and what is neither is found out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kg.judges.hermit import Entailment, Hermit
from kg.judges.justification_check import (
    LARGE,
    Judged,
    JustificationVerdict,
    NTriplesWriter,
    Sample,
    judge_justifications,
    sampled,
)
from kg.judges.patients import Target, drawn, targeted
from kg.ontology.compiled import Ontology
from kg.proof.proof import ProofLeaf
from kg.reasoner.engine import Engine


@pytest.fixture(scope="module")
def engine(ontology: Ontology) -> Engine:
    return Engine(ontology)


@pytest.fixture(scope="module")
def targets(ontology: Ontology, engine: Engine) -> tuple[Target, ...]:
    return targeted(ontology, engine)[::40]


@pytest.fixture(scope="module")
def samples(ontology: Ontology, engine: Engine, targets: tuple[Target, ...]) -> tuple[Sample, ...]:
    return tuple(sampled(ontology, engine, targets, 24, 20260210))


def ask(ontology: Ontology, *samples: Sample) -> list[Judged]:
    writer = NTriplesWriter(ontology)
    found = Hermit(ontology).entailments([writer.question(sample) for sample in samples])
    return [Judged(sample, answer) for sample, answer in zip(samples, found, strict=True)]


def test_justifications_are_sound_and_minimal_by_hermit(
    ontology: Ontology, engine: Engine, targets: tuple[Target, ...]
) -> None:
    told: list[tuple[int, int]] = []
    verdict = judge_justifications(ontology, 12, 3, lambda *done: told.append(done), engine, targets)
    assert verdict.agreed, verdict.summary()
    assert all(item.sound and item.minimal for item in verdict.judged)
    assert len(verdict.judged) == 12
    assert told[-1] == (12, 12)
    assert "sound by HermiT: 12 of 12" in verdict.summary()


def test_a_sample_takes_every_kind_of_conclusion_and_many_are_large(samples: tuple[Sample, ...]) -> None:
    assert len(samples) == 24
    assert sum(len(sample.elements) >= LARGE for sample in samples) >= 6
    assert len({sample.conclusion.predicate for sample in samples}) >= 3
    assert len({sample.patient for sample in samples}) >= 10
    assert len({(sample.patient, sample.conclusion) for sample in samples}) == 24


def test_the_same_seed_samples_the_same(
    ontology: Ontology, engine: Engine, targets: tuple[Target, ...], samples: tuple[Sample, ...]
) -> None:
    assert tuple(sampled(ontology, engine, targets, 10, 20260210)) == samples[:10]
    assert tuple(sampled(ontology, engine, targets, 10, 1)) != samples[:10]


def test_an_element_too_few_or_too_many_is_found_out(ontology: Ontology, samples: tuple[Sample, ...]) -> None:
    # Given a justification, the same without an element, and the same with another fact
    whole = max(samples, key=lambda sample: len(sample.elements))
    poor = replace(whole, elements=whole.elements[1:])
    needless = ProofLeaf("patient/case type MalePatient")
    rich = replace(whole, elements=(*whole.elements, needless))
    # when HermiT judges them, then only the first is both sound and minimal, and what is wrong is named
    good, unsound, spare = ask(ontology, whole, poor, rich)
    assert (good.sound, good.minimal) == (True, True)
    assert (unsound.sound, unsound.minimal) == (False, True)
    assert (spare.sound, spare.minimal) == (True, False)
    assert "not entailed by its justification" in str(unsound)
    assert f"not needed: ['{needless.text}']" in str(spare)


def test_contradictory_elements_are_not_sound_although_they_entail_everything(samples: tuple[Sample, ...]) -> None:
    sample = samples[0]
    assert not Judged(sample, Entailment(False, True, (False,) * len(sample.elements))).sound


def test_a_verdict_agrees_only_with_enough_justifications_and_enough_large_ones(samples: tuple[Sample, ...]) -> None:
    sample = max(samples, key=lambda one: len(one.elements))
    small = replace(sample, elements=sample.elements[:2])
    good = Judged(sample, Entailment(True, True, (False,) * len(sample.elements)))
    little = Judged(small, Entailment(True, True, (False, False)))
    assert JustificationVerdict(4, (good, little, little, little), 1.0).agreed
    assert not JustificationVerdict(4, (little,) * 4, 1.0).agreed
    assert not JustificationVerdict(4, (good,) * 3, 1.0).agreed
    assert not JustificationVerdict(1, (replace(good, found=Entailment(True, False, ())),), 1.0).agreed


def test_every_patient_of_a_sample_can_be_assessed_again(ontology: Ontology, samples: tuple[Sample, ...]) -> None:
    cases = {patient.purpose: patient.case for patient in drawn(ontology, 24, 20260210)}
    random = [sample for sample in samples if sample.patient.startswith("random")]
    assert random
    assert all(sample.case == cases[sample.patient] for sample in random)
