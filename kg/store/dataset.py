"""The dataset in memory or on disk, made from the ontology and used again while the ontology is the same.

Every triple stands in its named graph and in the default graph, which is their union: a dataset clause in a query
then means what SPARQL 1.1 says. Oxigraph keeps the value of a number, not how it was written: `7.0` comes back as `7`.

In memory, the quads are kept as N-Quads in the cache folder (`kg.cache.artifacts`), so that a process that runs
queries reads neither Turtle nor rules. On disk, a store is a folder named by the dataset's digest; it is written under
another name and renamed when it is complete, never changed under a reader, and the latest few are kept. A process that
asks a single question uses one in the cache folder.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kg.cache import artifacts as cache
from kg.cache.sources import sources_digest
from kg.ontology.compiled import DEFAULT_FOLDER, Ontology
from kg.ontology.modules import ModuleFiles
from kg.publication import vocabulary
from kg.store import description, graphs, mappings, queries
from kg.store.checksums import intact, seal, sealed
from kg.store.location import Location, in_graph, parse_quads

LOG: Final = logging.getLogger(__name__)
KEPT: Final = 3
MADE_BY: Final = ("cache", "ontology", "vocabulary", "facts", "record", "reasoner", "authoring", "publication", "store")


def dataset_digest(folder: Path) -> str:
    """A SHA-256 over the module files, what stands beside them, and the source of the rooms that make the dataset."""
    asked = sorted((queries.FOLDER / "questions").glob("*.rq"))
    beside = [folder / mappings.FILE, folder / vocabulary.FILE, *asked]
    parts = (
        sources_digest(*MADE_BY),
        ModuleFiles(folder).digest.encode(),
        *(path.read_bytes() for path in beside if path.exists()),
    )
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def prepare(folder: Path = DEFAULT_FOLDER, path: Path | None = None) -> Location:
    """The dataset of the ontology in a folder, made only if it is not there: a store under `path`, or a file.

    One that is damaged is reported by the log and made again. Without a path and where the cache folder cannot be
    written, the file is a temporary one: `discard` it.
    """
    digest = dataset_digest(folder)
    place = (path or cache.folder()) / (digest[:32] if path else f"{digest[:32]}.nq")
    if place.exists():
        if intact(place):
            return Location(place, digest, on_disk=path is not None)
        LOG.warning("%s: is damaged; the dataset is made again", place)
        _remove(place)
    text = _kept_text(digest) or _quads_text(Ontology(folder), digest)
    if path is not None:
        _build(text, place)
        return Location(place, digest, on_disk=True)
    try:
        _write(text, place)
    except OSError:
        handle, name = tempfile.mkstemp(suffix=".nq")
        os.close(handle)
        Path(name).write_bytes(text)
        return Location(Path(name), digest, temporary=True)
    return Location(place, digest)


def open_store(folder: Path = DEFAULT_FOLDER, path: Path | None = None) -> ox.Store:
    """The dataset as a store: on disk and read-only under `path`, else in memory."""
    location = prepare(folder, path)
    try:
        return location.open()
    finally:
        location.discard()


def open_kept(folder: Path = DEFAULT_FOLDER) -> ox.Store:
    """The dataset as a store that opens at once: on disk in the cache folder, in memory where that cannot be written.

    To load it into memory takes half a second, which is most of the time that a single question takes.
    """
    try:
        return open_store(folder, cache.folder() / "stores")
    except OSError as error:
        LOG.info("no store can be kept: %s", error)
        return _in_memory(folder)


def _in_memory(folder: Path) -> ox.Store:
    """The dataset as a store for which nothing is written anywhere."""
    digest = dataset_digest(folder)
    store = ox.Store()
    store.bulk_extend(parse_quads(_kept_text(digest) or _quads_text(Ontology(folder), digest)))
    return store


def _kept_text(digest: str) -> bytes | None:
    """The dataset as it was written for another purpose."""
    place = cache.folder() / f"{digest[:32]}.nq"
    return place.read_bytes() if place.exists() and intact(place) else None


def quads(ontology: Ontology, digest: str) -> Iterator[ox.Quad]:
    """Every quad of the dataset: its named graphs, the one that describes it included, and the default graph."""
    parts = graphs.graphs(ontology)
    union: dict[ox.Triple, None] = {}
    for part in (*parts, description.describe(ontology, parts, digest)):
        yield from (in_graph(triple, part.node) for triple in part.triples)
        union |= dict.fromkeys(part.triples)
    yield from (in_graph(triple) for triple in union)


def _quads_text(ontology: Ontology, digest: str) -> bytes:
    text = ox.serialize(quads(ontology, digest), format=ox.RdfFormat.N_QUADS)
    return sealed(text or b"")


def _write(text: bytes, file: Path) -> None:
    with cache.written(file) as out:
        out.write(text)
    for old in cache.older(file.parent.glob("*.nq"), KEPT):
        _remove(old)


def _build(text: bytes, place: Path) -> None:
    """A store under another name first; it gets its own when it is complete."""
    place.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=place.parent, prefix="building-"))
    try:
        store = ox.Store(str(new))
        store.bulk_extend(parse_quads(text))
        store.optimize()
        store.flush()
        del store
        seal(new)
        _swap(new, place)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    kept = [entry for entry in place.parent.iterdir() if entry.is_dir() and len(entry.name) == 32]
    for old in cache.older(kept, KEPT):
        _remove(old)


def _remove(place: Path) -> None:
    """A store or a file that nobody is given any more; whoever has it open keeps it."""
    if place.is_dir():
        shutil.rmtree(place, ignore_errors=True)
    else:
        place.unlink(missing_ok=True)


def _swap(new: Path, place: Path) -> None:
    """Another process may have been quicker, with the same content."""
    try:
        new.rename(place)
    except OSError:
        if not place.exists():
            raise
