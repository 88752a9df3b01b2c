"""What the service keeps between requests: nothing of a patient."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from functools import cached_property

from starlette.requests import Request

from api.config import Config
from api.sparql.result_cache import Answers
from kg.knowledge import Knowledge
from kg.ontology.compiled import Ontology
from kg.store import queries
from kg.store.dataset import prepare
from kg.store.location import Location
from kg.store.pool import Pool
from kg.vocabulary.names import Names


class State:
    """The ontology and what is made from it, each when it is first asked for; the workers of the dataset."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.answers = Answers(config.answers)
        self._ends = AsyncExitStack()
        self.pool: Pool
        self.location: Location

    async def start(self) -> None:
        """Make the dataset if it is not there, and start its workers."""
        self.location = await asyncio.to_thread(prepare, self.config.ontology, self.config.store)
        self._ends.callback(self.location.discard)
        self.pool = Pool(self.location, self.config.limits)
        self._ends.push_async_callback(self.pool.close)
        await self.pool.start()

    async def close(self) -> None:
        """End what was started, as far as it was."""
        await self._ends.aclose()

    @cached_property
    def knowledge(self) -> Knowledge:
        return Knowledge(self.config.ontology)

    @property
    def ontology(self) -> Ontology:
        return self.knowledge.ontology

    @property
    def names(self) -> Names:
        return self.knowledge.names

    @cached_property
    def queries(self) -> Mapping[str, queries.Query]:
        """The project's queries for people, by family and name."""
        return {name: query for name, query in queries.library().items() if not name.startswith("checks/")}


def state_of(request: Request) -> State:
    """The state of the application that a request came to."""
    state = request.app.state.warrant
    assert isinstance(state, State)
    return state
