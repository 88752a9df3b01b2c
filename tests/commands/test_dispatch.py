"""The command `warrant`: what it prints, where, and with which exit status."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from kg.commands.common import DONE, WRONG
from kg.commands.dispatch import main
from kg.ontology.compiled import DEFAULT_FOLDER, Ontology
from sources import claim_count

CASE = DEFAULT_FOLDER / "examples" / "a1-pancytopenia-with-low-iron-and-high-b12.yaml"
INTERFACE_FIELDS = {
    "id",
    "ontology_version",
    "notice",
    "understood",
    "claims",
    "differential",
    "next_steps",
    "contraindications",
    "pitfalls",
    "escalations",
    "monitoring",
    "treatments",
    "data_issues",
    "sources",
}


def claims(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert main(["claims", *arguments, "--format", "json"]) == DONE
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, list)
    return found


# -- claims


def test_a_claim_is_shown_with_its_passage_markers_doubts_and_formal_reading(
    capsys: pytest.CaptureFixture[str],
) -> None:
    (claim,) = claims(capsys, "A0-39")
    assert claim["id"] == "A0-39"
    assert claim["kind"] == "contraindication"
    assert set(claim["passage"]) == {"article", "section", "start", "end", "digest"}
    assert claim["passage"]["article"] == "A0"
    assert len(claim["passage"]["digest"]) == 64
    assert claim["conclusions"] == [{"predicate": "contraindicates", "target": "ErythropoiesisStimulatingAgent"}]
    assert all(marker["state"] in ("by-list-position", "unresolved") for marker in claim["markers"])
    assert claim["doubts"]
    assert claim["formal_reading"]


def test_all_claims_are_listed_when_none_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    found = claims(capsys)
    assert len(found) == claim_count()
    assert [claim["id"] for claim in found] == sorted(claim["id"] for claim in found)


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        (["--article", "A1"], 81),
        (["--kind", "dosing"], 6),
        (["--article", "A4", "--kind", "effect-size"], 12),
        (["--marker-state", "unresolved", "--article", "A1"], 0),
        (["A0-39", "A4-42", "--article", "A4"], 1),
    ],
)
def test_filters_narrow_the_list(capsys: pytest.CaptureFixture[str], arguments: list[str], count: int) -> None:
    assert len(claims(capsys, *arguments)) == count


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--article", "A2"], "--article: no claim has 'A2'."),
        (["--kind", "dosng"], "--kind: no claim has 'dosng'. Did you mean 'dosing'"),
        (["--marker-state", "unresolvd"], "--marker-state: no claim has 'unresolvd'. Did you mean 'unresolved'"),
    ],
)
def test_a_filter_that_no_claim_can_pass_is_wrong_input_and_what_there_is_is_named(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["claims", *arguments]) == WRONG
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(said)
    assert "There are: " in shown.err


def test_a_claim_in_markdown_has_its_source_and_its_doubts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims", "A0-39", "--format", "markdown"]) == DONE
    first, source, *doubts = capsys.readouterr().out.splitlines()
    assert first.startswith("- **A0-39** (contraindication) ")
    assert source.endswith("\\[1\\] by list position")
    assert len(doubts) == 2
    assert all(line.startswith("  - doubt (") for line in doubts)


def test_a_concept_may_be_named_by_any_of_its_names(capsys: pytest.CaptureFixture[str]) -> None:
    by_code, by_synonym = claims(capsys, "--concept", "mds"), claims(capsys, "--concept", "myelodysplasia")
    assert by_code == by_synonym
    assert len(by_code) >= 5


def test_the_text_form_names_the_source_of_each_claim(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims", "A1-17", "--format", "text"]) == DONE
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("A1-17  ")
    assert "A1, Why This Is NOT Typical Vitamin B12 Deficiency, 1740-1835" in second
    assert second.endswith("; [3] [4] unlisted")


def test_an_unknown_claim_is_wrong_input_and_the_closest_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims", "A0-390"]) == WRONG
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("A0-390: no such claim. Did you mean 'A0-3")
    assert "'A0-39'" in shown.err


def test_an_unknown_concept_is_wrong_input_and_the_closest_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims", "--concept", "lymphomma"]) == WRONG
    assert "Did you mean 'Lymphoma'" in capsys.readouterr().err


# -- schema


def test_the_schema_knows_the_fields_lists_and_statuses_of_a_case(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "case"]) == DONE
    schema = json.loads(capsys.readouterr().out)
    case = schema["properties"]
    assert set(case) == {"as_of", "sex", "age", "measurements", "findings", "history", "diagnoses", "treatments",
                         "plans", "intents", "procedures", "results", "record", "unknown"}  # fmt: skip
    assert schema["additionalProperties"] is False
    assert schema["version"]
    assert "suspected" in case["diagnoses"]["items"]["properties"]["status"]["enum"]
    assert "pending" in case["results"]["items"]["properties"]["status"]["enum"]
    assert case["treatments"]["items"]["properties"]["ended"]["type"] == ["string", "null"]
    value = case["measurements"]["items"]
    assert value["required"] == ["test", "value", "unit"]
    assert set(value["properties"]) == {"test", "value", "comparator", "unit", "date", "reference_range", "flag"}
    assert "~" in value["properties"]["comparator"]["enum"]
    assert "treatments" in case["record"]["properties"]["complete"]["items"]["enum"]


# -- wrong cases


def test_all_errors_of_a_case_go_to_standard_error_with_their_paths(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = tmp_path / "case.json"
    case.write_text(
        '{"sex": "f", "findings": [{"concept": "leukopnia"}], "measurements": [{"test": "Hb", "value": 1}]}'
    )

    assert main(["assess", str(case)]) == WRONG

    shown = capsys.readouterr()
    assert shown.out == ""
    lines = shown.err.splitlines()
    assert [line.split(": ")[0] for line in lines] == ["$.findings[0].concept", "$.measurements[0].unit", "$.sex"]
    assert "Did you mean 'Leukopenia'" in lines[0]


def test_broken_json_is_wrong_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = tmp_path / "case.json"
    case.write_text('{"findings": [}')
    assert main(["assess", str(case)]) == WRONG
    assert capsys.readouterr().err.startswith("line 1, column 15: is not JSON")


def test_an_empty_case_is_wrong_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("  \n"))
    assert main(["assess", "-"]) == WRONG
    assert "is empty" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_wrong_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assess", "no-such-case.yaml"]) == WRONG
    assert capsys.readouterr().err.startswith("no-such-case.yaml: No such file")


def test_a_file_that_is_no_text_is_wrong_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = tmp_path / "case.yaml"
    case.write_bytes(b"findings: [\xff\xfe]")
    assert main(["assess", str(case)]) == WRONG
    assert "case.yaml" in capsys.readouterr().err


def test_a_folder_without_an_ontology_is_wrong_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims", "--ontology", str(tmp_path)]) == WRONG
    assert "catalog" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["asses"], ["claims", "--format", "xml"]])
def test_a_wrong_command_line_ends_with_status_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == WRONG
    assert capsys.readouterr().err.startswith("usage: warrant")


def test_every_command_has_help_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    listed = [
        line.split()[0] for line in capsys.readouterr().out.splitlines() if line.startswith("    ") and line[4] != " "
    ]
    assert {"assess", "claims", "check", "schema"} <= set(listed)
    for command in listed:
        with pytest.raises(SystemExit):
            main([command, "--help"])
        assert f"example: warrant {command}" in capsys.readouterr().out, command


# -- one patient, through HermiT as JSON and through the engine as text


@pytest.fixture(scope="module")
def as_json() -> dict[str, Any]:
    return json.loads(printed("json", "hermit"))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def as_text() -> str:
    return printed("text", "engine")


def printed(form: str, reasoner: str) -> str:
    """What `warrant assess` prints for the pancytopenia case."""
    with pytest.MonkeyPatch.context() as patch:
        out = io.StringIO()
        patch.setattr("sys.stdout", out)
        patch.setenv("COLUMNS", "100")
        assert main(["assess", str(CASE), "--reasoner", reasoner, "--format", form, "--full"]) == DONE
    return out.getvalue()


def test_an_assessment_has_the_fields_of_the_contract(as_json: dict[str, Any]) -> None:
    assert set(as_json) >= INTERFACE_FIELDS
    assert as_json["id"].startswith("sha256:")
    assert len(as_json["id"]) == len("sha256:") + 64
    assert "human review pending" in as_json["notice"]


def test_an_assessment_has_every_claim_once(as_json: dict[str, Any], ontology: Ontology) -> None:
    ids = [item["id"] for items in as_json["claims"].values() for item in items]
    assert set(as_json["claims"]) == {"applicable", "undetermined", "ambiguous", "excluded"}
    assert sorted(ids) == sorted(claim.id for claim in ontology.claims.values() if claim.executable)


def test_the_pancytopenia_case_leads_to_the_marrow(as_json: dict[str, Any]) -> None:
    first = as_json["differential"][0]
    assert (first["condition"], first["strength"], first["for"]) == (
        "primary_bone_marrow_disorder",
        "most_likely",
        ["A1-08"],
    )
    biopsy = next(item for item in as_json["next_steps"] if item["action"] == "bone_marrow_biopsy")
    assert biopsy["id"] == "next_step:bone_marrow_biopsy"
    assert biopsy["urgency"] == "urgent"


def test_the_sources_are_the_articles_with_every_passage_marker_and_reference(as_json: dict[str, Any]) -> None:
    articles = {source["article"]: source for source in as_json["sources"]}
    assert len(articles) == len(as_json["sources"])
    source = articles["A1"]
    assert (source["human_review"], source["last_updated"]) == ("pending", "2026-02-06")
    applicable = {item["id"] for item in as_json["claims"]["applicable"] if item["id"].startswith("A1-")}
    assert len(applicable) > 20
    assert applicable <= {passage["claim"] for passage in source["passages"]}
    assert all(passage["passage"]["end"] > passage["passage"]["start"] for passage in source["passages"])
    assert [marker["number"] for marker in source["markers"]] == [1, 2, 3, 4, 5, 6, 7]
    assert {marker["state"] for marker in source["markers"]} == {"unlisted"}
    assert source["references"] == []


def test_missing_facts_are_fragments_of_a_case(as_json: dict[str, Any]) -> None:
    fragments = [fact for item in as_json["claims"]["undetermined"] for facts in item["missing"] for fact in facts]
    assert len(fragments) > 50
    for fact in fragments:
        assert set(fact) == {"list", "entry"}
        assert set(fact["entry"]) <= {"concept", "test", "status"}


def test_the_text_says_what_the_json_says(as_text: str, as_json: dict[str, Any]) -> None:
    assert as_json["id"][:19] in as_text
    counts = ", ".join(
        f"{len(as_json['claims'][name])} {name}" for name in ("applicable", "excluded", "ambiguous", "undetermined")
    )
    assert f"Claims: {counts}." in as_text
    for item in as_json["differential"]:
        assert item["label"] in as_text


def test_the_text_fits_its_width_and_ends_with_the_disclaimer(as_text: str) -> None:
    too_long = [line for line in as_text.splitlines() if len(line) > 100]
    assert all(line.startswith("Proof ") for line in too_long)
    last = " ".join(as_text.split("Claims: ")[1].split())
    assert "supplement to clinical judgment" in last
    assert "human review pending" in last
