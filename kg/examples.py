"""Example patients: case files beside the ontology, compiled to Turtle that Protégé opens together with it."""

from __future__ import annotations

import datetime
from pathlib import Path

from rdflib import Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, XSD

from kg import terms
from kg.authoring.compiler import Sources, catalog
from kg.authoring.owl import Module
from kg.errors import CaseError, Problem
from kg.hermit import BOUNDS
from kg.names import Names
from kg.ontology import Ontology
from kg.read_case import CaseReader, parse_yaml
from kg.record import Record, record

NO_TODAY = datetime.date.max


def read_example(ontology: Ontology, path: Path) -> Record:
    """The record of an example case. Raises CaseError; an example must state its `as_of`."""
    case = parse_yaml(path.read_text(encoding="utf-8"))
    if not isinstance(case, dict) or "as_of" not in case:
        raise CaseError([Problem(f"{path.name}: $.as_of", "is missing", "An example must be the same tomorrow.")])
    facts = CaseReader(Names(ontology), NO_TODAY).read(case)
    return record(ontology, facts, f"patient/{path.stem}")


def paths(folder: Path) -> tuple[Path, ...]:
    """The case files of an ontology's examples."""
    return tuple(sorted((folder / "examples").glob("*.yaml")))


def example_module(patient: Record, slug: str) -> Module:
    """A patient graph as an ontology that imports Warrant's root."""
    title = slug.replace("-", " ")
    module = Module(
        f"examples/{slug}", f"Warrant: example patient, {title}", "An invented patient to reason about.", ("warrant",)
    )
    source = terms.source("example")
    for name in sorted({item.subject for item in patient.assertions}):
        iri = terms.W[name]
        module.note(iri, RDF.type, OWL.NamedIndividual)
        module.note(
            iri, RDFS.label, Literal(name.removeprefix("patient/").replace("/", ": ").replace("-", " "), lang="en")
        )
    for item in patient.assertions:
        subject = terms.W[item.subject]
        if item.predicate == "type":
            module.axiom(subject, RDF.type, terms.term(item.object), source)
        elif item.predicate in BOUNDS:
            module.axiom(subject, terms.term(item.predicate), Literal(item.object, datatype=XSD.decimal), source)
        else:
            module.axiom(subject, terms.term(item.predicate), terms.W[item.object], source)
    for group in patient.different:
        _all_different(module, group, source)
    return module


def _all_different(module: Module, names: tuple[str, ...], source: URIRef) -> None:
    members = [terms.W[name] for name in names]
    for number, left in enumerate(members):
        for right in members[number + 1 :]:
            module.axiom(left, OWL.differentFrom, right, source)


def compile_examples(ontology: Ontology) -> dict[str, str]:
    """Every generated file of the examples: path relative to the ontology's folder → text."""
    files = {
        f"examples/{path.stem}.ttl": example_module(read_example(ontology, path), path.stem).turtle()
        for path in paths(ontology.folder)
    }
    files["examples/catalog-v001.xml"] = catalog(Sources.read(ontology.folder)).replace('uri="', 'uri="../')
    return files
