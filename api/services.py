"""The services that the routes and pages of one application share, as typed containers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from api.config import Config
from kg.knowledge import Knowledge
from kg.ontology.compiled import Ontology
from kg.vocabulary.names import Names

if TYPE_CHECKING:
    from api.isolation.pool import RequestPool
    from api.isolation.remote import Isolated
    from api.mcp.http import StreamableHttp
    from api.routes.probes import Readiness
    from api.sessions.service import AssessmentSessions
    from api.sparql.endpoint import SparqlEndpoint
    from api.transport.metrics import Metrics

Page = Callable[[Request, Any], Awaitable[Response]]
"""Shows to a person what a route found."""


@dataclass
class Services:
    """What the routes use, in a process of their own; only `sessions` holds anything of a patient.

    `pages` are the pages by the names that routes ask for (`api.transport.representations.Resource.page`).
    """

    config: Config
    knowledge: Knowledge
    sessions: AssessmentSessions
    pages: Mapping[str, Page]

    @property
    def ontology(self) -> Ontology:
        return self.knowledge.ontology

    @property
    def names(self) -> Names:
        return self.knowledge.names


@dataclass
class FrontServices(Services):
    """What the process has that takes the requests: it loads no ontology and reads no body.

    `isolated` has requests answered by the processes of `workers`. `ready` is set once everything is loaded.
    """

    workers: RequestPool
    isolated: Isolated
    sparql: SparqlEndpoint
    mcp: StreamableHttp
    metrics: Metrics
    readiness: Readiness
    ready: bool = False


def services_of(request: Request) -> Services:
    """The services of the application that a request came to."""
    services = request.app.state.services
    assert isinstance(services, Services)
    return services


def front_of(request: Request) -> FrontServices:
    """The services of the process that takes the requests."""
    services = request.app.state.services
    assert isinstance(services, FrontServices)
    return services
