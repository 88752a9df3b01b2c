"""Claims, articles and references as the compiled modules state them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from kg.ontology import terms
from kg.ontology.index import Index
from kg.ontology.model import Article, Claim, Effect, Marker, Passage, ReadingOf, Reference, RegimenPhase

_TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
_DCTERMS: Final = "http://purl.org/dc/terms/"
_OA: Final = "http://www.w3.org/ns/oa#"


class ClaimReader:
    """Reads every claim with its parts: readings, passage, markers, doubts, regimen and effects."""

    def __init__(self, index: Index, predicates: frozenset[str]) -> None:
        self.index, self.predicates = index, predicates

    def claims(self) -> dict[str, Claim]:
        """Claim by identifier, in the order of identifiers."""
        prefix, sentence = terms.BASE + "claim/", terms.BASE + "sentence"
        own = {terms.local(name): name for name in self.index.predicates(terms.BASE)}
        iris = self.index.having(sentence)
        return {iri.removeprefix(prefix): self._claim(iri, self._plain(iri, own)) for iri in iris}

    def _plain(self, iri: str, own: Mapping[str, str]) -> dict[str, list[str]]:
        """What is said of a claim by our own predicates, in the order of the file."""
        found = ((name, self.index.as_given(iri, predicate)) for name, predicate in own.items())
        return {name: [terms.local(value) for value in values] for name, values in found if values}

    def _claim(self, iri: str, plain: dict[str, list[str]]) -> Claim:
        index, identifier = self.index, iri.removeprefix(terms.BASE + "claim/")
        types = [kind for kind in index.values(iri, _TYPE) if kind.startswith(terms.BASE)]
        pairs = [(name, target) for name, targets in plain.items() if name in self.predicates for target in targets]
        markers = (self._marker(node) for node in index.values(iri, terms.BASE + "marker"))
        doubts = index.values(iri, terms.BASE + "hasDoubt")
        return Claim(
            id=identifier,
            article=index.own_value(iri, "claimsOf").removeprefix("article/"),
            kind=index.value(types[0], _SKOS + "notation"),
            sentence=index.own_value(iri, "sentence"),
            passage=self._passage(index.value(iri, _DCTERMS + "source")),
            markers=tuple(sorted(markers, key=lambda marker: marker.number)),
            conclusions=tuple(sorted(pairs)),
            readings=self._readings(iri),
            formal=index.own_value(iri, "formalReading"),
            exceptions=tuple(name.removeprefix("claim/") for name in plain.get("exception", ())),
            exception_classes=tuple(sorted(plain.get("exceptionClass", ()))),
            doubts=tuple((index.own_value(node, "doubt"), index.own_value(node, "doubtBasis")) for node in doubts),
            doubted_with=tuple(
                sorted({name.removeprefix("claim/") for node in doubts for name in index.own(node, "doubtWith")})
            ),
            regimen=tuple(self._phase(node) for node in index.values(iri, terms.BASE + "hasRegimen")),
            effects=tuple(self._effect(node) for node in index.values(iri, terms.BASE + "hasEffect")),
            fields=MappingProxyType({name: tuple(sorted(values)) for name, values in sorted(plain.items())}),
        )

    def _readings(self, iri: str) -> tuple[ReadingOf, ...]:
        index = self.index
        nodes = index.values(iri, terms.BASE + "hasReading") or ([iri] if index.own(iri, "readingSituation") else [])
        return tuple(
            ReadingOf(
                iri=terms.local(node),
                situation=index.own_value(node, "readingSituation"),
                reason=index.own_value(node, "readingReason", "reading"),
                formal=index.own_value(node, "formalReading"),
            )
            for node in nodes
        )

    def _passage(self, iri: str) -> Passage:
        index = self.index
        return Passage(
            article=terms.local(index.value(iri, _OA + "hasSource")).removeprefix("article/"),
            section=index.own_value(iri, "section"),
            start=int(index.value(iri, _OA + "start")),
            end=int(index.value(iri, _OA + "end")),
            digest=index.own_value(iri, "digest"),
        )

    def _marker(self, iri: str) -> Marker:
        own = self.index.own_value
        return Marker(
            article=own(iri, "claimsOf").removeprefix("article/"),
            number=int(own(iri, "markerNumber")),
            state=own(iri, "markerState"),
            reference=own(iri, "resolvesTo"),
        )

    def _phase(self, iri: str) -> RegimenPhase:
        own = self.index.own_value
        names = ("phase", "substance", "dose", "unit", "route", "frequency", "duration", "until")
        return RegimenPhase(**{name: own(iri, name) for name in names})

    def _effect(self, iri: str) -> Effect:
        own = self.index.own_value
        return Effect(
            measure=own(iri, "measure"),
            printed=own(iri, "printed"),
            value=self._figure(iri, "effectValue"),
            low=self._figure(iri, "effectLow"),
            high=self._figure(iri, "effectHigh"),
            unit=own(iri, "unit"),
            population=own(iri, "population"),
            outcome=own(iri, "outcome"),
            direction=own(iri, "direction"),
            interval=own(iri, "interval"),
        )

    def _figure(self, iri: str, name: str) -> Decimal | None:
        text = self.index.own_value(iri, name)
        return Decimal(text) if text else None


def articles(index: Index) -> dict[str, Article]:
    """Article by identifier, with bibliographic data and review state."""
    found = {}
    for iri in index.subjects(_TYPE, terms.BASE + "Article"):
        identifier = index.value(iri, _SKOS + "notation")
        found[identifier] = Article(
            id=identifier,
            title=index.value(iri, _DCTERMS + "title"),
            publisher=index.value(iri, _DCTERMS + "publisher"),
            modified=index.value(iri, _DCTERMS + "modified"),
            file=index.own_value(iri, "fileName"),
            digest=index.own_value(iri, "digest"),
            length=int(index.own_value(iri, "fileLength")),
            active_stage=index.own_value(iri, "activeStage"),
            human_review=index.own_value(iri, "humanReview"),
            intended_use=index.own_value(iri, "intendedUse"),
            status=index.own_value(iri, "articleStatus"),
        )
    return found


def references(index: Index) -> dict[str, Reference]:
    """Reference by the local part of its IRI, such as `reference/A0/1`."""
    found = {}
    for iri in index.subjects(_TYPE, terms.BASE + "Reference"):
        found[terms.local(iri)] = Reference(
            iri=terms.local(iri),
            article=index.own_value(iri, "claimsOf").removeprefix("article/"),
            position=int(index.own_value(iri, "position")),
            title=index.value(iri, _DCTERMS + "title"),
            publisher=index.value(iri, _DCTERMS + "publisher"),
            year=index.value(iri, _DCTERMS + "date"),
            type=index.value(iri, _DCTERMS + "type"),
            topic_mismatch=index.own_value(iri, "topicMismatch"),
        )
    return found
