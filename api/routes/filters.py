"""Filters of lists whose values the ontology enumerates: any other is an error and not an empty list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Final

from kg.errors import InputError, Problem
from kg.ontology.compiled import Ontology
from kg.ontology.model import Claim

UNCITED: Final = "uncited"
CLAIMS, CONCEPTS, REFERENCES = "/v1/claims", "/v1/concepts", "/v1/references"


def marker_states(claim: Claim) -> frozenset[str]:
    """The states of a claim's markers; `uncited` where it has none."""
    return frozenset(marker.state for marker in claim.markers) or frozenset({UNCITED})


VALUES: Final[Mapping[tuple[str, str], Callable[[Ontology], Iterable[str]]]] = {
    (CLAIMS, "article"): lambda ontology: ontology.articles,
    (CLAIMS, "kind"): lambda ontology: (claim.kind for claim in ontology.claims.values()),
    (CLAIMS, "marker_state"): lambda ontology: (
        state for claim in ontology.claims.values() for state in marker_states(claim)
    ),
    (CONCEPTS, "kind"): lambda ontology: (concept.kind for concept in ontology.concepts.values()),
    (REFERENCES, "article"): lambda ontology: ontology.articles,
}
"""By list and filter, the values that it can have; the empty one is no filter."""


def require_known(ontology: Ontology, path: str, **filters: str) -> None:
    """Check that each filter of a list is empty or one of its values. Raises InputError with those that there are."""
    for name, value in filters.items():
        known = values_of(ontology, path, name)
        if value and value not in known:
            closest = tuple(get_close_matches(value, known, 3))
            raise InputError([Problem(name, f"{value[:60]!r} is none.", f"Use one of {', '.join(known)}.", closest)])


def values_of(ontology: Ontology, path: str, name: str) -> list[str]:
    """The values that a filter of a list can have."""
    return sorted({str(value) for value in VALUES[path, name](ontology)})


def with_values(document: dict[str, Any], ontology: Ontology) -> dict[str, Any]:
    """An OpenAPI document whose enumerated filters list their values."""
    for path, name in VALUES:
        for parameter in document["paths"][path]["get"]["parameters"]:
            if parameter["name"] == name:
                parameter["schema"]["enum"] = ["", *values_of(ontology, path, name)]
    return document
