"""Pages of claims, articles, references, concepts and all other things that have an IRI."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from api.routes.addresses import address
from endpoint import BASE, Endpoint
from kg.ontology import describe
from kg.ontology.compiled import Ontology
from kg.ontology.model import Claim
from kg.render.axioms import axioms_of
from pages import Elements, opened, visit
from sources import claim_count, claims_by_article

LISTS = ["/v1/claims", "/v1/articles", "/v1/references", "/v1/concepts", "/ontology"]
FILES = (".ttl", ".jsonld", ".json", ".rdf")
KNOWLEDGE = ("/v1/claims", "/v1/articles", "/v1/references", "/v1/concepts", "/v1/terms", "/ontology")


def rows(page: Elements, kind: str) -> list[str]:
    """The addresses of things of a kind that a page links to, each once, in order."""
    return list(dict.fromkeys(link for link in page.links() if link.startswith(f"/v1/{kind}/") and "." not in link))


# -- all of them


@pytest.fixture(scope="module")
def crawled(endpoint: Endpoint) -> dict[str, Elements]:
    """Every page of knowledge that can be reached from the lists.

    Whatever else they link to on this server is opened too, of the files (Turtle, JSON, ...) every tenth.
    """
    found: dict[str, Elements] = {}
    todo, seen, files = list(LISTS), set(LISTS), 0
    while todo:
        path = todo.pop()
        if not path.startswith(KNOWLEDGE) or path.endswith(FILES):
            files += path.endswith(FILES)
            if not path.endswith(FILES) or files % 10 == 1:
                assert visit(endpoint, path).status_code == 200, path
            continue
        found[path] = opened(endpoint, path)
        for link in found[path].links():
            target = link.partition("#")[0] or path
            if target not in seen:
                seen.add(target)
                todo.append(target)
    return found


@pytest.mark.long
def test_every_claim_article_reference_concept_and_module_has_a_page(
    crawled: dict[str, Elements], ontology: Ontology
) -> None:
    # Given every page that the lists lead to
    wanted = [f"/v1/claims/{name}" for name in ontology.claims]
    wanted += [f"/v1/articles/{name}" for name in ontology.articles]
    wanted += [f"/v1/references/{one.article}-R{one.position}" for one in ontology.references.values()]
    wanted += [f"/v1/concepts/{code}" for code in ontology.codes.values()]
    wanted += [f"/ontology/{name}" for name in describe.module_names(ontology) if name != "warrant-reasoning"]

    # Then each thing is among them, and following all links met no broken one
    assert len(wanted) > claim_count() + len(claims_by_article()) + len(ontology.concepts)
    assert [path for path in wanted if path not in crawled] == []
    assert len(crawled) > 1900


@pytest.mark.long
def test_every_link_to_a_part_of_a_page_finds_it(crawled: dict[str, Elements]) -> None:
    links = [
        (path, *link.partition("#")[::2]) for path, page in crawled.items() for link in page.links() if "#" in link
    ]
    pointed = [(path, page or path, part) for path, page, part in links]
    assert [one for one in pointed if one[1] in crawled and one[2] not in crawled[one[1]].ids()] == []
    assert len(pointed) > 2000


@pytest.mark.long
def test_no_page_loads_anything_from_another_server(crawled: dict[str, Elements]) -> None:
    loaded = {
        item.get("src") or item.get("href", "")
        for page in crawled.values()
        for tag in ("script", "img", "link")
        for item in page.all(tag)
    }
    assert loaded == {"/static/warrant.css", "/static/icon.svg"}


# -- lists


def test_the_list_of_claims_has_the_filters_of_its_route(endpoint: Endpoint) -> None:
    page = opened(endpoint, "/v1/claims?article=A1&kind=dosing")
    fields = {item["name"] for item in page.all("select") + page.all("input")}
    assert fields == {"article", "kind", "marker_state", "concept"}
    assert {"A1", "dosing"} <= {item["value"] for item in page.all("option") if "selected" in item}
    assert all(link.startswith("/v1/claims/A1-") for link in rows(page, "claims"))


def test_parts_of_a_list_lead_on_and_keep_the_filters(endpoint: Endpoint) -> None:
    # Given the first part of a filtered list, when its next link is followed to the end
    page = opened(endpoint, "/v1/claims?article=A1&limit=30")
    seen = rows(page, "claims")
    while following := [item["href"] for item in page.all("a") if item.get("rel") == "next"]:
        page = opened(endpoint, following[0])
        seen += rows(page, "claims")

    # Then every claim of the article came once
    assert len(seen) == len(set(seen)) == len(claims_by_article()["A1"])


@pytest.mark.parametrize("words", ["iron", "b12", "leukaemia"])
def test_the_search_box_finds_concepts_by_a_part_of_any_name(
    endpoint: Endpoint, ontology: Ontology, words: str
) -> None:
    page = opened(endpoint, f"/v1/concepts?text={words}&limit=500")
    found = {link.removeprefix("/v1/concepts/") for link in rows(page, "concepts")}
    named = {
        one.code
        for one in ontology.concepts.values()
        if any(words in name.casefold() for name in (one.label, *one.synonyms))
    }
    assert found == named
    assert len(named) >= 3


def test_a_search_without_a_hit_says_so(endpoint: Endpoint) -> None:
    assert "No concept passes these filters." in opened(endpoint, "/v1/concepts?text=nothing-like-this").text


# -- one of them


def test_a_claim_shows_all_that_is_known_of_it(endpoint: Endpoint, ontology: Ontology) -> None:
    # Given a claim with a doubt, a marker and a claim against it, when its page is opened
    claim, page = ontology.claims["A0-39"], opened(endpoint, "/v1/claims/A0-39")

    # Then sentence, condition, passage, marker state, reference, review, doubts and the opposing claim are there
    assert claim.sentence in page.text
    assert "Patient known to be without: Active chemotherapy" in page.text
    assert f"characters {claim.passage.start} to {claim.passage.end}" in page.text
    assert claim.markers[0].state in page.text
    assert "/v1/references/A0-R1" in page.links()
    assert "human review: pending" in page.text
    assert all(" ".join(text.split()) in page.text for text, _ in claim.doubts)
    assert "/v1/claims/A0-31" in page.links()


def test_a_claim_names_the_example_patients_in_whom_it_applies(endpoint: Endpoint) -> None:
    page = opened(endpoint, "/v1/claims/A0-39")
    applies = page.text.partition("Applies")[2].partition("Ambiguous")[0]
    assert applies.strip() == "esa asked for off chemotherapy"
    assert "/?example=esa-asked-for-off-chemotherapy" in page.links()


@pytest.mark.long
def test_every_executable_claim_has_its_axioms_with_their_sources(
    crawled: dict[str, Elements], ontology: Ontology
) -> None:
    executable = [claim for claim in ontology.claims.values() if claim.executable]
    assert len(executable) >= 174
    for claim in executable:
        text = crawled[f"/v1/claims/{claim.id}"].text
        assert f"SubClassOf {_applies(claim)} value" in text, claim.id
        assert "SubClassOf claimExcluded value" in text or "SubClassOf failsInReading value" in text, claim.id


def _applies(claim: Claim) -> str:
    return "holdsInReading" if len(claim.readings) > 1 else "claimApplies"


def test_an_article_has_its_claims_in_order_its_coverage_and_its_markers(
    endpoint: Endpoint, ontology: Ontology
) -> None:
    page = opened(endpoint, "/v1/articles/A0")
    listed = page.text.partition("Claims in the order of the text")[2]
    claims = [claim for claim in ontology.claims.values() if claim.article == "A0"]
    claims.sort(key=lambda claim: (claim.passage.start, claim.passage.end, claim.id))
    places = [listed.index(f"{claim.id} ") for claim in claims]
    assert places == sorted(places)
    assert f"{len(claims)} claims take up" in page.text
    assert "3 by-list-position , 2 unresolved" in page.text


def test_a_reference_has_the_claims_that_cite_it(endpoint: Endpoint, ontology: Ontology) -> None:
    page = opened(endpoint, "/v1/references/A0-R2")
    citing = [
        claim.id
        for claim in ontology.claims.values()
        if any(marker.reference == "reference/A0/2" for marker in claim.markers)
    ]
    assert rows(page, "claims") == [f"/v1/claims/{name}" for name in citing]
    assert "by-list-position" in page.text


def test_a_quantity_has_its_unit_its_thresholds_and_what_they_decide(endpoint: Endpoint, ontology: Ontology) -> None:
    page = opened(endpoint, "/v1/concepts/hemoglobin")
    labels = [one.label for one in ontology.thresholds.values() if one.quantity == "Hemoglobin"]
    assert len(labels) >= 8
    assert [label for label in labels if label not in page.text] == []
    assert "Its unit is g/dL ." in page.text
    assert "/v1/concepts/anemia" in page.links()


def test_a_concept_has_its_tree_its_names_and_its_codes_as_links(endpoint: Endpoint) -> None:
    page = opened(endpoint, "/v1/concepts/mds")
    hrefs = [item["href"] for item in page.all("a")]
    assert "https://purl.obolibrary.org/obo/MONDO_0018881" in hrefs
    assert {"/v1/concepts/low_risk_mds", "/v1/claims/A1-15"} <= set(hrefs)
    assert "myelodysplasia" in page.text


# -- IRIs


def test_every_iri_of_the_ontology_leads_to_its_description(endpoint: Endpoint, ontology: Ontology) -> None:
    # Given every name that the ontology says something of, when the IRI of every tenth is asked for on this server
    names = sorted(describe.names(ontology))
    answers = {name: endpoint.client.get(f"/id/{name}") for name in names[::10]}

    # Then each name has an address, and each answer is 303 to the address of its name
    assert len(names) > 2000
    assert [name for name in names if not address(ontology, name).startswith("/")] == []
    assert {answer.status_code for answer in answers.values()} == {303}
    assert [name for name, answer in answers.items() if answer.headers["location"] != address(ontology, name)] == []


@pytest.mark.parametrize(
    "name",
    ["claim/A0-39", "article/A1", "reference/A0/1", "Anemia", "hasFinding", "passage/A0/2960-3037", "marker/A0/1"],
)
@pytest.mark.parametrize(
    ("accept", "form"),
    [("text/turtle", ox.RdfFormat.TURTLE), ("application/ld+json", ox.RdfFormat.JSON_LD), ("text/html", None)],
)
def test_an_iri_is_described_in_the_form_that_is_asked_for(
    endpoint: Endpoint, name: str, accept: str, form: ox.RdfFormat | None
) -> None:
    response = endpoint.client.get(f"/id/{name}", headers={"accept": accept}, follow_redirects=True)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith(accept)
    if form is not None:
        subjects = {str(quad.subject) for quad in ox.parse(response.content, format=form)}
        assert f"<{BASE}{name}>" in subjects


def test_a_version_iri_leads_to_its_module_and_a_graph_to_the_dataset(endpoint: Endpoint) -> None:
    assert endpoint.client.get("/id/ontology/0.1.0/core").headers["location"] == "/ontology/core"
    assert visit(endpoint, "/id/graph/inferred").status_code == 200


@pytest.mark.parametrize(
    ("path", "near"), [("/id/Anemi", "Anemia"), ("/v1/terms/HemoglobinAbov10", "HemoglobinAbove10")]
)
def test_a_name_that_there_is_not_is_not_found_and_the_closest_is_named(
    endpoint: Endpoint, path: str, near: str
) -> None:
    response = endpoint.client.get(path)
    assert response.status_code == 404
    assert near in response.json()["errors"][0]["suggestions"]


# -- axioms


@pytest.mark.parametrize(
    ("name", "axiom", "source"),
    [
        ("Pancytopenia", "Pancytopenia SubClassOf Anemia", "source/tree"),
        ("hasNextStep", "hasNextStep SubPropertyChain claimApplies o ordersStep", "source/schema"),
        ("SituationOfA039", "SituationOfA039 SubClassOf claimApplies value claim/A0-39", "claim/A0-39"),
        ("claim/A0-39", "claim/A0-39 contraindicates ErythropoiesisStimulatingAgent", "claim/A0-39"),
        (
            "HemoglobinMeasurement and value some xsd:decimal[> 10.0]",
            "HemoglobinMeasurement and value some xsd:decimal[> 10.0] SubClassOf HemoglobinAbove10",
            "claim/A0-43",
        ),
    ],
)
def test_an_axiom_is_written_in_manchester_syntax(ontology: Ontology, name: str, axiom: str, source: str) -> None:
    assert (axiom, source) in [(str(one), one.source) for one in axioms_of(ontology, name)]
