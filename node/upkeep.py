"""Periodic work that keeps the store small and honest."""

import asyncio
from collections.abc import Callable
from time import monotonic, perf_counter

from sqlalchemy import Connection

from node.clock import DAY
from node.store.access import accounts, idempotency, joining, oauth
from node.store.database.engine import Store
from node.store.federation import inbox
from node.store.house import queue, workers
from node.store.news import notifications
from node.store.people import keys, mutes
from node.store.posts import burying
from node.store.search import finding

#: Duplicates are recognised, and refusals explained, for so long.
KEEP_RECEIVED = 30 * DAY
KEEP_KEYS = 30 * DAY
KEEP_PARKED = 30 * DAY
KEEP_WORKERS = DAY
KEEP_DISMISSED = 30 * DAY
SESSION_UNUSED = 14 * DAY
SESSION_IN_ALL = 30 * DAY
TOKEN_UNUSED = 180 * DAY
#: An account whose address nobody confirmed; its user name is free again.
KEEP_UNCONFIRMED = 14 * DAY
#: An app that nobody ever let in; a used code, so that a second use is recognised.
KEEP_IDLE_APPS = 30 * DAY
KEEP_CODES = DAY
#: So long the same request of an app makes nothing new.
KEEP_IDEMPOTENCY = DAY


def expire(conn: Connection, now: int) -> None:
    """Forget what has had its time."""
    inbox.expire_received(conn, now - KEEP_RECEIVED)
    queue.forget_parked(conn, now - KEEP_PARKED)
    workers.forget_workers(conn, now - KEEP_WORKERS)
    notifications.expire_dismissed(conn, now - KEEP_DISMISSED)
    burying.expire_tombstones(conn, now)
    mutes.expire_mutes(conn, now)
    keys.expire_remote_keys(conn, now - KEEP_KEYS)
    keys.delete_retired_keys(conn, now)
    accounts.expire_sessions(conn, unused_since=now - SESSION_UNUSED, created_before=now - SESSION_IN_ALL)
    accounts.expire_links(conn, now)
    joining.expire_unconfirmed(conn, now - KEEP_UNCONFIRMED)
    oauth.expire_tokens(conn, now - TOKEN_UNUSED)
    oauth.expire_codes(conn, now - KEEP_CODES)
    oauth.expire_apps(conn, now - KEEP_IDLE_APPS)
    idempotency.expire_keys(conn, now - KEEP_IDEMPOTENCY)


async def run(store: Store, now: int) -> None:
    await store.write(expire, now)


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
        if not await self._store.read(finding.is_waiting):
            return
        while not self._should_wait():
            if await self._store.write(finding.work_off) < finding.BATCH:
                self._waits_since = None
                return
            await asyncio.sleep(perf_counter() - began)
            began = perf_counter()

    def _should_wait(self) -> bool:
        if self._waits_since is None:
            self._waits_since = self._monotonic()
        return self._is_busy() and self._monotonic() - self._waits_since < self.AT_MOST
