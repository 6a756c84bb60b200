"""The order of collections and pathways elsewhere, compared once a day.

A change arrives as Update of the whole collection. Where that was lost, its list (``steps``) shows something else than
the copy here, and the collection itself is fetched again. A collection that stands in a catalogue which is followed
here also heals with that.
"""

from typing import Any

from sqlalchemy import Connection

from federation.fetching.fetch import Budget, Fetcher
from federation.fetching.walking import walk
from node.domain.collections import items_of
from node.domain.resources import is_list
from node.domain.uris import is_web_uri, same_origin
from node.errors import NodeError
from node.jobs.kind import Kind, single
from node.jobs.kinds import STEPS
from node.jobs.outcome import Done, Outcome
from node.store.database.engine import Store
from node.store.jobs import Job
from node.store.library import resources
from node.store.posts import objects


class Steps:
    """Runs the jobs of kind ``steps``; ``ref`` is the object of the collection."""

    def __init__(self, store: Store, fetcher: Fetcher) -> None:
        self._store, self._fetcher = store, fetcher

    def kind(self) -> Kind:
        return single(STEPS, self.run, slots=1, per_host=1)

    async def run(self, job: Job) -> Outcome:
        """What cannot be had today is asked for again tomorrow."""
        uri, steps, held = await self._store.read(_find, job.ref or 0)
        if not is_web_uri(steps) or not same_origin(steps, uri):
            return Done()
        budget = Budget()

        async def get(address: str) -> dict[str, Any]:
            return await self._fetcher.get_page(address, budget=budget)

        try:
            if [ref async for ref in walk(get, steps)] != held:
                await self._fetcher.take_in(await get(uri), budget=budget)
        except NodeError:
            pass
        return Done()


def _find(conn: Connection, object_id: int) -> tuple[str, str, list[str]]:
    """Its address, that of its list, and what it holds here, in order; empty where it is no such list any more."""
    held = resources.load_by_objects(conn, [object_id]).get(object_id)
    if held is None or not is_list(held.record):
        return "", "", []
    row = objects.load_row(conn, object_id)
    if row.local or row.state != objects.LIVE:
        return "", "", []
    steps = (row.raw or {}).get("steps")
    return row.uri, steps if isinstance(steps, str) else "", [each.iri for each in items_of(held.record)]
