"""Claims, articles and concepts as JSON data, for who looks them up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import NamedTuple

from kg.cache.derived import derived
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.ontology.model import Article, Claim, Concept, Effect
from kg.render.claims import claim_json, reference_json
from kg.render.data import Data


class Uses(NamedTuple):
    """The claims that conclude something of a concept, and those whose conditions mention it; ids in order."""

    concluded: tuple[str, ...]
    mentioned: tuple[str, ...]


def claim_detail(ontology: Ontology, claim: Claim) -> Data:
    """A claim with what is said with it: exceptions, what it conflicts with, doses and figures as printed."""
    return {
        **claim_json(claim),
        "iri": terms.claim(claim.id),
        "exceptions": sorted(claim.exceptions),
        "conflicts_with": list(conflicts(ontology, claim)),
        "regimen": [{**asdict(phase), "substance": ontology.codes[phase.substance]} for phase in claim.regimen],
        "effects": [effect(one) for one in claim.effects],
    }


def effect(item: Effect) -> Data:
    """An effect size as printed; figures are text, so that no digit is lost."""
    return {name: value if value is None else str(value) for name, value in asdict(item).items()}


def conflicts(ontology: Ontology, claim: Claim) -> tuple[str, ...]:
    """The claims that say the opposite of the same thing, and those that a doubt names."""
    against = {
        (predicate, target)
        for said, target in claim.conclusions
        for predicate in (*ontology.opposes.get(said, ()), *_opposed_by(ontology).get(said, ()))
    }
    opposing = {other.id for other in ontology.claims.values() if against & set(other.conclusions)}
    return tuple(sorted((opposing | set(claim.doubted_with)) - {claim.id}))


@derived
def _opposed_by(ontology: Ontology) -> Mapping[str, frozenset[str]]:
    """Predicate → the predicates that speak against it."""
    found: dict[str, set[str]] = {}
    for speaker, others in ontology.opposes.items():
        for other in others:
            found.setdefault(other, set()).add(speaker)
    return {name: frozenset(speakers) for name, speakers in found.items()}


def article_json(ontology: Ontology, article: Article) -> Data:
    """Bibliographic data and review state of an article, and how many claims it has."""
    data = asdict(article)
    data["last_updated"] = data.pop("modified")
    del data["file"]
    count = sum(claim.article == article.id for claim in ontology.claims.values())
    return {**data, "iri": terms.article(article.id), "claim_count": count}


def article_detail(ontology: Ontology, article: Article) -> Data:
    """An article with its claims in the order of the text, and its reference list."""
    claims = [claim for claim in ontology.claims.values() if claim.article == article.id]
    claims.sort(key=lambda claim: (claim.passage.start, claim.passage.end, claim.id))
    references = [one for one in ontology.references.values() if one.article == article.id]
    references.sort(key=lambda one: one.position)
    return {
        **article_json(ontology, article),
        "claims": [claim_json(claim) for claim in claims],
        "references": [reference_json(one) for one in references],
    }


def concept_json(ontology: Ontology, concept: Concept) -> Data:
    """A concept; parents and children by code."""
    return {
        "code": concept.code,
        "iri": terms.term(concept.name),
        "kind": concept.kind,
        "label": concept.label,
        "definition": concept.definition,
        "synonyms": list(concept.synonyms),
        "codes": list(concept.codes),
        "parents": sorted(ontology.codes[name] for name in concept.parents),
        "children": sorted(ontology.codes[name] for name in ontology.hierarchy.narrower[concept.name]),
    }


def concept_detail(ontology: Ontology, concept: Concept) -> Data:
    """A concept with the claims about it."""
    used = uses(ontology).get(concept.name, Uses((), ()))
    return {
        **concept_json(ontology, concept),
        "concluded_by": list(used.concluded),
        "mentioned_by": list(used.mentioned),
    }


@derived
def uses(ontology: Ontology) -> Mapping[str, Uses]:
    """Concept → the claims about it."""
    concluded: dict[str, set[str]] = {}
    mentioned: dict[str, set[str]] = {}
    for claim in ontology.claims.values():
        for _, target in claim.conclusions:
            concluded.setdefault(target, set()).add(claim.id)
        for reading in claim.readings:
            for name in ontology.mentioned(reading.situation):
                mentioned.setdefault(name, set()).add(claim.id)
    return {
        name: Uses(tuple(sorted(concluded.get(name, ()))), tuple(sorted(mentioned.get(name, ()))))
        for name in sorted({*concluded, *mentioned})
    }
