"""Which open claims an answer lists where there are more of them than anybody reads."""

from __future__ import annotations

import json
from typing import Final

import pytest

from fixtures import TODAY
from kg import render
from kg.assess import Assessment, open_claims
from kg.assess.outcomes import Outcome
from kg.knowledge import Knowledge
from kg.render import wire

FEW: Final = 5


@pytest.fixture(scope="module")
def found() -> Assessment:
    case = {"findings": [{"concept": "pancytopenia"}], "diagnoses": [{"concept": "lymphoma"}]}
    return Knowledge().assess_case(case, TODAY)


def test_an_answer_over_few_articles_lists_every_open_claim(found: Assessment) -> None:
    assert open_claims.listed(found) == found.outcomes.of(Outcome.UNDETERMINED)
    assert "undetermined_left_out" not in render.as_json(found)["claims"]


def test_of_many_open_claims_those_are_listed_of_which_most_is_known(
    found: Assessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = found.outcomes.ids(Outcome.UNDETERMINED)
    monkeypatch.setattr(open_claims, "MOST", FEW)
    monkeypatch.setattr(open_claims, "NEAREST", FEW)
    data = render.as_json(found)["claims"]
    named = [item["id"] for item in data["undetermined"]]
    assert len(named) == FEW
    assert data["undetermined_left_out"] == len(whole) - FEW
    assert named == [name for name in whole if name in named]
    assert named != list(whole[:FEW])


def test_every_open_claim_is_listed_on_demand_and_written_the_same_both_ways(
    found: Assessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_claims, "MOST", FEW)
    monkeypatch.setattr(open_claims, "NEAREST", FEW)
    for every in (False, True):
        sent = json.loads(wire.assessment(found, proofs=False, every=every))["claims"]
        assert sent == json.loads(render.dumps(render.as_json(found, every=every)["claims"]))
    assert len(sent["undetermined"]) == len(found.outcomes.of(Outcome.UNDETERMINED))
