"""Findings that a low or high value amounts to."""

from __future__ import annotations

from kg.cache.derived import derived
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.ontology.kinds import ConceptKind


def out_of_order(ontology: Ontology, name: str) -> bool:
    """Whether a concept is a finding that is more than a normal value."""
    concept = ontology.concepts[name]
    return concept.kind is ConceptKind.FINDING and (concept.axis is None or concept.axis[1] != "Normal")


@derived
def conditions_of_values(ontology: Ontology) -> tuple[tuple[str, str, str], ...]:
    """(condition, finding, quantity) of every finding that a low or high value amounts to."""
    situations = ontology.index.subjects(terms.RDFS + "subClassOf", terms.BASE + "Situation")
    atoms = {ontology.atom(terms.local(iri)): terms.local(iri) for iri in situations}
    return tuple(
        (atoms[f"hasFinding some {name}"], name, concept.axis[0])
        for name, concept in ontology.concepts.items()
        if concept.axis and out_of_order(ontology, name) and f"hasFinding some {name}" in atoms
    )
