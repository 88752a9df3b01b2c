"""What the routes of claims, articles, references and concepts share: entries, lists in parts, their RDF forms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, Final, NamedTuple, TypeVar

import pyoxigraph as ox
from fastapi import Query

from api.transport.openapi import forms_of, problems_of
from api.transport.representations import JSON, JSON_LD, RDF, RDF_XML, TURTLE, Make, Resource
from kg.errors import InputError, NotFound, Problem
from kg.ontology import describe
from kg.ontology.compiled import Ontology
from kg.ontology.model import Concept
from kg.render import dumps, rdf
from kg.vocabulary.names import AmbiguousName, Names, UnknownName
from kg.vocabulary.nearest import closest

MOST: Final = 500
USUAL: Final = 50
LISTED: Final = forms_of(JSON, TURTLE, JSON_LD) | problems_of(406, 422)
FOUND: Final = forms_of(JSON, TURTLE, JSON_LD) | problems_of(404, 406)
Limit = Annotated[int, Query(ge=1, le=MOST, description="how many entries at most")]
Cursor = Annotated[str, Query(description="`next` of the part before")]
MakeJson = Callable[[], dict[str, Any]]
T = TypeVar("T")


class ListedResource(NamedTuple):
    """An entry of a list: its name, which is its cursor; the local name of its IRI; what makes its JSON."""

    name: str
    node: str
    json: MakeJson


def deferred(make: Callable[..., dict[str, Any]], *given: object) -> MakeJson:
    """The JSON of an entry, made when it is written."""
    return lambda: make(*given)


def entry(name: str, known: Mapping[str, T], kind: str) -> T:
    """The entry of a name. Raises NotFound with the closest names; `kind` is its kind in the singular."""
    if name not in known:
        raise NotFound([Problem(name, f"is no {kind}.", f"/v1/{kind}s lists them.", closest(name, known))])
    return known[name]


def listed(ontology: Ontology, rows: Sequence[ListedResource], limit: int, cursor: str, page: str) -> Resource:
    """A part of a list. Raises InputError for a cursor that no part ended with."""
    start = 0
    if cursor:
        places = [number for number, row in enumerate(rows, 1) if row.name == cursor]
        if not places:
            raise InputError(
                [Problem("cursor", f"{cursor!r} is no entry of this list.", "Take `next` as it was given.")]
            )
        start = places[0]
    part = rows[start : start + limit]
    following = part[-1].name if start + limit < len(rows) else None
    data = {"items": [row.json for row in part], "next": following}

    def as_json() -> bytes:
        return dumps({**data, "items": [row.json() for row in part]}).encode() + b"\n"

    forms = {JSON: as_json, **_described(ontology, [row.node for row in part])}
    return Resource(forms, page, data, ontology.digest)


def single(ontology: Ontology, nodes: Iterable[str], made: MakeJson, page: str, subject: object) -> Resource:
    """One entry: JSON, and RDF about some nodes by their local names."""
    forms = {JSON: lambda: dumps(made()).encode() + b"\n", **_described(ontology, list(nodes))}
    return Resource(forms, page, subject, ontology.digest)


def _described(ontology: Ontology, nodes: Sequence[str]) -> dict[str, Make]:
    return {
        form: _serialized(lambda: describe.about(ontology, nodes), name)
        for form, name in RDF.items()
        if form != RDF_XML
    }


def document(ontology: Ontology, triples: Callable[[], Iterable[ox.Triple]], page: str, subject: object) -> Resource:
    """Triples in the forms of RDF, without JSON."""
    forms = {form: _serialized(triples, name) for form, name in RDF.items()}
    return Resource(forms, page, subject, ontology.digest)


def _serialized(triples: Callable[[], Iterable[ox.Triple]], form: str) -> Make:
    return lambda: rdf.serialize(triples(), form)


def concept_named(names: Names, text: str, where: str) -> Concept:
    """A concept by any of its names. Raises InputError with the closest names."""
    try:
        return names.find(text, "diagnoses").concept
    except UnknownName as error:
        raise InputError([Problem(where, f"{error}.", "/v1/concepts lists them.", error.closest)]) from error
    except AmbiguousName as error:
        codes = tuple(concept.code for concept in error.concepts)
        raise InputError([Problem(where, f"{error}.", "Use its code.", codes)]) from error
