"""Reference intervals and alerts, read from the index of the ontology."""

from __future__ import annotations

from decimal import Decimal

from kg.ontology import terms
from kg.ontology.index import Index
from kg.ontology.model import AlertKindOf, PartOf, PossibleValues, ReferenceInterval

_DCTERMS = terms.PREFIXES["dcterms"]
_RDFS_LABEL = terms.RDFS + "label"


def intervals(index: Index) -> dict[str, tuple[ReferenceInterval, ...]]:
    """Quantity → its reference intervals, the narrowest first."""
    found: dict[str, list[ReferenceInterval]] = {}
    for iri in index.having(terms.BASE + "forState"):
        item = _interval(index, iri)
        found.setdefault(item.quantity, []).append(item)
    return {
        quantity: tuple(sorted(items, key=lambda item: (item.narrowness, item.name), reverse=True))
        for quantity, items in found.items()
    }


def _interval(index: Index, iri: str) -> ReferenceInterval:
    def years(name: str) -> int | None:
        value = figure(index, iri, name)
        return None if value is None else int(value)

    critical = index.own_value(iri, "criticalSource")
    return ReferenceInterval(
        name=terms.local(iri).removeprefix("interval/"),
        quantity=index.own_value(iri, "quantity"),
        people=index.own_value(iri, "population"),
        sex=index.own_value(iri, "sex"),
        from_age=years("fromAge"),
        below_age=years("belowAge"),
        age_unknown=index.own_value(iri, "forAge") == "unknown",
        state=index.own_value(iri, "forState"),
        low_below=figure(index, iri, "lowBelow"),
        normal_from=figure(index, iri, "normalFrom"),
        normal_to=figure(index, iri, "normalTo"),
        high_above=figure(index, iri, "highAbove"),
        critical_below=figure(index, iri, "criticalBelow"),
        critical_above=figure(index, iri, "criticalAbove"),
        critical_source=index.value(terms.source(critical), _RDFS_LABEL) if critical else "",
        sources=_titles(index, iri),
    )


def figure(index: Index, iri: str, name: str) -> Decimal | None:
    """A number of an individual by its annotation property; None where it has none."""
    value = index.own_value(iri, name)
    return Decimal(value) if value else None


def possible_values(index: Index, iri: str) -> PossibleValues | None:
    """The values of a quantity that a living person can have, where the ontology says so."""
    low, high = figure(index, iri, "possibleFrom"), figure(index, iri, "possibleTo")
    if low is None or high is None:
        return None
    return PossibleValues(low, high, index.own_value(iri, "possiblyZero") == "yes")


def parts(index: Index) -> tuple[PartOf, ...]:
    """The quantities that cannot exceed another one."""
    return tuple(
        PartOf(
            part=index.own_value(node, "quantity"),
            whole=index.own_value(node, "partIn"),
            factor=Decimal(index.own_value(node, "factor")),
        )
        for node in index.having(terms.BASE + "partIn")
    )


def alerts(index: Index) -> dict[str, AlertKindOf]:
    """Local part of the IRI → alert."""
    found = {}
    for iri in index.having(terms.BASE + "alertKind"):
        name = terms.local(iri)
        found[name] = AlertKindOf(
            name=name,
            kind=index.own_value(iri, "alertKind"),
            code=index.own_value(iri, "alertCode"),
            concept=index.own_value(iri, "alertOf"),
            sentence=index.own_value(iri, "alertSentence"),
            sources=_titles(index, iri),
        )
    return found


def _titles(index: Index, iri: str) -> tuple[str, ...]:
    """The titles of the sources of an individual, in a fixed order."""
    return tuple(sorted(index.value(source, _RDFS_LABEL, source) for source in index.values(iri, _DCTERMS + "source")))
