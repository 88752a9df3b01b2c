"""Claims, articles, references, concepts and the ontology over HTTP."""

from __future__ import annotations

import json
from typing import Any

import httpx2 as httpx
import pyoxigraph as ox
import pytest

from api.transport.models import ArticleDetail, ArticleOut, ClaimDetail, ClaimOut, ConceptDetail, ConceptOut, Page
from endpoint import BASE, Endpoint
from kg.commands.dispatch import main
from kg.ontology.compiled import Ontology
from kg.render.contract_facts import ReferenceModel
from service import get, post, wrong
from sources import claim_count, claims_by_article

FORMATS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}


def everything(endpoint: Endpoint, path: str, **parameters: str) -> list[dict[str, Any]]:
    """All entries of a list, part after part."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        given = {**parameters, **({"cursor": cursor} if cursor else {})}
        part = get(endpoint, path, **given).json()
        found += part["items"]
        if part["next"] is None:
            return found
        cursor = part["next"]


def triples(response: httpx.Response) -> set[ox.Triple]:
    form = FORMATS[response.headers["content-type"].split(";")[0]]
    return {quad.triple for quad in ox.parse(response.content, format=form)}


def subjects(response: httpx.Response) -> set[str]:
    return {str(triple.subject).strip("<>").removeprefix(BASE) for triple in triples(response)}


# -- lists


ENUMERATED = [
    ("claims", "article"),
    ("claims", "kind"),
    ("claims", "marker_state"),
    ("concepts", "kind"),
    ("references", "article"),
]


@pytest.mark.parametrize(("path", "name"), ENUMERATED)
def test_a_filter_takes_the_values_that_the_document_enumerates_and_no_other(
    endpoint: Endpoint, path: str, name: str
) -> None:
    # Given the document, when each value and then another one is asked for
    operation = get(endpoint, "/openapi.json").json()["paths"][f"/v1/{path}"]["get"]
    (values,) = [one["schema"]["enum"] for one in operation["parameters"] if one["name"] == name]
    assert len(values) > 2
    found = {value: get(endpoint, f"/v1/{path}", **{name: value}).json()["items"] for value in values}
    assert {value for value, items in found.items() if not items} <= {"A1", "A4"}  # their lists of references are empty
    refused = endpoint.client.get(f"/v1/{path}", params={name: "nothing"}).json()

    # Then the values are found, and the other one is an error that lists them
    assert (refused["status"], refused["errors"][0]["path"]) == (422, name)
    assert f"Use one of {', '.join(values[1:])}." in refused["errors"][0]["message"]


@pytest.mark.parametrize(
    ("path", "count", "model"),
    [
        ("/v1/claims", claim_count(), Page[ClaimOut]),
        ("/v1/articles", len(claims_by_article()), Page[ArticleOut]),
        ("/v1/references", len(Ontology().references), Page[ReferenceModel]),
    ],
)
def test_a_list_has_every_entry_in_parts(endpoint: Endpoint, path: str, count: int, model: Any) -> None:
    assert len(everything(endpoint, path, limit="100")) == count
    model.model_validate_json(get(endpoint, path, limit="500").text)


def test_every_concept_is_listed_once(endpoint: Endpoint, ontology: Ontology) -> None:
    found = [item["code"] for item in everything(endpoint, "/v1/concepts", limit="97")]
    assert found == sorted(ontology.codes.values())
    Page[ConceptOut].model_validate_json(get(endpoint, "/v1/concepts").text)


def test_parts_of_a_list_follow_each_other_without_gap_or_overlap(endpoint: Endpoint) -> None:
    first = get(endpoint, "/v1/claims", limit="3").json()
    second = get(endpoint, "/v1/claims", limit="3", cursor=first["next"]).json()
    both = get(endpoint, "/v1/claims", limit="6").json()
    assert first["items"] + second["items"] == both["items"]


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"article": "A1"}, 81),
        ({"kind": "dosing"}, 6),
        ({"article": "A4", "kind": "effect-size"}, 12),
        ({"marker_state": "unresolved", "article": "A1"}, 0),
    ],
)
def test_claims_are_filtered_as_on_the_command_line(endpoint: Endpoint, filters: dict[str, str], count: int) -> None:
    assert len(everything(endpoint, "/v1/claims", **filters)) == count


def test_claims_are_found_by_any_name_of_a_concept(endpoint: Endpoint) -> None:
    by_code = everything(endpoint, "/v1/claims", concept="mds")
    assert by_code == everything(endpoint, "/v1/claims", concept="Myelodysplasia")
    assert len(by_code) >= 5


def test_concepts_are_filtered_by_kind_by_what_is_above_them_and_by_words(endpoint: Endpoint) -> None:
    conditions = everything(endpoint, "/v1/concepts", kind="condition")
    below = everything(endpoint, "/v1/concepts", parent="solid tumour")
    named = everything(endpoint, "/v1/concepts", text="breast")
    assert {item["kind"] for item in conditions} == {"condition"}
    assert {"breast_cancer"} <= {item["code"] for item in below} < {item["code"] for item in conditions}
    assert named
    assert all("breast" in " ".join([item["label"], *item["synonyms"]]).lower() for item in named)


@pytest.mark.parametrize("parameters", [{"limit": "0"}, {"limit": "501"}, {"limit": "x"}, {"cursor": "A9-99"}])
def test_a_wrong_part_of_a_list_is_refused(endpoint: Endpoint, parameters: dict[str, str]) -> None:
    response = get(endpoint, "/v1/claims", **parameters)
    (entry,) = wrong(response)
    assert response.status_code == 422
    assert entry["path"].endswith(next(iter(parameters)))


def test_an_unknown_concept_names_the_closest(endpoint: Endpoint) -> None:
    response = get(endpoint, "/v1/claims", concept="lymphomma")
    (entry,) = wrong(response)
    assert entry["suggestions"][0] == "Lymphoma"


# -- one of them


def test_a_claim_says_what_the_command_line_says(endpoint: Endpoint, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims", "A0-39", "--format", "json"]) == 0
    (printed,) = json.loads(capsys.readouterr().out)
    sent = get(endpoint, "/v1/claims/A0-39")
    assert printed.items() <= sent.json().items()
    ClaimDetail.model_validate_json(sent.text)


def test_a_claim_names_the_claims_that_say_the_opposite(endpoint: Endpoint) -> None:
    conflicts = get(endpoint, "/v1/claims/A0-39").json()["conflicts_with"]
    assert conflicts
    assert all("A0-39" in get(endpoint, f"/v1/claims/{name}").json()["conflicts_with"] for name in conflicts)


def test_every_claim_has_the_form_of_its_model(endpoint: Endpoint, ontology: Ontology) -> None:
    assert len(ontology.claims) == claim_count()
    for name in ontology.claims:
        ClaimDetail.model_validate_json(get(endpoint, f"/v1/claims/{name}").text)


def test_an_article_has_its_claims_in_the_order_of_the_text(endpoint: Endpoint) -> None:
    found = ArticleDetail.model_validate_json(get(endpoint, "/v1/articles/A1").text)
    places = [claim.passage.start for claim in found.claims]
    assert len(places) == found.claim_count == len(claims_by_article()["A1"])
    assert places == sorted(places)
    assert found.human_review == "pending"


def test_a_concept_is_found_by_any_of_its_names(endpoint: Endpoint) -> None:
    names = ("mds", "Myelodysplastic syndrome", "MONDO:0018881", "MyelodysplasticSyndrome")
    found = [get(endpoint, f"/v1/concepts/{name}") for name in names]
    assert {response.json()["code"] for response in found} == {"mds"}
    one = ConceptDetail.model_validate_json(found[0].text)
    assert "A1-15" in one.concluded_by
    assert "low_risk_mds" in one.children


@pytest.mark.parametrize(
    ("path", "suggestion"),
    [
        ("/v1/claims/A0-390", "A0-39"),
        ("/v1/articles/A01", "A0"),
        ("/v1/concepts/lymphomma", "Lymphoma"),
        ("/ontology/cores", "core"),
    ],
)
def test_what_there_is_not_is_not_found_and_the_closest_are_named(
    endpoint: Endpoint, path: str, suggestion: str
) -> None:
    response = get(endpoint, path)
    (entry,) = wrong(response)
    assert response.status_code == 404
    assert suggestion in entry["suggestions"]


# -- RDF


@pytest.mark.parametrize("accept", ["text/turtle", "application/ld+json"])
@pytest.mark.parametrize(
    ("path", "subject", "more"),
    [
        ("/v1/claims/A0-39", "claim/A0-39", "passage/A0/2960-3037"),
        ("/v1/articles/A0", "article/A0", "claim/A0-01"),
        ("/v1/concepts/mds", "MyelodysplasticSyndrome", "MyelodysplasticSyndrome"),
        ("/v1/claims?limit=2", "claim/A0-01", "claim/A0-02"),
        ("/v1/references", "reference/A0/1", "reference/A0/1"),
    ],
)
def test_knowledge_is_also_rdf(endpoint: Endpoint, path: str, subject: str, more: str, accept: str) -> None:
    assert {subject, more} <= subjects(get(endpoint, path, accept))


def test_a_claim_as_rdf_brings_no_other_claim(endpoint: Endpoint) -> None:
    found = subjects(get(endpoint, "/v1/claims/A0-39.ttl"))
    assert {name for name in found if name.startswith("claim/") and name.count("/") == 1} == {"claim/A0-39"}


@pytest.mark.parametrize("accept", FORMATS)
def test_a_module_has_the_triples_of_its_file(endpoint: Endpoint, ontology: Ontology, accept: str) -> None:
    response = get(endpoint, "/ontology/core", accept)
    (path,) = [path for path in ontology.files if path.stem == "core"]
    assert response.headers["content-type"].startswith(accept)
    assert len(triples(response)) == len(ontology.triples_of(path))


def test_the_ontology_is_the_product_to_browse_under_one_header_without_imports(
    endpoint: Endpoint, ontology: Ontology
) -> None:
    found = triples(get(endpoint, "/ontology", "text/turtle"))
    owl = "http://www.w3.org/2002/07/owl#"
    headers = [triple for triple in found if str(triple.object) == f"<{owl}Ontology>"]
    assert [str(triple.subject) for triple in headers] == [f"<{BASE}ontology>"]
    assert f"{owl}imports" not in {triple.predicate.value for triple in found}
    claims = {str(triple.subject) for triple in found if triple.predicate.value == f"{BASE}printedAt"}
    assert {f"<{BASE}claim/{name}>" for name in ontology.claims} <= claims


# -- conditional requests, other sites


def test_what_has_not_changed_is_not_sent_again(endpoint: Endpoint) -> None:
    first = get(endpoint, "/v1/claims/A0-39")
    again = endpoint.client.get("/v1/claims/A0-39", headers={"if-none-match": first.headers["etag"]})
    turtle = endpoint.client.get("/v1/claims/A0-39.ttl", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert turtle.status_code == 200


@pytest.mark.parametrize("path", ["/v1/claims/A0-39", "/v1/concepts", "/ontology/core", "/openapi.json"])
def test_scripts_of_other_sites_may_read_what_is_public(endpoint: Endpoint, path: str) -> None:
    response = endpoint.client.get(path, headers={"origin": "https://example.org"})
    assert response.headers["access-control-allow-origin"] == "*"


def test_scripts_of_other_sites_may_not_read_an_assessment(endpoint: Endpoint) -> None:
    case = {"findings": [{"concept": "pancytopenia"}]}
    response = endpoint.client.post("/v1/assessments", json=case, headers={"origin": "https://example.org"})
    assert response.status_code == 200
    assert "access-control-allow-origin" not in response.headers


# -- questions


def test_a_question_is_answered_by_claims_and_the_query_that_found_them(endpoint: Endpoint) -> None:
    found = post(endpoint, {"question": "When is an ESA contraindicated?"}, "/v1/questions").json()
    assert found["covered"] is True
    assert "A0-39" in [claim["id"] for claim in found["claims"]]
    rows = get(endpoint, "/sparql", "application/sparql-results+json", query=found["sparql"])
    assert rows.json()["results"]["bindings"]


def test_what_the_articles_do_not_say_is_not_covered(endpoint: Endpoint) -> None:
    found = post(endpoint, {"question": "What is the capital of France?"}, "/v1/questions").json()
    assert (found["covered"], found["claims"]) == (False, [])


@pytest.mark.parametrize("body", [{}, {"question": 5}, {"question": ""}, {"question": "x", "more": 1}, []])
def test_what_is_no_question_is_refused(endpoint: Endpoint, body: Any) -> None:
    response = post(endpoint, body, "/v1/questions")
    assert response.status_code == 422
    assert wrong(response)
