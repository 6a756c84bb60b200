"""What accounts elsewhere show first: ``featured`` and ``featuredTags``, read once a day.

Mastodon says by Add and Remove what is pinned; GoToSocial says nothing, and a lost Add is never repeated. So the list
of everybody whom somebody here follows is read when the follow is accepted, and then daily, spread over the day. Posts
come from their own host and count only where they are of that account. Communities are read by
``federation.fetching.community_reading``.
"""

from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import Connection

from federation import jsonld
from federation.fetching.fetch import Budget, Fetcher
from federation.fetching.walking import GetPage, pages, walk
from federation.jsonld import Doc
from federation.mapping.collection import Page
from federation.mapping.tags import read_hashtags
from node.domain.uris import is_web_uri, same_origin
from node.errors import NodeError
from node.jobs.kind import Kind, single
from node.jobs.kinds import FEATURED
from node.jobs.outcome import Done, Outcome
from node.services.context import Unit
from node.services.posts.tag_lists import MAX_FEATURED
from node.store.database.engine import Store
from node.store.jobs import Job
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts import objects, pins, tag_lists
from node.store.tables import featured_tags

#: Mastodon allows five, others some more; what lies behind is not looked at.
AT_MOST = 20


class Pinned:
    """Runs the jobs of kind ``featured``; ``ref`` is the account."""

    def __init__(self, store: Store, fetcher: Fetcher, new_unit: Callable[[], Unit]) -> None:
        self._store, self._fetcher, self._new_unit = store, fetcher, new_unit

    def kind(self) -> Kind:
        return single(FEATURED, self.run, slots=2, per_host=1)

    async def run(self, job: Job) -> Outcome:
        """What cannot be had today is asked for again tomorrow, and what was known stays."""
        actor, featured, hashtags = await self._store.read(_find, job.ref or 0)
        if actor is None:
            return Done()
        budget = Budget()

        async def get(address: str) -> dict[str, Any]:
            return await self._fetcher.get_page(address, budget=budget)

        if _is_of(hashtags, actor):
            await self._read_hashtags(actor, hashtags, get)
        if _is_of(featured, actor):
            await self._read_pins(actor, featured, get, budget)
        return Done()

    async def _read_hashtags(self, actor: Actor, address: str, get: GetPage) -> None:
        try:
            names = [each async for page in pages(get, address) for each in read_hashtags(_docs(page))]
        except NodeError:
            return
        await self._store.write(_save_hashtags, self._new_unit(), actor.id, names[:MAX_FEATURED])

    async def _read_pins(self, actor: Actor, featured: str, get: GetPage, budget: Budget) -> None:
        try:
            listed = [ref async for ref in walk(get, featured)][:AT_MOST]
        except NodeError:
            return
        for uri in listed:
            if not same_origin(uri, actor.uri):
                continue
            try:
                await self._fetcher.object(uri, budget=budget)
            except NodeError:
                continue
        await self._store.write(_save, actor, listed, self._new_unit().now)


def _find(conn: Connection, actor_id: int) -> tuple[Actor | None, str, str]:
    """The account, its pins, and its hashtags, which its own document names."""
    actor = actors.find_actor_by_id(conn, actor_id)
    if actor is None or actor.local or not actor.is_active or actor.is_group:
        return None, "", ""
    row = actors.load_profile(conn, actor.id)
    return actor, str(row.featured), jsonld.read(row.raw).ref("featuredTags") if row.raw else ""


def _is_of(address: str, actor: Actor) -> bool:
    return is_web_uri(address) and same_origin(address, actor.uri)


def _docs(page: Page) -> tuple[Doc, ...]:
    return tuple(map(jsonld.read, page.objects))


def _save_hashtags(conn: Connection, unit: Unit, actor_id: int, names: Collection[str]) -> None:
    """What is shown now, in place of what was."""
    for known in tag_lists.list_featured(conn, actor_id):
        if known.name not in names:
            tag_lists.remove(conn, featured_tags, actor_id, known.name)
    for name in names:
        tag_lists.add(conn, featured_tags, unit.ids.new(), actor_id, name, unit.now)


def _save(conn: Connection, actor: Actor, listed: Collection[str], now: int) -> None:
    """What is pinned now, in place of what was; the newest first, as it is listed."""
    known = objects.load_objects(conn, listed)
    wanted = {found.id for found in known.values() if found.actor_id == actor.id and found.state == objects.LIVE}
    before = pins.load_pinned_ids(conn, actor.id)
    for object_id in before - wanted:
        pins.delete_pin(conn, actor.id, object_id)
    for object_id in wanted - before:
        pins.insert_pin(conn, actor.id, object_id, now)
