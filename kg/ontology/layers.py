"""An ontology with layers as one folder, so that every program opens it as it opens any other."""

from __future__ import annotations

import hashlib
import html
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from kg.cache import artifacts
from kg.cache.derived import derived
from kg.errors import OntologyError
from kg.ontology.compiled import Ontology
from kg.ontology.index import catalog

CATALOG: Final = "catalog-v001.xml"
APART: Final = ("modules", CATALOG, "released-iris.txt")


@derived
def is_fictional(ontology: Ontology) -> bool:
    """Whether fictional articles are loaded beside the others."""
    return any(article.status == "fictional" for article in ontology.articles.values())


def assembled(folder: Path, names: Iterable[str]) -> Path:
    """A folder in the cache with links to the files of an ontology and of its layers, and one catalog of both.

    Raises OntologyError for a layer that is not there or was not compiled.
    """
    layers = tuple(dict.fromkeys(names))
    if not layers:
        return folder
    for name in layers:
        if not (folder / name / CATALOG).is_file():
            raise OntologyError(f"there is no compiled layer {name!r} in {folder}; run `warrant compile`")
    modules = dict(catalog(folder))
    for name in layers:
        modules |= catalog(folder / name)
    place = artifacts.folder() / "layers" / _key(folder, layers, modules)
    if not (place / CATALOG).is_file():
        _link(place, folder, layers, modules)
    return place


def _key(folder: Path, layers: tuple[str, ...], modules: dict[str, Path]) -> str:
    """A name that changes with every file that is linked: links follow a file, not its replacement by another name."""
    rows = [str(folder.resolve()), *layers]
    for iri, path in sorted(modules.items()):
        rows += [iri, str(path.resolve()), hashlib.sha256(path.read_bytes()).hexdigest()]
    rows += [path.name for path in sorted(folder.iterdir())]
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()[:32]


def _link(place: Path, folder: Path, layers: tuple[str, ...], modules: dict[str, Path]) -> None:
    (place / "modules").mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.iterdir()):
        if path.name not in (*APART, *layers):
            _linked(place / path.name, path)
    for path in modules.values():
        if path.parent.name == "modules":
            _linked(place / "modules" / path.name, path)
        else:
            _linked(place / path.name, path)
    temporary = place / f"{CATALOG}.{os.getpid()}"
    temporary.write_text("\n".join(_catalog(modules)), encoding="utf-8")
    temporary.replace(place / CATALOG)


def _linked(link: Path, target: Path) -> None:
    if not link.exists():
        link.symlink_to(target.resolve())


def _catalog(modules: dict[str, Path]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8" standalone="no"?>'
    yield '<catalog prefer="public" xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">'
    for iri, path in sorted(modules.items()):
        where = f"modules/{path.name}" if path.parent.name == "modules" else path.name
        yield f'    <uri name="{html.escape(iri)}" uri="{html.escape(where)}"/>'
    yield "</catalog>"
