"""What a community elsewhere tells of itself: who belongs to it, what it shows first, everything that was said in it.

Read when the first of our people joins, so that who joins late finds the whole history, and once a day after that. How
many belong to it is read whenever its document was, and while people look at it, joined or not.
Posts come from their own hosts; a community only says that they belong to it. The walk is bounded as every walk of a
collection is; where it ends too early, another one goes on ten minutes later.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from federation.applying import admission
from federation.applying.batch import Batch, Inbound
from federation.fetching.fetch import Budget, Fetcher
from federation.fetching.threads import ask_for_thread
from federation.fetching.walking import pages, walk
from federation.mapping.activity import wrapper_of
from federation.mapping.collection import read_page
from node.clock import HOUR, MINUTE
from node.domain.communities import LISTS, Role
from node.domain.uris import is_web_uri, same_origin
from node.errors import NodeError
from node.jobs.kind import Kind, single
from node.jobs.kinds import COMMUNITY
from node.jobs.outcome import Done, Outcome
from node.services import membership
from node.services.communities import join_requests
from node.services.context import Unit
from node.services.membership import Part
from node.store.communities import communities, community_members, community_roles
from node.store.communities.community_roles import RoleOf
from node.store.database.engine import Store
from node.store.jobs import Job
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts import objects, pins, topics

#: A list of moderators is believed for so long.
MODERATORS_FOR = HOUR
_HOLDERS_AT_MOST = 200
_REQUESTS = 1_500  # posts, their authors, pages of collections
_THREADS = 50_000  # of one community
_MEMBERS_AT_MOST = 1_000_000_000  # what a counter holds
#: While people look at a community, the number of its members is not older.
COUNTED_FOR = 15 * MINUTE
#: Between two parts of a long history.
GOES_ON_AFTER = 10 * MINUTE


class CommunityReading:
    """Jobs of kind ``community``; their payload names the part that is read, nothing means all of it."""

    def __init__(self, store: Store, fetcher: Fetcher, new_unit: Callable[[], Unit]) -> None:
        self._store, self._fetcher, self._new_unit = store, fetcher, new_unit
        self._counted: dict[int, int] = {}  # when it was last asked for, by id
        rest = (self.refresh_moderators, self._read_history, self._read_featured)
        self._reads: Mapping[str, Sequence[Callable[[Actor, Budget], Awaitable[None]]]] = {
            "": (self._read_itself, self._read_number, *rest),
            Part.ITSELF: (self._read_itself,),
            Part.NUMBER: (self._read_number,),
        }

    async def ask_for_number(self, group: Actor) -> None:
        """Have read how many belong to it, where that was a while ago. It returns at once.

        Call it when somebody who is signed in looks at a community elsewhere.
        """
        unit = self._new_unit()
        if unit.now - self._counted.get(group.id, 0) >= COUNTED_FOR:
            self._counted = {known: at for known, at in self._counted.items() if unit.now - at < COUNTED_FOR}
            self._counted[group.id] = unit.now
            await self._store.write(membership.ask_for, unit, group, Part.NUMBER)

    def kind(self) -> Kind:
        return single(COMMUNITY, self.run, slots=2, per_host=1)

    async def run(self, job: Job) -> Outcome:
        """What cannot be had today is asked for again tomorrow."""
        group = await self._store.read(actors.find_actor_by_id, job.ref or 0)
        if group is None or group.local or not group.is_active:
            return Done()
        budget = Budget(_REQUESTS)
        for read in self._reads[job.payload or ""]:
            try:
                await read(group, budget)
            except NodeError:
                continue
        return Done()

    async def _read_itself(self, group: Actor, budget: Budget) -> None:
        """An Update may have been lost, and a closed community says what it is for to its members' nodes alone."""
        await self._fetcher.save_actor(await self._fetcher.get_object(group.uri, budget=budget))

    async def _read_number(self, group: Actor, budget: Budget) -> None:
        """How many belong to it: ``totalItems`` of its followers."""
        if is_web_uri(group.followers):
            told = read_page(await self._fetcher.get_object(group.followers, budget=budget)).total
            if told is not None:
                await self._store.write(community_members.save_told_members, group.id, min(told, _MEMBERS_AT_MOST))

    async def refresh_moderators(self, group: Actor, budget: Budget) -> None:
        """Read who governs, and who has another role, where that is not known freshly. Raises as fetching does."""
        unit = self._new_unit()
        known = await self._store.read(communities.find_community, group.id)
        if not group.moderators or known is None or unit.now - known.moderators_at < MODERATORS_FOR:
            return
        lists = {Role.MODERATOR: group.moderators, **{role: getattr(known, name) for role, name in LISTS.items()}}
        for role, uri in lists.items():
            if uri:
                listed = await self._list(uri, budget)
                await self._store.write(_save_holders, unit, group, role, listed[:_HOLDERS_AT_MOST])

    async def _list(self, uri: str, budget: Budget) -> list[str]:
        return [ref async for ref in walk(self._getting(budget), uri)]

    def _getting(self, budget: Budget) -> Callable[[str], Any]:
        async def get(address: str) -> dict[str, Any]:
            return await self._fetcher.get_page(address, budget=budget)

        return get

    # -- posts ------------------------------------------------------------------------------------------------------

    async def _read_history(self, group: Actor, budget: Budget) -> None:
        """Its outbox, newest first, part by part; of each thread then the answers (``federation.fetching.threads``).

        The first look begins with the newest, each later one looks for what is new and goes on where the last stopped.
        """
        outbox = await self._store.read(_outbox_of, group.id)
        known = await self._store.read(communities.find_community, group.id)
        if not is_web_uri(outbox) or known is None:
            return
        rest, _ = await self._read_part(group, outbox, budget)
        if known.history_at:
            rest, is_new = await self._read_part(group, known.history_page, budget)
            rest = rest if is_new else ""
        await self._store.write(_note_history, self._new_unit(), group, rest)

    async def _read_part(self, group: Actor, address: str, budget: Budget) -> tuple[str, bool]:
        """As many pages as one walk has: the page that comes next, empty at the end; whether there was anything new."""
        uris, rest = dict[str, None](), ""
        async for page in pages(self._getting(budget), address):
            uris |= dict.fromkeys(filter(is_web_uri, map(about, page.objects)))
            rest = page.next if same_origin(page.next, address) else ""
        taken = [await self._take_in(group, uri, budget) for uri in uris]
        return rest, any(taken)

    async def _take_in(self, group: Actor, uri: str, budget: Budget) -> bool:
        """A thread of the community, from its own host; one that is here is noted as such. Whether it is new here."""
        before = await self._store.read(objects.find_object, uri)
        try:
            found = await self._fetcher.object(uri, budget=budget, listed_by=group.uri)
        except NodeError:
            return False
        if found is None or found.state != objects.LIVE:
            return False
        await self._store.write(self._note, group, found, is_new=before is None)
        return before is None

    def _note(self, conn: Connection, group: Actor, found: objects.Object, *, is_new: bool) -> None:
        batch: Batch = self._fetcher.batch(conn)
        if topics.find_topic(conn, found.id) is None:
            row = objects.load_row(conn, found.id)
            activity = wrapper_of(row.raw or {}, batch.unit.origin)
            inbound = Inbound(0, activity, batch.unit.now, announced_by=group.uri)
            admission.adopt(batch, inbound, found, is_news=False)
            batch.finish()
        if is_new and (objects.load_row(conn, found.id).raw or {}).get("commentsEnabled") is False:
            topics.update_topics(conn, [found.id], locked=True)  # its Lock was told before anybody here was a member
        if topics.find_topic(conn, found.id) is not None and not found.local:
            ask_for_thread(conn, batch.unit, found)

    async def _read_featured(self, group: Actor, budget: Budget) -> None:
        """What it shows first, in place of what it showed before."""
        featured = await self._store.read(_featured_of, group.id)
        if not is_web_uri(featured):
            return
        listed = await self._list(featured, budget)
        for uri in listed:
            await self._take_in(group, uri, budget)
        await self._store.write(_save_featured, group, listed, self._new_unit().now)


