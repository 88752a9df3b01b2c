"""Labels of at most 60 characters, which a tree or a list shows whole.

A label that is longer gives way to a shorter name of the same thing; what it said whole stays as its title.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kg.ontology.compiled import Ontology
from kg.ontology.model import Claim

LONGEST: Final = 60
PREFIXES: Final = ("Situation: ", "reference interval: ")
"""Kinds that a label begins with; the tree shows them already."""


def short_label(ontology: Ontology, name: str, label: str) -> str:
    """A label for a thing, by its local name, that is not too long; the given one where it is short enough."""
    claim = ontology.claims.get(name.removeprefix("claim/"))
    if claim and len(label) <= LONGEST:
        return label
    candidates = _of_claim(ontology, claim) if claim else _of_thing(ontology, name, label)
    return next((one for one in candidates if len(one) <= LONGEST), _beginning(label))


def _of_claim(ontology: Ontology, claim: Claim) -> Iterator[str]:
    """`A0-39 contraindicates ESA`: the first conclusion, its target by the longest name that fits."""
    rest = " …" if len(claim.conclusions) > 1 else ""
    for predicate, target in claim.conclusions[:1]:
        for name in _names(ontology, target):
            yield f"{claim.id} {ontology.label(predicate)} {name}{rest}"


def _of_thing(ontology: Ontology, name: str, label: str) -> Iterator[str]:
    for prefix in PREFIXES:
        label = label.removeprefix(prefix)
    yield label
    kind, _, rest = name.partition("/")
    if kind == "source":
        yield rest
    if kind in ("article", "reference"):
        yield f"{kind} {rest.replace('/', ', ')}"
    for concept in _concepts_in(ontology, label):
        for other in _names(ontology, concept):
            yield label.replace(ontology.labels[concept], other)


def _concepts_in(ontology: Ontology, label: str) -> list[str]:
    """Concepts whose label stands in the label, the longest first."""
    found = [name for name, own in ontology.labels.items() if own in label]
    return sorted(found, key=lambda name: (-len(ontology.labels[name]), name))


def _names(ontology: Ontology, concept: str) -> list[str]:
    """The label, then the synonyms that are shorter, the longest first."""
    label = ontology.label(concept)
    synonyms = ontology.concepts[concept].synonyms if concept in ontology.concepts else ()
    return [label, *sorted((one for one in synonyms if len(one) < len(label)), key=lambda one: (-len(one), one))]


def _beginning(label: str) -> str:
    """The label up to the last whole word that fits.

    >>> _beginning("A0-38: The article takes for granted that its patient is off treatment")
    'A0-38: The article takes for granted that its patient is…'
    """
    return label[: LONGEST - 1].rsplit(" ", 1)[0].rstrip(",;:(") + "…"
