"""`warrant explain`: what falls without a source, and what sources a conclusion rests on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kg.commands.common import DONE, WRONG
from kg.commands.dispatch import main
from kg.ontology.compiled import DEFAULT_FOLDER

CASE = str(DEFAULT_FOLDER / "examples" / "esa-asked-for-off-chemotherapy.yaml")
ENTRY = "contraindication:esa"


def asked(capsys: pytest.CaptureFixture[str], *question: str) -> dict[str, Any]:
    assert main(["explain", CASE, *question, "--format", "json"]) == DONE
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("source", "claims"),
    [("A0-39", ["A0-39"]), ("A0:2960-3037", ["A0-39"]), ("A0-44", ["A0-44"])],
)
def test_without_a_claim_or_its_passage_only_what_needs_it_falls(
    source: str, claims: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    found = asked(capsys, "--retract", source)
    assert found["retracted"] == source
    assert found["claims"] == claims
    assert claims[0] in found["fallen"]
    # an entry that other claims support stands
    assert ENTRY not in found["fallen"]


@pytest.mark.parametrize("source", ["A0[1]", "A0-R1"])
def test_without_a_marker_or_its_reference_every_claim_with_no_other_falls(
    source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = asked(capsys, "--retract", source)
    assert {"A0-39", "A0-44"} <= set(found["claims"])
    assert {ENTRY, "A0-39"} <= set(found["fallen"])
    assert len(found["fallen"]) < found["conclusions"]


def test_without_the_article_everything_that_it_says_falls(capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, "--retract", "A0")
    assert len(found["fallen"]) == found["conclusions"] > 5


def test_without_another_article_nothing_falls(capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(capsys, "--retract", "A4")["fallen"] == []


def test_without_the_reference_interval_that_judged_a_value_what_rests_on_it_falls(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    case = tmp_path / "case.json"
    numbers = (("hemoglobin", 98, "g/L"), ("wbc", 2.1, "10^9/L"), ("b12", 1600, "ng/L"))
    values = [{"test": test, "value": value, "unit": unit} for test, value, unit in numbers]
    facts = {"as_of": "2026-02-10", "sex": "female", "age": 61, "measurements": values}
    case.write_text(json.dumps(facts | {"history": [{"concept": "breast cancer"}]}))

    def fallen(interval: str) -> list[str]:
        assert main(["explain", str(case), "--retract", interval, "--format", "json"]) == DONE
        found = json.loads(capsys.readouterr().out)
        assert found["claims"] == []
        return list(found["fallen"])

    assert fallen("HemoglobinOfWomen")
    # the limit of 12 g/dL is theirs too, and stands without them
    assert fallen("HemoglobinFrom12") == fallen("HemoglobinOfMen") == []


def test_the_text_names_each_conclusion_that_falls(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", CASE, "--retract", "A0-39", "--format", "text"]) == DONE
    assert capsys.readouterr().out.splitlines() == [
        "without A0-39 (1 of the claims): 1 of 12 conclusions fall",
        "  gone: A0-39: patient claim applies A0-39",
        "  contraindication:esa: exceptions was Patient receiving: Active chemotherapy, is nothing",
    ]


def test_a_conclusion_falls_exactly_without_the_sources_that_all_its_sets_share(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = asked(capsys, "--sources", ENTRY)
    assert (found["id"], found["partial"]) == (ENTRY, False)
    sets = [{name.removeprefix("claim/") for name in one if name.startswith("claim/")} for one in found["sets"]]
    assert len(sets) >= 2
    for claim in sorted(set().union(*sets)):
        fallen = asked(capsys, "--retract", claim)["fallen"]
        assert (ENTRY in fallen) == all(claim in one for one in sets)


def test_the_sets_of_sources_are_minimal(capsys: pytest.CaptureFixture[str]) -> None:
    sets = [set(one) for one in asked(capsys, "--sources", ENTRY)["sets"]]
    assert not any(one < other for one in sets for other in sets)


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (("--retract", "Z9"), "Z9: is no source that a claim rests on alone"),
        (("--sources", "A0-99"), "A0-99: does not follow for this patient. Did you mean 'A0-39'?"),
    ],
)
def test_what_is_unknown_is_an_error_with_a_remedy(
    question: tuple[str, str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", CASE, *question]) == WRONG
    assert message in capsys.readouterr().err
