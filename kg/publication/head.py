"""The head of a product: who made it, when, under which name it is cited (the metadata that FOOPS! asks for)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml
from rdflib import Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, XSD

from kg import __version__
from kg.authoring.owl import Module
from kg.errors import OntologyError
from kg.ontology import terms

FILE: Final = "release.yaml"
VANN: Final = Namespace("http://purl.org/vocab/vann/")
BIBO: Final = Namespace("http://purl.org/ontology/bibo/")
PROPERTIES: Final = {
    DCTERMS.creator: "creator",
    DCTERMS.publisher: "publisher",
    DCTERMS.created: "created",
    DCTERMS.issued: "issued",
    DCTERMS.modified: "modified",
    DCTERMS.bibliographicCitation: "bibliographic citation",
    VANN.preferredNamespacePrefix: "preferred namespace prefix",
    VANN.preferredNamespaceUri: "preferred namespace URI",
    BIBO.status: "status",
}


@dataclass(frozen=True)
class ReleaseHead:
    """What ontology/release.yaml says of the release: dates, prefix, status, the project's IRI, how to cite it."""

    created: datetime.date
    issued: datetime.date
    previous: str
    prefix: str
    status: str
    project: str
    citation: str


def read_head(folder: Path) -> ReleaseHead:
    """The release of the ontology in a folder. Raises OntologyError where its file is missing or incomplete."""
    path = folder / FILE
    try:
        return ReleaseHead(**yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, TypeError, yaml.YAMLError) as error:
        raise OntologyError(f"{path}: {error}; it names the dates of the release and its prefix") from error


def write_head(module: Module, head: ReleaseHead) -> None:
    """Add the metadata to the module's header, each property declared."""
    for prop, label in PROPERTIES.items():
        module.note(prop, RDF.type, OWL.AnnotationProperty)
        if (prop, RDFS.label, None) not in module.graph:
            module.note(prop, RDFS.label, Literal(label, lang="en"))
    project = URIRef(head.project)
    citation = head.citation.format(version=__version__, issued=head.issued)
    for prop, value in (
        (DCTERMS.creator, project),
        (DCTERMS.publisher, project),
        (DCTERMS.created, _date(head.created)),
        (DCTERMS.issued, _date(head.issued)),
        (DCTERMS.modified, _date(head.issued)),
        (DCTERMS.bibliographicCitation, Literal(citation, lang="en")),
        (VANN.preferredNamespacePrefix, Literal(head.prefix)),
        (VANN.preferredNamespaceUri, Literal(terms.BASE)),
        (BIBO.status, Literal(head.status)),
    ):
        module.note(module.iri, prop, value)
    if head.previous:
        module.note(module.iri, OWL.priorVersion, URIRef(head.previous))


def _date(day: datetime.date) -> Literal:
    return Literal(day.isoformat(), datatype=XSD.date)
