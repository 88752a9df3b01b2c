"""The editor at /sparql, results as a table, and the list of the project's queries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from itertools import groupby
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.pages import page
from api.pages.terms import shown
from api.services import Services, services_of
from api.sparql.protocol import DIRECT, Operation
from api.transport.negotiation import accepted
from api.transport.problems import kind_of
from kg.errors import InputError, MalformedQuery, Problem
from kg.ontology import terms
from kg.store import queries
from kg.store.emptiness import EmptyPart
from kg.store.evaluate import ROWS_OF_A_TABLE, StoreResult

FIRST: Final = """PREFIX : <https://w3id.org/warrant/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT ?claim ?sentence WHERE {
  ?claim a :Claim ; skos:notation ?id ; :sentence ?sentence .
} ORDER BY ?id LIMIT 20
"""
PUBLIC: Final = "/sparql"
OF_AN_ANSWER: Final = "explain/"
FIELD: Final = "p."
EMPTY: Final = {
    "no_match": "nothing matches this by itself",
    "blocks": "without this there would be rows",
    "from_here": "what stands before it has rows, together with it there is none",
}
NO_STORE: Final = {"Cache-Control": "no-store", "Vary": "Accept"}
router = APIRouter(include_in_schema=False)


@cache
def library() -> Mapping[str, queries.QueryFile]:
    """The project's queries for people, by family and name."""
    return {name: query for name, query in queries.library().items() if not name.startswith("checks/")}


class QueryPages:
    """How queries and their results are shown in a browser. The editor is made by `editing`, where the names are."""

    def __init__(self, editing: ASGIApp) -> None:
        self.editing = editing

    async def editor(self, request: Request) -> Response:
        """The editor without a result."""
        return Forwarded(self.editing)

    async def answered(
        self,
        request: Request,
        asked: Operation,
        answer: StoreResult,
        headers: Mapping[str, str],
        empty: tuple[EmptyPart, ...],
    ) -> Response:
        """The editor with a query and its result, or with what leaves it without a row."""
        content = json.loads(answer.body)
        table = content | {"rows": [[shown(cell) for cell in row] for row in content["rows"]], "limit": ROWS_OF_A_TABLE}
        values = _editor(request, services_of(request), asked.text, "") | {
            "table": table,
            "empty": [(part, EMPTY[part.reason]) for part in empty],
        }
        return page("sparql.html", headers=headers, **values)

    async def failed(self, request: Request, asked: Operation | None, error: Exception) -> Response:
        """The editor with a query and why it has no answer."""
        kind = kind_of(error)
        place = (error.line, error.column) if isinstance(error, MalformedQuery) else None
        values = _editor(request, services_of(request), asked.text if asked else FIRST, "")
        values |= {"error": {"title": kind.title, "detail": str(error), "place": place}}
        return page("sparql.html", kind.status, NO_STORE, **values)


class Forwarded(Response):
    """A request that another application answers."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__()
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


@router.get("/sparql")
async def editor(request: Request) -> Response:
    """The editor, with a query of the project if `example` names one, and `p.NAME` as the values of its parameters."""
    services, example = services_of(request), request.query_params.get("example", "")
    found = library().get(example)
    if found is None:
        return page("sparql.html", headers={"Vary": "Accept"}, **_editor(request, services, FIRST, ""))
    given = {item.name: request.query_params.get(FIELD + item.name, "") for item in found.parameters}
    some = any(text.strip() for text in given.values())
    text, problems = _bound(services, found, given) if some else (found.text, [])
    values = _editor(request, services, text, example) | {"picked": found, "given": given, "problems": problems}
    return page("sparql.html", 422 if problems else 200, {"Vary": "Accept"}, **values)


@router.get("/v1/assessments/{handle}/sparql")
async def editor_of_an_answer(request: Request, handle: str) -> Response:
    """The editor over one assessment."""
    services_of(request).sessions.find(handle)
    return await editor(request)


@router.get("/sparql/queries")
async def listed(request: Request) -> Response:
    """All queries of the project with their questions."""
    families = [
        {
            "name": family,
            "of_an_answer": family + "/" == OF_AN_ANSWER,
            "queries": [{"name": name, "query": query} for name, query in found],
        }
        for family, found in groupby(sorted(library().items()), key=lambda item: item[0].partition("/")[0])
    ]
    return page("queries.html", families=families, count=len(library()))


@router.get("/sparql/queries/{family}/{name}")
async def one(request: Request, family: str, name: str) -> Response:
    """One query: its text for a program, a form for its parameters for a person."""
    query = library().get(f"{family}/{name}")
    if query is None:
        raise HTTPException(404, f"There is no query {family}/{name}. /sparql/queries lists them.")
    given = {item.name: request.query_params.get(item.name, "") for item in query.parameters}
    text, problems = _bound(services_of(request), query, given)
    form = accepted(request.headers.get("accept"), ("text/html", DIRECT, "text/plain"))
    if form == "text/html":
        values = {"query": query, "given": given, "text": text, "problems": problems}
        values["of_an_answer"] = family + "/" == OF_AN_ANSWER
        return page("query.html", 422 if problems else 200, {"Vary": "Accept"}, **values)
    if form is None:
        raise HTTPException(406, f"A query is available as text/html, {DIRECT} and text/plain.")
    if problems:
        raise InputError(problems)
    return Response(text, media_type=form, headers={"Vary": "Accept"})


def _bound(services: Services, query: queries.QueryFile, given: Mapping[str, str]) -> tuple[str, list[Problem]]:
    """The text of a query with the values that were given, and what is wrong with these."""
    values: dict[str, list[queries.Value]] = {}
    problems: list[Problem] = []
    for item in query.parameters:
        if text := given[item.name].strip():
            try:
                values[item.name] = [queries.value(services.names, item, text)]
            except InputError as error:
                problems += error.problems
    if problems or not values:
        return query.text, problems
    try:
        return query.bind(values), []
    except InputError as error:
        return query.text, list(error.problems)


def _editor(request: Request, services: Services, text: str, example: str) -> dict[str, Any]:
    """Queries that explain an answer are offered where the answer is: the public graph has none."""
    limits, public = services.config.limits, request.url.path == PUBLIC
    return {
        "text": text,
        "example": example,
        "queries": [
            (name, query.title)
            for name, query in sorted(library().items())
            if not (public and name.startswith(OF_AN_ANSWER))
        ],
        "prefixes": sorted(terms.PREFIXES.items()),
        "limits": {"seconds": f"{limits.seconds:g}", "mebibytes": limits.result >> 20},
        "action": request.url.path,
        "public": public,
        "share": f"{PUBLIC}?{urlencode({'query': text})}",
        "picked": None,
        "given": {},
        "problems": [],
        "table": None,
        "empty": [],
        "error": None,
    }
