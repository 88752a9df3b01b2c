"""SPARQL over one assessment: its graph comes from the process that has it, beside the public dataset."""

from __future__ import annotations

import re
from typing import Final

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from api.isolation.remote import KEPT, Isolated, MatchedRoute
from api.sparql.endpoint import SparqlEndpoint
from api.transport.problems import answer_of
from api.transport.representations import N_QUADS
from kg.errors import WarrantError

_PLACE: Final = re.compile(rf"({KEPT}[^/]+)/sparql")
ROUTE: Final = MatchedRoute(KEPT + "{handle}/sparql")


class PatientQueries:
    """The endpoint of each assessment; nobody else ever sees its graph."""

    def __init__(self, endpoint: SparqlEndpoint, isolated: Isolated) -> None:
        self.endpoint, self.isolated = endpoint, isolated

    def takes(self, path: str) -> bool:
        """Whether a path is that of such an endpoint."""
        return _PLACE.fullmatch(path) is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = ROUTE
        request = Request(scope, receive)
        place = _PLACE.fullmatch(scope["path"])
        assert place is not None
        try:
            graph = await self.isolated.ask("GET", place[1], {"accept": N_QUADS})
            if graph.status != 200:
                # as whoever asked would see it
                await self.isolated({**scope, "path": place[1], "method": "GET"}, receive, send)
                return
            response = await self.endpoint.answered_to(request, extra=graph.body)
        except WarrantError as error:
            response = await answer_of(request, error)
        await response(scope, receive, send)
