"""Module files and their triples, indexed: the catalog, the digest, and look-ups by subject or by object."""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import pyoxigraph as ox

from kg.cache.checked_file import CheckedFile
from kg.cache.collector import paused
from kg.errors import OntologyError
from kg.ontology import terms

MADE_BY: Final = ("cache", "ontology")
PUBLISHED: Final = frozenset(map(terms.module, ("warrant", "public")))
"""Ontologies of the catalog that the reasoner does not load: the product to browse and its vocabulary."""
Row = tuple[str, str, str]
Objects = dict[str, dict[str, list[str]]]
"""Predicate → subject → objects, all as text."""


class Index:
    """Triples as text, by predicate and subject; the other way round when it is first asked for."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._given = list(triples)
        self._fill((node_text(one.subject), one.predicate.value, node_text(one.object)) for one in self._given)

    def _fill(self, rows: Iterable[Row]) -> None:
        self.objects: Objects = {}
        self._subjects: dict[str, dict[str, list[str]]] = {}
        for subject, predicate, value in rows:
            self.objects.setdefault(predicate, {}).setdefault(subject, []).append(value)

    @property
    def triples(self) -> Sequence[ox.Triple]:
        """All of them."""
        return self._given

    def as_given(self, subject: str, predicate: str) -> Sequence[str]:
        """Objects as text, in the order of the file."""
        return self.objects.get(predicate, {}).get(subject, ())

    def predicates(self, start: str) -> list[str]:
        """The predicates that begin so."""
        return sorted(name for name in self.objects if name.startswith(start))

    def having(self, predicate: str) -> list[str]:
        """The subjects of a predicate, each once."""
        return sorted(self.objects.get(predicate, ()))

    def values(self, subject: str, predicate: str) -> list[str]:
        """Objects as text: IRI, lexical form or blank node label."""
        return sorted(self.as_given(subject, predicate))

    def value(self, subject: str, predicate: str, default: str = "") -> str:
        found = self.values(subject, predicate)
        return found[0] if found else default

    def subjects(self, predicate: str, value: str) -> list[str]:
        found = self._subjects.get(predicate)
        if found is None:
            found = self._subjects[predicate] = {}
            for subject, values in self.objects.get(predicate, {}).items():
                for one in values:
                    found.setdefault(one, []).append(subject)
        return sorted(found.get(value, ()))

    def own(self, subject: str, name: str) -> list[str]:
        """Values of one of our own properties, with our base cut off."""
        return [terms.local(value) for value in self.values(subject, terms.BASE + name)]

    def own_value(self, subject: str, name: str, default: str = "") -> str:
        found = self.own(subject, name)
        return found[0] if found else default

    def members(self, head: str) -> list[str]:
        found = []
        while head and not head.endswith("#nil"):
            found.append(self.value(head, "http://www.w3.org/1999/02/22-rdf-syntax-ns#first"))
            head = self.value(head, "http://www.w3.org/1999/02/22-rdf-syntax-ns#rest")
        return found


class ModuleIndex(Index):
    """The triples of some module files. A program that looks things up needs no more than their text."""

    def __init__(self, contents: Sequence[bytes], objects: Objects | None = None) -> None:
        """`objects` are those of an index over the same files that was made before."""
        self._contents = contents
        numbered = enumerate(contents) if objects is None else ()
        self._fill(row for number, data in numbered for row in _rows(data, number))
        self.objects |= objects or {}

    @cached_property
    def parts(self) -> tuple[tuple[ox.Triple, ...], ...]:
        """The triples of each file."""
        with paused():
            return tuple(parse_module(data, number) for number, data in enumerate(self._contents))

    @property
    def triples(self) -> Sequence[ox.Triple]:
        return self._all

    @cached_property
    def _all(self) -> list[ox.Triple]:
        return [triple for part in self.parts for triple in part]


def cached_index(digest: str, contents: Sequence[bytes]) -> ModuleIndex:
    """The index of module files with these contents, from the cache by their digest, or made and kept."""
    file = CheckedFile("index", MADE_BY, digest)
    data = file.read()
    if data is not None:
        return ModuleIndex(contents, marshal.loads(data))
    found = ModuleIndex(contents)
    file.write(partial(marshal.dump, found.objects))
    return found


def _rows(data: bytes, number: int) -> Iterator[Row]:
    """The triples of the module file with this number as text."""
    blanks = _Blanks(number)
    for quad in ox.parse(data, format=ox.RdfFormat.TURTLE, rename_blank_nodes=False):
        subject, value = quad.subject, quad.object
        yield (
            "_:" + blanks[subject.value] if isinstance(subject, ox.BlankNode) else subject.value,
            quad.predicate.value,
            "_:" + blanks[value.value] if isinstance(value, ox.BlankNode) else value.value,
        )


class _Blanks(dict[str, str]):
    """Names of the blank nodes of a file, in the order in which it has them; those of two files are different."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __missing__(self, label: str) -> str:
        name = self[label] = f"m{self.number}x{len(self)}"
        return name


def node_text(node: object) -> str:
    return "_:" + node.value if isinstance(node, ox.BlankNode) else str(getattr(node, "value", node))


def catalog(folder: Path) -> dict[str, Path]:
    """Ontology IRI → local file, from catalog-v001.xml (OASIS XML Catalogs)."""
    path = folder / "catalog-v001.xml"
    if not path.exists():
        raise OntologyError(f"{path}: no catalog; run `make ontology`")
    rows = ElementTree.parse(path).getroot().iter("{urn:oasis:names:tc:entity:xmlns:xml:catalog}uri")
    return {row.attrib["name"]: folder / row.attrib["uri"] for row in rows}


def reasoning_files(folder: Path) -> tuple[Path, ...]:
    """The modules from which patients are reasoned about, sorted: all but what is published for people beside them."""
    return tuple(sorted(path for iri, path in catalog(folder).items() if iri not in PUBLISHED))


def content_digest(contents: Iterable[bytes]) -> str:
    """A SHA-256 over the contents of the module files, in their order."""
    return hashlib.sha256(b"".join(hashlib.sha256(data).digest() for data in contents)).hexdigest()


def parse_module(data: bytes, number: int) -> tuple[ox.Triple, ...]:
    """The triples of the module file with this number."""
    quads, blanks = ox.parse(data, format=ox.RdfFormat.TURTLE, rename_blank_nodes=False), _Blanks(number)
    return tuple(_distinct(quad.triple, blanks) for quad in quads)


def _distinct(triple: ox.Triple, blanks: _Blanks) -> ox.Triple:
    subject, value = triple.subject, triple.object
    if not isinstance(subject, ox.BlankNode) and not isinstance(value, ox.BlankNode):
        return triple
    if isinstance(subject, ox.BlankNode):
        subject = ox.BlankNode(blanks[subject.value])
    if isinstance(value, ox.BlankNode):
        value = ox.BlankNode(blanks[value.value])
    return ox.Triple(subject, triple.predicate, value)
