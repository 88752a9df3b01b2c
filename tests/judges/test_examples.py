"""HermiT alone, on the example patients: the reference that everything later is held to.

Each file of tests/examples names what must be inferred of the patient of the same name in ontology/examples.
The outcomes were worked out from claims.csv by hand-set truth values, apart from this program.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from kg.assess import Assessment, assess, project
from kg.assess.outcomes import Outcome
from kg.export.examples import compile_examples
from kg.judges.hermit import Hermit
from kg.ontology.compiled import DEFAULT_FOLDER, Ontology
from kg.reasoner.closure import Closure
from kg.record.examples import paths, read_example
from kg.record.record import Record

EXPECTED = Path(__file__).parent / "examples"
NAMES = [path.stem for path in paths(DEFAULT_FOLDER)]
WITH_CLASH = "chemotherapy-stated-both-ways"


@pytest.fixture(scope="module")
def examples(ontology: Ontology) -> dict[str, tuple[Record, Closure]]:
    records = [read_example(ontology, path) for path in paths(ontology.folder)]
    closures = Hermit(ontology).infer(records)
    return dict(zip(NAMES, zip(records, closures, strict=True), strict=True))


@pytest.fixture(scope="module")
def assessments(ontology: Ontology, examples: Mapping[str, tuple[Record, Closure]]) -> dict[str, Assessment]:
    found = {name: project(ontology, *pair) for name, pair in examples.items()}
    found[WITH_CLASH] = assess(ontology, Hermit(ontology), examples[WITH_CLASH][0].facts)
    return found


def expected(name: str) -> dict[str, Any]:
    data = yaml.safe_load((EXPECTED / f"{name}.yaml").read_text(encoding="utf-8"))
    assert isinstance(data, dict)
    return data


def codes(ontology: Ontology, names: frozenset[str]) -> list[str]:
    return sorted(ontology.concepts[name].code for name in names)


def test_every_example_has_an_expectation() -> None:
    assert sorted(path.stem for path in EXPECTED.glob("*.yaml")) == sorted(NAMES)
    assert len(NAMES) >= 15


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_hermit_infers_the_expected_outcomes(name: str, assessments: dict[str, Assessment]) -> None:
    found = assessments[name].outcomes
    wanted = expected(name)
    for outcome in (Outcome.APPLICABLE, Outcome.AMBIGUOUS, Outcome.EXCLUDED):
        assert sorted(found.ids(outcome)) == wanted[outcome], outcome
    decided = sum(len(wanted[outcome]) for outcome in ("applicable", "ambiguous", "excluded"))
    executable = sum(claim.executable for claim in assessments[name].ontology.claims.values())
    assert len(found.ids(Outcome.UNDETERMINED)) == executable - decided


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_hermit_infers_the_lists_through_property_chains(
    name: str, ontology: Ontology, assessments: dict[str, Assessment]
) -> None:
    closure, wanted = assessments[name].closure, expected(name)
    for prop, list_name in ontology.list_properties.items():
        assert codes(ontology, closure.values[prop]) == wanted.get(list_name, []), list_name


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_every_undetermined_claim_names_what_is_missing(name: str, assessments: dict[str, Assessment]) -> None:
    for item in assessments[name].outcomes.of(Outcome.UNDETERMINED):
        assert item.missing, item.claim
        assert all(facts for facts in item.missing), item.claim


@pytest.mark.long
def test_unknown_chemotherapy_does_not_fire_the_warning(assessments: dict[str, Assessment]) -> None:
    found = assessments["a4-cancer-with-high-b12"].outcomes.by_claim["A0-39"]
    assert found.outcome is Outcome.UNDETERMINED
    assert [[fact.label for fact in facts] for facts in found.missing] == [
        ["Patient known to be without: Active chemotherapy"]
    ]


@pytest.mark.long
def test_a_contradiction_is_inferred_and_does_not_sink_the_ontology(
    ontology: Ontology, examples: dict[str, tuple[Record, Closure]], assessments: dict[str, Assessment]
) -> None:
    closure = examples[WITH_CLASH][1]
    assert closure.values["hasClash"] == {"ActiveChemotherapy"}
    assert [issue.kind for issue in assessments[WITH_CLASH].record.issues] == ["contradiction"]
    assert "A0-39" in assessments[WITH_CLASH].outcomes.ids(Outcome.UNDETERMINED)


@pytest.mark.long
def test_two_stages_infer_what_one_stage_does(ontology: Ontology, examples: dict[str, tuple[Record, Closure]]) -> None:
    name = "persistent-elevation-without-another-cause"
    record, staged = examples[name]
    (at_once,) = Hermit(ontology).infer([record], staged=False)
    assert at_once.values == staged.values
    assert at_once.types == staged.types


def test_the_compiled_examples_are_current(ontology: Ontology) -> None:
    files = compile_examples(ontology)
    assert len(files) == len(NAMES) + 1
    for path, text in files.items():
        assert (ontology.folder / path).read_text(encoding="utf-8") == text, path
