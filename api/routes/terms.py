"""The ontology's IRIs on this server, and the things that have an IRI but no route of their own kind.

`/id/NAME` stands for `https://w3id.org/warrant/NAME`. It answers 303 with the address of what is said about the thing,
which comes in the form that Accept asks for (https://www.w3.org/TR/cooluris/).
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.routes.addresses import address
from api.services import services_of
from api.transport.openapi import forms_of, problems_of
from api.transport.representations import RDF, RDF_XML, Make, Resource, respond, split
from kg.errors import NotFound, Problem
from kg.ontology import describe, terms
from kg.ontology.compiled import Ontology
from kg.render import rdf
from kg.vocabulary.nearest import closest

# what the dataset holds beside the ontology
OF_THE_DATASET: Final = ("dataset", "graph/", "mappings", "project", "query/", "shape/")
router = APIRouter()


@router.get(
    "/id/{name:path}",
    tags=["Ontology"],
    summary="Where an IRI of the ontology is described",
    status_code=303,
    responses=problems_of(404),
    response_class=RedirectResponse,
)
async def identifier(request: Request, name: str) -> Response:
    """303 to the description of `https://w3id.org/warrant/NAME`."""
    ontology = services_of(request).ontology
    place = place_of(ontology, name)
    if not place:
        raise _unknown(ontology, name)
    return RedirectResponse(place, 303)


@router.get(
    "/.well-known/void",
    tags=["Ontology"],
    summary="Where the dataset is described (VoID, DCAT)",
    status_code=303,
    response_class=RedirectResponse,
)
async def void() -> Response:
    """303 to the graph that describes the dataset (https://www.w3.org/TR/void/#well-known)."""
    return RedirectResponse("/sparql?" + urlencode({"graph": terms.graph("void")}), 303)


@router.get(
    "/v1/terms/{name:path}",
    tags=["Ontology"],
    summary="What the ontology says of one named thing",
    responses=forms_of("", *(form for form in RDF if form != RDF_XML)) | problems_of(404, 406),
)
async def term(request: Request, name: str) -> Response:
    """A class, property, situation, threshold, passage, marker or source by its local name."""
    wanted, extension = split(name)
    ontology = services_of(request).ontology
    if wanted not in describe.names(ontology):
        raise _unknown(ontology, wanted)
    forms = {form: _written(ontology, wanted, serialization) for form, serialization in RDF.items() if form != RDF_XML}
    return await respond(request, Resource(forms, "term", wanted, ontology.digest), extension)


def _written(ontology: Ontology, name: str, serialization: str) -> Make:
    return lambda: rdf.serialize(describe.about(ontology, [name]), serialization)


def place_of(ontology: Ontology, name: str) -> str:
    """The address of the description, empty where there is none."""
    module = re.sub(r"^ontology/\d[\w.+-]*", "ontology", name)
    if found := address(ontology, module):
        path, _, fragment = found.partition("#")
        return quote(path) + (f"#{fragment}" if fragment else "")
    if name.startswith(OF_THE_DATASET):
        return "/sparql?" + urlencode({"query": f"DESCRIBE <{terms.BASE}{quote(name)}>"})
    return ""


def _unknown(ontology: Ontology, name: str) -> NotFound:
    near = closest(name, sorted(describe.names(ontology)))
    return NotFound([Problem(name, "is no name of the ontology.", "/ontology has all of them.", near)])
