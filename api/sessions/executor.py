"""A bounded pool of threads for reasoning, with a time limit on each result."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from api.config import Work
from api.transport.problems import TimeLimit
from kg.errors import Overloaded

T = TypeVar("T")
RETRY_AFTER: Final = 1


class Executor:
    """Runs work of requests in `limits.threads` threads; at most `limits.queue` more may wait."""

    def __init__(self, limits: Work) -> None:
        self.limits = limits
        self._threads = ThreadPoolExecutor(limits.threads, thread_name_prefix="reasoning")
        self._busy = 0

    async def run(self, work: Callable[[], T]) -> T:
        """The result of some work in a thread. Raises Overloaded, or TimeLimit when the answer takes too long."""
        limits = self.limits
        if self._busy >= limits.threads + limits.queue:
            raise Overloaded("Too many requests are being reasoned about. Come back in a moment.", RETRY_AFTER)
        self._busy += 1
        future = asyncio.get_running_loop().run_in_executor(self._threads, work)
        future.add_done_callback(self._done)
        try:
            return await asyncio.wait_for(asyncio.shield(future), limits.seconds)
        except TimeoutError:
            raise TimeLimit(f"The answer was not ready within {limits.seconds:g} s. Send fewer facts.") from None

    def _done(self, future: asyncio.Future[T]) -> None:
        self._busy -= 1
        if not future.cancelled():
            future.exception()

    def close(self) -> None:
        """End the threads; what waits is dropped."""
        self._threads.shutdown(wait=False, cancel_futures=True)
