"""A layer: articles, terms and limits of their own folder, compiled over an ontology that stays as it is.

The folder has the form of the ontology's own sources, each file optional. Its modules hold what the sources of both say
beyond those of the ontology alone, so that nothing of the ontology is written twice. A layer may add; it may change
nothing that holds without it, but for the alerts that say of what no finding speaks.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from rdflib import Graph
from rdflib.namespace import DCTERMS, OWL
from rdflib.term import Node

from kg.authoring import nodes
from kg.authoring.compiler import catalog, compiled_modules
from kg.authoring.owl import Module
from kg.authoring.source_checks import SourceChecker
from kg.authoring.sources import Sources
from kg.errors import AuthoringError, Problem

REPLACED: Final = "alerts"
SHARED: Final = ("sources", "hematology", "thresholds", "conditions")


def compile_layer(folder: Path, name: str) -> dict[str, str]:
    """Every generated file of a layer: path relative to its folder → text. Raises AuthoringError."""
    alone, both = Sources.read(folder), Sources.read(folder, folder / name)
    SourceChecker(both).check()
    before = {module.name: module for module in compiled_modules(alone)}
    after = {module.name: module for module in compiled_modules(both)}
    for slug in before.keys() - {*SHARED, REPLACED}:
        _refuse(before[slug], [row for row in _lost(before[slug], after[slug]) if row[1] != DCTERMS.subject], name)
    own = [_articles_of_layer(after[slug], name) for slug in after if slug not in before]
    modules = [_difference(before[shared], after[shared], name) for shared in SHARED]
    modules += [_renamed(after[REPLACED], name), *own]
    files = {f"modules/{module.name}.ttl": module.turtle() for module in modules}
    files[f"warrant-{name}.ttl"] = _root(name, [module.name for module in own]).turtle()
    files["catalog-v001.xml"] = _catalog(alone, name, list(files))
    return files


def write_layer(folder: Path, name: str) -> list[str]:
    """Compile a layer and write its files; the paths that changed, relative to the ontology's folder."""
    changed = []
    for path, text in compile_layer(folder, name).items():
        target = folder / name / path
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            changed.append(f"{name}/{path}")
    return changed


def layer_names(folder: Path) -> tuple[str, ...]:
    """The layers that lie in an ontology's folder."""
    return tuple(sorted({path.parent.parent.name for path in folder.glob("*/articles/*.yaml")}))


def _difference(before: Module, after: Module, name: str) -> Module:
    """What a module says with the layer, less what it says without."""
    _refuse(before, _lost(before, after), name)
    module = Module(
        f"{name}-{before.name}",
        f"Warrant, layer {name}: {before.name}",
        f"What it adds to {before.name}.",
        [before.name],
    )
    for row in after.graph:
        if row not in before.graph:
            module.graph.add(row)
    return module


Row = tuple[Node, Node, Node]


def _lost(before: Module, after: Module) -> list[Row]:
    return [row for row in before.graph if row not in after.graph]


def _refuse(module: Module, lost: list[Row], name: str) -> None:
    """Raises AuthoringError where a layer takes something away."""
    if lost:
        subject, predicate, _ = min(lost, key=str)
        message = f"changes what {module.name} says without the layer: {len(lost)} statements, such as of {subject}"
        raise AuthoringError([Problem(f"{name}: {module.name}", f"{message}, {predicate}.", "A layer may only add.")])


def _renamed(module: Module, name: str) -> Module:
    """The whole of a module under the layer's name, in place of the one without the layer."""
    renamed = Module(f"{name}-{module.name}", f"Warrant, layer {name}: {module.name}", "", [f"{name}-thresholds"])
    for row in module.graph:
        if row[0] != module.iri:
            renamed.graph.add(row)
    return renamed


def _articles_of_layer(module: Module, name: str) -> Module:
    """An article's module that imports the layer's conditions."""
    graph: Graph = module.graph
    graph.remove((module.iri, OWL.imports, None))
    graph.add((module.iri, OWL.imports, nodes.module(f"{name}-conditions")))
    return module


def _root(name: str, articles: list[str]) -> Module:
    imports = ["warrant-reasoning", *(f"{name}-{shared}" for shared in SHARED), *articles]
    return Module(
        f"warrant-{name}", f"Warrant with the layer {name}", "The product to reason with, and a layer.", imports
    )


def _catalog(alone: Sources, name: str, files: list[str]) -> str:
    """The catalog of the ontology, as seen from the layer's folder, with the layer's modules in it."""
    text = catalog(alone).replace('uri="', 'uri="../')
    replaced = f'name="{nodes.module(REPLACED)}" uri="../modules/{REPLACED}.ttl"'
    assert replaced in text
    text = text.replace(replaced, f'name="{nodes.module(REPLACED)}" uri="modules/{name}-{REPLACED}.ttl"')
    rows = [
        f'    <uri name="{nodes.module(Path(path).stem)}" uri="{path}"/>'
        for path in sorted(files)
        if Path(path).stem != f"{name}-{REPLACED}"
    ]
    return text.replace("</catalog>", "\n".join([*rows, "</catalog>"]))