def about(document: dict[str, Any]) -> str:
    """The post that an item of an outbox is about: the object of its object, where that is an activity."""
    inner = document.get("object")
    if isinstance(inner, str):
        return inner
    if not isinstance(inner, dict):
        return ""
    if isinstance(inner.get("object"), dict | str):
        return about(inner)
    found = inner.get("id")
    return found if isinstance(found, str) else ""


def _note_history(conn: Connection, unit: Unit, group: Actor, rest: str) -> None:
    """Where it goes on, in a while; a community that never ends is read so far and no further."""
    threads = topics.count_topics(conn, [group.id]).get(group.id, 0)
    rest = rest if threads < _THREADS else ""
    communities.update_community(conn, group.id, history_at=unit.now, history_page=rest)
    if rest:
        membership.ask_for_history(conn, unit, group, after=GOES_ON_AFTER)


def _outbox_of(conn: Connection, actor_id: int) -> str:
    return str(actors.load_profile(conn, actor_id).outbox)


def _featured_of(conn: Connection, actor_id: int) -> str:
    return str(actors.load_profile(conn, actor_id).featured)


def _save_holders(conn: Connection, unit: Unit, group: Actor, role: Role, listed: Collection[str]) -> None:
    """Those who have a role, in place of those who were known to."""
    before = set(community_roles.load_holders(conn, group.id, role, unit.now))
    for uri in before - set(listed):
        community_roles.delete_roles(conn, group.id, uri, [role])
    community_roles.save_roles(conn, group.id, [RoleOf(uri, role, unit.now) for uri in listed if uri not in before])
    if role is Role.MODERATOR:
        communities.update_community(conn, group.id, moderators_at=unit.now)
        join_requests.forget(conn, unit, group)


def _save_featured(conn: Connection, group: Actor, listed: Collection[str], now: int) -> None:
    known = objects.load_objects(conn, listed)
    wanted = {found.id for found in known.values() if found.audience == group.uri}
    before = set(topics.load_pinned(conn, group.id))
    for object_id in before - wanted:
        pins.delete_pin(conn, group.id, object_id)
    for object_id in wanted - before:
        pins.insert_pin(conn, group.id, object_id, now)
    topics.update_topics(conn, before - wanted, pinned_at=None)
    topics.update_topics(conn, wanted - before, pinned_at=now)
