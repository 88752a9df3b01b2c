"""The dataset in memory or on disk, made from the ontology and used again while the ontology is the same.

Every triple stands in its named graph and in the default graph, which is their union: a dataset clause in a query
then means what SPARQL 1.1 says. The description of the dataset stands in its own graph only.

In memory, the quads are kept as N-Quads in the cache folder (`kg.rule_cache.folder`), so that a process that runs
queries reads neither Turtle nor rules. On disk, a store is a folder named by the dataset's digest; it is written under
another name and renamed when it is complete, never changed under a reader, and the latest few are kept.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kg import index, rule_cache
from kg.modules import ModuleFiles
from kg.ontology import Ontology
from kg.store import description, graphs, inferred, mappings
from kg.store.location import Location, parse_quads

KEPT: Final = 3


def dataset_digest(folder: Path) -> str:
    """A SHA-256 over the module files, the mappings, and the source of what makes the dataset from them."""
    table = folder / mappings.FILE
    parts = (_maker(), ModuleFiles(folder).digest.encode(), table.read_bytes() if table.exists() else b"")
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def prepare(ontology: Ontology, path: Path | None = None) -> Location:
    """The dataset of an ontology: a store in the folder `path`, or a file to load into memory. Made if it is not there.

    Without a path and where the cache folder cannot be written, the file is a temporary one: `discard` it.
    """
    digest = dataset_digest(ontology.folder)
    if path is not None:
        return _stored(ontology, path, digest)
    file = rule_cache.folder() / f"{digest[:32]}.nq"
    if file.exists():
        return Location(file, digest)
    try:
        _write(ontology, digest, file)
    except OSError:
        handle, name = tempfile.mkstemp(suffix=".nq")
        os.close(handle)
        Path(name).write_bytes(_quads_text(ontology, digest))
        return Location(Path(name), digest, temporary=True)
    return Location(file, digest)


def open_store(ontology: Ontology, path: Path | None = None) -> ox.Store:
    """The dataset as a store: on disk and read-only under `path`, else in memory."""
    location = prepare(ontology, path)
    try:
        return location.open()
    finally:
        location.discard()


def quads(ontology: Ontology, digest: str) -> Iterator[ox.Quad]:
    """Every quad of the dataset: its named graphs, their union as the default graph, and the graph that describes it."""
    parts = graphs.graphs(ontology)
    union: dict[ox.Triple, None] = {}
    for part in parts:
        yield from (ox.Quad(*triple, part.node) for triple in part.triples)
        union |= dict.fromkeys(part.triples)
    yield from (ox.Quad(*triple) for triple in union)
    about = description.describe(ontology, parts, digest)
    yield from (ox.Quad(*triple, about.node) for triple in about.triples)


@cache
def _maker() -> bytes:
    """A digest of the source that decides what is in the dataset."""
    files = [Path(module.__file__ or "") for module in (graphs, inferred, mappings, description, index)]
    return b"".join(hashlib.sha256(path.read_bytes()).digest() for path in (*files, Path(__file__)))


def _quads_text(ontology: Ontology, digest: str) -> bytes:
    text = ox.serialize(quads(ontology, digest), format=ox.RdfFormat.N_QUADS)
    return text or b""


def _write(ontology: Ontology, digest: str, file: Path) -> None:
    """To a file beside it first, so that no reader ever sees half of one."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(_quads_text(ontology, digest))
        os.replace(name, file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    for old in _older(file.parent.glob("*.nq")):
        old.unlink(missing_ok=True)


def _stored(ontology: Ontology, path: Path, digest: str) -> Location:
    place = path / digest[:32]
    if not place.exists():
        path.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(dir=path, prefix="building-"))
        try:
            store = ox.Store(str(new))
            store.bulk_extend(parse_quads(_quads_text(ontology, digest)))
            store.optimize()
            store.flush()
            del store
            _swap(new, place)
        finally:
            shutil.rmtree(new, ignore_errors=True)
        for old in _older(entry for entry in path.iterdir() if entry.is_dir() and len(entry.name) == 32):
            shutil.rmtree(old, ignore_errors=True)
    return Location(place, digest, on_disk=True)


def _swap(new: Path, place: Path) -> None:
    """Give a complete store its name; another process may have been quicker, with the same content."""
    try:
        new.rename(place)
    except OSError:
        if not place.exists():
            raise


def _older(found: Iterator[Path]) -> list[Path]:
    """All but the latest few."""
    dated = sorted((path.stat().st_mtime, path) for path in found)
    return [path for _, path in dated[:-KEPT]]
