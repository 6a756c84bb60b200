"""What topic accounts show: each new public resource that fits, ours and those of the network.

A resource is looked at by a job after it was stored, so that nobody who publishes waits, and home timelines that have
it already do not get it twice. What is old when it arrives, because a catalogue was only now followed, stands in the
account's list alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from node.clock import DAY
from node.domain.selections import Selection
from node.jobs import kinds
from node.jobs.kind import Kind
from node.jobs.outcome import Done, Outcome
from node.services.context import Unit
from node.services.library import digests
from node.services.news import happened, news
from node.services.posts import sharing
from node.store import jobs
from node.store.database.engine import Store
from node.store.jobs import Job, NewJob
from node.store.library import digests as waiting
from node.store.library import resources, topic_accounts
from node.store.library.resources import Resource
from node.store.library.topic_accounts import TopicAccount
from node.store.people.actors import Actor
from node.store.posts import objects
from node.store.posts.objects import Object
from node.store.search import listing, wishes

#: So many resources that fit already are shown by a new account.
AT_FIRST = 20
#: What was published longer ago is no news.
NEWS_FOR = 7 * DAY


def show_first(conn: Connection, unit: Unit, actor: Actor, selection: Selection, *, to_servers: bool) -> None:
    """What fits already stands in the account's list."""
    page = listing.find(conn, wishes.wish_of(selection, limit=AT_FIRST))
    for resource in reversed(page.items):
        if _is_for_it(actor, resource):
            _share(conn, unit, actor, resource, to_followers=False, to_servers=to_servers)


def consider_later(conn: Connection, unit: Unit, object_id: int) -> None:
    """A resource was stored or changed: let the accounts look at it, where there are any."""
    if topic_accounts.are_any(conn):
        jobs.enqueue_many(
            conn, [NewJob(kinds.TOPIC, unit.ids.new(), unit.now, ref=object_id, lock_key=f"topic|{object_id}")]
        )


@dataclass(frozen=True, slots=True)
class Topics:
    """Looks at resources for all accounts, those that wait at one time together."""

    store: Store
    unit: Callable[[], Unit]

    def kind(self) -> Kind:
        return Kind(kinds.TOPIC, self.run, batch=32, slots=1)

    async def run(self, waiting: Sequence[Job]) -> Sequence[Outcome]:
        await self.store.write(consider, self.unit(), [job.ref or 0 for job in waiting])
        return [Done()] * len(waiting)


def consider(conn: Connection, unit: Unit, object_ids: Sequence[int]) -> None:
    """Show these resources where they fit, and where they no longer do take them back; a unit of work."""
    accounts = topic_accounts.list_all(conn)
    found = resources.load_by_objects(conn, object_ids)
    for resource in (found[each] for each in object_ids if each in found):
        for account in accounts:
            _consider(conn, unit, account, resource)


def _consider(conn: Connection, unit: Unit, account: TopicAccount, resource: Resource) -> None:
    actor = account.actor
    wish = wishes.wish_of(account.selection)
    if not _is_for_it(actor, resource) or not listing.fits(conn, wish, resource.sort_key):
        if (stored := _stored(conn, resource)) is not None:
            sharing.take_back(conn, unit, actor, stored)
        waiting.drop(conn, actor.id, [resource.id])
        return
    if waiting.is_noted(conn, actor.id, resource.id):
        return
    if resource.published_at < unit.now - NEWS_FOR:
        _share(conn, unit, actor, resource, to_followers=False, to_servers=False)
    elif digests.takes_turn(conn, unit, actor, resource.id):
        _share(conn, unit, actor, resource)


def _is_for_it(actor: Actor, resource: Resource) -> bool:
    """Everybody may read it, and its owner wants it to be found."""
    return resource.visibility.is_open and resource.owner.indexable and resource.owner.id != actor.id


def _share(
    conn: Connection,
    unit: Unit,
    actor: Actor,
    resource: Resource,
    *,
    to_followers: bool = True,
    to_servers: bool = True,
) -> None:
    stored = _stored(conn, resource)
    if stored is None:
        return
    shared = sharing.share(conn, unit, actor, stored, to_members=to_followers, to_servers=to_servers)
    if shared is not None and to_followers:
        news.tell(conn, unit, happened.Shared(shared, actor.id, stored.id))


def _stored(conn: Connection, resource: Resource) -> Object | None:
    return objects.find_object_by_id(conn, resource.id)
