"""Conversations: what is missing of one is fetched in the background when somebody here opens it.

Upward along ``inReplyTo``; then the ``context`` where that is a collection (FEP-7888, FEP-f228), else ``replies`` from
post to post. Each post comes from its own host. One walk takes at most 40 ancestors and 100 other posts, 20 steps deep,
from 5 hosts, two requests at a time, and a thread is walked once in a quarter of an hour. Nobody waits for it, and a
host that does not answer is asked no more.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection

from federation.fetching.fetch import Budget, Fetcher
from federation.fetching.walking import walk
from node.clock import MINUTE, Clock
from node.domain.uris import host_of, is_web_uri
from node.errors import NodeError, RemoteUnavailable, Unavailable
from node.jobs.kind import Kind, single
from node.jobs.kinds import THREAD
from node.jobs.outcome import Done, Outcome
from node.services.context import Unit
from node.store import jobs
from node.store.database.engine import Store
from node.store.jobs import Job, NewJob
from node.store.posts import object_lists, objects
from node.store.posts.objects import Object

COOLDOWN = 15 * MINUTE
ANCESTORS, DESCENDANTS, DEPTH, HOSTS, PARALLEL = 40, 100, 20, 5, 2
_REQUESTS = 250  # posts, their authors, pages of collections
_REMEMBERED = 10_000

T = TypeVar("T")


@dataclass(slots=True)
class _Walk:
    """What one walk may still do, and what it learnt of hosts."""

    budget: Budget = field(default_factory=lambda: Budget(_REQUESTS))
    left: int = DESCENDANTS
    hosts: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)

    def may_ask(self, uri: str) -> bool:
        """Of another host than ours, that answers, and not of too many."""
        host = host_of(uri)
        if not host or host in self.silent or (host not in self.hosts and len(self.hosts) >= HOSTS):
            return False
        self.hosts.add(host)
        return True

    async def attempt(self, uri: str, work: Awaitable[T]) -> T | None:
        """What ``work`` answers; None where the host, its answer or our policy prevents it."""
        try:
            return await work
        except (RemoteUnavailable, Unavailable):
            self.silent.add(host_of(uri))
        except NodeError:
            pass
        return None


class Threads:
    """Asks for the walk of a thread when somebody opens it, and walks it as a job."""

    def __init__(
        self, store: Store, clock: Clock, fetcher: Fetcher, new_unit: Callable[[], Unit], *, own_host: str
    ) -> None:
        self._store, self._clock, self._fetcher, self._new_unit = store, clock, fetcher, new_unit
        self._own_host = own_host
        self._walked: dict[str, int] = {}

    async def ask(self, found: Object) -> bool:
        """Have the rest of the conversation of this post fetched; False where that was done a short time ago.

        Call it when somebody who is signed in opens a thread. It returns at once.
        """
        if not self._is_due(found, note=False):
            return False
        await self._store.write(ask_for_thread, self._new_unit(), found)
        return True

    def _is_due(self, found: Object, *, note: bool) -> bool:
        now, thread = self._clock.now(), found.context or found.uri
        if now - self._walked.get(thread, -COOLDOWN) < COOLDOWN:
            return False
        if note:
            self._walked = {name: at for name, at in self._walked.items() if now - at < COOLDOWN}
            if len(self._walked) < _REMEMBERED:
                self._walked[thread] = now
        return True

    def kind(self) -> Kind:
        return single(THREAD, self.run, slots=2, per_host=1)

    async def run(self, job: Job) -> Outcome:
        found = await self._store.read(objects.find_object_by_id, job.ref or 0)
        if found is not None and found.state == objects.LIVE and self._is_due(found, note=True):
            await self._walk(found)
        return Done()

    async def _walk(self, found: Object) -> None:
        walk_ = _Walk()
        top = await self._climb(found, walk_)
        if not await self._read_context(top, walk_):
            await self._read_replies([top, found] if top.id != found.id else [top], walk_)

    # -- upward -----------------------------------------------------------------------------------------------------

    async def _climb(self, found: Object, walk_: _Walk) -> Object:
        """The highest post that can be had."""
        for _ in range(ANCESTORS):
            parent = found.in_reply_to
            if not parent:
                return found
            above = await self._have(parent, walk_)
            if above is None or above.state != objects.LIVE:
                return found
            found = above
        return found

    async def _have(self, uri: str, walk_: _Walk) -> Object | None:
        """The post of this URI, fetched where it is unknown."""
        known = await self._store.read(objects.find_object, uri)
        if known is not None or host_of(uri) == self._own_host or not walk_.may_ask(uri):
            return known
        return await walk_.attempt(uri, self._fetcher.object(uri, budget=walk_.budget, climbs=False))

    # -- downward ---------------------------------------------------------------------------------------------------

    async def _read_context(self, top: Object, walk_: _Walk) -> bool:
        """All posts of the conversation as its owner lists them; False where there is no such list."""
        uri = top.context
        if host_of(uri) == self._own_host or not is_web_uri(uri) or not walk_.may_ask(uri):
            return False
        listed = await walk_.attempt(uri, self._list(uri, walk_))
        if listed is None:
            return False  # many write a context that is no collection
        await self._fetch(listed, walk_)
        return True

    async def _read_replies(self, posts: Iterable[Object], walk_: _Walk) -> None:
        """From post to post, level by level."""
        level, seen = list(posts), set[int]()
        for _ in range(DEPTH):
            seen |= {post.id for post in level}
            rows = await self._store.read(objects.find_rows, [post.id for post in level])
            below = await self._answers_here(level)
            for collection in filter(walk_.may_ask, map(_replies_of, rows.values())):
                listed = await walk_.attempt(collection, self._list(collection, walk_))
                below += await self._fetch(listed or [], walk_)
            level = [post for post in below if post.id not in seen]
            if not level or walk_.left <= 0:
                return

    async def _answers_here(self, level: list[Object]) -> list[Object]:
        """Answers that are known already: their own answers may not be."""

        def load(conn: Connection) -> list[Object]:
            return object_lists.list_answers(conn, [post.id for post in level], limit=DESCENDANTS)

        return await self._store.read(load)

    async def _list(self, uri: str, walk_: _Walk) -> list[str]:
        async def get(address: str) -> dict[str, Any]:
            return await self._fetcher.get_page(address, budget=walk_.budget)

        listed: list[str] = []
        try:
            async for ref in walk(get, uri):
                listed.append(ref)  # noqa: PERF401 (what was read counts, also where the next page is none)
        except NodeError:
            if not listed:
                raise
        return listed

    async def _fetch(self, uris: list[str], walk_: _Walk) -> list[Object]:
        """Those of these posts that can be had; the unknown ones are fetched, two at a time."""
        known = await self._store.read(objects.load_objects, uris)
        wanted = [uri for uri in uris if uri not in known][: max(0, walk_.left)]
        walk_.left -= len(wanted)
        places = asyncio.Semaphore(PARALLEL)

        async def fetch(uri: str) -> Object | None:
            async with places:
                return await self._have(uri, walk_)

        fetched = await asyncio.gather(*map(fetch, wanted))
        return [*known.values(), *filter(None, fetched)]


def ask_for_thread(conn: Connection, unit: Unit, found: Object) -> None:
    """Have the rest of the conversation of this post fetched, in the caller's transaction; at most one job waits."""
    thread = found.context or found.uri
    jobs.enqueue_many(
        conn,
        [
            NewJob(
                THREAD,
                unit.ids.new(),
                unit.now,
                ref=found.id,
                target=thread,
                host=host_of(found.uri),
                lock_key=f"thread|{thread}",
            )
        ],
    )


def _replies_of(row: Any) -> str:
    return "" if row.local else (row.details or {}).get("replies", "")
