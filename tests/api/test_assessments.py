"""Assessments over HTTP: from a case or a text, kept under a handle, asked what if."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from endpoint import Endpoint, problem
from kg import render
from kg.assess.outcomes import Outcome
from kg.knowledge import Knowledge
from kg.readers.case.parsing import parse_yaml
from kg.readers.registry import READERS
from kg.render import contract, wire
from service import EXAMPLES, NAMES, PANCYTOPENIA, SEVERE, assessed, case_of, get, post, wrong
from sources import example_names

TODAY = datetime.date(2026, 2, 10)
LOW = {"findings": [{"concept": "pancytopenia"}], "as_of": "2026-02-10"}


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge()


# -- a case


def test_a_case_is_answered_by_its_assessment(endpoint: Endpoint) -> None:
    found = assessed(endpoint, case_of(PANCYTOPENIA))

    first = found["differential"][0]
    assert (first["condition"], first["for"]) == ("primary_bone_marrow_disorder", ["A1-08"])
    assert found["id"].startswith("sha256:")


def test_every_example_has_the_form_of_the_contract() -> None:
    assert [path.stem for path in EXAMPLES] == example_names()


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_an_example_has_the_form_of_the_contract(endpoint: Endpoint, path: Path) -> None:
    response = post(endpoint, case_of(path), proofs="full")
    contract.AssessmentModel.model_validate_json(response.text)


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_what_is_sent_is_what_the_command_line_prints(knowledge: Knowledge, path: Path) -> None:
    case = parse_yaml(path.read_text(encoding="utf-8"))
    found = knowledge.assess(knowledge.read_case(case, TODAY), with_branches=True)

    sent = json.loads(wire.assessment(found, proofs=True, handle="a handle"))

    assert sent.pop("handle") == "a handle"
    assert sent == json.loads(render.dumps(render.as_json(found, proofs=True)))


def test_proofs_come_by_their_ids_when_they_are_asked_for(endpoint: Endpoint) -> None:
    found = assessed(endpoint, LOW, proofs="full")
    named = {item["proof"] for items in (found["claims"]["applicable"], found["claims"]["excluded"]) for item in items}
    named |= {item["proof"] for name in ("next_steps", "contraindications", "pitfalls") for item in found[name]}
    assert named
    assert named <= set(found["proofs"])
    assert "proofs" not in assessed(endpoint, LOW)


def test_branches_are_left_out_when_they_are_not_wanted(endpoint: Endpoint) -> None:
    case = case_of(PANCYTOPENIA)
    assert assessed(endpoint, case, branches="false")["branches"] is None
    assert len(assessed(endpoint, case)["branches"]) > 3


def test_unknown_parameters_are_ignored(endpoint: Endpoint) -> None:
    assert assessed(endpoint, LOW, colour="blue") == assessed(endpoint, LOW)


def test_a_case_without_a_day_is_as_of_today(endpoint: Endpoint) -> None:
    case = {"findings": [{"concept": "pancytopenia"}]}
    today = datetime.date.today().isoformat()
    assert assessed(endpoint, case)["id"] == assessed(endpoint, {**case, "as_of": today})["id"]


# -- a text


def test_a_text_gives_the_assessment_of_the_same_patient_as_a_case(endpoint: Endpoint) -> None:
    # given
    text = {"text": "A 62-year-old woman with pancytopenia. Hb 98 g/L.", "as_of": "2026-02-10"}
    case = {
        "as_of": "2026-02-10",
        "sex": "female",
        "age": 62,
        "measurements": [{"test": "hemoglobin", "value": 98, "unit": "g/L"}],
        "findings": [{"concept": "pancytopenia"}],
    }
    # when
    read, given = assessed(endpoint, text), assessed(endpoint, case)
    # then
    assert read["id"] == given["id"]
    assert read["claims"] == given["claims"]


def test_a_fact_of_a_text_names_the_characters_that_state_it(endpoint: Endpoint) -> None:
    text = "A 62-year-old woman with pancytopenia."
    (fact,) = assessed(endpoint, {"text": text})["understood"]
    assert text[fact["span"]["start"] : fact["span"]["end"]] == "pancytopenia"


def test_what_was_not_used_of_a_text_is_said(endpoint: Endpoint) -> None:
    text = "A woman of 62 with pancytopenia and a xanthochromic frobnitis. Zorbase 1234 U/L."
    found = assessed(endpoint, {"text": text})["not_understood"]
    assert found
    assert all(text[item["start"] : item["end"]] == item["text"] and item["reason"] for item in found)


def test_a_text_without_a_patient_is_sent_to_the_questions(endpoint: Endpoint) -> None:
    response = post(endpoint, {"text": "What is pancytopenia?"})
    (entry,) = wrong(response)
    assert response.status_code == 422
    assert entry["path"] == "$.text"
    assert "/v1/questions" in entry["message"]


# -- kept


def test_an_assessment_is_found_again_under_its_handle(endpoint: Endpoint) -> None:
    made = assessed(endpoint, LOW)
    assert get(endpoint, f"/v1/assessments/{made['handle']}").json() == made


def test_the_same_facts_have_the_same_handle_in_any_order(endpoint: Endpoint) -> None:
    one = {"findings": [{"concept": "pancytopenia"}, {"concept": "iron deficiency"}], "as_of": "2026-02-10"}
    other = {"as_of": "2026-02-10", "findings": list(reversed(one["findings"]))}
    assert assessed(endpoint, one)["handle"] == assessed(endpoint, other)["handle"]


def test_values_are_shown_as_the_last_sender_wrote_them(endpoint: Endpoint) -> None:
    def hemoglobin(value: float, unit: str) -> dict[str, Any]:
        return {"measurements": [{"test": "hemoglobin", "value": value, "unit": unit}], "as_of": "2026-02-10"}

    first, second = assessed(endpoint, hemoglobin(9.8, "g/dL")), assessed(endpoint, hemoglobin(98, "g/L"))

    assert first["id"] == second["id"]
    assert (first["understood"][0]["unit"], second["understood"][0]["unit"]) == ("g/dL", "g/L")


def test_a_handle_that_was_never_made_is_not_found(endpoint: Endpoint) -> None:
    response = get(endpoint, "/v1/assessments/0000")
    assert (response.status_code, str(problem(response)["type"]).rsplit("/")[-1]) == (404, "no-assessment")
    assert "Send the case again" in response.text


@pytest.mark.parametrize(
    ("form", "extension", "start"),
    [
        ("application/json", "json", "{"),
        ("text/turtle", "ttl", "@prefix"),
        ("application/ld+json", "jsonld", "["),
        ("text/markdown", "md", "# Assessment"),
        ("text/plain", "txt", ""),
    ],
)
def test_an_assessment_has_several_forms(endpoint: Endpoint, form: str, extension: str, start: str) -> None:
    place = f"/v1/assessments/{assessed(endpoint, LOW)['handle']}"
    by_accept, by_extension = get(endpoint, place, form), get(endpoint, f"{place}.{extension}")
    assert by_accept.headers["content-type"].split(";")[0] == form
    assert by_accept.content == by_extension.content
    assert by_accept.text.startswith(start)


def test_sparql_sees_the_assessment_beside_the_public_graph(endpoint: Endpoint) -> None:
    # given
    handle = assessed(endpoint, LOW)["handle"]
    query = """PREFIX : <https://w3id.org/warrant/> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
        PREFIX dcterms: <http://purl.org/dc/terms/>
        SELECT DISTINCT ?sentence { ?c a :Conclusion ; :hasProof ?step . ?step :byAxiom/dcterms:source ?claim .
                                    ?claim :sentence ?sentence }"""
    # when
    response = get(endpoint, f"/v1/assessments/{handle}/sparql", "application/sparql-results+json", query=query)
    public = get(endpoint, "/sparql", "application/sparql-results+json", query=query)
    # then
    assert response.json()["results"]["bindings"]
    assert response.headers["cache-control"] == "no-store"
    assert public.json()["results"]["bindings"] == []


# -- what if


def test_what_if_tells_the_claims_that_would_stand_otherwise(endpoint: Endpoint) -> None:
    handle = assessed(endpoint, LOW)["handle"]
    fact = {"list": "findings", "entry": {"concept": "b12 elevated"}}

    changed = post(endpoint, fact, f"/v1/assessments/{handle}/what-if").json()

    before = assessed(endpoint, LOW)["claims"]["undetermined"]
    now = assessed(endpoint, {**LOW, "findings": [*LOW["findings"], fact["entry"]]})
    new = {item["id"] for item in now["claims"]["applicable"]} & {item["id"] for item in before}
    assert new
    assert {name for name, change in changed["claims"].items() if change["after"] == Outcome.APPLICABLE} == new


def test_what_if_takes_several_facts_at_once(endpoint: Endpoint) -> None:
    handle = assessed(endpoint, LOW)["handle"]
    facts = [
        {"list": "findings", "entry": {"concept": "b12 elevated"}},
        {"list": "diagnoses", "entry": {"concept": "mds", "status": "absent"}},
    ]
    changed = post(endpoint, facts, f"/v1/assessments/{handle}/what-if").json()
    alone = post(endpoint, facts[0], f"/v1/assessments/{handle}/what-if").json()
    assert changed["claims"].keys() > alone["claims"].keys()


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"concept": "mds"}, "$"),
        ([], "$"),
        ([{"list": "findings"}], "$[0]"),
        ({"list": "fndings", "entry": {"concept": "mds"}}, "$.list"),
        ({"list": "diagnoses", "entry": {"concept": "mdss syndrome x"}}, "$.entry.concept"),
        ([{"list": "diagnoses", "entry": {"concept": "mds", "status": "maybe"}}], "$[0].entry.status"),
    ],
)
def test_a_wrong_fact_is_answered_by_its_place(endpoint: Endpoint, body: Any, path: str) -> None:
    handle = assessed(endpoint, LOW)["handle"]
    response = post(endpoint, body, f"/v1/assessments/{handle}/what-if")
    assert response.status_code == 422
    assert path in [entry["path"] for entry in wrong(response)]


# -- wrong cases


def test_all_errors_of_a_case_come_at_once_with_paths_and_suggestions(endpoint: Endpoint) -> None:
    case = {"sex": "f", "findings": [{"concept": "leukopnia"}], "measurements": [{"test": "Hb", "value": False}]}

    response = post(endpoint, case)

    found = {entry["path"]: entry for entry in wrong(response)}
    assert response.status_code == 422
    assert set(found) == {"$.sex", "$.findings[0].concept", "$.measurements[0].unit", "$.measurements[0].value"}
    assert found["$.findings[0].concept"]["suggestions"][0] == "Leukopenia"


@pytest.mark.parametrize("body", ["[]", "null", '"text"', '{"text": 5}', '{"text": ""}', '{"text": "x", "y": 1}'])
def test_a_body_that_is_no_case_is_refused(endpoint: Endpoint, body: str) -> None:
    response = endpoint.client.post("/v1/assessments", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert wrong(response)


def test_a_severe_case_begins_with_what_cannot_wait(endpoint: Endpoint) -> None:
    found = assessed(endpoint, case_of(SEVERE))
    assert found["escalations"] or any(step["urgency"] for step in found["next_steps"])


# -- other formats, and what cannot be used


def test_plain_words_and_yaml_are_read_by_their_media_type(endpoint: Endpoint) -> None:
    bodies = {
        "text/plain": "A woman of 62 with pancytopenia.",
        "application/yaml": "findings: [{concept: pancytopenia}]",
    }
    for media_type, body in bodies.items():
        headers = {"content-type": media_type}
        found = endpoint.client.post("/v1/assessments", content=body.encode(), headers=headers)
        assert found.status_code == 200, found.text
        assert [fact["concept"] for fact in found.json()["understood"]] == ["pancytopenia"]


def test_a_body_of_no_format_names_those_that_are_read(endpoint: Endpoint) -> None:
    found = endpoint.client.post("/v1/assessments", content=b"x", headers={"content-type": "image/png"})
    assert found.status_code == 415
    assert found.headers["accept-post"] == ", ".join(READERS.media_types)
    assert {"application/fhir+json", "text/csv", "text/plain"} <= set(READERS.media_types)


def test_what_cannot_be_used_is_listed_where_that_is_asked_for(endpoint: Endpoint) -> None:
    case = {"findings": [{"concept": "pancytopenia"}, {"concept": "no such finding"}]}
    assert post(endpoint, case).status_code == 422
    (unread,) = assessed(endpoint, case, unknown="report")["not_understood"]
    assert (unread["path"], unread["reason"]) == ("$.findings[1]", "unknown_name")
    assert assessed(endpoint, {**case, "unknown": "report"})["not_understood"] == [unread]
    assert post(endpoint, case, unknown="drop").status_code == 422
