"""What accounts elsewhere show first: their ``featured`` collections, read once a day (federation section 3).

Mastodon says by Add and Remove what is pinned; GoToSocial says nothing, and a lost Add is never repeated. So the list
of everybody whom somebody here follows is read when the follow is accepted, and then daily, spread over the day. Posts
come from their own host and count only where they are of that account. Communities are read by
``federation.fetching.community_reading``.
"""

from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import Connection

from federation.fetching.fetch import Budget, Fetcher
from federation.fetching.walking import walk
from node.clock import DAY, HOUR
from node.domain.uris import is_web_uri, same_origin
from node.errors import NodeError
from node.jobs.kinds import FEATURED
from node.jobs.outcome import Done, Outcome
from node.jobs.schedule import Entry
from node.jobs.worker import Kind, single
from node.services.context import Unit
from node.services.people.follows import ask_for_pins
from node.store.database.engine import Store
from node.store.jobs import Job
from node.store.people import actors, follows
from node.store.people.actors import Actor
from node.store.posts import objects, pins

#: Mastodon allows five, others some more; what lies behind is not looked at.
AT_MOST = 20


class Pinned:
    """Runs the jobs of kind ``featured``; ``ref`` is the account."""

    def __init__(self, store: Store, fetcher: Fetcher, new_unit: Callable[[], Unit]) -> None:
        self._store, self._fetcher, self._new_unit = store, fetcher, new_unit

    def kind(self) -> Kind:
        return single(FEATURED, self.run, slots=2, per_host=1)

    def entries(self) -> tuple[Entry, ...]:
        """For the schedule: everybody elsewhere whom somebody here follows, once a day."""
        return (Entry("featured", DAY, self._ask_all, delay=HOUR),)

    async def _ask_all(self) -> None:
        await self._store.write(_ask_all, self._new_unit())

    async def run(self, job: Job) -> Outcome:
        """What cannot be had today is asked for again tomorrow, and what was known stays."""
        actor, featured = await self._store.read(_find, job.ref or 0)
        if actor is None or not is_web_uri(featured) or not same_origin(featured, actor.uri):
            return Done()
        budget = Budget()

        async def get(address: str) -> dict[str, Any]:
            return await self._fetcher.get_object(address, budget=budget)

        try:
            listed = [ref async for ref in walk(get, featured)][:AT_MOST]
        except NodeError:
            return Done()
        for uri in listed:
            if not same_origin(uri, actor.uri):
                continue
            try:
                await self._fetcher.object(uri, budget=budget)
            except NodeError:
                continue
        await self._store.write(_save, actor, listed, self._new_unit().now)
        return Done()


def _ask_all(conn: Connection, unit: Unit) -> None:
    followed = actors.load_actors_by_id(conn, follows.load_with_pins(conn))
    ask_for_pins(conn, unit, followed.values(), spread=DAY - HOUR)


def _find(conn: Connection, actor_id: int) -> tuple[Actor | None, str]:
    actor = actors.find_actor_by_id(conn, actor_id)
    if actor is None or actor.local or actor.state != "active" or actor.kind == "group":
        return None, ""
    return actor, str(actors.load_profile(conn, actor.id).featured)


def _save(conn: Connection, actor: Actor, listed: Collection[str], now: int) -> None:
    """What is pinned now, in place of what was; the newest first, as it is listed."""
    known = objects.load_objects(conn, listed)
    wanted = {found.id for found in known.values() if found.actor_id == actor.id and found.state == objects.LIVE}
    before = pins.load_pinned_ids(conn, actor.id)
    for object_id in before - wanted:
        pins.delete_pin(conn, actor.id, object_id)
    for object_id in wanted - before:
        pins.insert_pin(conn, actor.id, object_id, now)
