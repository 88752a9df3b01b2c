"""Pages of articles and of what they cite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from api.pages import page
from api.pages.claims import marker_states
from api.pages.flow import beside, stages
from api.pages.lists import Choice, Field, listing
from api.services import services_of
from kg.ontology.compiled import Ontology
from kg.ontology.model import Article, Claim, Reference


async def listed(request: Request, subject: Mapping[str, Any]) -> Response:
    """The articles."""
    ontology = services_of(request).ontology
    covered = {one.id: coverage(one, claims_of(ontology, one.id)) for one in ontology.articles.values()}
    return page("articles.html", **listing(request, subject, ()), covered=covered)


async def one(request: Request, article: Article) -> Response:
    """One article with its claims in the order of the text, by section."""
    ontology = services_of(request).ontology
    claims = claims_of(ontology, article.id)
    markers = {marker.number: marker for claim in claims for marker in claim.markers}
    asked = request.query_params.get("beside", "")
    other = asked if asked in ontology.articles and asked != article.id else ""
    values: dict[str, Any] = {
        "article": article,
        "covered": coverage(article, claims),
        "sections": [(name, list(part)) for name, part in groupby(claims, key=lambda claim: claim.passage.section)],
        "states": marker_states(claims),
        "markers": [
            (markers[number], [claim.id for claim in claims if number in {one.number for one in claim.markers}])
            for number in sorted(markers)
        ],
        "references": [one for one in _ordered(ontology) if one.article == article.id],
        "all_references": ontology.references,
        "stages": stages(ontology, claims),
        "others": [name for name in ontology.articles if name != article.id],
        "other": other,
        "shared": beside(ontology, claims, claims_of(ontology, other)) if other else (),
    }
    return page("article.html", here="/v1/articles", **values)


async def references(request: Request, subject: Mapping[str, Any]) -> Response:
    """What the articles cite."""
    ontology = services_of(request).ontology
    fields = (Field("article", "Article", [Choice(one.id, one.title) for one in ontology.articles.values()]),)
    citing = {identifier(one): claims_citing(ontology, one) for one in ontology.references.values()}
    states = marker_states(list(ontology.claims.values()))
    return page("references.html", **listing(request, subject, fields), citing=citing, states=states)


async def reference(request: Request, found: Reference) -> Response:
    """One entry of a reference list with the claims that cite it."""
    ontology = services_of(request).ontology
    claims = claims_citing(ontology, found)
    markers = {marker.number: marker for claim in claims for marker in claim.markers if marker.reference == found.iri}
    values: dict[str, Any] = {
        "reference": found,
        "id": identifier(found),
        "article": ontology.articles[found.article],
        "claims": claims,
        "markers": [markers[number] for number in sorted(markers)],
    }
    return page("reference.html", here="/v1/references", **values)


def claims_of(ontology: Ontology, article: str) -> list[Claim]:
    """The claims of an article in the order of the text."""
    found = [claim for claim in ontology.claims.values() if claim.article == article]
    return sorted(found, key=lambda claim: (claim.passage.start, claim.passage.end, claim.id))


def claims_citing(ontology: Ontology, reference: Reference) -> list[Claim]:
    """The claims with a marker that resolves to a reference."""
    found = claims_of(ontology, reference.article)
    return [claim for claim in found if any(marker.reference == reference.iri for marker in claim.markers)]


def identifier(reference: Reference) -> str:
    """The id of a reference in lists, such as `A0-R1`."""
    return f"{reference.article}-R{reference.position}"


def coverage(article: Article, claims: Sequence[Claim]) -> dict[str, int]:
    """How much of an article is encoded: claims, those that need a patient, the share of its characters (%)."""
    places = {place for claim in claims for place in range(claim.passage.start, claim.passage.end)}
    executable = sum(claim.executable for claim in claims)
    doubted = sum(bool(claim.doubts) for claim in claims)
    share = round(100 * len(places) / article.length)
    return {"claims": len(claims), "executable": executable, "doubted": doubted, "share": share}


def _ordered(ontology: Ontology) -> list[Reference]:
    return sorted(ontology.references.values(), key=lambda one: (one.article, one.position))
