"""How a differential is ordered, as the ontology has it: the rules, the words of strength, the harm of a late find."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from kg.cache.derived import derived
from kg.ontology import terms
from kg.ontology.compiled import Ontology

_SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
_DCTERMS: Final = "http://purl.org/dc/terms/"
_RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
LAST: Final = 99


@dataclass(frozen=True)
class OrderingRule:
    """A named rule: the axis that it compares, what it is called, and what it says."""

    name: str
    axis: str
    label: str
    definition: str


@dataclass(frozen=True)
class Harm:
    """What is lost when a condition is found too late; the smallest `position` is the worst."""

    level: str
    text: str
    source: str
    position: int


@derived
def ordering_rules(ontology: Ontology) -> tuple[OrderingRule, ...]:
    """The rules in the order in which they are asked."""
    index, found = ontology.index, []
    for iri in index.having(terms.BASE + "orderedBy"):
        label, definition = index.value(iri, _RDFS + "label"), index.value(iri, terms.DEFINITION)
        rule = OrderingRule(terms.local(iri), index.own_value(iri, "orderedBy"), label, definition)
        found.append((int(index.own_value(iri, "orderPosition")), rule))
    return tuple(rule for _, rule in sorted(found, key=lambda pair: pair[0]))


@derived
def strengths(ontology: Ontology) -> Mapping[str, int]:
    """Word for a strength, as claims print it → its place, the strongest first; words of one place are equal."""
    index = ontology.index
    words = index.subjects(terms.RDF + "type", terms.BASE + "SuggestionStrength")
    return MappingProxyType(
        {index.value(iri, _SKOS + "notation"): int(index.own_value(iri, "orderPosition")) for iri in words}
    )


@derived
def harms(ontology: Ontology) -> Mapping[str, Harm]:
    """Condition → the harm that a source names for finding it late."""
    index, found = ontology.index, {}
    for iri in index.having(terms.BASE + "harmOf"):
        found[index.own_value(iri, "harmOf")] = Harm(
            level=index.own_value(iri, "harmLevel"),
            text=index.value(iri, terms.DEFINITION),
            source=terms.local(index.value(iri, _DCTERMS + "source")),
            position=int(index.own_value(iri, "orderPosition")),
        )
    return MappingProxyType(found)
