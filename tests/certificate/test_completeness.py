"""Nothing is left out: every claim that is open has models that show it, which the checker and HermiT confirm.

Of the example patients and of patients drawn at random. `make verify` has HermiT judge 600 models.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from random import Random
from typing import Final

import pytest

from certified import EXAMPLES, KNOWLEDGE, example, verifier
from kg.assess.quarantine import settle
from kg.certificate.countermodels import FAILS, HOLDS, Countermodel, decided, openness
from kg.certificate.plain import from_plain
from kg.certificate.statement import facts_of, record_json
from kg.facts.patient import PatientFacts
from kg.judges.hermit import Hermit
from kg.judges.patients import drawn
from kg.record.record import Assertion, Record

PATIENTS: Final = int(os.environ.get("WARRANT_COMPLETENESS", "20"))
MODELS: Final = int(os.environ.get("WARRANT_COUNTERMODELS", "24"))
DOZEN: Final = 12
CLASH: Final = "hasClash"


@cache
def patients() -> tuple[PatientFacts, ...]:
    invented = [patient.facts for patient in drawn(KNOWLEDGE.ontology, PATIENTS, 17)]
    return (*(from_plain(PatientFacts, example(name)["predicate"]["facts"]) for name in EXAMPLES), *invented)


@cache
def models() -> tuple[tuple[Record, Countermodel], ...]:
    """Every countermodel of every patient, with the record that it extends."""
    return tuple(_models())


def _models() -> Iterator[tuple[Record, Countermodel]]:
    for number, facts in enumerate(patients()):
        record = settle(KNOWLEDGE.ontology, KNOWLEDGE.engine, facts, f"patient/p{number}").record
        given = facts_of(record_json(record))
        found = openness(KNOWLEDGE.ontology, KNOWLEDGE.base.checker.models, given, record.patient)
        yield from ((record, one) for one in found.models)


@pytest.mark.long
def test_the_checker_and_the_second_verifier_confirm_every_countermodel() -> None:
    confirmed = 0
    for record, one in models():
        given = facts_of(record_json(record))
        base = KNOWLEDGE.base.checker.models.of(given)
        whole = KNOWLEDGE.base.checker.models.over(base, one.added)
        assert not whole.impossible
        assert set(whole.ends(record.patient, CLASH)) == set(base.ends(record.patient, CLASH))
        assert set(one.holds) <= decided(whole, record.patient, HOLDS)
        assert set(one.fails) <= decided(whole, record.patient, FAILS)
        # the second verifier raises for an extension that clashes or adds what is known
        sides = verifier().extension(list(one.added), verifier().ontology.chainer.over(given), record.patient)
        assert set(one.holds) <= sides["holds"]
        assert set(one.fails) <= sides["fails"]
        confirmed += 1
    assert confirmed > 3 * len(patients())


@pytest.mark.long
def test_hermit_confirms_a_sample_of_the_countermodels() -> None:
    sample = Random(17).sample(models(), min(MODELS, len(models())))
    hermit = Hermit(KNOWLEDGE.ontology)
    for start in range(0, len(sample), DOZEN):
        rows = sample[start : start + DOZEN]
        closures = hermit.infer([_extended(record, one, place) for place, (record, one) in enumerate(rows)])
        for (_, one), closure in zip(rows, closures, strict=True):
            assert set(one.holds) <= closure.claims(HOLDS)
            assert set(one.fails) <= closure.claims(FAILS)
            assert not closure.values[CLASH]
    assert len(sample) == min(MODELS, len(models()))


def _extended(record: Record, model: Countermodel, place: int) -> Record:
    """A record with what a model adds, under a name of its own."""
    old, new = record.patient, f"patient/m{place}"

    def named(text: str) -> str:
        return new + text.removeprefix(old) if text == old or text.startswith(old + "/") else text

    rows = [*record.assertions, *(Assertion(s, p, o) for s, p, o in model.added)]
    apart = [tuple(map(named, group)) for group in record.different]
    apart += [(named(s), named(o)) for s, p, o in model.added if p == "differentFrom"]
    plain = [one for one in rows if one.predicate != "differentFrom"]
    assertions = tuple(Assertion(named(one.subject), one.predicate, named(one.object), one.leaf) for one in plain)
    return replace(record, patient=new, assertions=assertions, different=tuple(apart))
