"""Single entries of the compiled ontology as data: concepts, conversions of units, sides of numeric limits."""

from __future__ import annotations

from decimal import Decimal

from kg.ontology import terms
from kg.ontology.codes import code_of
from kg.ontology.index import Index
from kg.ontology.kinds import ConceptKind
from kg.ontology.model import Concept, Conversion, Threshold


def read_concept(index: Index, iri: str) -> Concept:
    """The concept of an IRI."""
    axes = [
        (quantity, position)
        for position in ("Low", "Normal", "High")
        for quantity in index.own(iri, position.lower() + "Of")
    ]
    found = (code for kind in ("exact", "close", "narrow") for code in index.values(iri, f"{terms.SKOS}{kind}Match"))
    codes = map(code_of, found)
    synonyms = [
        *index.values(iri, terms.SKOS + "altLabel"),
        *index.own(iri, "abbreviation"),
        *index.own(iri, "layTerm"),
    ]
    name = terms.local(iri)
    narrower = terms.BASE + "hasNarrower"
    return Concept(
        name=name,
        code=index.value(iri, terms.SKOS + "notation"),
        kind=ConceptKind(index.own_value(iri, "conceptKind")),
        label=index.value(iri, terms.RDFS + "label"),
        definition=index.value(iri, terms.DEFINITION),
        parents=tuple(terms.local(parent) for parent in index.subjects(narrower, iri)),
        synonyms=tuple(synonyms),
        related=tuple(index.own(iri, "relatedTerm")),
        codes=tuple(dict.fromkeys(codes)),
        axis=axes[0] if axes else None,
    )


def read_conversion(index: Index, node: str) -> Conversion:
    """The conversion of a unit that a node declares."""
    factor = Decimal(index.own_value(node, "factor", "1"))
    return Conversion(
        unit=index.own_value(node, "fromUnit"),
        factor=factor,
        factor_to=Decimal(index.own_value(node, "factorTo", str(factor))),
        divisor=Decimal(index.own_value(node, "divisor", "1")),
        source=terms.local(index.value(node, terms.DCTERMS + "source")),
    )


def read_threshold(index: Index, iri: str) -> Threshold:
    """The side of a numeric limit that an IRI names."""
    own = index.own_value
    return Threshold(
        name=terms.local(iri),
        quantity=own(iri, "quantity"),
        bound=own(iri, "bound"),
        limit=Decimal(own(iri, "limit")),
        label=index.value(iri, terms.RDFS + "label"),
    )
