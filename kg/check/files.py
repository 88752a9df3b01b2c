"""Gates on the files of the ontology: readable, compiled from today's sources, catalogued, mapped."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import pyoxigraph as ox
import yaml
from rdflib import OWL

from kg.authoring.compiler import compile_modules
from kg.check.expressions import short
from kg.check.modules import CheckedModules, iri, node
from kg.check.report import Description, Finding
from kg.errors import AuthoringError
from kg.ontology import terms

UNREADABLE: Final = Description(
    "unreadable-module",
    "Module that cannot be read",
    "A file of the ontology is missing or is no Turtle; every other gate judges the rest without it.",
    "Mend the line that the message names, or compile the module anew.",
)
STALE: Final = Description(
    "stale-module",
    "Generated file that differs from what its sources compile to",
    "A module was edited by hand, or a source was edited and not compiled.",
    "Never edit a generated file: change its source and compile. A surplus file is to be deleted.",
)
CATALOG: Final = Description(
    "catalog",
    "Catalog that misses an import or leads nowhere",
    "Protégé and ROBOT find a module by catalog-v001.xml; without a row they ask the internet.",
    "Give each ontology IRI one row whose file declares it, and remove the other rows.",
)
SSSOM: Final = Description(
    "sssom",
    "Mapping file that is not SSSOM",
    "mappings.sssom.tsv lacks a required slot, a row does not fit its columns, a prefix is not declared, or a code "
    "was never verified.",
    "Mend the term's mappings in ontology/terms and compile; use verified codes only.",
)
CATALOG_FILE: Final = "catalog-v001.xml"
CATALOG_ROW: Final = "{urn:oasis:names:tc:entity:xmlns:xml:catalog}uri"
MAPPINGS: Final = "mappings.sssom.tsv"
VERIFIED: Final = "verified-codes.csv"
REQUIRED_HEADER: Final = ("mapping_set_id", "license", "curie_map")
REQUIRED_COLUMNS: Final = ("subject_id", "predicate_id", "object_id", "mapping_justification")
CURIE: Final = re.compile(r"([A-Za-z][A-Za-z0-9]*):([A-Za-z0-9._-]+)")


def unreadable(modules: CheckedModules) -> Iterator[Finding]:
    for item in modules.unreadable:
        yield Finding(UNREADABLE.name, item.file, item.reason)


# -- generated files


def stale(modules: CheckedModules) -> Iterator[Finding]:
    """Compiles in memory and compares byte for byte, so that it also sees output that depends on the run."""
    try:
        compiled = compile_modules(modules.folder)
    except (AuthoringError, OSError) as error:
        yield Finding(STALE.name, "sources", f"do not compile: {error}")
        return
    for file, text in compiled.items():
        path = modules.folder / file
        if not path.exists():
            yield Finding(STALE.name, file, "was never written")
        elif path.read_bytes() != text.encode():
            yield Finding(STALE.name, file, "is not what its sources compile to")
    for file in set(modules.files) - set(compiled) - {"core.ttl"}:
        yield Finding(STALE.name, file, "no source compiles to it")


# -- catalog


def catalog(modules: CheckedModules) -> Iterator[Finding]:
    """OASIS XML Catalogs 1.1, section 6.5.9 (`uri`): each IRI has one row, and its file declares that IRI."""
    rows, problem = _rows(modules.folder / CATALOG_FILE)
    if problem:
        yield Finding(CATALOG.name, CATALOG_FILE, problem)
        return
    names = [name for name, _ in rows]
    for name in {name for name in names if names.count(name) > 1}:
        yield Finding(CATALOG.name, short(name), "has two rows")
    for name, file in rows:
        yield from _row(modules, name, file)
    for wanted, reason in _wanted(modules):
        if wanted not in names:
            yield Finding(CATALOG.name, short(wanted), f"{reason} and has no row")


def _rows(path: Path) -> tuple[list[tuple[str, str]], str]:
    try:
        tree = ElementTree.parse(path)
    except (OSError, ElementTree.ParseError) as error:
        return [], f"cannot be read: {error}"
    return [(row.get("name", ""), row.get("uri", "")) for row in tree.iter(CATALOG_ROW)], ""


def _row(modules: CheckedModules, name: str, file: str) -> Iterator[Finding]:
    if not (modules.folder / file).is_file():
        yield Finding(CATALOG.name, short(name), f"dead entry: there is no file {file}")
    elif not _declares(modules, name, file):
        yield Finding(CATALOG.name, short(name), f"unused entry: {file} does not declare it")


def _declares(modules: CheckedModules, name: str, file: str) -> bool:
    """A file outside the modules (an example, a release) is read for the purpose."""
    if file not in modules.files:
        text = (modules.folder / file).read_text(encoding="utf-8")
        forms = (f"<{name}>", f'rdf:about="{name}"', f":{terms.local(name)} a owl:Ontology")
        return any(form in text for form in forms)
    ontologies = modules.quads(ox.NamedNode(name), None, node(OWL.Ontology))
    return any(modules.file_of(quad) == file for quad in ontologies)


def _wanted(modules: CheckedModules) -> Iterator[tuple[str, str]]:
    for quad in modules.quads(None, None, node(OWL.Ontology)):
        yield iri(quad.subject), f"is declared by {modules.file_of(quad)}"
    for quad in modules.quads(None, OWL.imports):
        yield iri(quad.object), f"is imported by {modules.file_of(quad)}"


# -- mappings


def sssom(modules: CheckedModules) -> Iterator[Finding]:
    """SSSOM 1.0, "TSV" and "Mapping set": header in YAML behind `#`, required slots, CURIEs of declared prefixes."""
    path = modules.folder / MAPPINGS
    if not path.exists():
        yield Finding(SSSOM.name, MAPPINGS, "there is no such file")
        return
    lines = path.read_text(encoding="utf-8").splitlines()
    head, prefixes = _header([line[1:] for line in lines if line.startswith("#")])
    yield from (Finding(SSSOM.name, MAPPINGS, problem) for problem in head)
    body = [line for line in lines if not line.startswith("#")]
    columns = body[0].split("\t") if body else []
    if missing := [name for name in REQUIRED_COLUMNS if name not in columns]:
        yield Finding(SSSOM.name, MAPPINGS, f"lacks the columns {', '.join(missing)}")
        return
    verified = _verified(modules.folder)
    for number, line in enumerate(body[1:], len(lines) - len(body) + 2):
        for problem in _mapping(columns, line.split("\t"), prefixes, verified):
            yield Finding(SSSOM.name, f"{MAPPINGS} line {number}", problem)


def _header(lines: list[str]) -> tuple[list[str], frozenset[str]]:
    try:
        header = yaml.safe_load("\n".join(lines))
    except yaml.YAMLError as error:
        return [f"the header is no YAML: {error}"], frozenset()
    if not isinstance(header, dict):
        return ["there is no header"], frozenset()
    missing = [f"the header lacks {slot}" for slot in REQUIRED_HEADER if not header.get(slot)]
    prefixes = header.get("curie_map")
    return missing, frozenset(map(str, prefixes)) if isinstance(prefixes, dict) else frozenset()


def _mapping(columns: list[str], cells: list[str], prefixes: frozenset[str], verified: frozenset[str]) -> Iterator[str]:
    if len(cells) != len(columns):
        yield f"has {len(cells)} cells for {len(columns)} columns"
        return
    row = dict(zip(columns, cells, strict=True))
    for name in REQUIRED_COLUMNS:
        match = CURIE.fullmatch(row[name])
        if not match:
            yield f"{name} {row[name]!r} is no code"
        elif match[1] not in prefixes:
            yield f"the prefix of {row[name]} is not in curie_map"
    if verified and row["object_id"].casefold() not in verified:
        yield f"{row['object_id']} was not verified"


def _verified(folder: Path) -> frozenset[str]:
    """The codes that were looked up in a public file, by the list beside the mappings; without it none is compared."""
    path = folder / VERIFIED
    if not path.exists():
        return frozenset()
    with path.open(encoding="utf-8", newline="") as file:
        return frozenset(row["code"].casefold() for row in csv.DictReader(file) if row["verified_from"])
