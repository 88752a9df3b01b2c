"""The page of anything that has an IRI and no page of its own kind; the ontology and its modules."""

from __future__ import annotations

from itertools import groupby
from typing import Any, Final

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import Response

from api.pages import page
from api.pages.logic import condition, written
from api.pages.terms import short
from api.routes.addresses import PageLink, named
from api.services import services_of
from kg.ontology import describe, terms
from kg.ontology.compiled import Ontology
from kg.ontology.fragment import OWL, RDF, RDFS
from kg.render.axioms import axioms_naming, axioms_of

MOST: Final = 100
OUTSIDE: Final = {
    terms.PREFIXES["dcterms"] + "source": "source",
    terms.PREFIXES["skos"] + "notation": "code",
    terms.PREFIXES["skos"] + "altLabel": "synonym",
    terms.PREFIXES["skos"] + "editorialNote": "note",
    terms.PREFIXES["oa"] + "hasSource": "text",
    terms.PREFIXES["oa"] + "start": "start",
    terms.PREFIXES["oa"] + "end": "end",
}
NOT_SHOWN: Final = frozenset({RDFS + "label", terms.DEFINITION, RDF + "type", OWL + "inverseOf"})


async def term(request: Request, name: str) -> Response:
    """One named thing: what it is, what is said of it, the axioms about it and those that name it."""
    ontology = services_of(request).ontology
    iri, index = terms.BASE + name, ontology.index
    about, naming = axioms_of(ontology, name), axioms_naming(ontology, name)
    logical = {axiom.keyword for axiom in about}
    pointing = [
        (_property(ontology, predicate), named(ontology, other))
        for predicate, other in describe.pointing_at(ontology, name)
        if terms.local(predicate) not in ontology.lists and predicate not in (RDFS + "subClassOf", RDF + "type")
    ]
    values: dict[str, Any] = {
        "name": name,
        "iri": iri,
        "label": ontology.label(name),
        "definition": index.value(iri, terms.DEFINITION),
        "types": [_type(ontology, kind) for kind in index.values(iri, RDF + "type")],
        "condition": condition(ontology, name) if name in ontology.formulas else None,
        "said": _said(ontology, name, logical),
        "axioms": written(ontology, about),
        "naming": written(ontology, naming[:MOST]),
        "naming_count": len(naming),
        "pointing": pointing[:MOST],
        "pointing_count": len(pointing),
        "most": MOST,
    }
    return page("term.html", **values)


def _type(ontology: Ontology, iri: str) -> PageLink:
    return named(ontology, terms.local(iri)) if iri.startswith(terms.BASE) else PageLink(short(iri))


def _said(ontology: Ontology, name: str, logical: set[str]) -> list[tuple[PageLink, list[PageLink]]]:
    """What is noted of a thing, by property; axioms stand elsewhere."""
    triples = [item for item in describe.about(ontology, [name]) if item.subject == ox.NamedNode(terms.BASE + name)]
    notes = [
        (item.predicate.value, _value(ontology, item.object))
        for item in triples
        if item.predicate.value not in NOT_SHOWN
        and not isinstance(item.object, ox.BlankNode)
        and not item.predicate.value.startswith((RDFS + "sub", OWL))
        and terms.local(item.predicate.value) not in logical
    ]
    notes.sort(key=lambda pair: (_property(ontology, pair[0]).text, pair[1].text))
    return [
        (_property(ontology, predicate), [value for _, value in group])
        for predicate, group in groupby(notes, key=lambda pair: pair[0])
    ]


def _property(ontology: Ontology, iri: str) -> PageLink:
    return named(ontology, terms.local(iri)) if iri.startswith(terms.BASE) else PageLink(OUTSIDE.get(iri) or short(iri))


def _value(ontology: Ontology, value: object) -> PageLink:
    if isinstance(value, ox.NamedNode):
        ours = value.value.startswith(terms.BASE)
        return named(ontology, terms.local(value.value)) if ours else PageLink(value.value, value.value)
    return PageLink(str(getattr(value, "value", value)))


async def ontology(request: Request, found: Ontology) -> Response:
    """The ontology with its modules."""
    modules = [_module(found, name) for name in describe.module_names(found)]
    counts = {"claims": len(found.claims), "concepts": len(found.concepts), "thresholds": len(found.thresholds)}
    return page("ontology.html", version=found.version, digest=found.digest, modules=modules, counts=counts)


async def module(request: Request, name: str) -> Response:
    """One module with the things that it names."""
    found = services_of(request).ontology
    triples = describe.module(found, name) or ()
    own = {
        item.subject.value
        for item in triples
        if isinstance(item.subject, ox.NamedNode) and item.predicate.value == RDF + "type"
    }
    names = sorted(terms.local(iri) for iri in own if iri.startswith(terms.BASE) and iri != terms.module(name))
    parts = [
        (kind, [named(found, one) for one in group]) for kind, group in groupby(sorted(names, key=_kind), key=_kind)
    ]
    return page("module.html", module=_module(found, name), parts=parts)


def _kind(name: str) -> str:
    """The first part of a name that has several; empty for the others, which are terms."""
    return name.partition("/")[0] if "/" in name else ""


def _module(found: Ontology, name: str) -> dict[str, Any]:
    iri, index = terms.module(name), found.index
    return {
        "name": name,
        "iri": iri,
        "title": index.value(iri, "http://purl.org/dc/terms/title") or name,
        "about": index.value(iri, "http://purl.org/dc/terms/description") or index.value(iri, RDFS + "comment"),
        "version": index.value(iri, OWL + "versionIRI"),
        "imports": [terms.local(other) for other in index.values(iri, OWL + "imports")],
        "triples": len(describe.module(found, name) or ()),
        "address": "/" + terms.local(iri),
    }
