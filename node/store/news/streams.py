"""Who of those that listen now has a post on a timeline; all with a number of statements that does not grow."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, bindparam, func, literal, select, true, union

from node.store.access.accounts import ACTIVE
from node.store.news.notification_lists import Wanted, count_unread
from node.store.people.follows import ACCEPTED
from node.store.posts.objects import LIVE
from node.store.posts.reactions import SHARE
from node.store.reading.entries import unwanted_at_home
from node.store.reading.visible import visible_to
from node.store.tables import (
    access_tokens,
    accounts,
    actors,
    bookmarks,
    conversation_mutes,
    filters,
    follows,
    home_entries,
    list_members,
    lists,
    object_tags,
    objects,
    reactions,
    sessions,
)

_IDS: Any = bindparam("ids", expanding=True)
_VIEWERS: Any = bindparam("viewers", expanding=True)


class Post(NamedTuple):
    """A post, or somebody's boost of one (``entry_id`` is then that of the reaction)."""

    entry_id: int
    object_id: int
    author_id: int
    sharer_id: int | None
    author_uri: str
    host: str
    local: bool
    visibility: str
    in_reply_to: str | None
    parent_author_id: int | None
    has_media: bool
    details: Any
    context: str | None  # of the conversation


_parent = objects.alias("parent")
_FACTS = (
    actors.c.uri,
    actors.c.host,
    objects.c.local,
    objects.c.visibility,
    objects.c.in_reply_to,
    _parent.c.actor_id,
    objects.c.has_media,
    objects.c.details,
    objects.c.context,
)


def _posts(entry_id: Any, sharer_id: Any) -> Select[Any]:
    return (
        select(entry_id, objects.c.id, objects.c.actor_id, sharer_id, *_FACTS)
        .join(actors, actors.c.id == objects.c.actor_id)
        .outerjoin(_parent, _parent.c.id == objects.c.in_reply_to_id)
        .where(objects.c.state == LIVE)
    )


_POSTS = _posts(objects.c.id, literal(None)).where(objects.c.id.in_(_IDS))
_SHARES = (
    _posts(reactions.c.id, reactions.c.actor_id)
    .join(reactions, (reactions.c.object_id == objects.c.id) & (reactions.c.kind == SHARE))
    .where(reactions.c.id.in_(_IDS))
)
_HOMES = (
    select(home_entries.c.id, home_entries.c.owner_id, home_entries.c.object_id)
    .join(objects, objects.c.id == home_entries.c.object_id)
    .where(
        home_entries.c.object_id.in_(_IDS),
        home_entries.c.owner_id.in_(_VIEWERS),
        *(~unwanted for unwanted in unwanted_at_home()),
    )
)
_TAGS = select(object_tags.c.object_id, object_tags.c.tag).where(object_tags.c.object_id.in_(_IDS))
_OWN = union(
    select(reactions.c.actor_id, reactions.c.object_id).where(
        reactions.c.object_id.in_(_IDS), reactions.c.actor_id.in_(_VIEWERS)
    ),
    select(bookmarks.c.actor_id, bookmarks.c.object_id).where(
        bookmarks.c.object_id.in_(_IDS), bookmarks.c.actor_id.in_(_VIEWERS)
    ),
    select(conversation_mutes.c.actor_id, objects.c.id)
    .join(objects, objects.c.context == conversation_mutes.c.context)
    .where(objects.c.id.in_(_IDS), conversation_mutes.c.actor_id.in_(_VIEWERS)),
    select(objects.c.actor_id, objects.c.id).where(objects.c.id.in_(_IDS), objects.c.actor_id.in_(_VIEWERS)),
)
_FILTERING = select(filters.c.owner_id).where(filters.c.owner_id.in_(_VIEWERS)).distinct()
_FOLLOWING = select(follows.c.follower_id, follows.c.followed_id).where(
    follows.c.follower_id.in_(_VIEWERS),
    follows.c.followed_id.in_(bindparam("followed", expanding=True)),
    follows.c.state == ACCEPTED,
)
_LISTED = (
    select(
        lists.c.id,
        lists.c.owner_id,
        lists.c.replies_policy,
        list_members.c.member_id,
        func.coalesce(follows.c.shows_reblogs, true()).label("shows_reblogs"),
    )
    .join(list_members, list_members.c.list_id == lists.c.id)
    .outerjoin(
        follows,
        (follows.c.follower_id == lists.c.owner_id) & (follows.c.followed_id == list_members.c.member_id),
    )
    .where(lists.c.id.in_(bindparam("lists", expanding=True)), list_members.c.member_id.in_(_IDS))
)
_LIVE_TOKENS = union(
    *(
        select(table.c.token_hash)
        .join(accounts, accounts.c.actor_id == table.c.actor_id)
        .where(table.c.token_hash.in_(bindparam("hashes", expanding=True)), accounts.c.state == ACTIVE)
        for table in (access_tokens, sessions)
    )
)
_MOST_NEW = 100


