"""Pairs of claims in opposite directions: each reported one comes with a patient who meets both."""

from __future__ import annotations

from typing import Final

import pytest

from fixtures import TODAY
from kg.judges.opposed_claims import OpposedClaims, opposed_claims, pairs
from kg.knowledge import Knowledge
from kg.readers.case.parsing import parse_json

ARTICLE: Final = frozenset({"A4"})
FEWEST: Final = 5


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge()


@pytest.fixture(scope="module")
def found(knowledge: Knowledge) -> tuple[OpposedClaims, ...]:
    return tuple(opposed_claims(knowledge.ontology, knowledge.engine, ARTICLE))


def test_each_pair_is_met_by_its_patient_whose_answer_names_the_conflict(
    knowledge: Knowledge, found: tuple[OpposedClaims, ...]
) -> None:
    assert len(found) >= FEWEST
    for pair in found:
        answer = knowledge.assess_case(parse_json(pair.case), TODAY)
        assert {pair.supporting, pair.opposing} <= {claim.id for claim in answer.applicable()}
        assert any(pair.opposing in one.opposing and pair.supporting in one.supporting for one in answer.conflicts)


def test_the_pairs_of_an_article_are_some_of_all_pairs(knowledge: Knowledge) -> None:
    some, every = pairs(knowledge.ontology, ARTICLE), pairs(knowledge.ontology)
    assert set(some) < set(every)
    claims = knowledge.ontology.claims
    assert all(ARTICLE & {claims[one].article, claims[other].article} for one, other in some)


def test_claims_that_exclude_each_other_are_no_pair(knowledge: Knowledge, found: tuple[OpposedClaims, ...]) -> None:
    reported = {(pair.supporting, pair.opposing) for pair in found}
    assert set(pairs(knowledge.ontology, ARTICLE)) - reported
