"""Class and property partitions (https://www.w3.org/TR/void/#class-property-partitions): what a graph talks about.

Completion in an editor and tools that draw a schema read them in the place of the data.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import pyoxigraph as ox

from kg.ontology import terms

VOID: Final = "http://rdfs.org/ns/void#"
SEVERAL: Final = 2
"""Properties are counted of a class that has so many instances at least: each concept is a class of one."""
Row = tuple[str, str, ox.NamedNode | ox.Literal]


@dataclass
class _Counted:
    """Triples with one property, with the things on either side."""

    triples: int = 0
    subjects: set[object] = field(default_factory=set)
    objects: set[object] = field(default_factory=set)

    def add(self, triple: ox.Triple) -> None:
        self.triples += 1
        self.subjects.add(triple.subject)
        self.objects.add(triple.object)


def partitions(dataset: str, triples: Iterable[ox.Triple], *, nested: bool) -> Iterator[Row]:
    """VoID's statistics of a dataset (an IRI) that has these triples, each once.

    With `nested` each class of several instances has a partition for each property of its instances.
    """
    every = tuple(triples)
    properties: defaultdict[str, _Counted] = defaultdict(_Counted)
    classes: defaultdict[str, set[object]] = defaultdict(set)
    for triple in every:
        properties[triple.predicate.value].add(triple)
        if triple.predicate.value == terms.RDF + "type" and isinstance(triple.object, ox.NamedNode):
            classes[triple.object.value].add(triple.subject)
    yield dataset, VOID + "distinctSubjects", count(len({triple.subject for triple in every}))
    yield dataset, VOID + "distinctObjects", count(len({triple.object for triple in every}))
    yield dataset, VOID + "classes", count(len(classes))
    yield dataset, VOID + "properties", count(len(properties))
    for iri, found in sorted(properties.items()):
        yield from _property(dataset, iri, found)
    for iri, members in sorted(classes.items()):
        part = _part(dataset, iri)
        yield dataset, VOID + "classPartition", ox.NamedNode(part)
        yield part, VOID + "class", ox.NamedNode(iri)
        yield part, VOID + "entities", count(len(members))
    if nested:
        yield from _of_classes(dataset, every, {iri: found for iri, found in classes.items() if len(found) >= SEVERAL})


def _of_classes(dataset: str, triples: Iterable[ox.Triple], classes: dict[str, set[object]]) -> Iterator[Row]:
    kinds: defaultdict[object, list[str]] = defaultdict(list)
    for iri, members in classes.items():
        for member in members:
            kinds[member].append(iri)
    found: defaultdict[tuple[str, str], int] = defaultdict(int)
    for triple in triples:
        for iri in kinds.get(triple.subject, ()):
            found[iri, triple.predicate.value] += 1
    for (iri, prop), number in sorted(found.items()):
        whole = _part(dataset, iri)
        part = _part(whole, prop)
        yield whole, VOID + "propertyPartition", ox.NamedNode(part)
        yield part, VOID + "property", ox.NamedNode(prop)
        yield part, VOID + "triples", count(number)


def _property(dataset: str, iri: str, found: _Counted) -> Iterator[Row]:
    part = _part(dataset, iri)
    yield dataset, VOID + "propertyPartition", ox.NamedNode(part)
    yield part, VOID + "property", ox.NamedNode(iri)
    yield part, VOID + "triples", count(found.triples)
    yield part, VOID + "distinctSubjects", count(len(found.subjects))
    yield part, VOID + "distinctObjects", count(len(found.objects))


def count(value: int) -> ox.Literal:
    """A number of things."""
    return ox.Literal(str(value), datatype=ox.NamedNode(terms.XSD + "integer"))


def _part(whole: str, iri: str) -> str:
    """The IRI of the partition of a dataset, or of a partition, for a class or property."""
    return f"{whole.split('/part/', maxsplit=1)[0]}/part/{hashlib.sha256(f'{whole} {iri}'.encode()).hexdigest()[:12]}"
