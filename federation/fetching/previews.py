"""Looks at pages that posts link to, in the background, and shows what they say as cards below the posts."""

import asyncio
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from federation.fetching.page_cards import MAX_PAGE, read_card
from federation.transport.http import OutboundClient
from node.clock import DAY, HOUR
from node.errors import NodeError, RemoteUnavailable
from node.jobs.kind import Kind, single
from node.jobs.kinds import PREVIEW
from node.jobs.outcome import Done, Outcome
from node.services.context import Unit
from node.services.news import happened, news
from node.services.posts.previews import find_own_card, first_link
from node.store.database.engine import Store
from node.store.jobs import Job
from node.store.posts import objects, previews

#: A page is asked again after so long; one that said nothing, sooner.
FRESH_FOR, SILENT_FOR = 7 * DAY, HOUR
_TIMEOUT = 10.0
_TRIES = 2


class Previews:
    """Jobs of kind ``preview``: one for each post that links somewhere."""

    def __init__(self, store: Store, unit: Callable[[], Unit], client: OutboundClient) -> None:
        self._store, self._unit, self._client = store, unit, client

    def kind(self) -> Kind:
        return single(PREVIEW, self.run, slots=4, per_host=2, can_wait=True)

    async def run(self, job: Job) -> Outcome:
        url, unit = job.target, self._unit()
        known, data = await self._store.read(_look, unit, url)
        if not known:
            try:
                data = await self._fetch(url)
            except RemoteUnavailable:
                if job.attempts < _TRIES:
                    raise
                data = None
            except NodeError:
                data = None
        await self._store.write(_show, self._unit(), job.ref or 0, url, data, is_new=not known)
        return Done()

    async def _fetch(self, url: str) -> dict[str, Any] | None:
        answer = await self._client.get(
            url, accept="text/html", max_bytes=MAX_PAGE, timeout=_TIMEOUT, caused_by_others=True
        )
        if answer.status != 200:
            return None
        return await asyncio.to_thread(read_card, answer.body, answer.headers.get("Content-Type", ""), url)


def _look(conn: Connection, unit: Unit, url: str) -> tuple[bool, Any]:
    """What is known of a page: one of ours from data, any other from the last look at it."""
    if url.startswith(unit.origin + "/"):
        return True, find_own_card(conn, unit, url)
    known, data = previews.find_card(conn, url, fetched_after=unit.now - FRESH_FOR)
    if known and data is None:
        known, data = previews.find_card(conn, url, fetched_after=unit.now - SILENT_FOR)
    return known, data


def _show(conn: Connection, unit: Unit, object_id: int, url: str, data: dict[str, Any] | None, *, is_new: bool) -> None:
    """Where the post still links there."""
    if is_new or data:
        previews.save_card(conn, url, data, unit.now)
    row = objects.find_rows(conn, [object_id]).get(object_id)
    if not data or row is None or row.state != objects.LIVE or first_link(row.content) != url:
        return
    previews.show_card(conn, object_id, url)
    news.tell(conn, unit, happened.Refreshed(object_id))
