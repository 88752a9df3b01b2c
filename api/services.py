"""The services that the routes and pages of one application share, as one typed container."""

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
    from api.sessions.executor import Executor
    from api.sessions.service import AssessmentSessions
    from api.sparql.endpoint import SparqlEndpoint
    from api.transport.metrics import Metrics

Page = Callable[[Request, Any], Awaitable[Response]]
"""Shows to a person what a route found."""


@dataclass
class Services:
    """What one application is made of; only `sessions` holds anything of a patient.

    `pages` are the pages by the names that routes ask for (`api.transport.representations.Resource.page`). `ready` is
    set once ontology, rules and dataset are loaded.
    """

    config: Config
    knowledge: Knowledge
    executor: Executor
    sessions: AssessmentSessions
    sparql: SparqlEndpoint
    metrics: Metrics
    pages: Mapping[str, Page]
    ready: bool = False

    @property
    def ontology(self) -> Ontology:
        return self.knowledge.ontology

    @property
    def names(self) -> Names:
        return self.knowledge.names


def services_of(request: Request) -> Services:
    """The services of the application that a request came to."""
    services = request.app.state.services
    assert isinstance(services, Services)
    return services
