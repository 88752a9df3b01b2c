"""The pages of knowledge by the names that the routes give them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from api.pages import articles, claims, concepts, entities
from api.services import Page

PAGES: Final[Mapping[str, Page]] = {
    "claims": claims.listed,
    "claim": claims.one,
    "articles": articles.listed,
    "article": articles.one,
    "references": articles.references,
    "reference": articles.reference,
    "concepts": concepts.listed,
    "concept": concepts.one,
    "ontology": entities.ontology,
    "module": entities.module,
    "term": entities.term,
}
