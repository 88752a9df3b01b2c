"""Pages of articles: what one is told to do in the article's order, and two articles side by side."""

from __future__ import annotations

from api.pages.articles import claims_of
from api.pages.flow import beside, stages, told
from endpoint import Endpoint
from kg.ontology.compiled import Ontology
from pages import opened


def test_numbered_steps_stand_in_their_order_with_the_claims_that_say_them(ontology: Ontology) -> None:
    found = stages(ontology, claims_of(ontology, "A1"))
    assert [stage.title for stage in found] == [f"Step {number}" for number in range(1, 6)]
    (film,) = (one for one in found[0].items if one.text == "Look at a blood film")
    assert film.claims == ("A1-30", "A1-31")


def test_an_article_without_numbered_steps_goes_by_its_sections(ontology: Ontology) -> None:
    claims = claims_of(ontology, "A0")
    found = stages(ontology, claims)
    assert len(found) >= 5
    places = {claim.id: claim.passage.start for claim in claims}
    first = [min(places[name] for one in stage.items for name in one.claims) for stage in found]
    assert first[0] == min(first)
    assert {one.text for stage in found for one in stage.items} >= {
        one.text for c in claims for one in told(ontology, c)
    }


def test_two_articles_are_compared_where_both_speak(ontology: Ontology) -> None:
    found = beside(ontology, claims_of(ontology, "A1"), claims_of(ontology, "A0"))
    (row,) = (one for one in found if one.label == "Bone marrow biopsy")
    assert all(name.startswith("A1-") for one in row.left for name in one.claims)
    assert "within 14 days" in {part for one in row.right for part in one.soon}
    assert all(one.left and one.right for one in found)


def test_the_page_draws_the_flow_and_compares_on_demand(endpoint: Endpoint) -> None:
    page = opened(endpoint, "/v1/articles/A1")
    assert [item["class"] for item in page.all("ol") if "class" in item] == ["flow"]
    assert page.all("table") == []
    assert {"?beside=A0#beside", "?beside=A4#beside"} <= {item["href"] for item in page.all("a")}
    compared = opened(endpoint, "/v1/articles/A1?beside=A0")
    assert len(compared.all("table")) == 1
    assert opened(endpoint, "/v1/articles/A1?beside=A1").all("table") == []
