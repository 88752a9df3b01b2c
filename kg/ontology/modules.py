"""The module files of an ontology, one at a time: what compiling needs, however large the whole is."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Protocol

import pyoxigraph as ox

from kg.ontology.index import content_digest, parse_module, reasoning_files


class Modules(Protocol):
    """Module files and the triples of each; a blank node belongs to one file. An `Ontology` is one."""

    @property
    def digest(self) -> str: ...
    @property
    def files(self) -> tuple[Path, ...]: ...
    def triples_of(self, path: Path) -> tuple[ox.Triple, ...]: ...


class ModuleFiles:
    """Modules that are read when they are asked for and dropped after."""

    def __init__(self, folder: Path) -> None:
        self.files = reasoning_files(folder)

    @cached_property
    def digest(self) -> str:
        """The digest that an `Ontology` over the same files has."""
        return content_digest(path.read_bytes() for path in self.files)

    def triples_of(self, path: Path) -> tuple[ox.Triple, ...]:
        """The triples of one module file, parsed anew."""
        return parse_module(path.read_bytes(), self.files.index(path))
