"""The ontology over HTTP: the product to browse, the one to reason with as one document, and each module."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.routes.resources import document
from api.services import services_of
from api.transport.openapi import forms_of, problems_of
from api.transport.representations import RDF, respond, split
from kg.errors import NotFound, Problem
from kg.ontology import describe
from kg.ontology.index import parse_module
from kg.vocabulary.nearest import closest

router = APIRouter()


@router.get("/ontology", tags=["Ontology"], summary="The ontology", responses=forms_of("", *RDF) | problems_of(406))
async def ontology(request: Request) -> Response:
    """The product to browse as one OWL ontology."""
    found = services_of(request).ontology
    return await respond(request, document(found, lambda: describe.product(found), "ontology", found))


@router.get(
    "/ontology/{module}", tags=["Ontology"], summary="One module", responses=forms_of("", *RDF) | problems_of(404, 406)
)
async def module(request: Request, module: str) -> Response:
    """A module as its file has it, imports included."""
    name, extension = split(module)
    found = services_of(request).ontology
    triples = describe.product(found) if name == "warrant" else describe.module(found, name)
    if triples is None:
        known = ("warrant", *describe.module_names(found))
        raise NotFound([Problem(name, "is no module.", f"There are {', '.join(known)}.", closest(name, known))])
    return await respond(
        request,
        document(found, lambda: triples, "module" if name in describe.module_names(found) else "", name),
        extension,
    )


@router.get(
    "/shapes/{shapes}", tags=["Ontology"], summary="SHACL shapes", responses=forms_of("", *RDF) | problems_of(404, 406)
)
async def shapes(request: Request, shapes: str) -> Response:
    """The shapes of the public graph (`public`) or of the graph of a patient (`patient`)."""
    name, extension = split(shapes)
    found = services_of(request).ontology
    known = {path.stem: path for path in (found.folder / "shapes").glob("*.ttl")}
    if name not in known:
        raise NotFound([Problem(name, "is no set of shapes.", f"There are {', '.join(sorted(known))}.")])
    return await respond(
        request, document(found, lambda: parse_module(known[name].read_bytes(), 0), "", name), extension
    )
