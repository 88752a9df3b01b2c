"""The files of the ontology, loaded for inspection: each module a named graph, their union the default graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

import pyoxigraph as ox
from rdflib import RDF

from kg.ontology import terms

Node: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


def node(iri: str) -> ox.NamedNode:
    """An IRI of kg.ontology.terms as a node of the store."""
    return ox.NamedNode(str(iri))


def iri(term: Node | ox.DefaultGraph) -> str:
    """The IRI of a named node; nothing for any other."""
    return term.value if isinstance(term, ox.NamedNode) else ""


def files(folder: Path) -> tuple[str, ...]:
    """The Turtle files that make up the ontology, relative to its folder."""
    modules = sorted(f"modules/{path.name}" for path in (folder / "modules").glob("*.ttl"))
    return ("core.ttl", *modules, "warrant-reasoning.ttl")


def graph_name(file: str) -> ox.NamedNode:
    """A module's graph is named by the ontology IRI that its file name promises."""
    return node(terms.module(Path(file).stem))


@dataclass(frozen=True)
class Unreadable:
    """A file that is missing or no Turtle."""

    file: str
    reason: str


@dataclass(frozen=True)
class CheckedModules:
    """The ontology as it stands in a folder. Nothing writes to `store` after loading."""

    folder: Path
    store: ox.Store
    files: tuple[str, ...]
    unreadable: tuple[Unreadable, ...]

    @classmethod
    def load(cls, folder: Path) -> CheckedModules:
        store, found, unreadable = ox.Store(), files(folder), []
        for file in found:
            try:
                store.load(path=str(folder / file), format=ox.RdfFormat.TURTLE, to_graph=graph_name(file))
            except (SyntaxError, OSError) as error:
                unreadable.append(Unreadable(file, str(error)))
        return cls(folder, store, found, tuple(unreadable))

    def select(self, query: str) -> ox.QuerySolutions:
        """The rows of a SELECT query over the union of all modules."""
        rows = self.store.query(query, use_default_graph_as_union=True)
        assert isinstance(rows, ox.QuerySolutions)
        return rows

    def quads(
        self, subject: Node | None = None, predicate: str | None = None, value: Node | None = None
    ) -> Iterator[ox.Quad]:
        """The triples that match, with their module."""
        wanted = None if predicate is None else node(predicate)
        start = None if isinstance(subject, ox.Literal) else subject
        return self.store.quads_for_pattern(start, wanted, value, None)

    def values(self, subject: Node, predicate: str) -> list[Node]:
        """The objects of a property, in every module."""
        return [quad.object for quad in self.quads(subject, predicate)]

    def typed(self, kinds: Iterable[str]) -> set[str]:
        """The IRIs of everything declared as one of `kinds`."""
        quads = (quad for kind in kinds for quad in self.quads(None, RDF.type, node(kind)))
        return {quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode)}

    @cached_property
    def named_files(self) -> dict[str, str]:
        """Graph name → file."""
        return {graph_name(file).value: file for file in self.files}

    def file_of(self, quad: ox.Quad) -> str:
        return self.named_files[iri(quad.graph_name)]
