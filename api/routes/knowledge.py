"""What the articles and the vocabulary hold, over HTTP: claims, articles, references, concepts, the ontology itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, Final

import pyoxigraph as ox
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.services import state_of
from api.transport.models import ArticleDetail, ArticleOut, ClaimDetail, ClaimOut, ConceptDetail, ConceptOut, Page
from api.transport.openapi import forms_of, problems_of
from api.transport.representations import JSON, JSON_LD, RDF, RDF_XML, TURTLE, Make, Thing, respond, split
from kg.errors import InputError, NotFound, Problem
from kg.ontology import describe
from kg.ontology.compiled import Ontology
from kg.ontology.model import Claim, Concept
from kg.render import claim_json, dumps, knowledge, rdf
from kg.render.contract import Reference as ReferenceOut
from kg.render.data import reference_json
from kg.vocabulary.names import AmbiguousName, Names, UnknownName
from kg.vocabulary.nearest import closest

MOST: Final = 500
USUAL: Final = 50
UNCITED: Final = "uncited"
LISTED: Final = forms_of(JSON, TURTLE, JSON_LD) | problems_of(406, 422)
FOUND: Final = forms_of(JSON, TURTLE, JSON_LD) | problems_of(404, 406)
router = APIRouter()
Limit = Annotated[int, Query(ge=1, le=MOST, description="how many entries at most")]
Cursor = Annotated[str, Query(description="`next` of the part before")]
Filter = Annotated[str, Query()]
Row = tuple[str, str, Callable[[], dict[str, Any]]]


# -- claims


@router.get(
    "/v1/claims", tags=["Claims"], summary="The claims of the articles", response_model=Page[ClaimOut], responses=LISTED
)
async def claims(
    request: Request,
    article: Annotated[str, Query(examples=["A0"])] = "",
    kind: Annotated[str, Query(examples=["contraindication"])] = "",
    concept: Annotated[str, Query(description="any name of a concept that they conclude something of")] = "",
    marker_state: Annotated[str, Query(description="a state that a marker of theirs has, or `uncited`")] = "",
    limit: Limit = USUAL,
    cursor: Cursor = "",
) -> Response:
    """Claims that pass every filter, in the order of their ids."""
    state = state_of(request)
    ontology = state.ontology
    target = _concept(state.names, concept, "concept").name if concept else ""
    rows = [
        (claim.id, f"claim/{claim.id}", _data(claim_json, claim))
        for claim in ontology.claims.values()
        if article in ("", claim.article)
        and kind in ("", claim.kind)
        and (not target or any(target == one for _, one in claim.conclusions))
        and (not marker_state or marker_state in _states(claim))
    ]
    return await respond(request, _listed(ontology, rows, limit, cursor, "claims"))


def _states(claim: Claim) -> set[str]:
    return {marker.state for marker in claim.markers} or {UNCITED}


@router.get("/v1/claims/{name}", tags=["Claims"], summary="One claim", response_model=ClaimDetail, responses=FOUND)
async def claim(request: Request, name: str) -> Response:
    """A claim with its passage, markers, doubts, formal reading, exceptions and what it conflicts with."""
    identifier, extension = split(name)
    ontology = state_of(request).ontology
    found = _one(identifier, ontology.claims, "claim")
    made = _data(knowledge.claim_detail, ontology, found)
    return await respond(request, _single(ontology, [f"claim/{found.id}"], made, "claim", found), extension)


# -- articles and references


@router.get(
    "/v1/articles", tags=["Articles"], summary="The articles", response_model=Page[ArticleOut], responses=LISTED
)
async def articles(request: Request, limit: Limit = USUAL, cursor: Cursor = "") -> Response:
    """Every article with its review state."""
    ontology = state_of(request).ontology
    rows = [
        (one.id, f"article/{one.id}", _data(knowledge.article_json, ontology, one))
        for one in ontology.articles.values()
    ]
    return await respond(request, _listed(ontology, rows, limit, cursor, "articles"))


@router.get(
    "/v1/articles/{name}", tags=["Articles"], summary="One article", response_model=ArticleDetail, responses=FOUND
)
async def article(request: Request, name: str) -> Response:
    """An article with its claims in the order of the text, and its reference list."""
    identifier, extension = split(name)
    ontology = state_of(request).ontology
    found = _one(identifier, ontology.articles, "article")
    parts = [f"article/{found.id}"]
    parts += [f"claim/{claim.id}" for claim in ontology.claims.values() if claim.article == found.id]
    made = _data(knowledge.article_detail, ontology, found)
    return await respond(request, _single(ontology, parts, made, "article", found), extension)


@router.get(
    "/v1/references",
    tags=["Articles"],
    summary="The reference lists",
    response_model=Page[ReferenceOut],
    responses=LISTED,
)
async def references(request: Request, article: Filter = "", limit: Limit = USUAL, cursor: Cursor = "") -> Response:
    """What the articles cite, as their lists print it."""
    ontology = state_of(request).ontology
    found = sorted(ontology.references.values(), key=lambda one: (one.article, one.position))
    rows = [
        (f"{one.article}-R{one.position}", one.iri, _data(reference_json, one))
        for one in found
        if article in ("", one.article)
    ]
    return await respond(request, _listed(ontology, rows, limit, cursor, "references"))


@router.get(
    "/v1/references/{name}",
    tags=["Articles"],
    summary="One entry of a reference list",
    response_model=ReferenceOut,
    responses=FOUND,
)
async def reference(request: Request, name: str) -> Response:
    """A reference by its id, such as `A0-R1`."""
    identifier, extension = split(name)
    ontology = state_of(request).ontology
    known = {f"{one.article}-R{one.position}": one for one in ontology.references.values()}
    found = _one(identifier, known, "reference")
    made = _data(reference_json, found)
    return await respond(request, _single(ontology, [found.iri], made, "reference", found), extension)


# -- concepts


@router.get(
    "/v1/concepts", tags=["Concepts"], summary="The vocabulary", response_model=Page[ConceptOut], responses=LISTED
)
async def concepts(
    request: Request,
    kind: Annotated[str, Query(examples=["condition"])] = "",
    parent: Annotated[str, Query(description="any name of a concept: those anywhere below it, and itself")] = "",
    text: Annotated[str, Query(description="a part of the label or of a synonym")] = "",
    limit: Limit = USUAL,
    cursor: Cursor = "",
) -> Response:
    """Concepts that pass every filter, in the order of their codes."""
    state = state_of(request)
    ontology = state.ontology
    below = ontology.descendants(_concept(state.names, parent, "parent").name) if parent else None
    found = sorted(ontology.concepts.values(), key=lambda one: one.code)
    rows = [
        (one.code, one.name, _data(knowledge.concept_json, ontology, one))
        for one in found
        if kind in ("", one.kind) and (below is None or one.name in below) and _named(one, text.casefold())
    ]
    return await respond(request, _listed(ontology, rows, limit, cursor, "concepts"))


def _named(concept: Concept, text: str) -> bool:
    return not text or any(text in name.casefold() for name in (concept.label, *concept.synonyms))


@router.get(
    "/v1/concepts/{name:path}",
    tags=["Concepts"],
    summary="One concept",
    response_model=ConceptDetail,
    responses=FOUND,
)
async def concept(request: Request, name: str) -> Response:
    """A concept by its code or any other name, with the claims about it."""
    identifier, extension = split(name)
    state = state_of(request)
    try:
        found = _concept(state.names, identifier, identifier)
    except InputError as error:
        raise NotFound(error.problems) from error
    made = _data(knowledge.concept_detail, state.ontology, found)
    return await respond(request, _single(state.ontology, [found.name], made, "concept", found), extension)


# -- the ontology


@router.get("/ontology", tags=["Ontology"], summary="The ontology", responses=forms_of("", *RDF) | problems_of(406))
async def ontology(request: Request) -> Response:
    """All modules as one OWL ontology."""
    found = state_of(request).ontology
    return await respond(request, _document(found, lambda: describe.merged(found), "ontology", found))


@router.get(
    "/ontology/{module}", tags=["Ontology"], summary="One module", responses=forms_of("", *RDF) | problems_of(404, 406)
)
async def module(request: Request, module: str) -> Response:
    """A module as its file has it, imports included."""
    name, extension = split(module)
    found = state_of(request).ontology
    triples = describe.module(found, name)
    if triples is None:
        known = describe.module_names(found)
        raise NotFound([Problem(name, "is no module.", f"There are {', '.join(known)}.", closest(name, known))])
    return await respond(request, _document(found, lambda: triples, "module", name), extension)


# -- what all of them share


def _data(make: Callable[..., dict[str, Any]], *given: object) -> Callable[[], dict[str, Any]]:
    return lambda: make(*given)


def _one(name: str, known: Any, kind: str) -> Any:
    if name not in known:
        raise NotFound([Problem(name, f"is no {kind}.", f"/v1/{kind}s lists them.", closest(name, known))])
    return known[name]


def _concept(names: Names, text: str, where: str) -> Concept:
    """A concept by any of its names. Raises InputError with the closest names."""
    try:
        return names.find(text, "diagnoses").concept
    except UnknownName as error:
        raise InputError([Problem(where, f"{error}.", "/v1/concepts lists them.", error.closest)]) from error
    except AmbiguousName as error:
        codes = tuple(concept.code for concept in error.concepts)
        raise InputError([Problem(where, f"{error}.", "Use its code.", codes)]) from error


def _listed(ontology: Ontology, rows: Sequence[Row], limit: int, cursor: str, page: str) -> Thing:
    """A part of a list. Raises InputError for a cursor that no part ended with."""
    start = 0
    if cursor:
        places = [number for number, (name, _, _) in enumerate(rows, 1) if name == cursor]
        if not places:
            raise InputError(
                [Problem("cursor", f"{cursor!r} is no entry of this list.", "Take `next` as it was given.")]
            )
        start = places[0]
    part = rows[start : start + limit]
    following = part[-1][0] if start + limit < len(rows) else None
    data = {"items": [make for _, _, make in part], "next": following}

    def as_json() -> bytes:
        return dumps({**data, "items": [make() for _, _, make in part]}).encode() + b"\n"

    forms = {JSON: as_json, **_described(ontology, [node for _, node, _ in part])}
    return Thing(forms, page, data, ontology.digest)


def _single(
    ontology: Ontology, nodes: Iterable[str], made: Callable[[], dict[str, Any]], page: str, subject: object
) -> Thing:
    forms = {JSON: lambda: dumps(made()).encode() + b"\n", **_described(ontology, list(nodes))}
    return Thing(forms, page, subject, ontology.digest)


def _described(ontology: Ontology, nodes: Sequence[str]) -> dict[str, Make]:
    return {
        form: _serialized(lambda: describe.about(ontology, nodes), name)
        for form, name in RDF.items()
        if form != RDF_XML
    }


def _document(ontology: Ontology, triples: Callable[[], Iterable[ox.Triple]], page: str, subject: object) -> Thing:
    forms = {form: _serialized(triples, name) for form, name in RDF.items()}
    return Thing(forms, page, subject, ontology.digest)


def _serialized(triples: Callable[[], Iterable[ox.Triple]], form: str) -> Make:
    return lambda: rdf.serialize(triples(), form)