def load_posts(conn: Connection, ids: Collection[int]) -> list[Post]:
    """The living posts of these ids."""
    return [Post(*row) for row in conn.execute(_POSTS, {"ids": list(ids)})]


def load_shares(conn: Connection, ids: Collection[int]) -> list[Post]:
    """The boosts of these ids, of living posts."""
    return [Post(*row) for row in conn.execute(_SHARES, {"ids": list(ids)})]


def load_homes(conn: Connection, object_ids: Collection[int], viewers: Collection[int]) -> list[tuple[int, int, int]]:
    """``(entry, owner, object)`` for each of these people who reads the object on her home timeline."""
    if not object_ids or not viewers:
        return []
    return [
        (row[0], row[1], row[2]) for row in conn.execute(_HOMES, {"ids": list(object_ids), "viewers": list(viewers)})
    ]


def load_tags(conn: Connection, object_ids: Collection[int]) -> dict[int, list[str]]:
    """Object -> the keys of its hashtags."""
    found: dict[int, list[str]] = {}
    for object_id, tag in conn.execute(_TAGS, {"ids": list(object_ids)}):
        found.setdefault(object_id, []).append(tag)
    return found


def load_own(conn: Connection, object_ids: Collection[int], viewers: Collection[int]) -> set[tuple[int, int]]:
    """``(viewer, object)`` for posts that look different to this viewer: hers, or one that she did something with."""
    if not object_ids or not viewers:
        return set()
    return {(row[0], row[1]) for row in conn.execute(_OWN, {"ids": list(object_ids), "viewers": list(viewers)})}


def load_filtering(conn: Connection, viewers: Collection[int]) -> set[int]:
    """Those of these people who have filters."""
    return set(conn.scalars(_FILTERING, {"viewers": list(viewers)})) if viewers else set()


def load_following(conn: Connection, viewers: Collection[int], followed: Collection[int]) -> set[tuple[int, int]]:
    """``(viewer, followed)``"""
    if not viewers or not followed:
        return set()
    rows = conn.execute(_FOLLOWING, {"viewers": list(viewers), "followed": list(followed)})
    return {(row[0], row[1]) for row in rows}


def load_listed(conn: Connection, list_ids: Collection[int], actor_ids: Collection[int]) -> list[Row[Any]]:
    """Rows of ``id, owner_id, replies_policy, member_id``: which of these lists hold which of these actors."""
    if not list_ids or not actor_ids:
        return []
    return list(conn.execute(_LISTED, {"lists": list(list_ids), "ids": list(actor_ids)}))


def owns_list(conn: Connection, owner_id: int, list_id: int) -> bool:
    return (
        conn.execute(select(lists.c.id).where(lists.c.id == list_id, lists.c.owner_id == owner_id)).first() is not None
    )


def load_live_tokens(conn: Connection, hashes: Collection[str]) -> set[str]:
    """Those of these tokens, and of these sessions of browsers, that are still good."""
    return set(conn.scalars(_LIVE_TOKENS, {"hashes": list(hashes)})) if hashes else set()


def count_new(conn: Connection, owner_id: int, now: int) -> int:
    """How many notifications a person has not read, up to 100."""
    return count_unread(conn, Wanted(owner_id), _MOST_NEW, now)


def find_thread(conn: Connection, object_id: int, viewer_id: int) -> str | None:
    """The conversation of a post that this person may see; None where there is none."""
    seen = select(objects.c.context).where(objects.c.id == object_id, objects.c.state == LIVE, visible_to(viewer_id))
    return conn.scalar(seen)
