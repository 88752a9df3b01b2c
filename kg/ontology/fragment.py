"""What the compiler takes: which predicates say nothing logical, which axioms it reads, and how others are refused."""

from __future__ import annotations

from typing import Final

from kg.errors import OntologyError

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
RESERVED: Final = (RDF, RDFS, OWL, XSD)
FACETS: Final = {
    XSD + "minInclusive": ">=",
    XSD + "minExclusive": ">",
    XSD + "maxInclusive": "<=",
    XSD + "maxExclusive": "<",
}

DECLARATIONS: Final = frozenset(
    {OWL + name for name in ("Ontology", "Class", "NamedIndividual", "Axiom", "Annotation", "Restriction")}
    | {OWL + name for name in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")}
    | {RDFS + "Datatype", RDF + "List"}
)
ANNOTATIONS: Final = frozenset(
    {RDFS + name for name in ("label", "comment", "seeAlso", "isDefinedBy")}
    | {OWL + name for name in ("versionInfo", "versionIRI", "imports", "deprecated", "priorVersion")}
    | {OWL + name for name in ("backwardCompatibleWith", "incompatibleWith")}
    | {OWL + name for name in ("annotatedSource", "annotatedProperty", "annotatedTarget")}
)
EXPRESSIONS: Final = frozenset(
    {RDF + "first", RDF + "rest", *FACETS}
    | {
        OWL + name
        for name in ("intersectionOf", "unionOf", "complementOf", "oneOf", "onProperty", "onClass", "members")
    }
    | {OWL + name for name in ("someValuesFrom", "allValuesFrom", "hasValue", "hasSelf", "onDataRange")}
    | {OWL + name for name in ("onDatatype", "withRestrictions", "datatypeComplementOf")}
    | {OWL + kind + name for kind in ("min", "max") for name in ("Cardinality", "QualifiedCardinality")}
    | {OWL + name for name in ("cardinality", "qualifiedCardinality")}
)

BODY: Final = "a body takes named classes, some, value, min and one facet"
HEAD: Final = "a head takes named classes, intersections and value restrictions"
NO_DECIMAL: Final = "only bounds of decimals are facets here"
DISJOINT: Final = "classes exclude each other by name here, two at least"
NO_KIND: Final = "the compiler takes no axiom of this kind"
DEFINED: Final = "its class is defined and yet has other members"
TWO_LINKS: Final = "chains have two links here"
TWO_KINDS: Final = "its name is declared as two kinds that exclude each other"
UNDECLARED: Final = "its property is not declared"
ASSERTED: Final = "it looks along links that the ontology itself asserts"


class OutsideFragment(OntologyError):
    """An axiom that the engine cannot use completely; it is never skipped."""

    def __init__(self, axiom: str, file: str, reason: str) -> None:
        super().__init__(f"{file}: {axiom}: outside the Horn fragment: {reason}")


def reserved(name: str) -> bool:
    """Whether a name belongs to RDF, OWL or XSD."""
    return name.startswith(RESERVED)
