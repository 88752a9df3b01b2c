"""Pages of claims: the list with its filters, and one claim with everything that is known of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from api.pages import page
from api.pages.lists import Choice, Field, listing
from api.pages.logic import condition, written
from api.routes.addresses import PageLink, all_named, linked, named
from api.services import services_of
from kg.assess.outcomes import Outcome
from kg.ontology.compiled import Ontology
from kg.ontology.model import Claim
from kg.render import knowledge
from kg.render.axioms import AxiomLine, axioms_naming, axioms_of
from kg.render.claim_examples import firings

UNCITED: Final = "uncited"
# what the page shows in a section of its own
ELSEWHERE: Final = frozenset(
    {
        "absentSubject",
        "asks",
        "claimsOf",
        "exception",
        "exceptionClass",
        "formalReading",
        "hasDoubt",
        "hasEffect",
        "hasReading",
        "hasRegimen",
        "indexTerm",
        "marker",
        "readingSituation",
        "sentence",
    }
)
FIRST: Final = ("modality", "strength", "urgency", "within", "window", "step")
OUTCOMES: Final = {
    Outcome.APPLICABLE: "Applies",
    Outcome.AMBIGUOUS: "Ambiguous",
    Outcome.EXCLUDED: "Excluded",
    Outcome.UNDETERMINED: "Open: a fact is missing",
}


async def listed(request: Request, subject: Mapping[str, Any]) -> Response:
    """The claims that pass the filters."""
    ontology = services_of(request).ontology
    claims = list(ontology.claims.values())
    states = sorted({marker.state for claim in claims for marker in claim.markers})
    fields = (
        Field("article", "Article", [Choice(one.id, f"{one.id}: {one.title}") for one in ontology.articles.values()]),
        Field("kind", "Kind", [Choice(kind, kind) for kind in sorted({claim.kind for claim in claims})]),
        Field("marker_state", "Marker", [Choice(state, state) for state in (*states, UNCITED)]),
        Field("concept", "Concept that it concludes"),
    )
    return page("claims.html", **listing(request, subject, fields), total=len(claims))


async def one(request: Request, claim: Claim) -> Response:
    """One claim."""
    services = services_of(request)
    ontology = services.ontology
    fired = await asyncio.to_thread(firings, services.knowledge)
    values: dict[str, Any] = {
        "claim": claim,
        "article": ontology.articles[claim.article],
        "conclusions": [(named(ontology, said), named(ontology, target)) for said, target in claim.conclusions],
        "readings": _readings(ontology, claim),
        "exceptions": [_brief(ontology, name) for name in claim.exceptions],
        "exception_classes": [condition(ontology, name) for name in claim.exception_classes],
        "fields": _fields(ontology, claim),
        "effects": [
            (effect, _value(ontology, effect.population), _value(ontology, effect.outcome)) for effect in claim.effects
        ],
        "substances": {phase.substance: named(ontology, phase.substance) for phase in claim.regimen},
        "triggers": all_named(ontology, _triggers(ontology, claim)),
        "conflicts": [_brief(ontology, name) for name in knowledge.conflicts(ontology, claim)],
        "fired": [(title, fired[claim.id][outcome]) for outcome, title in OUTCOMES.items()],
        "axioms": written(ontology, _axioms(ontology, claim)),
        "neighbours": _neighbours(ontology, claim),
        "references": ontology.references,
    }
    return page("claim.html", here="/v1/claims", **values)


def _brief(ontology: Ontology, name: str) -> tuple[PageLink, str]:
    """A claim as its linked id and its sentence."""
    return PageLink(name, f"/v1/claims/{name}"), ontology.claims[name].sentence


def _readings(ontology: Ontology, claim: Claim) -> list[dict[str, Any]]:
    several = len(claim.readings) > 1
    return [
        {
            "anchor": f"reading-{number}" if several else "reading",
            "title": f"Reading {number}" if several else "",
            "reason": {"reading": "the wording", "grey_zone": "a limit left open"}.get(reading.reason, reading.reason),
            "formal": linked(ontology, reading.formal),
            "condition": condition(ontology, reading.situation),
        }
        for number, reading in enumerate(claim.readings, 1)
    ]


def _fields(ontology: Ontology, claim: Claim) -> list[tuple[str, tuple[PageLink, ...]]]:
    """The annotations that have no section of their own: label and values, terms as links."""
    concluded = {said for said, _ in claim.conclusions}
    rest = sorted(set(claim.fields) - set(FIRST) - ELSEWHERE - concluded, key=ontology.label)
    names = [name for name in FIRST if name in claim.fields] + rest
    return [(ontology.label(name), tuple(_value(ontology, text) for text in claim.fields[name])) for name in names]


def _value(ontology: Ontology, text: str) -> PageLink:
    found = named(ontology, text)
    return found if found.address else PageLink(text)


def _triggers(ontology: Ontology, claim: Claim) -> set[str]:
    return {name for reading in claim.readings for name in ontology.mentioned(reading.situation)}


def _axioms(ontology: Ontology, claim: Claim) -> list[AxiomLine]:
    """The axioms about a claim and its readings, and the definitions of the classes that they hang on."""
    nodes = [f"claim/{claim.id}", *(reading.iri for reading in claim.readings)]
    found = [axiom for node in dict.fromkeys(nodes) for axiom in axioms_of(ontology, node)]
    leading = [axiom for node in dict.fromkeys(nodes) for axiom in axioms_naming(ontology, node)]
    situations = dict.fromkeys(axiom.subject for axiom in leading if axiom.keyword == "SubClassOf")
    defined = [
        axiom
        for name in situations
        for axiom in (*axioms_of(ontology, name), *axioms_naming(ontology, name))
        if (axiom.subject, axiom.keyword) == (name, "EquivalentTo")
        or (axiom.keyword, axiom.object) == ("SubClassOf", name)
    ]
    return list(dict.fromkeys([*leading, *(axiom for axiom in defined if axiom.subject not in nodes), *found]))


def _neighbours(ontology: Ontology, claim: Claim) -> tuple[PageLink | None, PageLink | None]:
    """The claims before and after it in its article."""
    same = [other for other in ontology.claims.values() if other.article == claim.article]
    same.sort(key=lambda other: (other.passage.start, other.passage.end, other.id))
    place = same.index(claim)
    before = _brief(ontology, same[place - 1].id)[0] if place else None
    after = _brief(ontology, same[place + 1].id)[0] if place + 1 < len(same) else None
    return before, after


def marker_states(claims: Sequence[Claim]) -> list[tuple[str, int]]:
    """How many markers of the claims are in which state; a marker that several claims carry counts once."""
    markers = {(marker.article, marker.number): marker.state for claim in claims for marker in claim.markers}
    return sorted(Counter(markers.values()).items())
