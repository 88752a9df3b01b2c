"""What falls without some sources, what changes in what stays, and which sources a conclusion rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from kg.assess import Action, Assessment, project
from kg.errors import InputError, Problem
from kg.ontology.compiled import Ontology
from kg.ontology.model import Claim, Marker
from kg.proof.derivations import Conclusion, Derivations
from kg.proof.proof import Explainer

FIELDS: Final = (
    "modality",
    "urgency",
    "within",
    "purpose",
    "after",
    "regimen",
    "scope",
    "exceptions",
    "course",
    "basis",
)


@dataclass(frozen=True)
class SourceSets:
    """The minimal sets of sources that a conclusion rests on; `partial` where a bound on justifications was met."""

    sets: tuple[frozenset[str], ...]
    partial: bool


@dataclass(frozen=True)
class Altered:
    """A field of an entry that stays, before and after sources were taken out."""

    id: str
    field: str
    before: object
    after: object


@dataclass(frozen=True)
class Remainder:
    """What stays without some sources: fields of entries that changed, and lists whose order changed, before and after.

    `appeared` are entries that a stop or an exception had kept out.
    """

    altered: tuple[Altered, ...]
    order: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
    appeared: tuple[str, ...]


def sources_of(ontology: Ontology, identifier: str, strict: bool = False) -> frozenset[str]:
    """The sources of axioms that fall with an article, a claim, a passage, a marker or a reference.

    Ids are `A0`, `A0-39`, `A0:2960-3037`, `A0[1]`, `A0-R1`, and the name of a reference interval. A claim falls with a
    marker or a reference if it has no other; if it has one at all where that is `strict`. Raises InputError for an id
    that names none of these.
    """
    some = any if strict else all
    if identifier in {one.name for group in ontology.intervals.values() for one in group}:
        return frozenset({f"interval/{identifier}"})
    claims = tuple(ontology.claims.values())
    article, _, number = identifier.rstrip("]").partition("[")
    _, _, passage = identifier.partition(":")
    if identifier in ontology.articles:
        found = [claim for claim in claims if claim.article == identifier]
    elif identifier in ontology.claims:
        found = [ontology.claims[identifier]]
    elif number:
        cited = (article, number)
        found = _resting_on(claims, lambda marker: (marker.article, str(marker.number)) == cited, some)
    elif passage:
        found = [claim for claim in claims if _passage(claim) == identifier]
    else:
        reference = "reference/" + identifier.replace("-R", "/")
        found = _resting_on(claims, lambda marker: marker.reference == reference, some)
    if not found:
        remedy = (
            "Name an article, a claim, a reference interval, or what `warrant claims` shows: A0:12-34, A0[1], A0-R1."
        )
        raise InputError([Problem(identifier, "is no source that a claim rests on alone", remedy)])
    return frozenset(f"claim/{claim.id}" for claim in found)


def _resting_on(
    claims: Iterable[Claim], cited: Callable[[Marker], bool], some: Callable[[Iterable[object]], bool]
) -> list[Claim]:
    return [claim for claim in claims if claim.markers and some(map(cited, claim.markers))]


def _passage(claim: Claim) -> str:
    return f"{claim.passage.article}:{claim.passage.start}-{claim.passage.end}"


def minimal_sources(explainer: Explainer, conclusion: Conclusion) -> SourceSets:
    """The minimal sets of sources of a conclusion. Raises NotEntailed."""
    sets = explainer.sources(conclusion)
    return SourceSets(sets, conclusion in explainer.partial)


def retract(derivations: Derivations, sources: Iterable[str]) -> frozenset[Conclusion]:
    """The conclusions that no longer follow when the axioms of these sources are taken out."""
    gone = set(sources)
    kept = {
        conclusion: tuple(i for i in group if i.axiom is None or derivations.axioms[i.axiom].source not in gone)
        for conclusion, group in derivations.instances.items()
    }
    left = Derivations({conclusion: group for conclusion, group in kept.items() if group}, derivations.axioms)
    return frozenset(set(derivations.depth) - set(left.depth))


def without_sources(assessment: Assessment, fallen: Iterable[Conclusion]) -> Assessment:
    """The assessment that is left when conclusions have fallen: the lists of what still follows."""
    patient, gone = assessment.record.patient, frozenset(fallen)
    closure = assessment.closure
    values = {
        prop: frozenset(value for value in names if Conclusion(patient, prop, value) not in gone)
        for prop, names in closure.values.items()
    }
    types = frozenset(name for name in closure.types if Conclusion(patient, "type", name) not in gone)
    return project(assessment.ontology, assessment.record, replace(closure, types=types, values=values))


def _differs(before: object, after: object) -> bool:
    """Whether a field says something else; the order of what it says is no part of it."""
    if isinstance(before, tuple) and isinstance(after, tuple):
        return len(before) != len(after) or any(item not in before for item in after)
    return before != after


def remainder(assessment: Assessment, fallen: Iterable[Conclusion]) -> Remainder:
    """What becomes of the urgency, the time window, the order and the other fields of the entries that stay."""
    after = without_sources(assessment, fallen)
    altered = [
        Altered(name, field, getattr(old, field), getattr(new, field))
        for name, old, new in _staying(assessment, after)
        for field in FIELDS
        if _differs(getattr(old, field), getattr(new, field))
    ]
    order = {}
    for name, rows in (*assessment.lists.items(), ("differential", assessment.differential)):
        left = [item.id for item in (after.differential if name == "differential" else after.lists[name])]
        before = tuple(item.id for item in rows if item.id in left)
        then = tuple(one for one in left if one in before)
        if before != then:
            order[name] = (before, then)
    return Remainder(tuple(altered), order, tuple(sorted(set(after.items) - set(assessment.items))))


def _staying(before: Assessment, after: Assessment) -> Iterator[tuple[str, Action, Action]]:
    for name, old in before.items.items():
        new = after.items.get(name)
        if isinstance(old, Action) and isinstance(new, Action):
            yield name, old, new
