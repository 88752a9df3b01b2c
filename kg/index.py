"""Module files and their triples, indexed: the catalog, the digest, and look-ups by subject or by object."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

import pyoxigraph as ox

from kg import terms
from kg.errors import OntologyError


class Index:
    """Triples by subject and predicate."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self.triples = list(triples)
        self._spo: dict[tuple[str, str], list[str]] = {}
        self._pos: dict[tuple[str, str], list[str]] = {}
        for triple in self.triples:
            s, p, o = node_text(triple.subject), triple.predicate.value, node_text(triple.object)
            self._spo.setdefault((s, p), []).append(o)
            self._pos.setdefault((p, o), []).append(s)

    def values(self, subject: str, predicate: str) -> list[str]:
        """Objects as text: IRI, lexical form or blank node label."""
        return sorted(self._spo.get((subject, predicate), ()))

    def value(self, subject: str, predicate: str, default: str = "") -> str:
        found = self.values(subject, predicate)
        return found[0] if found else default

    def subjects(self, predicate: str, value: str) -> list[str]:
        return sorted(self._pos.get((predicate, value), ()))

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


def node_text(node: object) -> str:
    return "_:" + node.value if isinstance(node, ox.BlankNode) else str(getattr(node, "value", node))


def catalog(folder: Path) -> dict[str, Path]:
    """Ontology IRI → local file, from catalog-v001.xml (OASIS XML Catalogs)."""
    path = folder / "catalog-v001.xml"
    if not path.exists():
        raise OntologyError(f"{path}: no catalog; run `make ontology`")
    rows = ElementTree.parse(path).getroot().iter("{urn:oasis:names:tc:entity:xmlns:xml:catalog}uri")
    return {row.attrib["name"]: folder / row.attrib["uri"] for row in rows}


def content_digest(contents: Iterable[bytes]) -> str:
    """A SHA-256 over the contents of the module files, in their order."""
    return hashlib.sha256(b"".join(hashlib.sha256(data).digest() for data in contents)).hexdigest()


def parse_module(data: bytes, number: int) -> tuple[ox.Triple, ...]:
    """The triples of the module file with this number."""
    quads = ox.parse(data, format=ox.RdfFormat.TURTLE, rename_blank_nodes=False)
    return tuple(_distinct(quad.triple, number) for quad in quads)


def _distinct(triple: ox.Triple, number: int) -> ox.Triple:
    """Blank nodes of different files are different."""
    subject, value = triple.subject, triple.object
    if not isinstance(subject, ox.BlankNode) and not isinstance(value, ox.BlankNode):
        return triple
    if isinstance(subject, ox.BlankNode):
        subject = ox.BlankNode(f"m{number}x{subject.value}")
    if isinstance(value, ox.BlankNode):
        value = ox.BlankNode(f"m{number}x{value.value}")
    return ox.Triple(subject, triple.predicate, value)
