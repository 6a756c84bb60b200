"""What streams hear of what happened: for each kind of it, a function that answers short messages.

A message names ids; every process that serves streams reads what it needs (``web.streaming.audience``).
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from node.domain.visibility import Visibility
from node.services.context import Unit
from node.services.news.happened import (
    Accepted,
    Announced,
    Answered,
    Concerning,
    Deleted,
    Edited,
    Enrolled,
    FiltersChanged,
    Followed,
    Merged,
    News,
    Official,
    PollEnded,
    Posted,
    Quoted,
    Reacted,
    Refreshed,
    Reminded,
    Reported,
    Shared,
    SignedUp,
)
from node.services.news.messages import parts, said
from node.services.news.recipients import ToldById
from node.store.news import notifications
from node.store.news.notifications import Told
from node.store.posts import conversations, object_lists
from node.store.posts.conversations import Message
from node.store.reading import hearing

_OWNERS_AT_MOST = 200

_Say = Callable[[Connection, Unit, Sequence[Any], ToldById], Iterable[str]]


def _say_posts(conn: Connection, unit: Unit, items: Sequence[Posted], told: ToldById) -> Iterable[str]:
    """A new post, and the conversations that a direct one belongs to."""
    ids = [item.object_id for item in items]
    yield from (said("update", ids=list(part)) for part in parts(ids))
    changed = _add_to_conversations(conn, unit, [told[each] for each in ids])
    yield from (said("conversation", ids=list(part)) for part in parts(changed))


def _say_shares(_conn: Connection, _unit: Unit, items: Sequence[Shared], _told: ToldById) -> Iterable[str]:
    return [said("share", ids=list(part)) for part in parts([item.reaction_id for item in items])]


def _say_edits(_conn: Connection, _unit: Unit, items: Sequence[Edited | Refreshed], _told: ToldById) -> Iterable[str]:
    return [said("status.update", ids=list(part)) for part in parts([item.object_id for item in items])]


def _say_deletions(conn: Connection, _unit: Unit, items: Sequence[Deleted], _told: ToldById) -> Iterable[str]:
    """``owners`` are those who have it on their timelines; None where they are too many to name."""
    for item in items:
        found = item.found
        owners = object_lists.list_home_owners(conn, found.id, limit=_OWNERS_AT_MOST + 1)
        yield said(
            "delete",
            ids=[found.id],
            actor=found.actor_id,
            visibility=found.visibility,
            owners=owners if len(owners) <= _OWNERS_AT_MOST else None,
        )


def _say_nothing(_conn: Connection, _unit: Unit, _items: Sequence[News], _told: ToldById) -> Iterable[str]:
    return ()


def _say_to_owners(event: str) -> _Say:
    def say(_conn: Connection, _unit: Unit, items: Sequence[FiltersChanged | Merged], _told: ToldById) -> Iterable[str]:
        return [said(event, owners=list(part)) for part in parts([item.owner_id for item in items])]

    return say


def _say_announcements(_conn: Connection, _unit: Unit, items: Sequence[Announced], _told: ToldById) -> Iterable[str]:
    return [said(item.event, ids=[item.announcement_id], name=item.name) for item in items]


SIGNALS: Mapping[type[News], _Say] = MappingProxyType(
    {
        Posted: _say_posts,
        Edited: _say_edits,
        Refreshed: _say_edits,
        Deleted: _say_deletions,
        Reacted: _say_nothing,
        Shared: _say_shares,
        Quoted: _say_nothing,
        Concerning: _say_nothing,
        Followed: _say_nothing,
        PollEnded: _say_nothing,
        Accepted: _say_nothing,
        Reminded: _say_nothing,
        Answered: _say_nothing,
        SignedUp: _say_nothing,
        Reported: _say_nothing,
        Official: _say_nothing,
        Enrolled: _say_nothing,
        FiltersChanged: _say_to_owners("filters_changed"),
        Merged: _say_to_owners("notifications_merged"),
        Announced: _say_announcements,
    }
)


def _add_to_conversations(conn: Connection, unit: Unit, posts: Sequence[Told]) -> list[int]:
    """Direct messages among ``posts`` join the conversations of those of ours who take part; answers which."""
    direct = [post for post in posts if post.visibility == Visibility.DIRECT]
    if not direct:
        return []
    named = conversations.load_participants(conn, [post.id for post in direct])
    everybody = {post.actor_id for post in direct} | {each for actors in named.values() for each in actors}
    owners = notifications.load_owners(conn, everybody)
    deaf = hearing.load_deaf(conn, owners, {post.actor_id for post in direct}, unit.now, notices=False)
    messages = [
        (unit.ids.new(), _message(post, owner, {post.actor_id, *named.get(post.id, ())}))
        for post in direct
        for owner in sorted(owners & {post.actor_id, *named.get(post.id, ())})
        if (owner, post.actor_id) not in deaf
    ]
    return conversations.add_messages(conn, messages)


def _message(post: Told, owner_id: int, participants: Collection[int]) -> Message:
    others = tuple(sorted(set(participants) - {owner_id}))
    return Message(owner_id, post.context, post.id, others, unread=post.actor_id != owner_id)
