"""Claims as nanopublications (https://nanopub.net/guidelines): one claim, its provenance, who publishes it; as TriG.

The assertion is what the ontology says with plain triples of what the claim requires and concludes; the provenance is
its passage in the article, with markers and doubts; the publication information names the ontology's version.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import pyoxigraph as ox

from kg import __version__
from kg.cache.derived import derived
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.ontology.model import Claim

NP: Final = "http://www.nanopub.org/nschema#"
LICENCE: Final = "https://creativecommons.org/licenses/by/4.0/"
ABOUT_SOURCES: Final = frozenset(("marker", "hasDoubt", "claimsOf"))
ABOUT_THE_TEXT: Final = frozenset(("hasReading", "asks", "indexTerm", "formalReading"))
Row = tuple[str, ox.NamedNode | ox.Literal]
PREFIXES: Final = {**terms.PREFIXES, "np": NP, "nanopub": terms.BASE + "nanopub/"}


def nanopublications(ontology: Ontology, claims: Iterable[Claim]) -> bytes:
    """One nanopublication for each of the claims, as TriG; the same bytes for the same ontology."""
    quads = [quad for claim in claims for quad in nanopublication(ontology, claim)]
    found = ox.serialize(quads, format=ox.RdfFormat.TRIG, prefixes=PREFIXES)
    assert found is not None
    return found


def nanopublication(ontology: Ontology, claim: Claim) -> tuple[ox.Quad, ...]:
    """The four graphs of one claim: head, assertion, provenance, publication information."""
    writer = _NanopublicationWriter(ontology, claim)
    return (*writer.head(), *writer.assertion(), *writer.provenance(), *writer.publication())


@derived
def _said_of(ontology: Ontology) -> Mapping[str, tuple[Row, ...]]:
    """Claim → what is said of it, by predicate; class expressions stay behind."""
    found: dict[str, list[Row]] = {}
    for triple in ontology.index.triples:
        named = isinstance(triple.subject, ox.NamedNode) and triple.subject.value.startswith(terms.BASE + "claim/")
        if named and isinstance(triple.object, ox.NamedNode | ox.Literal):
            found.setdefault(triple.subject.value, []).append((triple.predicate.value, triple.object))  # type: ignore[union-attr]
    return {claim: tuple(rows) for claim, rows in found.items()}


class _NanopublicationWriter:
    def __init__(self, ontology: Ontology, claim: Claim) -> None:
        self.ontology, self.claim = ontology, claim
        self.name = f"{terms.BASE}nanopub/{claim.id}"
        self.node = f"{terms.BASE}claim/{claim.id}"
        self.rows = _said_of(ontology).get(self.node, ())

    def _graph(self, part: str) -> ox.NamedNode:
        return ox.NamedNode(f"{self.name}#{part}")

    def _say(self, part: str, subject: str, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
        return ox.Quad(ox.NamedNode(subject), ox.NamedNode(predicate), value, self._graph(part))

    def head(self) -> Iterator[ox.Quad]:
        """Which graph is what."""
        yield self._say("Head", self.name, terms.RDF + "type", ox.NamedNode(NP + "Nanopublication"))
        for prop, part in (
            ("hasAssertion", "assertion"),
            ("hasProvenance", "provenance"),
            ("hasPublicationInfo", "pubinfo"),
        ):
            yield self._say("Head", self.name, NP + prop, self._graph(part))

    def assertion(self) -> Iterator[ox.Quad]:
        """What the claim says: its class, its sentence, what it requires and concludes."""
        for predicate, value in self.rows:
            own = terms.local(predicate) if predicate.startswith(terms.BASE) else ""
            said = own and own not in ABOUT_SOURCES | ABOUT_THE_TEXT
            if said or (predicate == terms.RDF + "type" and str(value.value).startswith(terms.BASE)):
                yield self._say("assertion", self.node, predicate, value)

    def provenance(self) -> Iterator[ox.Quad]:
        """From which passage of which article, beside which markers, with which doubts."""
        graph, passage, claim = self._graph("assertion").value, self.claim.passage, self.claim
        place = f"{terms.BASE}passage/{passage.article}/{passage.start}-{passage.end}"
        article = ox.NamedNode(f"{terms.BASE}article/{passage.article}")
        selector = ox.NamedNode(place + "/selector")
        yield self._say("provenance", graph, terms.PROV + "wasDerivedFrom", ox.NamedNode(place))
        yield self._say("provenance", graph, terms.PROV + "hadPrimarySource", article)
        yield self._say("provenance", place, terms.OA + "hasSource", article)
        yield self._say("provenance", place, terms.OA + "hasSelector", selector)
        for name, number in (("start", passage.start), ("end", passage.end)):
            yield self._say("provenance", selector.value, terms.OA + name, ox.Literal(number))
        yield self._say("provenance", place, terms.BASE + "digest", ox.Literal(passage.digest))
        for marker in claim.markers:
            node = f"{terms.BASE}marker/{marker.article}/{marker.number}"
            yield self._say("provenance", self.node, terms.BASE + "marker", ox.NamedNode(node))
            yield self._say("provenance", node, terms.BASE + "markerState", ox.Literal(marker.state))
            if marker.reference:
                reference = ox.NamedNode(terms.BASE + marker.reference)
                yield self._say("provenance", node, terms.BASE + "resolvesTo", reference)
        for text, _ in claim.doubts:
            yield self._say("provenance", self.node, terms.BASE + "doubt", ox.Literal(text))

    def publication(self) -> Iterator[ox.Quad]:
        """Who publishes it, from which version of the ontology, under which licence."""
        agent, xsd = f"{terms.BASE}program/{__version__}", ox.NamedNode(terms.XSD + "date")
        modified = ox.Literal(self.ontology.articles[self.claim.article].modified, datatype=xsd)
        yield self._say("pubinfo", self.name, terms.PROV + "wasAttributedTo", ox.NamedNode(agent))
        yield self._say("pubinfo", self.name, terms.PROV + "wasDerivedFrom", ox.NamedNode(self.ontology.version))
        yield self._say("pubinfo", self.name, terms.DCTERMS + "created", modified)
        yield self._say("pubinfo", self.name, terms.DCTERMS + "license", ox.NamedNode(LICENCE))
        yield self._say("pubinfo", agent, terms.RDF + "type", ox.NamedNode(terms.PROV + "SoftwareAgent"))
