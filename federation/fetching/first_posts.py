"""What somebody elsewhere wrote before anybody here followed: the newest posts of the outbox.

Read once, when a follow is accepted, so that profile and timeline are not empty until the next post. Catalogues and
communities have ways of their own (``federation.synchronisation.catalogue_sync``,
``federation.fetching.community_reading``).
"""

from collections.abc import AsyncIterator, Callable
from typing import Any

from sqlalchemy import Connection

from federation.fetching.community_reading import about
from federation.fetching.fetch import Budget, Fetcher
from federation.fetching.walking import pages
from node.domain.uris import is_web_uri, same_origin
from node.errors import NodeError
from node.jobs.kind import Kind, single
from node.jobs.kinds import OUTBOX
from node.jobs.outcome import Done, Outcome
from node.services.context import Unit
from node.store.database.engine import Store
from node.store.jobs import Job
from node.store.people import actors, follows
from node.store.people.actors import Actor
from node.store.reading import homes

#: So many posts; with their collection and its first page they fit into the budget of one cause.
AT_MOST = 15
_PAGES = 3


class FirstPosts:
    """Runs the jobs of kind ``outbox``; ``ref`` is the account."""

    def __init__(self, store: Store, fetcher: Fetcher, new_unit: Callable[[], Unit]) -> None:
        self._store, self._fetcher, self._new_unit = store, fetcher, new_unit

    def kind(self) -> Kind:
        return single(OUTBOX, self.run, slots=2, per_host=1)

    async def run(self, job: Job) -> Outcome:
        """What cannot be had is left out: later posts arrive by themselves."""
        actor, outbox = await self._store.read(_find, job.ref or 0)
        if actor is None or not is_web_uri(outbox) or not same_origin(outbox, actor.uri):
            return Done()
        budget = Budget()
        try:
            listed = [uri async for uri in self._posts_in(outbox, actor, budget)]
        except NodeError:
            return Done()
        for uri in reversed(listed):  # what is answered comes before its answer
            try:
                await self._fetcher.object(uri, budget=budget)
            except NodeError:
                continue
        await self._store.write(_show, actor.id)
        return Done()

    async def _posts_in(self, outbox: str, actor: Actor, budget: Budget) -> AsyncIterator[str]:
        """Posts of this account, the newest first; what it shared is not looked at."""
        told = set[str]()

        async def get(address: str) -> dict[str, Any]:
            return await self._fetcher.get_page(address, budget=budget)

        async for page in pages(get, outbox, at_most=_PAGES):
            for activity in page.objects:
                uri = about(activity) if _is_own(activity, actor) else ""
                if same_origin(uri, actor.uri) and uri not in told:
                    told.add(uri)
                    yield uri
                if len(told) >= AT_MOST:
                    return


def _is_own(activity: dict[str, Any], actor: Actor) -> bool:
    """Whether it says that the account wrote something; the post itself is asked for at its own address."""
    inner = activity.get("object")
    author = inner.get("attributedTo", actor.uri) if isinstance(inner, dict) else actor.uri
    return activity.get("type") == "Create" and activity.get("actor", actor.uri) == author == actor.uri


def _find(conn: Connection, actor_id: int) -> tuple[Actor | None, str]:
    actor = actors.find_actor_by_id(conn, actor_id)
    if actor is None or actor.local or not actor.is_active:
        return None, ""
    return actor, str(actors.load_profile(conn, actor.id).outbox)


def _show(conn: Connection, actor_id: int) -> None:
    """On the timelines of those who follow here, as far as these go back for somebody new."""
    for owner_id in follows.load_local_followers(conn, [actor_id]).get(actor_id, ()):
        homes.merge(conn, owner_id, actor_id)
