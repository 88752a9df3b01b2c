"""Where a dataset lies, and how it is opened: what a process that runs queries needs, without the ontology."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox


@dataclass(frozen=True)
class Location:
    """A file of N-Quads to be loaded into memory, or the folder of a store on disk. `digest` names the dataset."""

    path: Path
    digest: str
    on_disk: bool = False
    temporary: bool = False

    def open(self) -> ox.Store:
        """The store: read-only on disk, or filled in memory."""
        if self.on_disk:
            return ox.Store.read_only(str(self.path))
        store = ox.Store()
        store.bulk_extend(parse_quads(self.path.read_bytes()))
        return store

    def discard(self) -> None:
        """Remove what was only made for this process."""
        if self.temporary:
            self.path.unlink(missing_ok=True)


def parse_quads(text: bytes) -> ox.QuadParser:
    """Quads of N-Quads. Blank nodes keep their labels: answers are the same in every process."""
    return ox.parse(text, format=ox.RdfFormat.N_QUADS, rename_blank_nodes=False)


def in_graph(triple: ox.Triple, graph: ox.NamedNode | None = None) -> ox.Quad:
    """A triple in a named graph, or in the default graph."""
    return ox.Quad(triple.subject, triple.predicate, triple.object, graph or ox.DefaultGraph())
