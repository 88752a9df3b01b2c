"""Claims as assertions with lines of evidence (SEPIO, ECO), individuals in the place of words: the graph `evidence`.

What the modules of the articles say in annotations, which neither a reasoner nor a DL query reaches, stands here as
object properties with controlled values: strength, modality, urgency, population, exception, doubt.
"""

from __future__ import annotations

import re
from typing import Final

from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS

from kg.authoring import nodes
from kg.authoring.owl import Module
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.ontology.model import Claim, Marker
from kg.publication.vocabulary import PublicVocabulary

TRACED: Final = URIRef(terms.OBO + "ECO_0000033")
UNTRACED: Final = URIRef(terms.OBO + "ECO_0000034")
STATED: Final = URIRef(terms.OBO + "ECO_0000204")
ECO_OF: Final = {"resolved": TRACED, "by-list-position": STATED, "unresolved": UNTRACED, "unlisted": UNTRACED}
"""State of a marker → kind of evidence; a match by order alone is a statement of an author, traced or not."""
EVERYBODY: Final = "population"
"""The editorial decision that says of whom the articles speak."""


class EvidenceWriter:
    """Writes the evidence of every claim into a module."""

    def __init__(self, ontology: Ontology, vocabulary: PublicVocabulary) -> None:
        self.ontology, self.index, self.vocabulary = ontology, ontology.index, vocabulary
        self.module = Module(
            "evidence",
            "Warrant: claims and their evidence",
            "Claims as assertions with lines of evidence; strength, modality, urgency, population, exceptions and "
            "doubts as individuals.",
            ("public",),
        )

    def write(self) -> Module:
        for prop, label in (
            (nodes.CITO.disputes, "disputes"),
            (nodes.CITO.citesForInformation, "cites for information"),
        ):
            self.module.note(prop, RDF.type, OWL.AnnotationProperty)
            self.module.note(prop, RDFS.label, Literal(label, lang="en"))
        self._prototypes()
        for claim in self.ontology.claims.values():
            self._claim(claim)
        for kind in ("Passage", "CitationMarker", "Reference"):
            for iri in self.index.subjects(terms.RDF + "type", terms.term(kind)):
                self._printed_in(iri)
        for iri in self.index.having(terms.term("lowBelow")) + self.index.having(terms.term("highAbove")):
            source = nodes.source("schema")
            self.module.axiom(URIRef(iri), nodes.term("limitOf"), self._own(iri, "quantity"), source)
            self._population(URIRef(iri), self.index.own_value(iri, "population"), source)
        return self.module

    def _prototypes(self) -> None:
        """A concept's individual, at which claims point, is one of its class: `concludes some <class>` finds them."""
        for name in self.ontology.concepts:
            node = nodes.term(name)
            self.module.axiom(node, RDF.type, node, nodes.source("prototype"))

    # -- a claim

    def _claim(self, claim: Claim) -> None:
        node = nodes.claim(claim.id)
        self._values(node, node)
        passage = nodes.passage(claim.passage.article, claim.passage.start, claim.passage.end)
        self.module.axiom(node, nodes.term("printedAt"), passage, node)
        self.module.axiom(node, nodes.term("printedIn"), nodes.article(claim.article), node)
        for other in claim.exceptions:
            self.module.axiom(node, nodes.term("exceptedBy"), nodes.claim(other), node)
        if claim.executable:
            self._population(node, self._adults, nodes.source(EVERYBODY))
        for number, marker in enumerate(claim.markers, 1):
            self._line(claim, number, marker)
        if not claim.markers:
            self._line(claim, 1, None)
        self._parts(node)

    def _parts(self, node: URIRef) -> None:
        for doubt in self.index.values(str(node), terms.term("hasDoubt")):
            self._doubt(node, URIRef(doubt))
        for name, prop, kind in (("hasEffect", "hasEffectSize", "Effect"), ("hasRegimen", "hasDosePhase", "Regimen")):
            for part in self.index.values(str(node), terms.term(name)):
                self.module.axiom(URIRef(part), RDF.type, nodes.term(kind), node)
                self.module.axiom(node, nodes.term(prop), URIRef(part), node)
                self._population(URIRef(part), self.index.own_value(part, "population"), node)

    def _doubt(self, claim: URIRef, doubt: URIRef) -> None:
        self.module.axiom(doubt, RDF.type, nodes.term("Doubt"), claim)
        self.module.axiom(claim, nodes.term("doubtedIn"), doubt, claim)
        self._values(doubt, claim)
        for other in self.index.values(str(doubt), terms.term("doubtWith")):
            self.module.axiom(doubt, nodes.term("inTensionWith"), URIRef(other), claim)
            self.module.note(claim, nodes.CITO.disputes, URIRef(other))

    def _values(self, node: URIRef, source: URIRef) -> None:
        """Each word of a closed list as the individual that stands for it."""
        for annotation in self.vocabulary.valued:
            for code in self.index.own(str(node), annotation):
                prop, value = self.vocabulary.value(annotation, code)
                self.module.axiom(node, nodes.term(prop), nodes.term(value), source)

    def _line(self, claim: Claim, number: int, marker: Marker | None) -> None:
        """One line of evidence: a printed marker with what it leads to, or the statement of the article alone."""
        source = nodes.claim(claim.id)
        line = nodes.W[f"claim/{claim.id}/evidence/{number}"]
        self._individual(line, "EvidenceLine", f"{claim.id}, evidence {number}", source)
        self.module.axiom(line, RDF.type, ECO_OF[marker.state] if marker else UNTRACED, source)
        self.module.axiom(source, nodes.term("basedOn"), line, source)
        if marker is None:
            return
        self.module.axiom(line, nodes.term("carriedBy"), nodes.marker(marker.article, marker.number), source)
        if marker.reference:
            self.module.axiom(line, nodes.term("tracedTo"), nodes.term(marker.reference), source)
            self.module.note(source, nodes.CITO.citesForInformation, nodes.term(marker.reference))

    # -- what several share

    @property
    def _adults(self) -> str:
        """The population of the limits that articles print, in their word."""
        ranked = (limit.threshold for limit in self.ontology.limits)
        found = (self.index.own_value(terms.term(name), "population") for name in ranked)
        return min(text for text in found if text)

    def _population(self, node: URIRef, text: str, source: URIRef) -> None:
        if not text:
            return
        people = nodes.W["population/" + re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")]
        self._individual(people, "Population", text, nodes.source("schema"))
        self.module.axiom(node, nodes.term("hasPopulation"), people, source)

    def _printed_in(self, iri: str) -> None:
        article = self.index.value(iri, terms.OA + "hasSource") or self.index.value(iri, terms.term("claimsOf"))
        if article:
            self.module.axiom(URIRef(iri), nodes.term("printedIn"), URIRef(article), URIRef(article))

    def _own(self, iri: str, name: str) -> URIRef:
        return URIRef(self.index.value(iri, terms.term(name)))

    def _individual(self, node: URIRef, kind: str, label: str, source: URIRef) -> None:
        self.module.note(node, RDF.type, OWL.NamedIndividual)
        self.module.axiom(node, RDF.type, nodes.term(kind), source)
        self.module.note(node, RDFS.label, Literal(label, lang="en"))
        self.module.note(node, DCTERMS.source, source)
