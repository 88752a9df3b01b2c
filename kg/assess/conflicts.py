"""Claims that speak for and against one thing, and claims that speak against what the record states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from kg.assess.items import Conflict
from kg.assess.lists import AGAINST, Lists
from kg.ontology.model import Claim

STATED: Final = "The record states it, and these claims argue against it: look at both again. No rule ranks them."


def conflicts(lists: Lists) -> tuple[Conflict, ...]:
    """Applicable claims for and against the same concept, or for one and against a wider or narrower; then claims
    against an established diagnosis.

    A claim whose course has ended is no party: what is stopped is not offered.
    """
    pairs: dict[str, tuple[dict[str, Claim], dict[str, Claim]]] = {}
    for warning in lists.applicable:
        for predicate, avoided in warning.conclusions:
            for claim, concept in _opposed(lists, predicate, avoided):
                supporting, opposing = pairs.setdefault(concept, ({}, {}))
                supporting[claim.id], opposing[warning.id] = claim, warning
    found = tuple(_conflict(lists, concept, *sides) for concept, sides in sorted(pairs.items()))
    return (*found, *_against_the_record(lists))


def _opposed(lists: Lists, predicate: str, avoided: str) -> Iterator[tuple[Claim, str]]:
    ontology = lists.ontology
    against = ontology.opposes.get(predicate, frozenset())
    if against and avoided in ontology.concepts:
        related = ontology.descendants(avoided) | ontology.ancestors(avoided)
        for claim in lists.applicable:
            for other, concept in claim.conclusions:
                if other in against and concept in related and not lists.superseded(claim, concept):
                    yield claim, concept


def _against_the_record(lists: Lists) -> Iterator[Conflict]:
    """Established diagnoses that applicable claims argue against."""
    for concept, claims in lists.backing.get(AGAINST, {}).items():
        if concept in lists.established:
            yield Conflict(
                action=lists.ontology.codes[concept],
                label=lists.ontology.label(concept),
                supporting=(),
                opposing=tuple(claim.id for claim in claims),
                resolution="unresolved",
                rule=STATED,
            )


def _conflict(lists: Lists, concept: str, supporting: Mapping[str, Claim], opposing: Mapping[str, Claim]) -> Conflict:
    resolution, rule = _resolution(supporting, opposing)
    return Conflict(
        action=lists.ontology.codes[concept],
        label=lists.ontology.label(concept),
        supporting=tuple(supporting),
        opposing=tuple(opposing),
        resolution=resolution,
        rule=rule,
    )


def _resolution(supporting: Mapping[str, Claim], opposing: Mapping[str, Claim]) -> tuple[str, str]:
    everything = {**supporting, **opposing}
    for claim in everything.values():
        named = {name.removeprefix("claim/") for name in claim.fields.get("qualifiedBy", ())}
        if found := sorted(named & set(everything)):
            return "qualified", f"{claim.id} is read together with {', '.join(found)}, which qualifies it."
    for claim in opposing.values():
        if found := sorted(set(claim.exceptions) & set(supporting)):
            return "exception", f"{', '.join(found)} is printed as an exception to {claim.id}."
    scopes = tuple(dict.fromkeys(text for claim in opposing.values() for text in claim.fields.get("scope", ())))
    said = f" The warning {'; '.join(scopes)}." if scopes else ""
    return "unresolved", f"No rule of the articles ranks these claims; both are shown.{said}"
