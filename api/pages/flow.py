"""What an article tells one to do, in its order; and two articles side by side where they speak of the same things."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from kg.ontology.compiled import Ontology
from kg.ontology.model import Claim
from kg.render.phrases import ARGUING, wording
from kg.render.wording import duration, words


class StepSentence(NamedTuple):
    """What claims tell one to do, the claims that say it, and how soon."""

    text: str
    claims: tuple[str, ...]
    soon: tuple[str, ...]


class Stage(NamedTuple):
    """What is to be done together: a numbered step of the article, or what one of its sections asks for."""

    title: str
    items: tuple[StepSentence, ...]


class Shared(NamedTuple):
    """A concept of which two articles speak, and what each says of it."""

    label: str
    left: tuple[StepSentence, ...]
    right: tuple[StepSentence, ...]


def stages(ontology: Ontology, claims: Sequence[Claim]) -> tuple[Stage, ...]:
    """The stages of an article in the order of its steps; without numbered steps, in the order of its sections."""
    numbered = any(claim.field("step") for claim in claims)
    found: dict[str, list[StepSentence]] = {}
    for claim in claims:
        step = claim.field("step")
        if not numbered or step:
            title = f"Step {step}" if step else claim.passage.section.rpartition(" > ")[2]
            found.setdefault(title, []).extend(told(ontology, claim))
    return tuple(Stage(title, _once(items)) for title, items in found.items() if items)


def told(ontology: Ontology, claim: Claim, concepts: Iterable[str] = ()) -> Iterator[StepSentence]:
    """What a claim says of concepts, of all of them unless some are named; what only argues for a condition is left."""
    said, wanted = wording(ontology), set(concepts)
    within = (f"within {duration(one)}" for one in claim.fields.get("within", ()))
    soon = tuple(filter(None, (words(claim.field("urgency")), *within)))
    for predicate, concept in claim.conclusions:
        if ontology.lists.get(predicate, "differential") not in ARGUING and (not wanted or concept in wanted):
            text = said.sentence(predicate, ontology.codes[concept], ontology.label(concept))
            yield StepSentence(text, (claim.id,), soon)


def beside(ontology: Ontology, left: Sequence[Claim], right: Sequence[Claim]) -> tuple[Shared, ...]:
    """The concepts to act on of which both articles speak, by label."""
    both = _acted_on(ontology, left) & _acted_on(ontology, right)
    rows = [Shared(ontology.label(name), _all(ontology, left, name), _all(ontology, right, name)) for name in both]
    return tuple(sorted(rows))


def _acted_on(ontology: Ontology, claims: Iterable[Claim]) -> set[str]:
    return {
        concept
        for claim in claims
        for predicate, concept in claim.conclusions
        if ontology.lists.get(predicate, "differential") not in ARGUING
    }


def _all(ontology: Ontology, claims: Iterable[Claim], concept: str) -> tuple[StepSentence, ...]:
    return _once(one for claim in claims for one in told(ontology, claim, (concept,)))


def _once(items: Iterable[StepSentence]) -> tuple[StepSentence, ...]:
    """Each text once, with all claims that say it."""
    found: dict[str, StepSentence] = {}
    for one in items:
        known = found.setdefault(one.text, one)
        claims, soon = (*known.claims, *one.claims), (*known.soon, *one.soon)
        found[one.text] = StepSentence(one.text, tuple(dict.fromkeys(claims)), tuple(dict.fromkeys(soon)))
    return tuple(found.values())
