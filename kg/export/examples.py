"""Example patients as Turtle that Protégé opens together with the ontology."""

from __future__ import annotations

from rdflib import Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, XSD

from kg.authoring import nodes
from kg.authoring.compiler import catalog
from kg.authoring.owl import Module
from kg.authoring.sources import Sources
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.record.examples import paths, read_example
from kg.record.record import Record


def example_module(patient: Record, slug: str) -> Module:
    """A patient graph as an ontology that imports the product to reason with."""
    title = slug.replace("-", " ")
    module = Module(
        f"examples/{slug}",
        f"Warrant: example patient, {title}",
        "An invented patient to reason about.",
        ("warrant-reasoning",),
    )
    source = nodes.source("example")
    for name in sorted({item.subject for item in patient.assertions}):
        iri = nodes.W[name]
        module.note(iri, RDF.type, OWL.NamedIndividual)
        module.note(
            iri, RDFS.label, Literal(name.removeprefix("patient/").replace("/", ": ").replace("-", " "), lang="en")
        )
    for item in patient.assertions:
        subject = nodes.W[item.subject]
        if item.predicate == "type":
            module.axiom(subject, RDF.type, nodes.term(item.object), source)
        elif item.predicate in terms.BOUNDS:
            module.axiom(subject, nodes.term(item.predicate), Literal(item.object, datatype=XSD.decimal), source)
        else:
            module.axiom(subject, nodes.term(item.predicate), nodes.W[item.object], source)
    for group in patient.different:
        _all_different(module, group, source)
    return module


def _all_different(module: Module, names: tuple[str, ...], source: URIRef) -> None:
    members = [nodes.W[name] for name in names]
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
