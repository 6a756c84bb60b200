"""The index of people and posts, kept in step with what is written (``node.store.search.indexing``); and kept quick."""

import asyncio
from collections.abc import Callable
from time import monotonic, perf_counter

from node.store.database.engine import Store
from node.store.index import segments
from node.store.search import queue


class Indexing:
    """Puts into the index of people and posts what is new; most of the time there is nothing.

    What is shown goes before what is searched: while ``is_busy`` it waits, ``AT_MOST`` seconds. Where much waits, as
    long as each batch took is left to others who write: on SQLite a command in a process of its own would else wait
    until all is indexed.
    """

    AT_MOST = 30.0

    def __init__(
        self, store: Store, *, is_busy: Callable[[], bool] = lambda: False, monotonic: Callable[[], float] = monotonic
    ) -> None:
        self._store, self._is_busy, self._monotonic = store, is_busy, monotonic
        self._waits_since: float | None = None

    async def run(self) -> None:
        """Index what waits, or leave it to the next round."""
        began = perf_counter()
        if not await self._store.read(queue.is_waiting):
            return
        from node.store.search import indexing  # late: with the first that waits

        while not self._should_wait():
            if await self._store.write(indexing.work_off) < indexing.BATCH:
                self._waits_since = None
                return
            await asyncio.sleep(perf_counter() - began)
            began = perf_counter()

    def _should_wait(self) -> bool:
        if self._waits_since is None:
            self._waits_since = self._monotonic()
        return self._is_busy() and self._monotonic() - self._waits_since < self.AT_MOST


async def merge(store: Store, index: str, *, pages: int = segments.PAGES) -> None:
    """Make one segment of an index that has come to consist of many, in steps, between which others write."""
    if store.dialect != "sqlite" or await store.read(segments.count, index) <= segments.FEW:
        return
    is_first = True
    while True:
        began = perf_counter()
        if not await store.write(segments.merge, index, is_first=is_first, pages=pages):
            return
        is_first = False
        await asyncio.sleep(perf_counter() - began)
