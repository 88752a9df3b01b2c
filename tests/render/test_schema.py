"""The JSON Schema of the contract: one source with the models, and true of every real answer."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, get_args

import jsonschema_rs
import pytest

from assessing import KNOWLEDGE
from endpoint import Endpoint
from kg import CONTRACT_VERSION
from kg.commands.dispatch import main
from kg.render import contract, schema
from kg.render.relations import Relation
from service import EXAMPLES, NAMES, case_of, get, post
from sources import example_names

TEXTS = (
    "62-year-old woman with pancytopenia, B12 1250 ng/L. What next?",
    "A man of 70 has low-risk MDS and takes epoetin. Hb 9.1 g/dL.",
    "When is an ESA contraindicated?",
    "What dose of epoetin is given in low-risk MDS?",
    "What is the capital of France?",
)


@cache
def validator(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema.schema(name), validate_formats=True)


def errors(name: str, data: Any) -> list[str]:
    return [f"{list(error.instance_path)}: {error.message}" for error in validator(name).iter_errors(data)]


def test_the_command_prints_each_schema_with_the_version_of_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    for name in schema.NAMES:
        assert main(["schema", name]) == 0
        printed = json.loads(capsys.readouterr().out)
        assert printed["version"] == CONTRACT_VERSION
        assert printed["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        jsonschema_rs.meta.validate(printed)


def test_without_a_name_the_command_prints_all_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert {name.capitalize() for name in schema.NAMES} <= set(printed["$defs"])


def test_the_schema_names_every_field_of_its_model() -> None:
    for name, model in schema.MODELS.items():
        described = schema.schema(name)["$defs"][name.capitalize()]["properties"]
        assert set(described) == {field.alias or key for key, field in model.model_fields.items()}


def test_every_example_is_there() -> None:
    assert [path.stem for path in EXAMPLES] == example_names()


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_an_example_and_its_answer_are_as_the_schema_says(endpoint: Endpoint, path: Path) -> None:
    # given
    case = case_of(path)
    assert errors("case", case) == []
    # when
    found = post(endpoint, case, proofs="full").json()
    # then
    assert errors("assessment", found) == []
    assert found["proofs"]
    for proof in found["proofs"].values():
        assert errors("proof", proof) == []


def test_an_explanation_is_as_the_schema_says(endpoint: Endpoint) -> None:
    found = post(endpoint, case_of(EXAMPLES[0])).json()
    items = [*found["claims"]["applicable"], *found["next_steps"]]
    assert items
    for item in items:
        why = get(endpoint, f"/v1/assessments/{found['handle']}/proofs/{item['id']}").json()
        assert errors("explanation", why) == []


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_asked_in_words_is_answered_as_the_schema_says(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", text, "--format", "json", "--as-of", "2026-02-10"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert errors("assessment" if "claims" in found and "id" in found else "answer", found) == []


@pytest.mark.parametrize(
    "case",
    [
        {"sex": "f"},
        {"findings": [{"name": "anemia"}]},
        {"measurements": [{"test": "Hb", "value": "9.8", "unit": "g/dL"}]},
        {"diagnoses": [{"concept": "MDS", "status": "maybe"}]},
        {"finding": []},
    ],
)
def test_what_is_no_case_is_none_by_the_schema_either(case: dict[str, Any]) -> None:
    assert errors("case", case)


def test_an_answer_with_a_field_that_nobody_described_is_refused() -> None:
    assert contract.AssessmentModel.model_config["extra"] == "forbid"
    assert errors("answer", {"question": "x", "more": 1})


def test_the_relations_of_the_contract_are_those_of_the_ontology() -> None:
    ontology = KNOWLEDGE.ontology
    assert set(get_args(Relation)) == {ontology.label(predicate) for predicate in ontology.lists}
    assert [name for name in get_args(Relation) if name.startswith("stop")] == [ontology.label("stops")]
