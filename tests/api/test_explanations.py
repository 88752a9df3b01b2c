"""Explanations over HTTP: the same bytes as the command line, the same proof out of RDF, every conclusion proved."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest

from endpoint import Endpoint, problem
from kg.commands.dispatch import main
from kg.ontology.compiled import Ontology
from kg.proof.checker import Checker
from kg.proof.derivations import Conclusion
from kg.proof.rdf_reader import proof_from_rdf
from kg.render import contract
from service import EXAMPLES, NAMES, OFF_CHEMOTHERAPY, PANCYTOPENIA, assessed, case_of, get, post, wrong
from sources import example_names

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def checker(ontology: Ontology) -> Checker:
    return Checker(ontology.files)


@pytest.fixture(scope="module")
def esa(endpoint: Endpoint) -> str:
    """The address of an assessment in which A0-39 applies."""
    return f"/v1/assessments/{assessed(endpoint, case_of(OFF_CHEMOTHERAPY))['handle']}"


def printed(capsysbinary: pytest.CaptureFixture[bytes], *arguments: str) -> bytes:
    """What `warrant explain` prints."""
    assert main(["explain", str(OFF_CHEMOTHERAPY), *arguments]) == 0
    return capsysbinary.readouterr().out


# -- the same as the command line


@pytest.mark.parametrize("conclusion", ["A0-39", "contraindication:esa"])
@pytest.mark.parametrize(("form", "extension"), [("json", "json"), ("text", "txt"), ("markdown", "md")])
def test_an_explanation_is_the_same_byte_for_byte(
    endpoint: Endpoint, esa: str, capsysbinary: pytest.CaptureFixture[bytes], conclusion: str, form: str, extension: str
) -> None:
    sent = get(endpoint, f"{esa}/proofs/{conclusion}.{extension}")
    assert sent.status_code == 200, sent.text
    assert sent.content == printed(capsysbinary, "--conclusion", conclusion, "--format", form)


def test_why_not_is_the_same_byte_for_byte(
    endpoint: Endpoint, esa: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    sent = get(endpoint, f"{esa}/why-not/A1-17")
    assert sent.content == printed(capsysbinary, "--why-not", "A1-17", "--format", "json")
    contract.WhyNotModel.model_validate_json(sent.text)


def test_what_if_is_the_same_byte_for_byte(
    endpoint: Endpoint, esa: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    fact = {"list": "treatments", "entry": {"concept": "active chemotherapy"}}
    sent = post(endpoint, fact, f"{esa}/what-if")
    assert sent.content == printed(capsysbinary, "--what-if", json.dumps(fact), "--format", "json")
    assert contract.DifferenceModel.model_validate_json(sent.text).claims["A0-39"].after == "excluded"


CHEMOTHERAPY = {"sources": ["A0-39", "A0[1]"], "mode": "strict"}


@pytest.mark.parametrize(
    ("address", "parameters", "arguments"),
    [
        ("contrast", {"why": "A0-39", "not": "A0-44"}, ["--why", "A0-39", "--not", "A0-44"]),
        ("sources/A0-39", {}, ["--sources", "A0-39"]),
        ("counterfactual/A0-44", {}, ["--counterfactual", "A0-44"]),
        ("alternatives/A0-39", {}, ["--alternatives", "A0-39"]),
        ("stability", {}, ["--stability"]),
        ("stability", {"conclusion": "A0-44"}, ["--stability", "A0-44"]),
        ("why-not/b12_low", {}, ["--why-not", "b12_low"]),
        ("why-not/treatment:esa", {}, ["--why-not", "treatment:esa"]),
    ],
)
def test_every_other_question_is_the_same_byte_for_byte(
    endpoint: Endpoint,
    esa: str,
    capsysbinary: pytest.CaptureFixture[bytes],
    address: str,
    parameters: dict[str, str],
    arguments: list[str],
) -> None:
    sent = get(endpoint, f"{esa}/{address}", **parameters)
    assert sent.status_code == 200, sent.text
    assert sent.content == printed(capsysbinary, *arguments, "--format", "json")


def test_retraction_is_the_same_byte_for_byte(
    endpoint: Endpoint, esa: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    sent = post(endpoint, CHEMOTHERAPY, f"{esa}/retract")
    assert sent.status_code == 200, sent.text
    assert sent.content == printed(capsysbinary, "--retract", "A0-39,A0[1]", "--mode", "strict", "--format", "json")
    assert "A0-39" in sent.json()["fallen"]
    assert wrong(post(endpoint, {"sources": ["A9"]}, f"{esa}/retract"))
    assert wrong(post(endpoint, {"sources": [], "mode": "mild"}, f"{esa}/retract"))


def test_a_certificate_over_http_is_verified_over_http(
    endpoint: Endpoint, esa: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    sent = get(endpoint, f"{esa}/certificate")
    assert sent.status_code == 200, sent.text
    verdict = post(endpoint, sent.json(), "/v1/verify")
    assert verdict.json() == {"valid": True, "reasons": []}
    verdict = post(endpoint, {**sent.json(), "payload": "AAAA"}, "/v1/verify")
    assert verdict.json() == {"valid": False, "reasons": ["the signature does not fit the content"]}


# -- every conclusion of every example


def conclusions(found: contract.AssessmentModel) -> dict[str, str | None]:
    """Id of every conclusion of an answer, and of its proof."""
    lists = (
        found.differential,
        found.counterarguments,
        found.next_steps,
        found.contraindications,
        found.pitfalls,
        found.escalations,
        found.monitoring,
        found.treatments,
    )
    named: dict[str, str | None] = {item.id: item.proof for items in lists for item in items}
    named |= {claim.id: claim.proof for claim in found.claims.applicable}
    return named | {claim.id: claim.proof for claim in found.claims.excluded}


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_every_conclusion_has_a_proof_that_the_checker_accepts_and_that_ends_in_passages(
    endpoint: Endpoint, checker: Checker, path: Path
) -> None:
    # given
    text = post(endpoint, case_of(path), proofs="full").text
    found = contract.AssessmentModel.model_validate_json(text)
    proofs = json.loads(text)["proofs"]
    named = conclusions(found)
    assert named
    for name, proof in named.items():
        # when
        why = json.loads(get(endpoint, f"/v1/assessments/{found.handle}/proofs/{name}").content)
        # then
        explanation = contract.ExplanationModel.model_validate(why)
        assert explanation.proof == proof == explanation.steps[-1].id
        checker.check(proofs[proof])
        checker.check({key: why[key] for key in proofs[proof]})
        by_record = explanation.conclusion[1] in {"hasAbsent", "hasEstablished"}  # the record's own statement proves it
        assert explanation.sources or by_record, name
        assert all(one.passage.end > one.passage.start for one in explanation.sources)
        assert all(marker.state for one in explanation.sources for marker in one.markers)


def test_the_examples_are_all_there() -> None:
    assert [path.stem for path in EXAMPLES] == example_names()


# -- forms


@pytest.mark.parametrize("extension", ["ttl", "jsonld"])
def test_a_proof_rebuilt_from_rdf_has_the_same_ids_and_passes_the_checker(
    endpoint: Endpoint, esa: str, checker: Checker, extension: str
) -> None:
    # given
    sent = get(endpoint, f"{esa}/proofs/contraindication:esa.{extension}")
    data = get(endpoint, f"{esa}/proofs/contraindication:esa.json").json()
    form = {"ttl": ox.RdfFormat.TURTLE, "jsonld": ox.RdfFormat.JSON_LD}[extension]
    # when
    proof = proof_from_rdf(ox.parse(sent.content, format=form), Conclusion(*data["conclusion"]))
    # then
    rebuilt = proof.to_json()
    assert {step["id"] for step in rebuilt["steps"]} == {step["id"] for step in data["steps"]}
    assert rebuilt["steps"][-1]["id"] == data["proof"]
    checker.check(rebuilt)


@pytest.mark.parametrize(
    ("accept", "sent"),
    [
        ("application/json", "application/json"),
        ("text/turtle", "text/turtle; charset=utf-8"),
        ("application/ld+json", "application/ld+json"),
        ("text/markdown", "text/markdown; charset=utf-8"),
        ("text/plain", "text/plain; charset=utf-8"),
        ("image/svg+xml", "image/svg+xml"),
        ("image/*;q=0.9, text/turtle;q=0.1", "image/svg+xml"),
        ("*/*", "application/json"),
    ],
)
def test_the_form_of_a_proof_follows_accept(endpoint: Endpoint, esa: str, accept: str, sent: str) -> None:
    response = get(endpoint, f"{esa}/proofs/A0-39", accept)
    assert (response.status_code, response.headers["content-type"]) == (200, sent)
    assert response.headers["vary"] == "Accept, Accept-Encoding"


def test_a_form_that_there_is_not_is_refused(endpoint: Endpoint, esa: str) -> None:
    response = get(endpoint, f"{esa}/proofs/A0-39", "application/pdf")
    assert (response.status_code, problem(response)["title"]) == (406, "No form of the answer is acceptable")


def test_a_picture_links_each_claim_to_its_address(endpoint: Endpoint, esa: str) -> None:
    picture = ElementTree.fromstring(get(endpoint, f"{esa}/proofs/A0-39.svg").content)
    links = {link.get("{http://www.w3.org/1999/xlink}href") for link in picture.iter(f"{SVG}a")}
    assert links == {"/v1/claims/A0-39"}


# -- what does not follow


@pytest.mark.parametrize("conclusion", ["A0-40", "A1-17", "next_step:nothing", "differential:", "x"])
def test_what_does_not_follow_is_not_found(endpoint: Endpoint, esa: str, conclusion: str) -> None:
    response = get(endpoint, f"{esa}/proofs/{conclusion}")
    (entry,) = wrong(response)
    assert response.status_code == 404
    assert entry["path"] == conclusion


def test_the_nearest_conclusions_are_suggested(endpoint: Endpoint, esa: str) -> None:
    (entry,) = wrong(get(endpoint, f"{esa}/proofs/contraindication:esas"))
    assert "contraindication:esa" in entry["suggestions"]


def test_an_open_claim_names_what_is_missing(endpoint: Endpoint) -> None:
    handle = assessed(endpoint, case_of(PANCYTOPENIA))["handle"]
    found = contract.WhyNotModel.model_validate_json(get(endpoint, f"/v1/assessments/{handle}/why-not/A1-54").text)
    assert found.outcome == "undetermined"
    assert found.missing
